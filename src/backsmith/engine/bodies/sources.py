"""Where the members of a row come from: JSON, texts (CSV and forms), Python values. Each says how its own look."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Literal, Protocol, cast

import msgspec

from backsmith.blueprint.types import Type
from backsmith.engine.bodies.python_values import python_reader
from backsmith.engine.bodies.readers import Reader, json_reader, text_reader
from backsmith.engine.grammar.limits import Limits
from backsmith.model.entity import Entity as Model

Shape = Literal["null", "scalar", "object", "array", "row"]
"""What a member of a relation is; `row` is an object of the application's classes."""

_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Source(Protocol):
    """One kind of members."""

    name: str
    null: Any
    """A member that is null."""

    def reader(self, type: Type, limits: Limits, name: str) -> Reader:
        """The function that takes a member to a value of the type."""
        ...

    def shape(self, member: Any) -> Shape:
        """What a member of a relation is."""
        ...

    def members(self, member: Any) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """The members of an object, and the names that it has more than once."""
        ...

    def items(self, member: Any) -> list[Any]:
        """The items of an array."""
        ...


class JsonSource:
    """Slices of JSON (`msgspec.Raw`)."""

    name = "json"
    null = msgspec.Raw(b"null")

    def reader(self, type: Type, limits: Limits, name: str) -> Reader:
        """As Source."""
        return json_reader(type, limits, name)

    def shape(self, member: msgspec.Raw) -> Shape:
        """As Source."""
        return _SHAPES.get(bytes(member)[:1], "scalar")

    def members(self, member: msgspec.Raw) -> tuple[dict[str, msgspec.Raw], tuple[str, ...]]:
        """As Source."""
        found = _members(member)
        # Each byte of a compact object, or each quotation mark of another one, belongs to a member that was kept, so
        # that none was dropped for having the name of a later one. Objects with more are read again, to be sure.
        size = 1 + 4 * len(found) + sum(map(len, found)) + sum(map(len, found.values()))
        if size == len(member) or not found:
            return found, ()
        text = bytes(member)
        if text.count(b'"') == 2 * len(found) + b"".join(found.values()).count(b'"'):
            return found, ()
        return found, _repeated(text)

    def items(self, member: msgspec.Raw) -> list[msgspec.Raw]:
        """As Source."""
        return _items(member)


_SHAPES: Mapping[bytes, Shape] = {b"n": "null", b"{": "object", b"[": "array"}


class _Pairs(list[Any]):
    """The pairs of an object inside the one that is looked at."""


def _repeated(text: bytes) -> tuple[str, ...]:
    def pairs(found: list[tuple[str, Any]]) -> _Pairs:
        return _Pairs(found)

    outer = cast("list[tuple[str, Any]]", json.loads(text, object_pairs_hook=pairs, parse_int=str, parse_float=str))
    return tuple(name for name, count in Counter(name for name, _ in outer).items() if count > 1)


class TextSource:
    """Texts, None for null."""

    name = "text"
    null = None

    def reader(self, type: Type, limits: Limits, name: str) -> Reader:
        """As Source."""
        return text_reader(type, limits, name)

    def shape(self, member: str | None) -> Shape:
        """As Source."""
        return "null" if member is None else "scalar"

    def members(self, member: Any) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """As Source; texts are no objects."""
        raise TypeError(f"{member!r} is a text")

    def items(self, member: Any) -> list[Any]:
        """As Source; texts are no arrays."""
        raise TypeError(f"{member!r} is a text")


class PythonSource:
    """Values that application code gives."""

    name = "python"
    null = None

    def reader(self, type: Type, limits: Limits, name: str) -> Reader:
        """As Source."""
        return python_reader(type, limits, name)

    def shape(self, member: object) -> Shape:
        """As Source."""
        match member:
            case None:
                return "null"
            case Model():
                return "row"
            case Mapping():
                return "object"
            case list() | tuple() | set() | frozenset():
                return "array"
            case _:
                return "scalar"

    def members(self, member: Any) -> tuple[Mapping[str, Any], tuple[str, ...]]:
        """As Source; of a row its attributes."""
        return (member.__dict__ if isinstance(member, Model) else cast("Mapping[str, Any]", member)), ()

    def items(self, member: Any) -> list[Any]:
        """As Source."""
        return list(cast("Iterable[Any]", member))


JSON, TEXT, PYTHON = JsonSource(), TextSource(), PythonSource()
