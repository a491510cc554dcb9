"""Whether two schemas say the same, whatever their components are called. In: nodes. Out: text to compare by."""

from __future__ import annotations

import json
from typing import Any

from backsmith.contract.diff.documents import Document, Node, list_of, object_of, reference_of

_DEEP = 3
"""References within references that are looked into; deeper ones count as the same."""
_WORDS = {"title", "description", "example", "examples", "externalDocs", "summary", "$comment"}
_GROUPS = ("oneOf", "anyOf", "allOf")
_SETS = (*_GROUPS, "required", "enum", "type")
"""Lists whose order means nothing."""


def canonical(value: Any) -> str:
    """A JSON value as text, the same for the same value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def shape(document: Document, node: Node, deep: int = _DEEP) -> str:
    """What a schema says, without words for people and without names of components."""
    return canonical(_bare(document, node.value, deep))


def _bare(document: Document, value: Any, deep: int) -> Any:
    if isinstance(value, list):
        return [_bare(document, each, deep) for each in list_of(value)]
    if not isinstance(value, dict):
        return value
    said = object_of(value)
    reference = reference_of(Node(said, "#"))
    if reference is not None:
        if deep == 0:
            return "…"
        target = _bare(document, document.at(reference).value, deep - 1)
        rest = {name: each for name, each in said.items() if name != "$ref" and name not in _WORDS}
        return target if not rest else {"allOf": [target, _bare(document, rest, deep)]}
    said = {name: each for name, each in said.items() if name not in _WORDS}
    if len(said) == 1 and (only := next(iter(said))) in _GROUPS and len(list_of(said[only])) == 1:
        return _bare(document, said[only][0], deep)
    return {name: _keyword(document, name, each, deep) for name, each in said.items()}


def _keyword(document: Document, name: str, value: Any, deep: int) -> Any:
    if name == "properties":
        return _properties(document, value, deep)
    found = _bare(document, value, deep)
    return sorted(list_of(found), key=canonical) if name in _SETS and list_of(found) else found


def _properties(document: Document, value: Any, deep: int) -> Any:
    """Properties may be called like words for people."""
    return {name: _bare(document, each, deep) for name, each in object_of(value).items()}
