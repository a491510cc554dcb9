"""The functions Backsmith adds to SQLite: in, a connection; out, the same with all functions it needs.

They do what PostgreSQL does itself and SQLite doesn't: exact numbers, regular expressions, JSON, durations. All are
pure: marked deterministic, and innocuous so that checks and views may use them. NULL in gives NULL out. What they raise
(a RequestError) comes out of the statement as it is.
"""
# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have, and re2 comes without types.

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any

import apsw
import re2

from backsmith.databases.sqlite import convert_functions, json_functions, load_functions, text_functions
from backsmith.databases.sqlite.search_functions import match
from backsmith.databases.values import (
    bad_value,
    bounded,
    decimal_text,
    duration_text,
    exact_decimal,
    float_text,
    out_of_range,
)

WHOLE = re.compile(r"\s*[-+]?[0-9]{1,18}\s*", re.ASCII)
NUMBER = re.compile(r"\s*[-+]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})\s*", re.ASCII)
EXACT = Context(prec=1000)
"""Holds the sum of any doubles without rounding."""


def integer(value: Any) -> int | None:
    """A computed integer. SQLite goes on with floats where integers end; here that is an error."""
    if isinstance(value, float):
        raise out_of_range()
    return value


def decimal(value: Any, places: int, padded: int) -> str | None:
    """The text of a computed scaled integer."""
    number = integer(value)
    return None if number is None else decimal_text(number, places, padded=bool(padded))


def float_(value: Any) -> str | None:
    """The text of a float."""
    return None if value is None else float_text(float(value))


def duration(value: Any) -> str | None:
    """The text of a duration in microseconds."""
    number = integer(value)
    return None if number is None else duration_text(number)


def number(text: str | None, kind: str | int) -> int | float | None:
    """A text cast to a float (kind `float`) or to a scaled integer (kind: its places); null where it is no number."""
    if text is None:
        return None
    if kind == "float":
        return float(text) + 0.0 if NUMBER.fullmatch(text) else None
    assert isinstance(kind, int)
    if not (NUMBER if kind else WHOLE).fullmatch(text):
        return None
    return bounded(int(Decimal(text.strip()).scaleb(kind, EXACT).to_integral_value(ROUND_HALF_UP)))


def average(total: Any, count: int, places: int) -> int | None:
    """`total / count` times 10**places, rounded half away from zero; null over nothing."""
    if total is None or count == 0:
        return None
    size = (2 * abs(integer(total) or 0) * 10**places + count) // (2 * count)
    return bounded(-size if total < 0 else size)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    try:
        return re2.compile(pattern)
    except re2.error:
        raise bad_value("A regular expression can't be read") from None


def regexp(pattern: str | None, text: str | None) -> bool | None:
    """Whether the pattern is found in the text, in time that grows with its length alone (RE2)."""
    if pattern is None or text is None:
        return None
    return _compiled(pattern).search(text) is not None


class FloatSum:
    """The exact sum of floats, rounded once."""

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.count = 0

    def step(self, *values: Any) -> None:
        """Take one more value."""
        (value,) = values
        if value is not None:
            self.total = EXACT.add(self.total, exact_decimal(float(value)))
            self.count += 1

    def final(self) -> float | None:
        """The sum; null over nothing."""
        if self.count == 0:
            return None
        total = float(self.total)
        if total in (float("inf"), float("-inf")):
            raise out_of_range()
        return total


class FloatAverage(FloatSum):
    """The sum of floats, as above, divided by their count."""

    def final(self) -> float | None:
        """The average; null over nothing."""
        total = super().final()
        return None if total is None else total / self.count


FUNCTIONS: tuple[tuple[str, Callable[..., Any], int], ...] = (
    ("backsmith_integer", integer, 1),
    ("backsmith_decimal", decimal, 3),
    ("backsmith_float", float_, 1),
    ("backsmith_duration", duration, 1),
    ("backsmith_number", number, 2),
    ("backsmith_average", average, 3),
    ("backsmith_regexp", regexp, 2),
    ("backsmith_match", match, 2),
    *load_functions.FUNCTIONS,
    *json_functions.FUNCTIONS,
    *convert_functions.FUNCTIONS,
)


def register(connection: apsw.Connection) -> None:
    """Give the connection all of Backsmith's functions, aggregates and collations."""
    for name, function, arguments in FUNCTIONS:
        connection.create_scalar_function(name, function, arguments, deterministic=True, flags=apsw.SQLITE_INNOCUOUS)
    connection.create_aggregate_function("backsmith_float_sum", FloatSum, 1, flags=apsw.SQLITE_INNOCUOUS)
    connection.create_aggregate_function("backsmith_float_avg", FloatAverage, 1, flags=apsw.SQLITE_INNOCUOUS)
    connection.create_collation("backsmith_json", json_functions.compare_texts)
    text_functions.register(connection)
