"""Sums, averages, extremes and counts by value: the part of `Data` that calculates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal, cast

import msgspec

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.types import Duration, Float, Integer, Numeric, Type
from backsmith.engine.catalogue import Resource
from backsmith.engine.code.loading import value_of_field
from backsmith.engine.code.objects import value_of
from backsmith.engine.code.reading import Reading, secret_field
from backsmith.engine.planning.plan import Key, Order, Output, Read, Value
from backsmith.errors import UsageError
from backsmith.model.conditions import Condition, Path, parts

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
Word = Literal["sum", "avg", "min", "max"]


class Aggregating(Reading):
    """Calculates over the rows that may be read; a field that may not be seen of a row counts as None."""

    async def count_by(self, field: Any, /, *where: Condition | bool) -> dict[Any, int]:
        """How many rows there are of each value of a field."""
        resource, column = self._field(field)
        value = value_of_field(column, self._access(resource.entity))
        counted = Value(None, Integer(), False, aggregate="count")
        outputs = (Output(Key("value"), value), Output(Key("count"), counted))
        rows = await self._grouped(resource, outputs, where, (Order(value),))
        return {value_of(bytes(row["value"]), column.type): int(bytes(row["count"])) for row in rows}

    async def sum(self, field: Any, /, *where: Condition | bool) -> Any:
        """The sum of a field; of nothing, zero."""
        _, column = self._field(field)
        result = await self._aggregate("sum", field, where)
        return _zero(column.type) if result is None else result

    async def avg(self, field: Any, /, *where: Condition | bool) -> Any:
        """The mean of a field; of nothing, None."""
        return await self._aggregate("avg", field, where)

    async def min(self, field: Any, /, *where: Condition | bool) -> Any:
        """The smallest value of a field; of nothing, None."""
        return await self._aggregate("min", field, where)

    async def max(self, field: Any, /, *where: Condition | bool) -> Any:
        """The largest value of a field; of nothing, None."""
        return await self._aggregate("max", field, where)

    async def _aggregate(self, word: Word, field: Any, where: Sequence[Condition | bool]) -> Any:
        resource, column = self._field(field)
        plain = value_of_field(column, self._access(resource.entity))
        type = self._services.database.dialect.operators().aggregate_type(word, column.type)
        value = Value(column, type, True, aggregate=word, guard=plain.guard)
        rows = await self._grouped(resource, (Output(Key("value"), value),), where)
        return value_of(bytes(rows[0]["value"]), type) if rows else None

    async def _grouped(
        self,
        resource: Resource,
        outputs: tuple[Output, ...],
        where: Sequence[Condition | bool],
        order: tuple[Order, ...] = (),
    ) -> list[dict[str, msgspec.Raw]]:
        base = self._read(resource, where, {})
        if base is None:
            return []
        read = Read(base.entity, base.access, outputs, base.where, order, grouped=True)
        rows = await self._fetch(self._writer().page(read), heavy=True)
        return [_members.decode(row[0]) for row in rows]

    def _field(self, field: Any) -> tuple[Resource, Field]:
        """The field that an attribute of a class names. Raises UsageError."""
        if not isinstance(field, Path):
            raise UsageError(f"{field!r} isn't a field of a class, such as Order.total.")
        root, names = parts(cast("Path[Any]", field))
        resource = self._resource(root)
        name = names[0]
        for relation in resource.entity.relations:
            if relation.name == name and relation.kind == "to_one" and len(relation.fields) == 1:
                name = relation.fields[0]  # a relation is counted by its key
        column = resource.stored.get(name) if len(names) == 1 else None
        if column is None:
            raise UsageError(f"{field!r} isn't a field of {root.__name__}.")
        if column.secret:
            raise secret_field(root.__name__, name)
        return resource, column


def _zero(type: Type) -> Any:
    match type:
        case Numeric():
            return Decimal(0)
        case Float():
            return 0.0
        case Duration():
            return timedelta(0)
        case _:
            return 0
