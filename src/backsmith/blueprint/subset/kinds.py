"""Types in the subset: which kind of value one is, which of them meet in an operation, and what to call them."""

from __future__ import annotations

from typing import Literal

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
    Text,
    Time,
    Type,
    Uuid,
)

Kind = Literal[
    "text", "integer", "float", "decimal", "boolean", "date", "datetime", "time", "duration", "uuid", "bytes", "json",
    "list",
]  # fmt: skip

NAMES: dict[Kind, str] = {
    "text": "a text",
    "integer": "a whole number",
    "float": "a float",
    "decimal": "a Decimal",
    "boolean": "a bool",
    "date": "a date",
    "datetime": "a datetime",
    "time": "a time",
    "duration": "a timedelta",
    "uuid": "a UUID",
    "bytes": "bytes",
    "json": "a JSON value",
    "list": "a list",
}
NUMBERS = frozenset({"integer", "float", "decimal"})
ORDERED = NUMBERS | {"text", "date", "datetime", "time", "duration"}
"""Kinds whose values come before or after one another."""

_KINDS: dict[type, Kind] = {
    Text: "text",
    Enum: "text",
    Integer: "integer",
    Float: "float",
    Numeric: "decimal",
    Boolean: "boolean",
    Date: "date",
    DateTime: "datetime",
    Time: "time",
    Duration: "duration",
    Uuid: "uuid",
    Bytes: "bytes",
    Json: "json",
    List: "list",
}


def kind(type: Type) -> Kind:
    """The kind of values of the type; an Enum holds texts."""
    return _KINDS[type.__class__]


def name(type: Type) -> str:
    """What to call a value of the type, with its article."""
    return NAMES[kind(type)]


def sentence(type: Type) -> str:
    """The same at the beginning of a sentence."""
    text = name(type)
    return text[0].upper() + text[1:]


def instead_of_truth(type: Type, text: str) -> str:
    """What to write in place of a value where a condition is needed."""
    match kind(type):
        case "text":
            return f'Write `{text} != ""`.'
        case "integer" | "float" | "decimal":
            return f"Write `{text} != 0`."
        case "list":
            return f"Write `len({text}) != 0`."
        case _:
            return "Write a comparison."


def common(left: Type, right: Type) -> Type | None:
    """The type that values of both can be taken to without loss, or None where they never meet."""
    match left, right:
        case (Numeric(_, a, padded), Numeric(_, b, other)):
            return Numeric(_digits(left, right), max(a, b), padded and other)
        case (Numeric(), Integer()) | (Integer(), Numeric()):
            return left if isinstance(left, Numeric) else right
        case (Integer(a), Integer(b)):
            return left if a >= b else right
        case (Integer() | Float(), Integer() | Float()):
            return Float()
        case (Text() | Enum(), Text() | Enum()):
            return left if left == right else Text()
        case _ if kind(left) == kind(right):
            return left
        case _:
            return None


def product(left: Type, right: Type) -> Type:
    """The type of the product of two numbers that have a common type."""
    if isinstance(left, Numeric) and isinstance(right, Numeric):
        return Numeric(_digits(left, right), left.places + right.places, left.padded and right.padded)
    return whole(common(left, right) or left)


def whole(type: Type) -> Type:
    """The type of what is calculated from numbers of the type: whole numbers have 64 bits then."""
    return Integer() if isinstance(type, Integer) else type


def places(type: Type | None) -> int:
    """How many places after the point numbers of the type have."""
    return type.places if isinstance(type, Numeric) else 0


def _digits(left: Numeric, right: Numeric) -> int | None:
    return None if left.digits is None or right.digits is None else max(left.digits, right.digits)
