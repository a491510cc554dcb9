r"""Values as they come -> Python values of a field's type, exactly: no value changes on its way in.

Three ways in, a function each, made once for a field's type:

- `json_reader`: a slice of JSON. Strict: a number is no text, `1.0` no whole number, "true" no truth value. Numbers may
  stand in quotes, for clients whose own numbers hold less. Decimals are read from the digits, never by way of a float.
- `text_reader`: a text, of CSV or a form. As the texts of filters (`engine.values`).
- `python_reader`: a value that application code gives.

Each gives None for null, and raises RequestError, Misfit or Misfits for what doesn't fit. The messages are those that
filters have, PostgreSQL's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import msgspec

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
    Sealed,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases.operators import with_article
from backsmith.engine.bodies.constraints import Check, checks_of
from backsmith.engine.bodies.problems import Misfit, Misfits
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.grammar.numbers import DECIMAL_DIGITS, shown
from backsmith.engine.grammar.times import read_datetime
from backsmith.engine.values import read_uuid, scalar, type_name
from backsmith.errors import RequestError

Reader = Callable[[Any], Any]

BAD_VALUE = "22P02"
"""PostgreSQL's invalid_text_representation."""

_any = msgspec.json.Decoder().decode
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_QUOTE, _NULL = ord('"'), b"null"
_ZERO = Decimal(0)
_NUMBER_STARTS = frozenset(b"-0123456789")
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_JSON_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def json_reader(type: Type, limits: Limits, name: str) -> Reader:
    """The function that takes a slice of JSON (`msgspec.Raw`) to a value of the type."""
    match type:
        case Integer(bits):
            return _integers(bits, scalar(type, limits))
        case Float():
            return _floats(scalar(type, limits))
        case Numeric():
            return _decimals(scalar(type, limits))
        case Boolean():
            return _booleans
        case Json():
            return _json(limits)
        case List(item):
            return _lists(item, limits, name)
        case DateTime():
            return _strings(type, _datetime)
        case Uuid():
            return _strings(type, _uuid)
        case Text() | Enum() | Date() | Time() | Duration() | Bytes():
            return _strings(type, scalar(type, limits))
        case Sealed(of):
            return discreet(json_reader(of, limits, name), name, of)


def text_reader(type: Type, limits: Limits, name: str) -> Reader:
    """The function that takes a text (None for null) to a value of the type."""
    if isinstance(type, Sealed):
        return discreet(text_reader(type.of, limits, name), name, type.of)
    read = scalar(type, limits)
    if isinstance(type, Json):
        checked = _json(limits)
        return lambda text: None if text is None else checked(read(text))
    if isinstance(type, List):
        checks = checks_of(type.item, None, name)
        return lambda text: None if text is None else each_item(read(text), _same, checks)
    return lambda text: None if text is None else read(text)


def discreet(read: Reader, name: str, type: Type) -> Reader:
    """A reader of an encrypted field's values, whose refusals don't repeat them."""

    def reading(value: Any) -> Any:
        try:
            return read(value)
        except (Misfit, Misfits, RequestError):
            raise Misfit(BAD_VALUE, f"{name} isn't {with_article(type).lower()}, or one that can't be kept") from None

    return reading


def _same(value: Any) -> Any:
    return value


def decoded(raw: msgspec.Raw) -> Any:
    """The value of a slice of JSON; of a number that Python's own can't hold, its digits."""
    try:
        return _any(raw)
    except msgspec.ValidationError:
        return Digits(bytes(raw).decode())


class Digits(str):
    """A number as it was written."""

    __slots__ = ()


def json_shown(raw: msgspec.Raw) -> str:
    """A slice of JSON as messages show it."""
    return shown(bytes(raw).decode())


def _misfit(type: Type, raw: msgspec.Raw, hint: str | None = None) -> Misfit:
    return Misfit(BAD_VALUE, f"invalid input syntax for type {type_name(type)}: {json_shown(raw)}", hint)


def _integers(bits: int, convert: Callable[[str], int]) -> Reader:
    end = 2 ** (bits - 1)

    def read(raw: msgspec.Raw) -> int | None:
        value = decoded(raw)
        if value.__class__ is int:
            if -end <= value < end:
                return value
        elif value is None:
            return None
        elif value.__class__ is str:
            return convert(value)
        return convert(bytes(raw).decode())

    return read


def _floats(convert: Callable[[str], float]) -> Reader:
    def read(raw: msgspec.Raw) -> float | None:
        value = decoded(raw)
        if value.__class__ is float and value:
            return value
        if value is None:
            return None
        # The texts say of a number that is too large, or zero and yet none, what is wrong with it.
        return convert(value if value.__class__ is str else bytes(raw).decode()) + 0.0

    return read


