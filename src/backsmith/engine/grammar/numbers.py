"""Texts of numbers and truths to Python values, as PostgreSQL 15 reads them, and with its messages.

Blanks around a value are allowed. Floats and decimals are finite: `NaN` and `Infinity` are refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from backsmith.errors import BAD_VALUE, OUT_OF_RANGE, RequestError

INTEGER_NAMES = {16: "smallint", 32: "integer", 64: "bigint"}
BLANKS = " \t\n\r\f\v"
DECIMAL_DIGITS = 1_000
"""Digits of a decimal, and its exponent either way: far more than a field has, and little work."""

_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?")
_TRUTHS = {
    text[:length]: truth
    for text, shortest, truth in (
        ("true", 1, True), ("false", 1, False), ("yes", 1, True), ("no", 1, False), ("on", 2, True), ("off", 2, False),
        ("1", 1, True), ("0", 1, False),
    )
    for length in range(shortest, len(text) + 1)
}  # fmt: skip


def shown(text: str) -> str:
    """A value in quotes as messages show it, cut where it is long."""
    return f'"{text}"' if len(text) <= 200 else f'"{text[:200]}…"'


def bad_syntax(name: str, text: str, hint: str | None = None) -> RequestError:
    """The refusal of a text that isn't of a type, with PostgreSQL's name of the type."""
    return RequestError(BAD_VALUE, f"invalid input syntax for type {name}: {shown(text)}", hint=hint)


def out_of_range(name: str, text: str) -> RequestError:
    """The refusal of a number that its type doesn't hold."""
    return RequestError(OUT_OF_RANGE, f"value {shown(text)} is out of range for type {name}")


def integer_reader(bits: int) -> Callable[[str], int]:
    """Reads whole numbers of so many bits. Raises RequestError BAD_VALUE or OUT_OF_RANGE."""
    name, end = INTEGER_NAMES[bits], 2 ** (bits - 1)

    def read(text: str) -> int:
        stripped = text.strip(BLANKS)
        if not _INTEGER.fullmatch(stripped):
            raise bad_syntax(name, text)
        # Texts longer than any number are compared by length, since reading them takes quadratic time.
        number = int(stripped) if len(stripped) <= 20 else int(_without_zeros(stripped))
        if not -end <= number < end:
            raise out_of_range(name, text)
        return number

    return read


def _without_zeros(digits: str) -> str:
    sign = digits[0] if digits[0] in "+-" else ""
    return sign + (digits.lstrip("+-").lstrip("0")[:20] or "0")


def read_float(text: str) -> float:
    """Reads a double. Raises RequestError BAD_VALUE, and OUT_OF_RANGE for what would be infinite or falsely zero."""
    name = "double precision"
    stripped = text.strip(BLANKS)
    sign, whole, fraction, _ = _number(stripped, text, name)
    number = float(stripped)
    if number in (float("inf"), float("-inf")) or (number == 0 and (whole + fraction).strip("0")):
        raise RequestError(OUT_OF_RANGE, f"{shown(sign + stripped.lstrip('+-'))} is out of range for type {name}")
    return number


def read_decimal(text: str) -> Decimal:
    """Reads an exact decimal number.

    Raises RequestError BAD_VALUE, and OUT_OF_RANGE for more than DECIMAL_DIGITS digits or a larger exponent.
    """
    stripped = text.strip(BLANKS)
    sign, whole, fraction, exponent = _number(stripped, text, "numeric")
    digits = (whole + fraction).strip("0")
    if not digits:
        return Decimal(0)
    if len(exponent.lstrip("+-").lstrip("0")) > 4:
        raise RequestError(OUT_OF_RANGE, "value overflows numeric format")
    number = Decimal(f"{sign}{whole}.{fraction}E{exponent or 0}")
    if len(digits) > DECIMAL_DIGITS or abs(number.adjusted()) > DECIMAL_DIGITS:
        raise RequestError(OUT_OF_RANGE, "value overflows numeric format")
    return number


def _number(stripped: str, text: str, name: str) -> tuple[str, str, str, str]:
    match = _NUMBER.fullmatch(stripped)
    if match is None or not (match[2] or match[3]):
        special = stripped.lstrip("+-").lower() in ("nan", "inf", "infinity")
        raise bad_syntax(name, text, "Numbers are finite here." if special else None)
    sign, whole, fraction, exponent = match.groups(default="")
    return sign, whole, fraction, exponent


def read_boolean(text: str) -> bool:
    """Reads `true`, `yes`, `on`, `1`, their opposites, and beginnings of them that can't be confused; any case."""
    truth = _TRUTHS.get(text.strip(BLANKS).lower())
    if truth is None:
        raise bad_syntax("boolean", text)
    return truth
