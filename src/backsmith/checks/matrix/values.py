"""Values for made-up rows that the database and the engine take: within bounds, lengths, patterns and formats.

Where rules speak of values they are those, their neighbours and a few others (`access_changes.values`), else plain.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.expressions import Node
from backsmith.blueprint.types import (
    Bytes,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Text,
    Type,
    Uuid,
    is_file,
)
from backsmith.evolution.access_changes.values import NOW, Values

NULLS = 0.25
"""How many of the values that may be null are."""
SHAPES = (
    "{n}",
    "{n:03d}",
    "{n:06d}",
    "A{n}",
    "a{n}",
    "AB-{n:04d}",
    "AB{n:04d}",
    "ab-{n}",
    "+4912345{n:04d}",
    "{n:05d}",
)
"""Texts that are tried where a pattern asks for something."""


class CantMakeError(Exception):
    """No value could be found that a field takes."""


class Making:
    """Draws values for fields."""

    def __init__(self, conditions: Iterable[Node], chance: random.Random) -> None:
        self._chance = chance
        self._values = Values(conditions, chance)
        self._number = 1000
        self._shift = datetime.now(UTC).replace(microsecond=0) - NOW

    def of(self, field: Field, *, unlike: frozenset[Any] | None = None) -> Any:
        """A value of a field; `unlike` of a unique one are those that are taken. Raises CantMakeError."""
        if is_file(field.type) and field.nullable:
            return None  # a file's bytes lie elsewhere
        if field.nullable and self._chance.random() < NULLS:
            return None
        pool = [value for value in self._pool(field.type) if fits(value, field)]
        if unlike is not None:
            # An empty key has no address of its own.
            pool = [each for each in pool if each != "" and _plain(each) not in unlike and self._chance.random() < 0.5]
        if pool:
            return self._chance.choice(pool)
        for value in self._others(field):
            if fits(value, field) and (unlike is None or _plain(value) not in unlike):
                return value
        if field.nullable:
            return None
        raise CantMakeError(field.name)

    def _pool(self, type: Type) -> list[Any]:
        match type:
            case Json(format="file"):
                return []
            case Json():
                return [{"a": 1}, {"a": 2, "b": [1]}, [1, 2], "text", 3]
            case Bytes():
                return [b"", b"\x00\xff"]
            case DateTime():
                pool = self._values.pool(type)
                return [*pool, *(each + self._shift for each in pool)]
            case Date():
                pool = self._values.pool(type)
                return [*pool, *(each + self._shift for each in pool)]
            case Text(format=None):
                return [value for value in self._values.pool(type) if value.isprintable()]
            case List(Enum(values)):
                return [[], [values[0]], list(values[:2])]
            case _:
                return self._values.pool(type)

    def _others(self, field: Field) -> Iterable[Any]:
        for _ in range(40):
            self._number += 1
            number = self._number
            match field.type:
                case Text(format="email"):
                    yield f"p{number}@example.org"
                case Text(format="url"):
                    yield f"https://example.org/{number}"
                case Text(format="slug"):
                    yield f"s{number}"
                case Text(max_length=most):
                    shapes = [shape.format(n=step) for shape in SHAPES for step in (number, number % 10)]
                    yield f"text {number}"
                    yield from shapes
                    yield f"{number:x}"[-(most or 8) :]
                case Integer():
                    yield from (number, number % 100, *_edges(field, int))
                case Numeric():
                    yield from (Decimal(number), Decimal(number) / 100, *_edges(field, Decimal))
                case Float():
                    yield from (float(number), *_edges(field, float))
                case Uuid():
                    yield UUID(int=number, version=4)
                case List(Text()):
                    yield [f"t{number}"]
                case _:
                    return


def _edges(field: Field, number: Any) -> list[Any]:
    bounds = field.bounds
    texts = () if bounds is None else (bounds.ge, bounds.le, bounds.gt, bounds.lt, bounds.multiple_of)
    found = [number(Decimal(text)) for text in texts if text is not None]
    return [*found, *(each + 1 for each in found), *(each - 1 for each in found)]


def fits(value: Any, field: Field) -> bool:
    """Whether the field takes the value, as far as its type and bounds say."""
    type, bounds = field.type, field.bounds
    if isinstance(type, Text):
        most, least = type.max_length, type.min_length
        if (most is not None and len(value) > most) or (least is not None and len(value) < least):
            return False
        if type.pattern is not None and not re.search(type.pattern, value):
            return False
        return type.format is None or _has_format(value, type.format)
    if isinstance(type, Integer):
        return abs(value) < 2 ** (type.bits - 1) and _within(value, bounds)
    if isinstance(type, Numeric):
        exact = -value.as_tuple().exponent <= type.places
        room = type.digits is None or abs(value) < Decimal(10) ** (type.digits - type.places)
        return exact and room and _within(value, bounds)
    return _within(value, bounds)


def _has_format(value: str, format: str) -> bool:
    forms = {"email": r"[a-z0-9]+@[a-z0-9.]+", "url": r"https?://[a-z0-9./]+", "slug": r"[a-z0-9]+(-[a-z0-9]+)*"}
    return re.fullmatch(forms[format], value) is not None


def _within(value: Any, bounds: Any) -> bool:
    if bounds is None or not isinstance(value, int | float | Decimal) or isinstance(value, bool):
        return True
    number = Decimal(str(value))
    return (
        (bounds.gt is None or number > Decimal(bounds.gt))
        and (bounds.ge is None or number >= Decimal(bounds.ge))
        and (bounds.lt is None or number < Decimal(bounds.lt))
        and (bounds.le is None or number <= Decimal(bounds.le))
        and (bounds.multiple_of is None or number % Decimal(bounds.multiple_of) == 0)
    )


def _plain(value: Any) -> Any:
    """The value as something that a set can hold."""
    return value if isinstance(value, int | float | str | Decimal | UUID | datetime) else repr(value)


def unique_form(values: Iterable[Any]) -> tuple[Any, ...]:
    """Values as they stand in a set of those that are taken."""
    return tuple(map(_plain, values))
