"""Python values to their canonical text (docs/architecture.md, "Values"), and the refusal of those that have none.

The texts are those of PostgreSQL; SQLite's functions and encoders make theirs here.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from backsmith import errors
from backsmith.errors import RequestError

INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1
MICROSECOND = timedelta(microseconds=1)
FIXED_END = 1e15
"""From here on PostgreSQL writes floats with an exponent."""
INTEGERS_END, BOUNDARIES_END = 2.0**53, 1e41
"""Between these the middle of two neighbouring doubles may have as few as 17 digits."""
DAY, HOUR, MINUTE, SECOND = 86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000

_json = msgspec.json.Encoder(decimal_format="number")


def out_of_range() -> RequestError:
    """The refusal of a number too large for the database's own."""
    return RequestError(errors.OUT_OF_RANGE, "A number is larger than the database can hold")


def bad_value(message: str) -> RequestError:
    """The refusal of a value that its type doesn't have."""
    return RequestError(errors.BAD_VALUE, message)


def bounded(value: int) -> int:
    """`value` itself. Raises RequestError beyond 64 bits."""
    if not INTEGER_MIN <= value <= INTEGER_MAX:
        raise out_of_range()
    return value


def plain_text(value: str) -> str:
    """`value` itself. Raises RequestError for text that no database can keep: with NUL or half a surrogate pair."""
    if "\0" in value:
        raise bad_value("Text can't hold the character NUL")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise bad_value("Text can't hold half a surrogate pair") from None
    return value


def finite(value: float) -> float:
    """`value` as a float, zero without a sign. Raises RequestError for infinity and NaN."""
    if not math.isfinite(value):
        raise bad_value("A number must be finite")
    return value + 0.0


def instant(value: datetime) -> datetime:
    """`value` in UTC; one without a zone is taken to be in UTC already."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def datetime_text(value: datetime) -> str:
    """`2026-01-23T00:00:00.5+00:00`: in UTC, the fraction without trailing zeros."""
    value = instant(value)
    if value.microsecond:
        return f"{value.isoformat()[:26].rstrip('0')}+00:00"
    return value.isoformat()


def time_text(value: time) -> str:
    """`13:45:00.5`: the fraction without trailing zeros. A zone is left out."""
    text = value.replace(tzinfo=None).isoformat()
    return text.rstrip("0") if value.microsecond else text


def microseconds(value: timedelta) -> int:
    """The length of time in whole microseconds. Raises RequestError beyond 64 bits."""
    return bounded(value // MICROSECOND)


def duration_text(count: int) -> str:
    """Microseconds as PostgreSQL writes `justify_hours(interval)` in ISO 8601: `P1DT2H`, `PT-1H-0.5S`, `PT0S`.

    Days, hours, minutes and seconds all have the sign of the whole.
    """
    if count == 0:
        return "PT0S"
    sign = "-" if count < 0 else ""
    days, rest = divmod(abs(count), DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, fraction = divmod(rest, SECOND)
    text = f"P{sign}{days}D" if days else "P"
    if hours or minutes or seconds or fraction:
        text += "T"
        if hours:
            text += f"{sign}{hours}H"
        if minutes:
            text += f"{sign}{minutes}M"
        if fraction:
            text += f"{sign}{seconds}.{fraction:06d}".rstrip("0") + "S"
        elif seconds:
            text += f"{sign}{seconds}S"
    return text


def float_text(value: float) -> str:
    """The shortest text that reads back as `value`, as PostgreSQL writes it: `1`, `1.5`, `1e+20`, `1e-05`.

    Infinity and NaN, which only databases of others hold, come in the quotes that JSON needs.
    """
    if not math.isfinite(value):
        return f'"{"NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}"'
    text = repr(value + 0.0).removesuffix(".0")
    if not INTEGERS_END <= abs(value) < BOUNDARIES_END:
        return text if abs(value) < FIXED_END or "e" in text else _with_exponent(text)
    number = abs(int(value))
    below, above = (number + int(math.nextafter(number, to)) for to in (0.0, math.inf))  # the boundaries, times 2
    if 2 * int(Decimal(text).copy_abs()) in (below, above):
        # Python takes a text on the boundary, where reading rounds it to the right number; PostgreSQL doesn't.
        digits = len(text.partition("e")[0].lstrip("-").replace(".", ""))
        text = f"{'-' if value < 0 else ''}{_within(below, number, above, digits + 1)}"
    return text if "e" in text else _with_exponent(text)


def _within(below: int, number: int, above: int, digits: int) -> int:
    """The number of fewest digits, but at least so many, nearest to `number` and between the halves of the bounds."""
    while True:
        unit = 10 ** (len(str(number)) - digits)
        low = number // unit * unit
        inside = [found for found in (low, low + unit) if below < 2 * found < above]
        if inside:
            return min(inside, key=lambda found: abs(found - number))
        digits += 1


def _with_exponent(text: str) -> str:
    """A number written without an exponent, of 16 digits and more before the point, written with one."""
    sign = "-" if text[0] == "-" else ""
    whole, _, fraction = text.removeprefix("-").partition(".")
    digits = (whole + fraction).rstrip("0")
    point = "." if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{point}{digits[1:]}e+{len(whole) - 1}"


def exact_decimal(value: float) -> Decimal:
    """`value` as the decimal number that is written for it."""
    return Decimal(float_text(value) if abs(value) >= FIXED_END else repr(value))


def decimal_text(scaled: int, places: int, *, padded: bool) -> str:
    """The number `scaled / 10**places`: with all its places if `padded`, else without trailing zeros."""
    if places == 0:
        return str(scaled)
    digits = f"{abs(scaled):0{places + 1}d}"
    text = f"{'-' if scaled < 0 else ''}{digits[:-places]}.{digits[-places:]}"
    return text if padded else text.rstrip("0").rstrip(".")


def json_text(value: Any) -> str:
    """A JSON value in compact form; one that comes as `msgspec.Raw` keeps its numbers and escapes to the letter."""
    if isinstance(value, msgspec.Raw):
        return msgspec.json.format(bytes(value), indent=-1).decode()
    return _json.encode(value).decode()


def finite_decimal(value: Decimal | int) -> Decimal:
    """`value` as a Decimal. Raises RequestError for infinity and NaN."""
    number = Decimal(value)
    if not number.is_finite():
        raise bad_value("A number must be finite")
    return number