def _decimals(convert: Callable[[str], Decimal]) -> Reader:
    def read(raw: msgspec.Raw) -> Decimal | None:
        text = bytes(raw)
        if text[0] in _NUMBER_STARTS and len(text) <= 40:
            value = Decimal(text.decode())
            if -DECIMAL_DIGITS <= value.adjusted() <= DECIMAL_DIGITS:
                return value or _ZERO
        elif text == _NULL:
            return None
        return convert(_any(raw) if text[0] == _QUOTE else text.decode())

    return read


def _booleans(raw: msgspec.Raw) -> bool | None:
    value = decoded(raw)
    if value is None or value.__class__ is bool:
        return value
    raise _misfit(Boolean(), raw, "Write true or false, without quotes.")


def _strings(type: Type, convert: Callable[[str], Any]) -> Reader:
    def read(raw: msgspec.Raw) -> Any:
        value = decoded(raw)
        if value.__class__ is str:
            return convert(value)
        if value is None:
            return None
        text = bytes(raw)
        is_number = text[0] in _NUMBER_STARTS and len(text) <= 200
        raise _misfit(type, raw, f'Write it in quotes: "{text.decode()}".' if is_number else None)

    return read


def _datetime(text: str) -> datetime:
    """As `read_datetime`, at once for what it would read the same: instants in UTC as JSON has them."""
    size = len(text)
    if (
        ((size == 25 and text.endswith("+00:00")) or (size in (20, 24, 27) and text[-1] == "Z"))
        and text[4] == text[7] == "-"
        and text[10] == "T"
        and text[13] == ":"
        and text.isascii()
    ):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # the other says what is wrong
    return read_datetime(text)


def _uuid(text: str) -> UUID:
    """As `read_uuid`, at once for the canonical form."""
    if len(text) == 36 and text[8] == text[13] == text[18] == text[23] == "-" and text.isascii():
        digits = text.replace("-", "")
        if len(digits) == 32 and digits.isalnum() and digits[1] not in "xX":  # int() takes 0x for a prefix
            try:
                return UUID(int=int(digits, 16))
            except ValueError:
                pass  # the other says what is wrong
    return read_uuid(text)


def _json(limits: Limits) -> Reader:
    def read(raw: msgspec.Raw) -> msgspec.Raw | None:
        text = bytes(raw)
        if text == _NULL:
            return None
        if b"\\u0000" in text and _ESCAPED_NUL.search(text):
            raise Misfit(BAD_VALUE, "A text can't hold the character NUL")
        if text.count(b"[") + text.count(b"{") > limits.json_depth and depth_of(text) > limits.json_depth:
            raise Misfit("54000", f"JSON is nested deeper than {limits.json_depth}")
        return msgspec.Raw(text)

    return read


def depth_of(text: bytes) -> int:
    """How many arrays and objects of valid JSON are inside one another at most."""
    depth = deepest = 0
    for mark in re.findall(rb"[\[\]{}]", _JSON_STRING.sub(b"", text)):
        depth += 1 if mark in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _lists(item: Type, limits: Limits, name: str) -> Reader:
    one, checks = json_reader(item, limits, name), checks_of(item, None, name)
    literal = text_reader(List(cast(Any, item)), limits, name)

    def read(raw: msgspec.Raw) -> list[Any] | None:
        text = bytes(raw)
        if text[0] == ord("["):
            items = _items(raw)
            if len(items) > limits.list_items:
                raise Misfit("PGRST127", f"{name} has {len(items)} items; it takes at most {limits.list_items}")
            return each_item(items, one, checks)
        if text == _NULL:
            return None
        if text[0] == _QUOTE:
            return literal(_any(raw))
        raise _misfit(List(cast(Any, item)), raw, "Write a list: [1, 2].")

    return read


def each_item(items: list[Any], one: Reader, checks: tuple[Check, ...]) -> list[Any]:
    """The items' values. Raises Misfits with those of all items."""
    values: list[Any] = []
    wrong: list[Misfit] = []
    for number, item in enumerate(items):
        try:
            value = one(item)
            if value is None:
                raise Misfit("22004", "A list can't hold null")
            for check in checks:
                check(value)
            values.append(value)
        except Misfit as error:
            wrong.append(Misfit(error.code, error.message, error.hint, f"/{number}"))
        except RequestError as error:
            wrong.append(Misfit(error.kind.code, error.message, error.hint, f"/{number}"))
    if wrong:
        raise Misfits(wrong)
    return values
