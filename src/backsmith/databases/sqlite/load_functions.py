"""SQLite functions that read values as other programs keep them: in, whatever the column holds; out, the internal form.

Times come as ISO 8601 in any of its usual shapes, with or without a zone (UTC then), or as a number: seconds since
1970, or milliseconds where it is too large for seconds. What can't be read comes out as the text it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from backsmith.databases.values import bounded, datetime_text, time_text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_SECOND = 253_402_300_799
"""The end of the year 9999, in seconds since 1970; larger numbers are milliseconds."""


def load_datetime(value: Any) -> str | None:
    """The instant that `value` names."""
    if value is None:
        return None
    found = _datetime(value)
    return _as_text(value) if found is None else datetime_text(found)


def load_date(value: Any) -> str | None:
    """The day that `value` names; of an instant its day in UTC."""
    if value is None:
        return None
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            return value
    found = _datetime(value)
    return _as_text(value) if found is None else datetime_text(found)[:10]


def load_time(value: Any) -> str | None:
    """The time of day that `value` names."""
    if value is None:
        return None
    try:
        return time_text(time.fromisoformat(value))
    except (TypeError, ValueError):
        found = _datetime(value)
    return _as_text(value) if found is None else time_text(found.time())


def load_uuid(value: Any) -> str | None:
    """The UUID of 16 bytes, or of 32 hexadecimal digits with or without hyphens and braces."""
    if value is None:
        return None
    try:
        return str(UUID(bytes=value) if isinstance(value, bytes) else UUID(str(value)))
    except ValueError:
        return _as_text(value)


def load_decimal(value: Any, places: int) -> int | None:
    """A number kept as text, float or integer, times 10**places, rounded half away from zero; null if it is none."""
    if value is None:
        return None
    try:
        number = Decimal(repr(value) if isinstance(value, float) else _as_text(value).strip())
        scaled = int(number.scaleb(places).to_integral_value(ROUND_HALF_UP))
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return bounded(scaled)


def _datetime(value: Any) -> datetime | None:
    try:
        if isinstance(value, str):
            return datetime.fromisoformat(value.strip())
        if isinstance(value, int | float):
            seconds = value if abs(value) <= LAST_SECOND else value / 1000
            return EPOCH + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        pass
    return None


def _as_text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


FUNCTIONS: tuple[tuple[str, Callable[..., Any], int], ...] = (
    ("backsmith_load_datetime", load_datetime, 1),
    ("backsmith_load_date", load_date, 1),
    ("backsmith_load_time", load_time, 1),
    ("backsmith_load_uuid", load_uuid, 1),
    ("backsmith_load_decimal", load_decimal, 2),
)
