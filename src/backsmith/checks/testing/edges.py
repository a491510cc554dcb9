"""Values at the edges of a type, in their JSON form: what goes wrong first between a client and a database.

In: a field. Out: values that it has to take and give back as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from backsmith.blueprint.blueprint import Bounds, Field
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
    Text,
    Time,
    Type,
    Uuid,
    is_file,
    plain_of,
)

_TEXTS = ("", " ", 'a,b\n"c"\'d\\', "naïve 🍵 مرحبا", "NULL", "\u0001\uffff", "{}", "1e5")
_FORMATTED = {
    "email": ("a@b.example", "ann+tag@mail.example.org"),
    "url": ("https://example.org/a?b=c#d", "http://xn--nxasmq6b.example/"),
    "slug": ("a", "green-tea_2"),
}
_JSON: tuple[Any, ...] = ({}, [], {"a": [1, {"b": None}], "ü": "🍵"}, "text", 0, True, [[[]]])
_FIXED: dict[type, tuple[Any, ...]] = {
    Boolean: (True, False),
    Date: ("0001-01-01", "9999-12-31", "2024-02-29"),
    DateTime: ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00", "2026-01-23T13:45:00.000001+00:00"),
    Time: ("00:00:00", "23:59:59.999999"),
    Duration: ("PT0S", "P1DT2H", "PT0.000001S"),
    Uuid: ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    Bytes: ("\\x", "\\x00ff", "\\x" + "ab" * 300),
}


def edges(field: Field) -> Iterator[Any]:
    """The values, null among them where the field takes it. None for files, which no JSON brings."""
    type = plain_of(field.type)
    if is_file(type):
        return
    if field.nullable:
        yield None
    yield from _of(type, field.bounds)


def _of(type: Type, bounds: Bounds | None) -> Iterator[Any]:
    match type:
        case Text():
            yield from _texts(type)
        case Integer(bits):
            ends = (-(2 ** (bits - 1)), -1, 0, 1, 2 ** (bits - 1) - 1)
            yield from (number for number in _numbers(ends, bounds) if number == int(number))
        case Numeric(digits, places):
            whole = Decimal(10) ** ((digits or 18) - places)
            step = Decimal(1).scaleb(-places)
            yield from _numbers((step - whole, -step, Decimal(0), step, whole - step), bounds)
        case Float():
            yield from _numbers((Decimal("-1.5"), Decimal(0), Decimal("0.1"), Decimal("1e15")), bounds)
        case Enum(values):
            yield from values
        case Json():
            yield from _JSON
        case List(item):
            some = list(_of(item, None))[:5]
            yield from ([], some)
        case _ if bounds is None:
            yield from _FIXED[type.__class__]
        case _:
            yield from (value for value in (bounds.ge, bounds.le) if value is not None)


def _texts(type: Text) -> Iterator[str]:
    if type.pattern is not None:
        return  # which texts match it is the application's to know
    texts = _TEXTS if type.format is None else _FORMATTED[type.format]
    most = type.max_length
    if most is not None and type.format is None:
        texts = (*texts, "🍵" * most)
    yield from (text for text in texts if (type.min_length or 0) <= len(text) <= (len(text) if most is None else most))


def _numbers(numbers: tuple[Any, ...], bounds: Bounds | None) -> Iterator[Any]:
    """Those within the bounds, and the bounds themselves."""
    bounds = bounds or Bounds()
    ends = tuple(Decimal(end) for end in (bounds.ge, bounds.le) if end is not None)
    for number in (*numbers, *ends):
        exact = Decimal(number)
        if (
            (bounds.ge is None or exact >= Decimal(bounds.ge))
            and (bounds.gt is None or exact > Decimal(bounds.gt))
            and (bounds.le is None or exact <= Decimal(bounds.le))
            and (bounds.lt is None or exact < Decimal(bounds.lt))
            and (bounds.multiple_of is None or exact % Decimal(bounds.multiple_of) == 0)
        ):
            yield int(exact) if isinstance(number, int) or exact == exact.to_integral_value() else exact
