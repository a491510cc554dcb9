"""Texts of dates, times and durations to Python values: ISO 8601, and PostgreSQL's own form of a duration.

Strict: no `now`, `today`, `infinity`, no names of months, no order of day and month to guess. A datetime without a zone
is in UTC. Fractions of a microsecond are rounded, halves to even.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from fractions import Fraction

from backsmith.engine.grammar.numbers import BLANKS, shown
from backsmith.errors import BAD_TIME, TIME_OUT_OF_RANGE, RequestError

_DATE = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_TIME = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,30}))?)?"
# A plus sign that wasn't percent-encoded arrives as a space; after a time of day it can't mean anything else.
_ZONE = r"(?P<zone>[Zz]|(?P<sign>[ +-])(?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2}))?)"
_DATE_ONLY = re.compile(_DATE)
_TIME_ONLY = re.compile(_TIME)
_DATETIME = re.compile(rf"{_DATE}(?:[Tt ]{_TIME}[ ]?{_ZONE}?)?")

_NUMBER = r"[+-]?[0-9]{1,20}(?:[.,][0-9]{0,20})?"
_ISO = re.compile(
    rf"(?P<sign>[+-]?)P(?:(?P<W>{_NUMBER})W)?(?:(?P<D>{_NUMBER})D)?"
    rf"(?:T(?:(?P<H>{_NUMBER})H)?(?:(?P<M>{_NUMBER})M)?(?:(?P<S>{_NUMBER})S)?)?"
)
_CLOCK = re.compile(
    r"(?P<sign>[+-]?)(?P<hours>[0-9]{1,12}):(?P<minutes>[0-5][0-9])(?::(?P<seconds>[0-5][0-9](?:\.[0-9]{0,20})?))?"
)
_PART = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>[A-Za-zµ]+)")
_UNITS = {
    unit: microseconds
    for microseconds, units in (
        (604_800_000_000, "w week weeks"),
        (86_400_000_000, "d day days"),
        (3_600_000_000, "h hr hrs hour hours"),
        (60_000_000, "m min mins minute minutes"),
        (1_000_000, "s sec secs second seconds"),
        (1_000, "ms msec msecs millisecond milliseconds"),
        (1, "us usec usecs microsecond microseconds µs"),
    )
    for unit in units.split()
}
_ISO_UNITS = {"W": "w", "D": "d", "H": "h", "M": "m", "S": "s"}
_DURATION_END = 2**63
"""Microseconds that 64 bits hold, as SQLite keeps them."""


def read_date(text: str) -> date:
    """Reads `2026-01-23`. Raises RequestError BAD_TIME or TIME_OUT_OF_RANGE."""
    match = _DATE_ONLY.fullmatch(text.strip(BLANKS))
    if match is None:
        raise _bad("date", text, "Write a date like 2026-01-23.")
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        raise _out_of_range(text) from None


def read_datetime(text: str) -> datetime:
    """Reads `2026-01-23T13:45:00.5+02:00` into UTC; T or a space, seconds, fraction, zone and time may be missing."""
    match = _DATETIME.fullmatch(text.strip(BLANKS))
    if match is None:
        raise _bad("timestamp with time zone", text, "Write an instant like 2026-01-23T13:45:00Z.")
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
        if match["hour"] is None:
            return datetime(day.year, day.month, day.day, tzinfo=UTC)
        clock, carry = _clock(match)
        return (datetime.combine(day, clock, _zone(match)) + carry).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _out_of_range(text) from None


def read_time(text: str) -> time:
    """Reads `13:45` or `13:45:00.5`. Raises RequestError BAD_TIME or TIME_OUT_OF_RANGE."""
    match = _TIME_ONLY.fullmatch(text.strip(BLANKS))
    if match is None:
        raise _bad("time", text, "Write a time of day like 13:45:00.")
    try:
        clock, carry = _clock(match)
        moment = datetime.combine(date(2000, 1, 1), clock) + carry
    except ValueError:
        raise _out_of_range(text) from None
    if moment.day != 1:
        raise _out_of_range(text)
    return moment.time()


def _clock(match: re.Match[str]) -> tuple[time, timedelta]:
    """The time of day to the second, and what to add: the fraction, which may round up, and a leap second."""
    carry = round(Fraction(f"0.{match['fraction'] or 0}") * 1_000_000)
    second = int(match["second"] or 0)
    if second == 60:
        second, carry = 59, carry + 1_000_000
    return time(int(match["hour"]), int(match["minute"]), second), timedelta(microseconds=carry)


def _zone(match: re.Match[str]) -> timezone:
    if match["hours"] is None:
        return UTC
    hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
    if hours > 15 or minutes > 59:  # PostgreSQL's limit: 15:59:59
        raise ValueError("time zone displacement out of range")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if match["sign"] == "-" else offset)


def read_duration(text: str) -> timedelta:
    """Reads `P1DT2H30M`, `1 day 02:30:00`, `90 minutes`, `02:30:00`, `-3 days`, `2 hours ago`.

    Years and months are refused: they have no fixed length. Raises RequestError BAD_TIME or TIME_OUT_OF_RANGE.
    """
    stripped = text.strip(BLANKS)
    microseconds = _iso_duration(stripped) if "P" in stripped[:2] else _postgres_duration(stripped)
    if microseconds is None:
        raise _bad("interval", text, "Write a duration like P1DT2H30M or 1 day 02:30:00, in weeks, days and smaller.")
    whole = round(microseconds)
    if not -_DURATION_END <= whole < _DURATION_END:
        raise RequestError(TIME_OUT_OF_RANGE, f"interval field value out of range: {shown(text)}")
    return timedelta(microseconds=whole)


def _iso_duration(text: str) -> Fraction | None:
    match = _ISO.fullmatch(text)
    if match is None or text.endswith(("P", "T")):
        return None
    total = sum(
        (_fraction(match[part]) * _UNITS[unit] for part, unit in _ISO_UNITS.items() if match[part] is not None),
        Fraction(0),
    )
    return -total if match["sign"] == "-" else total


def _postgres_duration(text: str) -> Fraction | None:
    if not text or not text.isascii() or len(text) > 200:
        return None
    ago = text.endswith(" ago")
    rest = text.removesuffix(" ago").rstrip()
    total, position = Fraction(0), 0
    while position < len(rest):
        if clock := _CLOCK.match(rest, position):
            seconds = int(clock["hours"]) * 3600 + int(clock["minutes"]) * 60 + _fraction(clock["seconds"] or "0")
            total += (-seconds if clock["sign"] == "-" else seconds) * 1_000_000
            position = clock.end()
        elif (part := _PART.match(rest, position)) and part["unit"].lower() in _UNITS:
            total += _fraction(part["number"]) * _UNITS[part["unit"].lower()]
            position = part.end()
        else:
            return None
        following = rest[position:]
        if following and not following[0].isspace():
            return None
        position += len(following) - len(following.lstrip())
    return -total if ago else total


def _fraction(number: str) -> Fraction:
    return Fraction(number.replace(",", ".").rstrip("."))


def _bad(name: str, text: str, hint: str) -> RequestError:
    return RequestError(BAD_TIME, f"invalid input syntax for type {name}: {shown(text)}", hint=hint)


def _out_of_range(text: str) -> RequestError:
    return RequestError(TIME_OUT_OF_RANGE, f"date/time field value out of range: {shown(text)}")
