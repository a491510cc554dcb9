"""Constants: Python values as `Literal` nodes and back.

Decimals, dates, times, durations and UUIDs are kept as text, as `expressions.Literal` says.
"""

from __future__ import annotations

import enum
import math
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from backsmith.blueprint.expressions import Literal
from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Float,
    Integer,
    Numeric,
    Text,
    Time,
    Type,
    Uuid,
)

LARGEST_INTEGER = 2**63 - 1
MOST_PLACES = 18
MICROSECOND = timedelta(microseconds=1)


class ConstantError(Exception):
    """A value that can't stand in an expression; says why."""


def literal_of(value: object) -> Literal:
    """The node for a Python value. Raises `ConstantError` for one that no field could hold."""
    if isinstance(value, enum.Enum):
        value = value.value
    match value:
        case None | bool():
            return Literal(value, None)
        case int():
            if not -LARGEST_INTEGER - 1 <= value <= LARGEST_INTEGER:
                raise ConstantError(f"{value} is beyond the 64 bits of a whole number")
            return Literal(int(value), Integer())
        case float():
            if not math.isfinite(value):
                raise ConstantError(f"{value} can't be kept in a database")
            return Literal(value, Float())
        case str():
            if "\0" in value:
                raise ConstantError("a text with a NUL character can't be kept in a database")
            return Literal(str(value), Text())
        case Decimal():
            return _decimal(value)
        case datetime():
            if value.utcoffset() is None:
                raise ConstantError("a datetime without a time zone is no instant: give it tzinfo=UTC")
            return Literal(value.astimezone(UTC).isoformat(), DateTime())
        case date():
            return Literal(value.isoformat(), Date())
        case time():
            if value.tzinfo is not None:
                raise ConstantError("a time of day has no time zone here")
            return Literal(value.isoformat(), Time())
        case timedelta():
            return Literal(duration_text(value), Duration())
        case UUID():
            return Literal(str(value), Uuid())
        case _:
            raise ConstantError(f"a constant of type {type(value).__name__} has no place in an expression")


def zero(type: Type) -> Literal:
    """What a sum of values of the type begins at."""
    match type:
        case Duration():
            return Literal("PT0S", type)
        case Numeric():
            return Literal("0", type)
        case _:
            return Literal(0, type)


def value_of(literal: Literal) -> Any:
    """The Python value of a literal."""
    value = literal.value
    if not isinstance(value, str):
        return value
    match literal.type:
        case Numeric():
            return Decimal(value)
        case Date():
            return date.fromisoformat(value)
        case DateTime():
            return datetime.fromisoformat(value)
        case Time():
            return time.fromisoformat(value)
        case Duration():
            return duration_of(value)
        case Uuid():
            return UUID(value)
        case Bytes() | Boolean():
            raise ValueError(f"there are no literals of {literal.type}")
        case _:
            return value


def duration_text(value: timedelta) -> str:
    """ISO 8601 in days, hours, minutes and seconds, each part with the sign of the whole: `P1DT2H`, `PT-0.5S`."""
    microseconds = value // MICROSECOND
    sign, rest = ("-", -microseconds) if microseconds < 0 else ("", microseconds)
    seconds, fraction = divmod(rest, 1_000_000)
    days, seconds = divmod(seconds, 86_400)
    hours, seconds = divmod(seconds, 3_600)
    minutes, seconds = divmod(seconds, 60)
    decimals = f".{fraction:06}".rstrip("0") if fraction else ""
    clock = "".join(f"{sign}{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M")) if number)
    if seconds or fraction:
        clock += f"{sign}{seconds}{decimals}S"
    text = f"{sign}{days}D" if days else ""
    if clock:
        text += f"T{clock}"
    return f"P{text or 'T0S'}"


def duration_of(text: str) -> timedelta:
    """The length of time that `duration_text` wrote."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"not a duration: {text}")
    days, hours, minutes, seconds = (Decimal(part or 0) for part in found.groups())
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return timedelta(microseconds=int(whole * 1_000_000))


_DURATION = re.compile(r"P(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+(?:\.\d+)?)S)?)?")


def _decimal(value: Decimal) -> Literal:
    if not value.is_finite():
        raise ConstantError(f"the decimal {value} can't be kept in a database")
    exponent = value.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if places > MOST_PLACES or value.adjusted() + 1 + places > MOST_PLACES:
        raise ConstantError(f"a decimal has at most {MOST_PLACES} digits")
    return Literal(f"{value:f}", Numeric(MOST_PLACES, places, padded=True))
