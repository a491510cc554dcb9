"""The SQL types under which PostgreSQL takes the values that are bound."""

from __future__ import annotations

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


def parameter_type(type: Type | None) -> str:
    """The SQL type under which a value of the type is bound."""
    match type:
        case None | Text() | Enum():
            return "text"
        case Integer():
            return "bigint"
        case Float():
            return "double precision"
        case Boolean():
            return "boolean"
        case Numeric():
            return "numeric"
        case Date():
            return "date"
        case DateTime():
            return "timestamptz"
        case Time():
            return "time"
        case Duration():
            return "interval"
        case Uuid():
            return "uuid"
        case Bytes() | Sealed():
            return "bytea"
        case Json():
            return "json"
        case List(Integer(bits)):
            return {16: "smallint[]", 32: "integer[]", 64: "bigint[]"}[bits]  # arrays compare with their own type only
        case List(item):
            return f"{parameter_type(item)}[]"
