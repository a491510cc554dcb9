"""Constants of a model: a Python value -> its canonical JSON value, or what is wrong with it.

Used for defaults of fields and parameters and for the bounds of fields.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import re
import uuid
from decimal import Decimal
from typing import Any, cast

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
    Text,
    Time,
    Type,
    Uuid,
)  # fmt: skip

WORDS: dict[type, str] = {
    Text: "str", Integer: "int", Float: "float", Boolean: "bool", Numeric: "Decimal", Date: "date",
    DateTime: "datetime", Time: "time", Duration: "timedelta", Uuid: "UUID", Bytes: "bytes", Json: "Json",
    Enum: "text of its list", List: "list",
}  # fmt: skip


class MisfitError(ValueError):
    """A constant that isn't a value of the type; the message is the second half of a sentence ("is not a Decimal")."""


def constant(value: Any, type: Type, bounds: Bounds | None = None) -> Any:
    """The canonical JSON value of the constant: numbers, texts, booleans and lists; Decimals and times as text.

    Raises MisfitError.
    """
    result = _of_type(value, type)
    match type:
        case Text():
            _check_text(result, type)
        case Enum() if result not in type.values:
            raise MisfitError(f"is not one of {', '.join(map(repr, type.values))}")
        case Integer() if not -(2 ** (type.bits - 1)) <= result < 2 ** (type.bits - 1):
            raise MisfitError(f"does not fit in {type.bits} bits")
        case Numeric():
            _check_digits(Decimal(result), type)
        case _:
            pass
    if bounds is not None:
        _check_bounds(value, bounds, type)
    return result


def text(value: Any, type: Type) -> str:
    """The constant as canonical text: of a bound. Raises MisfitError."""
    result = _of_type(value, type)
    return result if isinstance(result, str) else json.dumps(result)


def parsed(text: str, type: Type) -> Any:
    """The Python value of a bound's canonical text."""
    match type:
        case Integer():
            return int(text)
        case Float():
            return float(text)
        case Numeric():
            return Decimal(text)
        case Date():
            return dt.date.fromisoformat(text)
        case DateTime():
            return dt.datetime.fromisoformat(text)
        case Time():
            return dt.time.fromisoformat(text)
        case Duration():
            return duration_value(text)
        case _:
            return text


def _of_type(value: Any, type: Type) -> Any:
    match type, value:
        case Text(), str() if "\0" not in value:
            return str(value)
        case Enum(), str():
            return str(value.value) if isinstance(value, enum.Enum) else value
        case (Integer(), int()) if not isinstance(value, bool):
            return int(value)
        case (Float(), float() | int()) if not isinstance(value, bool) and value - value == 0:
            return float(value)
        case Boolean(), bool():
            return value
        case (Numeric(), Decimal() | int()) if not isinstance(value, bool) and Decimal(value).is_finite():
            return format(Decimal(value), "f")
        case Numeric(), float():
            raise MisfitError(f"is a float, which isn't exact: write Decimal({str(value)!r})")
        case (Date(), dt.date()) if not isinstance(value, dt.datetime):
            return value.isoformat()
        case DateTime(), dt.datetime():
            return _datetime_text(value)
        case (Time(), dt.time()) if value.tzinfo is None:
            return _without_zeros(value.isoformat())
        case Duration(), dt.timedelta():
            return duration_text(value)
        case Uuid(), uuid.UUID():
            return str(value)
        case Bytes(), bytes():
            return "\\x" + value.hex()
        case Json(), _:
            return _json_value(value)
        case List(), list() | tuple():
            return [constant(item, type.item) for item in cast("list[Any]", value)]
        case _:
            article = "an" if WORDS[type.__class__] == "int" else "a"
            raise MisfitError(f"is not {article} {WORDS[type.__class__]}")


def _json_value(value: Any) -> Any:
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise MisfitError("is not a JSON value") from error


def _datetime_text(value: dt.datetime) -> str:
    if value.tzinfo is None:
        raise MisfitError("has no time zone: write datetime(…, tzinfo=UTC)")
    return _without_zeros(value.astimezone(dt.UTC).replace(tzinfo=None).isoformat()) + "+00:00"


def _without_zeros(text: str) -> str:
    return text.rstrip("0") if "." in text else text


def duration_text(value: dt.timedelta) -> str:
    """ISO 8601 as PostgreSQL's `intervalstyle=iso_8601` writes it: `P1DT2H`, `PT-0.5S`, `PT0S`."""
    if not value:
        return "PT0S"
    microseconds = (value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds
    sign = -1 if microseconds < 0 else 1
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    days, seconds = divmod(seconds, 86400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    text = f"P{sign * days}D" if days else "P"
    if hours or minutes or seconds or fraction:
        text += "T"
    text += f"{sign * hours}H" if hours else ""
    text += f"{sign * minutes}M" if minutes else ""
    if seconds or fraction:
        exact = _without_zeros(f"{seconds}.{fraction:06}") if fraction else str(seconds)
        text += f"{'-' if sign < 0 else ''}{exact}S"
    return text


_DURATION = re.compile(r"P(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d+))?S)?)?")


def duration_value(text: str) -> dt.timedelta:
    """The length of time that `duration_text` wrote."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a duration")
    days, hours, minutes, sign, seconds, fraction = match.groups()
    exact = dt.timedelta(seconds=int(seconds or 0), microseconds=int((fraction or "").ljust(6, "0")))
    return dt.timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0)) + (
        -exact if sign else exact
    )


def _check_text(value: str, type: Text) -> None:
    if type.max_length is not None and len(value) > type.max_length:
        raise MisfitError(f"is longer than {type.max_length}")
    if type.min_length is not None and len(value) < type.min_length:
        raise MisfitError(f"is shorter than {type.min_length}")
    if type.pattern is not None and not re.search(type.pattern, value):
        raise MisfitError(f"does not match {type.pattern}")


def _check_digits(value: Decimal, type: Numeric) -> None:
    if type.digits is None:
        return
    whole, _, fraction = format(value, "f").lstrip("-").partition(".")
    if len(fraction.rstrip("0")) > type.places:
        raise MisfitError(f"has more than {type.places} places")
    if len(whole.lstrip("0")) > type.digits - type.places:
        raise MisfitError(f"has more than {type.digits - type.places} digits before the point")


def _check_bounds(value: Any, bounds: Bounds, type: Type) -> None:
    if bounds.ge is not None and not value >= parsed(bounds.ge, type):
        raise MisfitError(f"is less than {bounds.ge}")
    if bounds.gt is not None and not value > parsed(bounds.gt, type):
        raise MisfitError(f"is not greater than {bounds.gt}")
    if bounds.le is not None and not value <= parsed(bounds.le, type):
        raise MisfitError(f"is greater than {bounds.le}")
    if bounds.lt is not None and not value < parsed(bounds.lt, type):
        raise MisfitError(f"is not less than {bounds.lt}")
    if bounds.multiple_of is not None and value % parsed(bounds.multiple_of, type) != 0:
        raise MisfitError(f"is not a multiple of {bounds.multiple_of}")
