"""What a field asks of its values beyond their type: `checks_of` gives a function for each, which raises Misfit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import re2  # pyright: ignore[reportMissingTypeStubs] - it has none

from backsmith.blueprint.blueprint import Bounds
from backsmith.blueprint.resolve_constants import parsed
from backsmith.blueprint.types import Integer, Numeric, Sealed, Text, TextFormat, Type
from backsmith.engine.bodies.problems import Misfit

Check = Callable[[Any], None]

CHECK, TOO_LONG, OUT_OF_RANGE = "23514", "22001", "22003"
"""PostgreSQL's codes: check_violation, string_data_right_truncation, numeric_value_out_of_range."""

# The e-mail address of HTML's input element (WHATWG HTML, "valid e-mail address"), at most as long as mail can be sent
# to (RFC 5321, 4.5.3.1.3). What is in front of the @ may also hold letters beyond ASCII (RFC 6531).
_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_EMAIL = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~\u00a1-\U0010ffff-]+@{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_EMAIL_LENGTH = 254
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_URL_CHARACTERS = re.compile(r"[^\s\x00-\x20\x7f\"<>\\^`{|}]+")


def checks_of(type: Type, bounds: Bounds | None, name: str) -> tuple[Check, ...]:
    """The functions that a value of the field `name`, of that type already and not null, has to pass."""
    if isinstance(type, Sealed):
        return checks_of(type.of, bounds, name)
    found: list[Check] = []
    match type:
        case Text():
            found += _of_text(type, name)
        case Numeric(digits=int() as digits, places=places):
            found.append(_digits(digits, places, name))
        case _:
            pass
    if bounds is not None:
        found += _of_bounds(bounds, type, name)
    return tuple(found)


def _of_text(type: Text, name: str) -> Iterator[Check]:
    if type.max_length is not None or type.min_length is not None:
        yield _length(type.min_length or 0, type.max_length, name)
    if type.pattern is not None:
        yield _pattern(type.pattern, name)
    if type.format is not None:
        yield _format(type.format, name)


def _length(shortest: int, longest: int | None, name: str) -> Check:
    def check(value: str) -> None:
        size = len(value)
        if longest is not None and size > longest:
            raise Misfit(TOO_LONG, f"{name} has {_characters(size)}; it takes at most {longest}")
        if size < shortest:
            raise Misfit(CHECK, f"{name} has {_characters(size)}; it takes at least {shortest}")

    return check


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"


def _pattern(pattern: str, name: str) -> Check:
    matches = searcher(pattern)

    def check(value: str) -> None:
        if not matches(value):
            raise Misfit(CHECK, f"{name} doesn't match the pattern {pattern}")

    return check


def searcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches the pattern somewhere: in linear time by RE2, so that no text makes it slow. What RE2
    lacks (look-around, back-references) is left to Python's own."""
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - see the import
    except re2.error:  # pyright: ignore[reportUnknownMemberType] - see the import
        compiled = re.compile(pattern)
    search: Callable[[str], object] = compiled.search  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType] - see the import
    return lambda text: search(text) is not None


def _format(format: TextFormat, name: str) -> Check:
    fits, what, example = _FORMATS[format]

    def check(value: str) -> None:
        if not fits(value):
            raise Misfit(CHECK, f"{name} isn't {what}", f"Write one like {example}.")

    return check


def is_email(text: str) -> bool:
    """Whether it has the form of an e-mail address."""
    return len(text) <= _EMAIL_LENGTH and _EMAIL.fullmatch(text) is not None


def is_url(text: str) -> bool:
    """Whether it is an absolute address of the web: http or https, with a host."""
    if _URL_CHARACTERS.fullmatch(text) is None:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:
        return False


def is_slug(text: str) -> bool:
    """Whether it is lower-case letters and digits, with single hyphens or underscores between them."""
    return _SLUG.fullmatch(text) is not None


_FORMATS: dict[str, tuple[Callable[[str], bool], str, str]] = {
    "email": (is_email, "an e-mail address", "ada@example.org"),
    "url": (is_url, "the address of a web page", "https://example.org/page"),
    "slug": (is_slug, "a slug", "green-tea-2"),
}


def _digits(digits: int, places: int, name: str) -> Check:
    most_whole = digits - places
    usual = Decimal((0, (1,), -places))

    def check(value: Decimal) -> None:
        # Nearly all values are written with all their places, which is cheap to see.
        if not value.same_quantum(usual) and (found := _places(value)) > places:
            takes = f"at most {places}" if places else "none"
            raise Misfit(OUT_OF_RANGE, f"{name} has {found} digits after the point; it takes {takes}")
        if value and value.adjusted() + 1 > most_whole:
            found = value.adjusted() + 1
            raise Misfit(OUT_OF_RANGE, f"{name} has {found} digits before the point; it takes at most {most_whole}")

    return check


def _places(value: Decimal) -> int:
    """The places after the point without trailing zeros."""
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int), "decimals are finite"
    for digit in reversed(digits):
        if digit or exponent >= 0:
            return max(0, -exponent)
        exponent += 1
    return 0


def _of_bounds(bounds: Bounds, type: Type, name: str) -> Iterator[Check]:
    for word, said, fits in _BOUNDS:
        bound = getattr(bounds, word)
        if bound is not None:
            yield _bound(parsed(bound, type), bound, said, fits, name)
    if bounds.multiple_of is not None and isinstance(type, Integer | Numeric):
        yield _multiple(type, bounds.multiple_of, name)


_BOUNDS: tuple[tuple[str, str, Callable[[Any, Any], bool]], ...] = (
    ("gt", "more than", lambda value, bound: value > bound),
    ("ge", "at least", lambda value, bound: value >= bound),
    ("lt", "less than", lambda value, bound: value < bound),
    ("le", "at most", lambda value, bound: value <= bound),
)


def _bound(bound: Any, text: str, said: str, fits: Callable[[Any, Any], bool], name: str) -> Check:
    def check(value: Any) -> None:
        if not fits(value, bound):
            raise Misfit(CHECK, f"{name} must be {said} {text}")

    return check


def _multiple(type: Integer | Numeric, text: str, name: str) -> Check:
    unit = Decimal(text)
    numerator, denominator = unit.as_integer_ratio()
    is_small = isinstance(type, Numeric) and type.digits is not None and type.digits <= 18

    def check(value: int | Decimal) -> None:
        if not unit:
            return
        if is_small:
            rest = value % unit
        else:  # whole numbers: a Decimal's % fails where there are more digits than its context has
            top, bottom = value.as_integer_ratio()
            rest = (top * denominator) % (bottom * numerator)
        if rest:
            raise Misfit(CHECK, f"{name} must be a multiple of {text}")

    return check
