"""A JSON Schema -> what it lets through (`Flat`), whatever way it was written.

`$ref` is followed, `allOf` is merged, `nullable`, lists of types, `const`, and alternatives that say no more than a
list of types or values are brought to one form, so that two ways to write the same compare as the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from typing import Any

from backsmith.contract.diff.documents import Document, Node, list_of, reference_of
from backsmith.contract.diff.flat import Choice, End, Flat, merged
from backsmith.contract.diff.same import canonical

NARROWING = (
    "not",
    "contains",
    "minContains",
    "maxContains",
    "prefixItems",
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedItems",
    "unevaluatedProperties",
    "contentMediaType",
    "contentEncoding",
    "contentSchema",
)
_ANNOTATIONS = {"title", "description", "example", "examples", "externalDocs", "xml", "$comment", "deprecated"}


class Flattener:
    """Makes flat nouns of one document's schemas; the same one for the same schema."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._known: dict[int, tuple[Any, Flat]] = {}
        self._open: set[int] = set()

    def flat(self, node: Node) -> Flat:
        """What the schema lets through. Raises UsageError for a reference to nowhere."""
        key = id(node.value)
        known = self._known.get(key)
        if known is not None:
            return known[1]
        if key in self._open:
            return Flat()  # it is made of itself, which says nothing
        self._open.add(key)
        try:
            found = self._flat(node)
        finally:
            self._open.discard(key)
        self._known[key] = node.value, found
        return found

    def _flat(self, node: Node) -> Flat:
        if not isinstance(node.value, dict):
            return Flat(nothing=node.value is False)
        value = node.object
        parts = [self._own(node)]
        reference = reference_of(node)
        if reference is not None:
            parts.append(self.flat(self._document.at(reference)))
        parts += map(self.flat, node.member("allOf").items())
        for kind in ("oneOf", "anyOf"):
            if isinstance(value.get(kind), list):
                parts.append(self._choice(kind, node.member(kind)))
        found = reduce(merged, parts[1:], parts[0])
        if value.get("nullable") is True and found.nullable is False:
            found = replace(found, nullable=True)  # said beside a reference: what people mean by it
        return found

    def _own(self, node: Node) -> Flat:
        value = node.object
        said = value.get("type")
        types = {said} if isinstance(said, str) else set(map(str, list_of(said))) if isinstance(said, list) else None
        nullable = None
        if types is not None:
            nullable = "null" in types or value.get("nullable") is True
            types.discard("null")
        elif value.get("nullable") is True:
            nullable = True
        listed = [value["const"]] if "const" in value else value.get("enum", value.get("x-extensible-enum"))
        values = None
        if isinstance(listed, list):
            values = {canonical(each): each for each in list_of(listed) if each is not None}
            if types is None:
                nullable = None in list_of(listed)
                types = {_type_of(each) for each in values.values()} or None
        format = value.get("format")
        return Flat(
            types=None if types is None else frozenset(types),
            nullable=nullable,
            values=values,
            open_values="x-extensible-enum" in value and "enum" not in value,
            format=format if isinstance(format, str) else None,
            minimum=_end(value, "minimum", "exclusiveMinimum", 1),
            maximum=_end(value, "maximum", "exclusiveMaximum", -1),
            multiple_of=_decimal(value.get("multipleOf")),
            min_length=_count(value, "minLength"),
            max_length=_count(value, "maxLength"),
            patterns=frozenset({value["pattern"]} if isinstance(value.get("pattern"), str) else ()),
            min_items=_count(value, "minItems"),
            max_items=_count(value, "maxItems"),
            unique_items=value.get("uniqueItems") is True,
            min_properties=_count(value, "minProperties"),
            max_properties=_count(value, "maxProperties"),
            items=node.member("items") if isinstance(value.get("items"), dict | bool) else None,
            properties=dict(_all_members(node.member("properties"))),
            required=frozenset(each for each in list_of(value.get("required")) if isinstance(each, str)),
            additional=_additional(node),
            discriminator=node.member("discriminator") if isinstance(value.get("discriminator"), dict) else None,
            conditions=(node,) if "if" in value else (),
            others={name: node.member(name) for name in NARROWING if name in value},
            read_only=value.get("readOnly") is True,
            write_only=value.get("writeOnly") is True,
            deprecated=value.get("deprecated") is True,
            sunset=value["x-sunset"] if isinstance(value.get("x-sunset"), str) else None,
            default=canonical(value["default"]) if "default" in value else None,
        )

    def _choice(self, kind: str, node: Node) -> Flat:
        """Alternatives, as plainly as they can be said."""
        branches = list(node.items())
        some = [branch for branch in branches if not self._is_null(branch)]
        nullable = True if len(some) < len(branches) else None
        if len(some) == 1:
            only = self.flat(some[0])
            return replace(only, nullable=True) if nullable else only
        flats = [self.flat(branch) for branch in some]
        if nullable is None and flats and all(each.nullable is False for each in flats):
            nullable = False
        if all(each.values is not None and _says(branch, {"type", "const", "enum"})
               for each, branch in zip(flats, some, strict=True)):  # fmt: skip
            values = {key: value for each in flats for key, value in (each.values or {}).items()}
            types = frozenset(name for each in flats for name in each.types or ())
            return Flat(types=types or None, values=values, nullable=nullable)
        if all(each.types is not None and _says(branch, {"type"}) for each, branch in zip(flats, some, strict=True)):
            any_null = nullable or any(each.nullable for each in flats)
            return Flat(types=frozenset(name for each in flats for name in each.types or ()), nullable=any_null)
        return Flat(nullable=nullable, choices=(Choice(kind, tuple(some)),) if some else ())

    def _is_null(self, branch: Node) -> bool:
        value = self._document.resolve(branch).object
        return (
            value.get("type") in ("null", ["null"])
            or value.get("enum") == [None]
            or ("const" in value and value["const"] is None)
        )


def _says(branch: Node, keywords: set[str]) -> bool:
    return all(name in keywords or name in _ANNOTATIONS or name.startswith("x-") for name in branch.object)


def _all_members(node: Node) -> Iterable[tuple[str, Node]]:
    return ((name, node.member(name)) for name in node.object)


def _additional(node: Node) -> Node | bool | None:
    value = node.get("additionalProperties")
    if value == {}:
        return True
    return node.member("additionalProperties") if isinstance(value, dict) else value if value in (True, False) else None


def _end(value: Mapping[str, Any], name: str, exclusive: str, sign: int) -> End | None:
    """The nearer end; OpenAPI 3.0 says by a boolean that it is open, 3.1 has a number of its own for that."""
    found: list[End] = []
    at, beyond = _decimal(value.get(name)), value.get(exclusive)
    if at is not None:
        found.append(End(at, beyond is True))
    if (number := _decimal(beyond)) is not None:
        found.append(End(number, True))
    return max(found, key=lambda end: (sign * end.value, end.open), default=None)


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(str(value))


def _count(value: Mapping[str, Any], name: str) -> int | None:
    found = value.get(name)
    return int(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


def _type_of(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
