"""Values for the fields of made-up rows: those that conditions speak of, their neighbours, and a few others."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, assert_never
from uuid import UUID

from backsmith.blueprint.blueprint import Bounds, Field
from backsmith.blueprint.expressions import Literal, Node
from backsmith.blueprint.subset.constants import value_of
from backsmith.blueprint.trees import walk
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

NOW = datetime(2026, 1, 23, 12, 30, tzinfo=UTC)
_SPAN = timedelta(hours=1)


class Values:
    """Draws values for fields."""

    def __init__(self, conditions: Iterable[Node], chance: random.Random) -> None:
        self._chance = chance
        spoken = [part for condition in conditions for part in walk(condition) if isinstance(part, Literal)]
        found = [value_of(each) for each in spoken if each.value is not None and not isinstance(each.value, bool)]
        numbers = [each for each in found if isinstance(each, int | float | Decimal)]
        texts = [each for each in found if isinstance(each, str)]
        spans = [each for each in found if isinstance(each, timedelta)]
        instants = [each for each in found if isinstance(each, datetime)] or [NOW]
        days = [each for each in found if isinstance(each, date) and not isinstance(each, datetime)] or [NOW.date()]
        self._whole = sorted({int(each) + step for each in numbers for step in (-1, 0, 1)} | {0, 1})
        self._exact = sorted({Decimal(str(each)) + step for each in numbers for step in (-1, 0, 1)} | {Decimal(0)})
        self._texts = sorted({*texts, *(each + "a" for each in texts), *(each.upper() for each in texts), "a", "b", ""})
        self._spans = sorted({each + step for each in (*spans, timedelta(0)) for step in (-_SPAN, timedelta(0), _SPAN)})
        steps = {step for each in (*spans, timedelta(0)) for step in (each + _SPAN, each - _SPAN, -each - _SPAN, -each)}
        self._instants = sorted({each + step for each in instants for step in steps if abs(step.days) < 100_000})
        self._days = sorted({each + timedelta(days=step) for each in (*days, NOW.date()) for step in (-1, 0, 1)})
        times = {each for each in found if isinstance(each, time)} | {time(0), time(12), time(23, 59)}
        self._times = sorted(times)
        self._ids = sorted({each for each in found if isinstance(each, UUID)} | {UUID(int=1), UUID(int=2), UUID(int=3)})

    def of(self, field: Field) -> Any:
        """A value of the field, within its bounds."""
        if field.nullable and self._chance.random() < 0.3:
            return None
        pool = self.pool(field.type)
        if field.bounds is not None:
            pool = [value for value in pool if _within(value, field.bounds)] or pool
        return self._chance.choice(pool)

    def keys(self, field: Field, count: int) -> list[Any]:
        """So many different values."""
        pool = self.pool(field.type)
        self._chance.shuffle(pool)
        found = list(dict.fromkeys(pool))[:count]
        return found + [f"{field.name}{number}" if isinstance(field.type, Text) else number + 1000
                        for number in range(count - len(found))]  # fmt: skip

    def pool(self, type: Type) -> list[Any]:
        """The values of a type that are tried."""
        match type:
            case Text():
                return list(self._texts)
            case Integer():
                return list(self._whole)
            case Float():
                return [float(each) for each in self._exact]
            case Numeric():
                return list(self._exact)
            case Boolean():
                return [True, False]
            case Date():
                return list(self._days)
            case DateTime():
                return list(self._instants)
            case Time():
                return list(self._times)
            case Duration():
                return list(self._spans)
            case Uuid():
                return list(self._ids)
            case Enum(values):
                return list(values)
            case List(item):
                pool = self.pool(item)
                return [[], *([each] for each in pool), self._chance.choices(pool, k=2)]
            case Bytes() | Json() | Sealed():
                return [b""]
            case _:
                assert_never(type)


def _within(value: Any, bounds: Bounds) -> bool:
    try:
        number = Decimal(str(value))
        return (
            (bounds.gt is None or number > Decimal(bounds.gt))
            and (bounds.ge is None or number >= Decimal(bounds.ge))
            and (bounds.lt is None or number < Decimal(bounds.lt))
            and (bounds.le is None or number <= Decimal(bounds.le))
        )
    except ArithmeticError:
        return True  # bounds of days and times: a condition about them is rare
