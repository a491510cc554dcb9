r"""Texts of filter values to Python values of a field's type, strict and the same on every database.

What each type takes (blanks around it are allowed, except in texts):

=========  ===================================================================================================
text       anything but NUL
integer    `-12`, within the field's bits
float      `1.5`, `.5`, `1e3`; finite
boolean    true false t f yes no y n on off 1 0, and beginnings of them, in any case
decimal    `19.90`, `1e3`; exact
date       `2026-01-23`
datetime   `2026-01-23T13:45:00Z`, any zone; without one it is UTC; a space for T; the time may be missing
time       `13:45:00`
duration   `P1DT2H`, `1 day 02:00:00`
uuid       with or without hyphens and braces, in any case
bytes      `\x68656c6c6f`
json       JSON
enum       one of its values
list       `{a,"b c"}`, its items of the item's type
=========  ===================================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec

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
from backsmith.engine.grammar.limits import LIMITS, Limits, too_complex
from backsmith.engine.grammar.lists import array_literal, in_list
from backsmith.engine.grammar.numbers import (
    BLANKS,
    bad_syntax,
    integer_reader,
    read_boolean,
    read_decimal,
    read_float,
    shown,
)
from backsmith.engine.grammar.times import read_date, read_datetime, read_duration, read_time
from backsmith.errors import BAD_VALUE, WRONG_TYPE, RequestError

Converter = Callable[[str], Any]

_SYMBOLS = {"cs": "@>", "cd": "<@", "ov": "&&", "sl": "<<", "sr": ">>", "nxl": "&>", "nxr": "&<", "adj": "-|-"}
_PATTERNS = frozenset({"like", "ilike", "match", "imatch"})
_UUID = re.compile(r"\{?((?:[0-9a-f]{4}-?){7}[0-9a-f]{4})\}?", re.IGNORECASE)
_HEX = re.compile(r"\\x((?:[0-9a-f]{2}\s*)*)", re.IGNORECASE | re.ASCII)
_JSON_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def converter(type: Type, operator: str, limits: Limits = LIMITS) -> Converter:
    """The function that takes the text of a value to what `operator` compares with a field of the type.

    `in` gives a list of values from `(a,b)`; `any` and `all`, for `eq(any)` and its like, one from `{a,b}`; the others
    give one value of the type. The function raises RequestError BAD_VALUE, BAD_TIME, OUT_OF_RANGE, TIME_OUT_OF_RANGE,
    BAD_QUERY (an `in` list that isn't one) or TOO_COMPLEX; `converter` itself WRONG_TYPE where the operator means
    nothing for the type.
    """
    match operator:
        case "in":
            one = scalar(type, limits)
            return lambda text: [one(item) for item in in_list(text, limits)]
        case "any" | "all":
            one = scalar(type, limits)
            return lambda text: [one(item) for item in array_literal(text, limits)]
        case _ if operator in _PATTERNS:
            return lambda text: _pattern(text, limits)
        case "cs" | "cd" if isinstance(type, List | Json):
            return scalar(type, limits)
        case "ov" if isinstance(type, List):
            return scalar(type, limits)
        case _ if operator in _SYMBOLS:
            raise RequestError(
                WRONG_TYPE,
                f"operator does not exist: {type_name(type)} {_SYMBOLS[operator]} unknown",
                hint=f"'{operator}' isn't for fields of this type.",
            )
        case _:
            return scalar(type, limits)


def scalar(type: Type, limits: Limits = LIMITS) -> Converter:
    """The function that takes a text to one value of the type; of a list, the whole list."""
    match type:
        case Text():
            return read_text
        case Integer(bits):
            return integer_reader(bits)
        case Float():
            return read_float
        case Boolean():
            return read_boolean
        case Numeric():
            return read_decimal
        case Date():
            return read_date
        case DateTime():
            return read_datetime
        case Time():
            return read_time
        case Duration():
            return read_duration
        case Uuid():
            return read_uuid
        case Bytes():
            return read_bytes
        case Json():
            return read_json
        case Enum():
            return _enum_reader(type)
        case List(item):
            one = scalar(item, limits)
            return lambda text: [one(part) for part in array_literal(text, limits)]
        case Sealed(of):
            return scalar(of, limits)


def read_text(text: str) -> str:
    """The text itself. Raises RequestError BAD_VALUE where it holds NUL."""
    if "\0" in text:
        raise RequestError(BAD_VALUE, "A text can't hold the character NUL")
    return text


def read_uuid(text: str) -> UUID:
    """Reads a UUID in any of the forms PostgreSQL takes. Raises RequestError BAD_VALUE."""
    stripped = text.strip(BLANKS)
    match = _UUID.fullmatch(stripped)
    if match is None or stripped.startswith("{") != stripped.endswith("}"):
        raise bad_syntax("uuid", text)
    return UUID(hex=match[1].replace("-", ""))


def read_bytes(text: str) -> bytes:
    r"""Reads `\x68656c6c6f`. Raises RequestError BAD_VALUE."""
    match = _HEX.fullmatch(text.strip(BLANKS))
    if match is None:
        raise bad_syntax("bytea", text, r"Write bytes in hexadecimal, like \x68656c6c6f.")
    return bytes.fromhex(match[1])


def read_json(text: str) -> msgspec.Raw:
    """Reads JSON, kept to the letter. Raises RequestError BAD_VALUE."""
    raw = text.strip(" \t\n\r").encode()
    try:
        msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise bad_syntax("json", text, 'Write JSON: a text in quotes, "a".') from None
    if _JSON_NUL.search(text):
        raise RequestError(BAD_VALUE, "A text can't hold the character NUL")
    return msgspec.Raw(raw)


def _enum_reader(type: Enum) -> Converter:
    values = frozenset(type.values)

    def read(text: str) -> str:
        if text not in values:
            name = f"enum {type.name}" if type.name else "enum"
            raise RequestError(
                BAD_VALUE,
                f"invalid input value for {name}: {shown(text)}",
                hint=f"Its values are {', '.join(type.values)}.",
            )
        return text

    return read


def _pattern(text: str, limits: Limits) -> str:
    if len(text) > limits.pattern_length:
        too_complex("A pattern is too long", "pattern_length", limits.pattern_length)
    return read_text(text)


def type_name(type: Type) -> str:
    """PostgreSQL's name of a type, as its messages have it."""
    match type:
        case Integer(bits):
            return {16: "smallint", 32: "integer", 64: "bigint"}[bits]
        case List(item):
            return f"{type_name(item)}[]"
        case Sealed(of):
            return type_name(of)
        case _:
            return _NAMES[type.__class__]


_NAMES: dict[type, str] = {
    Text: "text",
    Float: "double precision",
    Boolean: "boolean",
    Numeric: "numeric",
    Date: "date",
    DateTime: "timestamp with time zone",
    Time: "time without time zone",
    Duration: "interval",
    Uuid: "uuid",
    Bytes: "bytea",
    Json: "json",
    Enum: "text",
}
