"""Python values of a field's type to their canonical JSON text, the same that the databases write for a column.

In: values as `Stores.decoder` gives them. What can't be read as the field's type, which only databases of others hold,
is a text there and becomes a JSON string.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

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
from backsmith.databases.values import datetime_text, duration_text, float_text, json_text, microseconds, time_text

_encode = msgspec.json.Encoder().encode


def quoted(text: str) -> str:
    """A text as a JSON string."""
    return _encode(text).decode()


def json_writer(type: Type) -> Callable[[Any], str]:
    """The function that takes a value of the type, or None, to its JSON text."""
    one = _writer(type)

    def write(value: Any) -> str:
        if value is None:
            return "null"
        return quoted(value) if isinstance(value, str) and not isinstance(type, Json) else one(value)

    return write


def _writer(type: Type) -> Callable[[Any], str]:
    match type:
        case Text() | Enum() | Uuid():
            return lambda value: quoted(str(value))
        case Integer():
            return str
        case Float():
            return lambda value: float_text(float(value))
        case Boolean():
            return lambda value: "true" if value else "false"
        case Numeric(places=places, padded=padded):
            return lambda value: _decimal(value, places, padded=padded)
        case Date():
            return lambda value: quoted(value.isoformat())
        case DateTime():
            return lambda value: quoted(datetime_text(value))
        case Time():
            return lambda value: quoted(time_text(value))
        case Duration():
            return lambda value: quoted(duration_text(microseconds(value)))
        case Bytes() | Sealed():
            return lambda value: quoted(f"\\x{bytes(value).hex()}")
        case Json():
            return json_text
        case List(item):
            return _list(json_writer(item))


def _decimal(value: Decimal, places: int, *, padded: bool) -> str:
    if not value.is_finite():
        return quoted(str(value))
    if padded:
        return format(round(value, places), "f")
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _list(item: Callable[[Any], str]) -> Callable[[Sequence[Any]], str]:
    return lambda values: f"[{','.join(map(item, values))}]"
