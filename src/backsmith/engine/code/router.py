"""Routes of the application by the paths of requests: made once at the start, a look-up for each segment.

A fixed segment goes before a parameter, and a parameter before one that takes the rest of the path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import unquote

from backsmith.blueprint.route_paths import Segment

T = TypeVar("T")


class Match(NamedTuple, Generic[T]):
    """What is at a path."""

    methods: dict[str, T]
    parameters: dict[str, str]


class _Node(Generic[T]):
    """What follows a beginning of a path."""

    __slots__ = ("ends", "literals", "parameter", "rest")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[T]] = {}
        self.parameter: _Node[T] | None = None
        self.ends: dict[str, tuple[T, tuple[str, ...]]] = {}
        """By method, with the names of the parameters on the way."""
        self.rest: dict[str, tuple[T, tuple[str, ...]]] = {}


class Router(Generic[T]):
    """Finds what was added for a path."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, method: str, segments: Sequence[Segment], target: T) -> None:
        """Answer that method of the path by `target`."""
        node, names = self._root, tuple(each.text for each in segments if each.kind != "literal")
        for segment in segments:
            if segment.kind == "rest":
                node.rest[method] = target, names
                return
            if segment.kind == "literal":
                node = node.literals.setdefault(segment.text, _Node())
            else:
                node.parameter = node.parameter or _Node()
                node = node.parameter
        node.ends[method] = target, names

    def find(self, path: Sequence[str], method: str) -> Match[T] | None:
        """What is at the path, which is still percent-encoded: by its methods, and the parameters of `method`."""
        found = _find(self._root, path, 0, ())
        if found is None:
            return None
        ends, values = found
        names = ends[method][1] if method in ends else ()
        return Match({name: target for name, (target, _) in ends.items()}, dict(zip(names, values, strict=False)))


def _find(
    node: _Node[T], path: Sequence[str], at: int, values: tuple[str, ...]
) -> tuple[dict[str, tuple[T, tuple[str, ...]]], tuple[str, ...]] | None:
    if at == len(path):
        return (node.ends, values) if node.ends else None
    text = unquote(path[at])
    inner = node.literals.get(text)
    found = _find(inner, path, at + 1, values) if inner is not None else None
    if found is None and node.parameter is not None and text:
        found = _find(node.parameter, path, at + 1, (*values, text))
    if found is None and node.rest:
        found = node.rest, (*values, "/".join(unquote(each) for each in path[at:]))
    return found
