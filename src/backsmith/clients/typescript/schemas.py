"""`schemas.ts`: Zod's schemas of the bodies that make and change rows. In: a contract. Out: the file's text.

They have every constraint of a field. Rows nested in a body, and what rules and `@check` functions ask, are the
server's alone to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backsmith.blueprint.blueprint import Bounds
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
    Type,
    Uuid,
    is_file,
)
from backsmith.clients.typescript.entities import Entity
from backsmith.clients.typescript.patterns import javascript_pattern
from backsmith.clients.typescript.spelling import Types, comment, importing, member_name, text
from backsmith.contract.contract import Member, Shape

_WORDS = {"gt": "gt", "ge": "ge", "lt": "lt", "le": "le", "multiple_of": "multipleOf"}
_SIMPLE: dict[type, str] = {
    Boolean: "z.boolean()",
    Duration: "$.duration()",
    Uuid: "$.uuid()",
    Bytes: "$.bytes()",
}
_BOUNDED: dict[type, str] = {Float: "float", Date: "day", Time: "time", DateTime: "instant"}


def schemas_text(entities: Mapping[str, Entity], types: Types) -> str:
    """The lines below the header."""
    lines: list[str] = []
    for entity in entities.values():
        for shape in (entity.create, entity.update):
            if shape is not None:
                lines += _schema(entity, shape, types)
    return importing("\n".join(lines), {"z": '{ z } from "zod"', "$": '* as $ from "./runtime/zod.js"'})


def _schema(entity: Entity, shape: Shape, types: Types) -> Iterator[str]:
    new = shape.purpose == "create"
    what = "when it is made" if new else "when it is changed"
    yield from comment(f"What a row of {entity.collection.name} takes {what}, without rows nested in it.")
    yield f"export const {types.name(shape.name)} = z.strictObject({{"
    for member in shape.members:
        yield f"  {member_name(member.name)}: {_member(member, new=new)},"
    for file in entity.sent if new else ():
        yield f"  {member_name(file.name)}: $.file(),"
    yield from ("});", "")


def _member(member: Member, *, new: bool) -> str:
    assert isinstance(member.type, Type), "rows hold values"
    nullable = ".nullable()" if member.nullable and not _takes_null(member.type) else ""
    return f"{_value(member.type, member.bounds)}{nullable}{'' if new and member.required else '.optional()'}"


def _takes_null(type: Type) -> bool:
    return isinstance(type, Json) and not is_file(type)


def _value(type: Type, bounds: Bounds | None) -> str:
    match type:
        case Text():
            return f"$.text({_asked(type)})"
        case Enum(values):
            return f"z.enum([{', '.join(map(text, values))}])"
        case Integer(bits):
            return f"$.integer({bits}{_bounds(bounds)})"
        case Numeric(digits, places):
            return f"$.decimal({'null' if digits is None else digits}, {places}{_bounds(bounds)})"
        case Float() | Date() | Time() | DateTime():
            return f"$.{_BOUNDED[type.__class__]}({_bounds(bounds)[2:]})"
        case Json():
            return "$.file()" if is_file(type) else "$.json()"
        case List(item):
            return f"z.array({_value(item, None)})"
        case Sealed(of):
            return _value(of, bounds)
        case _:
            return _SIMPLE[type.__class__]


def _asked(type: Text) -> str:
    asked: list[str] = []
    if type.min_length is not None:
        asked.append(f"min: {type.min_length}")
    if type.max_length is not None:
        asked.append(f"max: {type.max_length}")
    pattern = None if type.pattern is None else javascript_pattern(type.pattern)
    if pattern is not None:
        asked.append(f'pattern: new RegExp({text(pattern)}, "u")')
    if type.format is not None:
        asked.append(f"format: {text(type.format)}")
    return f"{{ {', '.join(asked)} }}" if asked else ""


def _bounds(bounds: Bounds | None) -> str:
    if bounds is None:
        return ""
    found = [(said, getattr(bounds, word)) for word, said in _WORDS.items()]
    given = ", ".join(f"{said}: {text(str(bound))}" for said, bound in found if bound is not None)
    return f", {{ {given} }}" if given else ""
