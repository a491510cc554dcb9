"""Values that application code gives: objects of Python's types -> values of a field's type, as strictly as JSON.

Texts are taken for the types whose canonical form is one, so that what came by an API goes on as it is. A float is no
Decimal. Members of an Enum stand for their values.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
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
from backsmith.databases.values import finite, instant, plain_text
from backsmith.engine.bodies.constraints import checks_of
from backsmith.engine.bodies.problems import Misfit
from backsmith.engine.bodies.readers import BAD_VALUE, Reader, discreet, each_item, json_reader
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.grammar.numbers import shown
from backsmith.engine.values import scalar, type_name

_json = msgspec.json.Encoder(decimal_format="number").encode
_decode = msgspec.json.Decoder().decode


def python_reader(type: Type, limits: Limits, name: str) -> Reader:
    """The function that takes a Python value (None for null) to a value of the type."""
    match type:
        case Json():
            return _json_reader(limits)
        case List(item):
            return _list_reader(item, limits, name)
        case Text() | Enum():
            one = scalar(type, limits)
            return _of(type, lambda value: one(plain_text(value)), str)
        case Integer(bits):
            end = 2 ** (bits - 1)
            return _of(type, lambda value: value if -end <= value < end else scalar(type, limits)(str(value)), int)
        case Float():
            return _of(type, lambda value: finite(float(value)), float, int)
        case Boolean():
            return _of(type, _itself, bool)
        case Numeric():
            return _text_or(type, limits, _decimal, Decimal, int)
        case Date():
            return _text_or(type, limits, _itself, date)
        case DateTime():
            return _text_or(type, limits, instant, datetime)
        case Time():
            return _text_or(type, limits, _time, time)
        case Duration():
            return _text_or(type, limits, _itself, timedelta)
        case Uuid():
            return _text_or(type, limits, _itself, UUID)
        case Bytes():
            return _of(type, bytes, bytes, bytearray, memoryview)
        case Sealed(of):
            return discreet(python_reader(of, limits, name), name, of)


def _itself(value: Any) -> Any:
    return value


def _of(type: Type, convert: Callable[[Any], Any], *classes: Callable[..., Any]) -> Reader:
    known = cast("tuple[Any, ...]", classes)

    def read(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, enum.Enum):
            value = value.value
        is_truth = isinstance(value, bool) and bool not in known
        is_instant = isinstance(value, datetime) and datetime not in known
        if is_truth or is_instant or not isinstance(value, known):
            raise _misfit(type, value)
        return convert(value)

    return read


def _text_or(type: Type, limits: Limits, convert: Callable[[Any], Any], *classes: Callable[..., Any]) -> Reader:
    """A value of one of the classes, or its canonical text."""
    from_text = scalar(type, limits)
    return _of(type, lambda value: from_text(value) if isinstance(value, str) else convert(value), *classes, str)


def _misfit(type: Type, value: object) -> Misfit:
    hint = f"Write Decimal({str(value)!r}): a float isn't exact." if isinstance(value, float) else None
    return Misfit(BAD_VALUE, f"invalid input syntax for type {type_name(type)}: {shown(repr(value))}", hint)


def _decimal(value: Decimal | int) -> Decimal:
    number = Decimal(value)
    if not number.is_finite():
        raise _misfit(Numeric(), value)
    return number or Decimal(0)


def _time(value: time) -> time:
    if value.tzinfo is not None:
        raise Misfit(BAD_VALUE, "a time of day has no time zone", "Leave out tzinfo.")
    return value


def _json_reader(limits: Limits) -> Reader:
    checked = json_reader(Json(), limits, "")

    def read(value: Any) -> Any:
        if value is None:
            return None
        try:
            if isinstance(value, msgspec.Raw):
                _decode(value)
                text = bytes(value)
            else:
                _only_finite(value)
                text = _json(value)
        except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
            raise Misfit(BAD_VALUE, f"invalid input syntax for type json: {shown(repr(value))}") from None
        return checked(msgspec.Raw(text))

    return read


def _only_finite(value: object) -> None:
    """Raises ValueError for a number that isn't finite, which would be written as null."""
    match value:
        case float() if not math.isfinite(value):
            raise ValueError("not finite")
        case Mapping():
            for item in cast("Mapping[Any, Any]", value).values():
                _only_finite(item)
        case list() | tuple() | set() | frozenset():
            for item in cast("Iterable[Any]", value):
                _only_finite(item)
        case _:
            pass


def _list_reader(item: Any, limits: Limits, name: str) -> Reader:
    one, checks = python_reader(item, limits, name), checks_of(item, None, name)

    def read(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, list | tuple | set | frozenset):
            raise _misfit(List(item), value)
        return each_item(list(cast("Iterable[Any]", value)), one, checks)

    return read
