"""Functions that expressions need and SQLite lacks: texts in Unicode's terms, and times as text.

In: the internal forms of `databases.dialect`. NULL in gives NULL out. Dates beyond the years 1 to 9999 are refused.
"""
# pyright: reportUnknownMemberType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import apsw

from backsmith import errors
from backsmith.databases.values import datetime_text
from backsmith.errors import RequestError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def lower(text: str | None) -> str | None:
    """The text in lower case, by the full rules of Unicode."""
    return None if text is None else text.lower()


def upper(text: str | None) -> str | None:
    """The text in upper case, by the full rules of Unicode."""
    return None if text is None else text.upper()


def strip(text: str | None) -> str | None:
    """The text without white space at its ends."""
    return None if text is None else text.strip()


def microseconds(instant: str | None) -> int | None:
    """Microseconds since the beginning of 1970."""
    return None if instant is None else (datetime.fromisoformat(instant) - EPOCH) // MICROSECOND


def days(later: str | None, earlier: str | None) -> int | None:
    """Days from one date to another."""
    if later is None or earlier is None:
        return None
    return date.fromisoformat(later).toordinal() - date.fromisoformat(earlier).toordinal()


def move_datetime(instant: str | None, by: int | None) -> str | None:
    """The instant so many microseconds later."""
    if instant is None or by is None:
        return None
    return datetime_text(_bounded(lambda: datetime.fromisoformat(instant) + timedelta(microseconds=by)))


def move_datetime_back(instant: str | None, by: int | None) -> str | None:
    """The instant so many microseconds earlier."""
    return None if by is None else move_datetime(instant, -by)


def move_date(day: str | None, by: int | None) -> str | None:
    """The date so many microseconds later, in whole days rounded down, as Python adds a timedelta to a date."""
    return None if day is None or by is None else _moved(day, timedelta(microseconds=by).days)


def move_date_back(day: str | None, by: int | None) -> str | None:
    """The date so many microseconds earlier, in whole days rounded down, as Python takes a timedelta from a date."""
    return None if day is None or by is None else _moved(day, -timedelta(microseconds=by).days)


def _moved(day: str, by: int) -> str:
    return _bounded(lambda: date.fromisoformat(day) + timedelta(days=by)).isoformat()


def _bounded(calculate: Callable[[], Any]) -> Any:
    try:
        return calculate()
    except OverflowError:
        raise RequestError(errors.OUT_OF_RANGE, "A date is outside the years 1 to 9999") from None


FUNCTIONS: tuple[tuple[str, Callable[..., Any], int], ...] = (
    ("backsmith_lower", lower, 1),
    ("backsmith_upper", upper, 1),
    ("backsmith_strip", strip, 1),
    ("backsmith_microseconds", microseconds, 1),
    ("backsmith_days", days, 2),
    ("backsmith_move_datetime", move_datetime, 2),
    ("backsmith_move_datetime_back", move_datetime_back, 2),
    ("backsmith_move_date", move_date, 2),
    ("backsmith_move_date_back", move_date_back, 2),
)


def register(connection: apsw.Connection) -> None:
    """Give the connection the functions."""
    for name, function, arguments in FUNCTIONS:
        connection.create_scalar_function(name, function, arguments, deterministic=True, flags=apsw.SQLITE_INNOCUOUS)
