"""How Python spells things: names, texts, docstrings and types. In: what a contract says. Out: pieces of code.

Whatever stands in a model may end up here, so nothing of it is put into code as it is.
"""

from __future__ import annotations

import builtins
import json
import keyword
import re
from collections.abc import Collection, Iterable, Iterator
from inspect import cleandoc
from typing import assert_never

from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Sealed,
    Text,
    Time,
    Uuid,
    is_file,
)
from backsmith.contract.contract import Bytestream, Either, Many, Mapped, Member, Ref, Shape, ShapeType
from backsmith.contract.names import distinct

RESERVED = frozenset(
    {*dir(builtins), *keyword.kwlist, *keyword.softkwlist}
    | {"datetime", "decimal", "typing", "uuid", "httpx", "runtime", "model", "Client", "AsyncClient", "KINDS"}
)
"""Names that generated code means something by."""
_PLAIN_TYPES = ("bool", "bytes", "dict", "float", "int", "list", "str", "tuple")
_MEANT = frozenset({*_PLAIN_TYPES, "datetime", "decimal", "runtime", "typing", "uuid"})
"""What annotations are made of."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_SHOWN: dict[type, str] = {
    Text: "str",
    Integer: "int",
    Float: "float",
    Numeric: "decimal.Decimal",
    Boolean: "bool",
    Date: "datetime.date",
    DateTime: "datetime.datetime",
    Time: "datetime.time",
    Duration: "datetime.timedelta",
    Uuid: "uuid.UUID",
    Bytes: "bytes",
    Bytestream: "bytes",
}
_GIVEN = _SHOWN | {Numeric: "decimal.Decimal | int | str", Uuid: "uuid.UUID | str"}
"""More is taken than is shown."""
_KINDS: dict[type, str] = {
    Float: "float",
    Numeric: "decimal",
    Date: "date",
    DateTime: "datetime",
    Time: "time",
    Duration: "duration",
    Uuid: "uuid",
    Bytes: "bytes",
}


def text(value: str) -> str:
    """A text as code, in ASCII: `"draft"`."""
    return json.dumps(value).replace("\x7f", "\\x7f")


def docstring(doc: str | None, deprecated: str | None = None, indent: str = "") -> Iterator[str]:
    """The lines of a docstring, which nothing in it can end; none where there is nothing to say."""
    said = [cleandoc(doc or "").strip(), f"Deprecated: {deprecated}" if deprecated is not None else ""]
    whole = "\n\n".join(each for each in said if each)
    shown = "".join(each if each.isprintable() or each == "\n" else " " for each in whole)
    lines = shown.replace("\\", "\\\\").replace('"', '\\"').split("\n")
    if lines == [""]:
        return
    if len(lines) == 1:
        yield f'{indent}"""{lines[0]}"""'
        return
    yield f'{indent}"""{lines[0]}'
    yield from (f"{indent}{line}".rstrip() for line in lines[1:])
    yield f'{indent}"""'


def identifier(name: str, taken: Collection[str] = ()) -> str:
    """A name for a parameter or an attribute."""
    ascii_name = re.sub(r"[^A-Za-z0-9_]", "_", name).lstrip("_") or "value"
    sound = f"n{ascii_name}" if ascii_name[0].isdigit() else ascii_name
    return distinct(f"{sound}_" if keyword.iskeyword(sound) or sound in taken else sound, taken)


class Types:
    """The types of a contract, by the names that they have in `types.py`."""

    def __init__(self, shapes: Iterable[Shape]) -> None:
        self._taken: set[str] = set()
        self._names = {shape.name: self.take(shape.name) for shape in shapes}

    def take(self, wanted: str) -> str:
        """A name for a type of its own: the one that is wanted, or one near it."""
        ascii_name = re.sub(r"[^A-Za-z0-9_]", "_", wanted).lstrip("_") or "Shape"
        is_sound = _PLAIN.fullmatch(ascii_name) and ascii_name not in RESERVED
        name = distinct(ascii_name if is_sound else f"T{ascii_name}_", self._taken)
        self._taken.add(name)
        return name

    def are_plain(self, names: Iterable[str]) -> bool:
        """Whether the names can be attributes of a class whose annotations go on meaning what they say."""
        meant = _MEANT | self._taken
        return all(_PLAIN.fullmatch(each) and not keyword.iskeyword(each) and each not in meant for each in names)

    def name(self, shape: str) -> str:
        """The name of a shape's type."""
        return self._names[shape]

    def spelled(self, type: ShapeType, *, given: bool, nullable: bool = False, within: str = "") -> str:
        """The type of what a reply shows, or a request gives. `within` stands before names of `types.py`."""
        found = self._plain(type, within, given=given)
        return f"{found} | None" if nullable and found != "typing.Any" else found

    def of_member(self, member: Member, *, given: bool) -> str:
        """The type of a member of an object."""
        if member.choices:
            return _literal(member.choices) + (" | None" if member.nullable else "")
        return self.spelled(member.type, given=given, nullable=member.nullable)

    def _plain(self, type: ShapeType, within: str, *, given: bool) -> str:
        match type:
            case Enum(values):
                return _literal(values)
            case Json():
                return "runtime.FileInfo" if is_file(type) else "typing.Any"
            case List(item) | Many(item):
                nullable = isinstance(type, Many) and type.nullable
                return f"list[{self.spelled(item, given=given, nullable=nullable, within=within)}]"
            case Sealed(of):
                return self._plain(of, within, given=given)
            case Ref(shape):
                return within + self._names[shape]
            case Mapped(value):
                return f"dict[str, {self._plain(value, within, given=given)}]"
            case Either(of):
                return " | ".join(dict.fromkeys(self._plain(each, within, given=given) for each in of))
            case Text() | Integer() | Float() | Numeric() | Boolean() | Date() | DateTime() | Time():
                return (_GIVEN if given else _SHOWN)[type.__class__]
            case Duration() | Uuid() | Bytes() | Bytestream():
                return (_GIVEN if given else _SHOWN)[type.__class__]
            case _:
                assert_never(type)


def _literal(values: Iterable[str]) -> str:
    return f"typing.Literal[{', '.join(map(text, values))}]"


def kind(type: ShapeType) -> str | None:
    """How a value of JSON becomes one of Python, as code; None: it stays what it is."""
    match type:
        case Json():
            return None if is_file(type) else '"json"'
        case List(item) | Many(item):
            inner = kind(item)
            return None if inner is None else f'("list", {inner})'
        case Mapped(value):
            inner = kind(value)
            return None if inner is None else f'("map", {inner})'
        case Sealed(of):
            return kind(of)
        case Ref(shape):
            return f'("shape", {text(shape)})'
        case Either(of):
            inner = [found for each in of if (found := kind(each)) is not None]
            return f'("either", ({", ".join(inner)},))' if inner else None
        case _:
            found = _KINDS.get(type.__class__)
            return None if found is None else text(found)
