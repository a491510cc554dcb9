"""What the conversions of all databases have in common: how a column of a type is read and written, and words."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Field
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
from backsmith.databases.ddl import Ddl
from backsmith.databases.schema import Column
from backsmith.databases.value_patterns import JSON_DEPTH


def field_of(column: Column, type: Type, ddl: Ddl) -> Field:
    """A field of that type on the column, which may be one that Backsmith didn't make."""
    field = Field(id=column.name, name=column.name, column=column.name, type=type)
    if ddl.normal_type(ddl.column_type(field)) == ddl.normal_type(column.type):
        return field
    return Field(id=column.name, name=column.name, column=column.name, type=type, storage=ddl.storage(column))


def meaning_of(was: Type, becomes: Type) -> str:
    """What values that can't be converted are: `text that isn't a whole number`."""
    return f"{_noun(was)} that {_verb(becomes, of_text=isinstance(was, Text))}"


def _noun(type: Type) -> str:
    match type:
        case Text():
            return "text"
        case Integer() | Float() | Numeric():
            return "a number"
        case List():
            return "a list"
        case Json():
            return "JSON"
        case Bytes():
            return "bytes"
        case _:
            return "a value"


def _verb(type: Type, *, of_text: bool) -> str:
    match type:
        case Text(max_length=int(longest)):
            return f"is longer than {longest} characters"
        case Text(min_length=int(shortest)):
            return f"is shorter than {shortest} characters"
        case Text():
            return "can't be kept as text"
        case Integer(bits):
            low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
            bounds = f"from {low} to {high}"
            return f"isn't a whole number {bounds}" if of_text else f"isn't within {bounds}"
        case Float():
            return "isn't a number"
        case Numeric(digits=int(digits), places=places):
            return f"isn't a number of at most {digits - places} digits before the point"
        case Numeric():
            return "isn't a number"
        case Boolean():
            return "is neither true nor false"
        case Date():
            return "isn't a date of the years 1 to 9999"
        case DateTime():
            return "isn't a point in time of the years 1 to 9999"
        case Time():
            return "isn't a time of day"
        case Duration():
            return "isn't a length of time such as P1DT2H"
        case Uuid():
            return "isn't a UUID"
        case Bytes():
            return r"isn't written as \x and hexadecimal digits"
        case Json():
            return f"isn't JSON, or is nested more than {JSON_DEPTH} deep"
        case Enum(values):
            return f"is none of {', '.join(values)}"
        case Sealed():
            return "isn't encrypted"
        case List(item):
            return f"isn't an array, or has an item that {_verb(item, of_text=False)}"
