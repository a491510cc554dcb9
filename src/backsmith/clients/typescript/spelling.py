"""How TypeScript spells things: names, texts, comments and types. In: what a contract says. Out: pieces of code.

Whatever stands in a model may end up here, so nothing of it is put into code as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
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

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII)
# Words that can't name a type, or that name one which generated code means.
_WORDS = """
    any as async await bigint boolean break case catch class const continue debugger default delete do else enum export
    extends false finally for function if implements import in instanceof interface keyof let never new null number
    object of package private protected public readonly return static string super switch symbol this throw true try
    type typeof undefined unknown unique var void while with yield Blob Models ErrorKind
"""
_RESERVED = frozenset(_WORDS.split())
_EXACT = 32
"""Bits of a whole number that JavaScript's numbers always hold exactly."""


def text(value: str) -> str:
    """A text as code: `"draft"`."""
    found = json.dumps(value, ensure_ascii=False)
    return "".join(each if each.isprintable() else _escaped(each) for each in found)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1]


def member_name(name: str) -> str:
    """A name of a member of an object, quoted where it has to be."""
    return name if _PLAIN.fullmatch(name) else text(name)


def camel(name: str) -> str:
    """`confirm_sign_up` -> `confirmSignUp`."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


def comment(doc: str | None, deprecated: str | None = None, indent: str = "") -> Iterator[str]:
    """The lines of a doc comment; none where there is nothing to say."""
    lines = [*_lines(doc), *_tag(deprecated)]
    if len(lines) == 1:
        yield f"{indent}/** {lines[0]} */"
    elif lines:
        yield f"{indent}/**"
        yield from (f"{indent} * {line}".rstrip() for line in lines)
        yield f"{indent} */"


def _lines(doc: str | None) -> list[str]:
    """The text in lines that end no comment, with nothing in them that can't be seen."""
    shown = "".join(each if each.isprintable() or each == "\n" else " " for each in cleandoc(doc or ""))
    harmless = shown.replace("*/", "*\\/").strip()
    return harmless.split("\n") if harmless else []


def _tag(deprecated: str | None) -> list[str]:
    if deprecated is None:
        return []
    said = _lines(deprecated)
    return [f"@deprecated {' '.join(said)}".rstrip()]


def object_type(members: Iterable[str]) -> str:
    """An object type in one line."""
    found = "; ".join(members)
    return f"{{ {found} }}" if found else "{}"


def importing(code: str, imports: Mapping[str, str]) -> str:
    """The code below those of the imports that it uses: linters mind the others."""
    lines = (line for line in code.splitlines() if not line.lstrip().startswith(("*", "/**")))
    names = frozenset(name for line in lines for name in re.findall(r"[$\w]+", line))
    used = [f"import {each};\n" for name, each in imports.items() if name in names]
    return "".join(used) + ("\n" if used else "") + code


class Types:
    """The types of a contract, by the names that they have in `types.ts`."""

    def __init__(self, shapes: Iterable[Shape]) -> None:
        self._taken: set[str] = set()
        self._names: dict[str, str] = {}
        for shape in (shapes := tuple(shapes)):
            self._names[shape.name] = self.take(shape.name)
        named = dict.fromkeys(each for shape in shapes for member in shape.members for each in _enums(member.type))
        self.enums: Mapping[Enum, str] = {each: self.take(each.name or "") for each in named}
        """The names of enums that have any."""

    def take(self, wanted: str) -> str:
        """A name for a type of its own: the one that is wanted, or one near it."""
        ascii_name = re.sub(r"[^A-Za-z0-9_]", "_", wanted)
        sound = f"{ascii_name}_" if ascii_name in _RESERVED or not _PLAIN.fullmatch(ascii_name) else ascii_name
        name = distinct(sound, self._taken)
        self._taken.add(name)
        return name

    def name(self, shape: str) -> str:
        """The name of a shape's type."""
        return self._names[shape]

    def shown(self, type: ShapeType, *, nullable: bool = False, within: str = "") -> str:
        """The type of what a reply holds. `within` is what stands before names of `types.ts`: `model.`."""
        return self._type(type, nullable, within, given=False)

    def given(self, type: ShapeType, *, nullable: bool = False, within: str = "") -> str:
        """The type of what a request gives, where more is taken than is shown: numbers as text, a Date."""
        return self._type(type, nullable, within, given=True)

    def of_member(self, member: Member, *, given: bool = False, within: str = "") -> str:
        """The type of a member of an object."""
        if member.choices:
            return _nullable(" | ".join(map(text, member.choices)), member.nullable)
        return self._type(member.type, member.nullable, within, given=given)

    def _type(self, type: ShapeType, nullable: bool, within: str, *, given: bool) -> str:
        return _nullable(self._plain(type, within, given=given), nullable and not _takes_null(type))

    def _plain(self, type: ShapeType, within: str, *, given: bool) -> str:
        match type:
            case Text() | Integer() | Float() | Numeric() | Boolean() | Date() | DateTime() | Time() | Duration():
                return _scalar(type, given=given)
            case Enum() if type in self.enums:
                return within + self.enums[type]
            case Uuid() | Bytes() | Enum():
                return _scalar(type, given=given)
            case Json():
                return "$.Json" if not is_file(type) else "Blob" if given else "$.FileInfo"
            case List(item) | Many(item):
                nullable = isinstance(type, Many) and type.nullable
                return _list(self._type(item, nullable, within, given=given))
            case Sealed(of):
                return self._plain(of, within, given=given)
            case Ref(shape):
                return within + self._names[shape]
            case Mapped(value):
                return f"{{ [name: string]: {self._plain(value, within, given=given)} }}"
            case Either(of):
                return " | ".join(dict.fromkeys(self._plain(each, within, given=given) for each in of))
            case Bytestream():
                return "Blob"
            case _:
                assert_never(type)


def _enums(type: ShapeType) -> Iterator[Enum]:
    match type:
        case Enum(_, name) if name:
            yield type
        case List(item) | Many(item):
            yield from _enums(item)
        case Mapped(of) | Sealed(of):
            yield from _enums(of)
        case _:
            return


def _scalar(type: ShapeType, *, given: bool) -> str:
    match type:
        case Integer(bits) if bits <= _EXACT:
            return "number"
        case Integer():
            return "$.Int64Given" if given else "$.Int64"
        case Float():
            return "number"
        case Numeric():
            return "$.DecimalGiven" if given else "$.Decimal"
        case Boolean():
            return "boolean"
        case DateTime():
            return "$.InstantGiven" if given else "$.Instant"
        case Enum(values):
            return " | ".join(map(text, values))
        case Date() | Time() | Duration() | Uuid() | Bytes():
            return _NAMED[type.__class__]
        case _:
            return "string"


_NAMED: dict[type, str] = {
    Date: "$.Day",
    Time: "$.Time",
    Duration: "$.Duration",
    Uuid: "$.Uuid",
    Bytes: "$.Bytes",
}


def _takes_null(type: ShapeType) -> bool:
    return isinstance(type, Json) and not is_file(type)


def _nullable(spelled: str, nullable: bool) -> str:
    return f"{spelled} | null" if nullable else spelled


def _list(item: str) -> str:
    return f"({item})[]" if " " in item and not item.startswith("{") else f"{item}[]"
