"""What a column of PostgreSQL's holds: the inverse of `PostgresDdl.column_type`."""

from __future__ import annotations

import re

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
)
from backsmith.databases.schema import EnumType
from backsmith.databases.sql_tokens import tokens

_PLAIN: dict[str, Type] = {
    "smallint": Integer(16),
    "integer": Integer(32),
    "bigint": Integer(64),
    "real": Float(),
    "double precision": Float(),
    "boolean": Boolean(),
    "date": Date(),
    "timestamp with time zone": DateTime(),
    "timestamp without time zone": DateTime(),
    "time with time zone": Time(),
    "time without time zone": Time(),
    "interval": Duration(),
    "uuid": Uuid(),
    "bytea": Bytes(),
    "json": Json(),
    "jsonb": Json(),
}
_ARGUMENTS = re.compile(r"\((\d+)(?:,(-?\d+))?\)")
_SHORT = {
    "character varying": "varchar",
    "character": "char",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
    "time with time zone": "timetz",
    "time without time zone": "time",
}


def field_type(type: str, enums: tuple[EnumType, ...]) -> Type:
    """The type of a field on a column of that type, as format_type spells it. What has none of its own is its text."""
    if type.endswith("[]"):
        item = field_type(type[:-2], enums)
        return Json() if isinstance(item, Json | List | Bytes | Sealed) else List(item)
    if (enum := enum_of(type, enums)) is not None:
        return Enum(enum.values) if enum.values else Text()
    arguments = _ARGUMENTS.search(type)
    name = " ".join(_ARGUMENTS.sub("", type).split())
    match name:
        case "numeric":
            return _numeric(arguments)
        case "character varying" | "character":
            return Text(max_length=int(arguments[1]) if arguments else None)
        case _:
            return _PLAIN.get(name, Text())


def enum_of(type: str, enums: tuple[EnumType, ...]) -> EnumType | None:
    """The enum that a column's type names."""
    names = tuple(token.value for token in tokens(type, brackets=False) if token.is_name())
    for enum in enums:
        if names in {(enum.name,), (enum.schema, enum.name)} and "(" not in type:
            return enum
    return None


def short_type(type: str) -> str:
    """The type as people write it: `varchar(20)`, `timestamp`."""
    array = "[]" if type.endswith("[]") else ""
    arguments = _ARGUMENTS.search(type)
    name = " ".join(_ARGUMENTS.sub("", type.removesuffix("[]")).split())
    return (_SHORT[name] + (arguments[0] if arguments else "") if name in _SHORT else type.removesuffix("[]")) + array


def _numeric(arguments: re.Match[str] | None) -> Numeric:
    if arguments is None:
        return Numeric(None, 0)
    digits, places = int(arguments[1]), int(arguments[2] or 0)
    if not 0 <= places <= digits:  # numeric(3,5) and numeric(3,-2), which PostgreSQL has since 15
        return Numeric(None, max(places, 0))
    return Numeric(digits, places, padded=True)
