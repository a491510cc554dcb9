"""Values as their canonical texts, and texts as values, for `backsmith_convert`: the internal forms of SQLite."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any
from uuid import UUID

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
    Numeric,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases import value_patterns as patterns
from backsmith.databases.values import (
    DAY,
    HOUR,
    INTEGER_MAX,
    MINUTE,
    SECOND,
    datetime_text,
    decimal_text,
    duration_text,
    float_text,
    time_text,
)

_EXACT = Context(prec=2000)
_LARGEST, _SMALLEST = Decimal(patterns.LARGEST_FLOAT), Decimal(patterns.SMALLEST_FLOAT)
_INTEGER, _DECIMAL, _FLOAT, _DATE, _DATETIME, _TIME, _DURATION, _UUID, _BYTES = (
    re.compile(pattern)
    for pattern in (
        patterns.INTEGER,
        patterns.DECIMAL,
        patterns.FLOAT,
        patterns.DATE,
        patterns.DATETIME,
        patterns.TIME,
        patterns.DURATION,
        patterns.UUID,
        patterns.BYTES,
    )
)
_JSON_TEXT, _JSON_SCALAR, _JSON_SPACE, _JSON_NESTED = (
    re.compile(pattern)
    for pattern in (patterns.JSON_TEXT, patterns.JSON_SCALAR, patterns.JSON_SPACE, patterns.JSON_NESTED)
)
_PARTS = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)([DHMS])")
_UNITS = {"D": DAY, "H": HOUR, "M": MINUTE, "S": SECOND}


def write_text(value: Any, was: Type) -> str:
    """The canonical text of a value: as the API writes it, without quotes."""
    match was:
        case Boolean():
            return "true" if value else "false"
        case Float():
            return float_text(value).strip('"')
        case Numeric(places=places, padded=padded):
            return decimal_text(value, places, padded=padded)
        case Duration():
            return duration_text(value)
        case Bytes():
            return rf"\x{value.hex()}"
        case _:
            return str(value)


def read_text(value: str, becomes: Type) -> Any:
    """The value that a text says, or None."""
    if "\0" in value:
        return None
    text = value.strip(patterns.SPACE)
    match becomes:
        case Text(max_length=longest, min_length=shortest):
            length = len(value)
            return value if (shortest or 0) <= length and (longest is None or length <= longest) else None
        case Enum(values):
            return value if value in values else None
        case Integer() | Numeric() | Float():
            return _number(text, becomes) if len(text) <= patterns.LONGEST else None
        case Boolean():
            return _boolean(text)
        case Date():
            return text if _DATE.fullmatch(text) else None
        case DateTime():
            return _datetime(text) if _DATETIME.fullmatch(text) else None
        case Time():
            return time_text(time.fromisoformat(text)) if _TIME.fullmatch(text) else None
        case Duration():
            return _duration(text) if _DURATION.fullmatch(text) else None
        case Uuid():
            return str(UUID(text)) if _UUID.fullmatch(text) else None
        case Bytes():
            return bytes.fromhex(text[2:]) if _BYTES.fullmatch(text) else None
        case Json():
            return read_json(value)
        case _:
            return None


def _number(text: str, becomes: Integer | Numeric | Float) -> int | float | None:
    match becomes:
        case Integer(bits):
            if not _INTEGER.fullmatch(text):
                return None
            whole = int(text)
            return whole if -(2 ** (bits - 1)) <= whole < 2 ** (bits - 1) else None
        case Numeric(digits=digits, places=places):
            if not _DECIMAL.fullmatch(text):
                return None
            scaled = int(Decimal(text).scaleb(places, _EXACT).to_integral_value(ROUND_HALF_UP, _EXACT))
            limit = INTEGER_MAX if digits is None else 10**digits - 1
            return scaled if abs(scaled) <= min(limit, INTEGER_MAX) else None
        case Float():
            if not _FLOAT.fullmatch(text):
                return None
            number = abs(Decimal(text))
            return float(text) + 0.0 if number == 0 or _SMALLEST <= number <= _LARGEST else None


def _boolean(text: str) -> int | None:
    word = text.lower()
    return 1 if word in patterns.TRUE else 0 if word in patterns.FALSE else None


def _datetime(text: str) -> str | None:
    try:
        found = datetime.fromisoformat(text)
        return datetime_text(found if found.tzinfo is None else found.astimezone(UTC))
    except OverflowError:
        return None


def _duration(text: str) -> int:
    return sum(int(Decimal(number) * _UNITS[unit]) for number, unit in _PARTS.findall(text))


def read_json(value: str) -> str | None:
    """The text itself, if it is JSON."""
    left = _JSON_SPACE.sub("", _JSON_SCALAR.sub("0", _JSON_TEXT.sub('""', value)))
    for _ in range(patterns.JSON_DEPTH):
        if left in ("0", '""'):
            return value
        left = _JSON_NESTED.sub("0", left)
    return value if left in ("0", '""') else None
