"""Rows of a table that Backsmith keeps for itself: `OwnRows` finds, inserts, updates and deletes them.

In: Python values by column. Out: rows as dictionaries of Python values. A condition is a value (equal; None: is null),
a tuple of values (one of them) or `Before`, `After`. Statements are spelled once for each shape. Update and delete give
the rows that they touched, so that of many who want the same single-use row exactly one gets it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backsmith.databases.database import Database, Row
from backsmith.databases.dialect import Dialect
from backsmith.databases.own_table import OwnTable, field_of
from backsmith.databases.transaction import Transaction


class Before(NamedTuple):
    """A condition: earlier than, or less than, `value`."""

    value: datetime | int | str


class After(NamedTuple):
    """A condition: later than, or more than, `value`."""

    value: datetime | int | str


Where = Mapping[str, Any]
Found = dict[str, Any]


class OwnRows:
    """The rows of one table, in one dialect."""

    def __init__(self, dialect: Dialect, own: OwnTable) -> None:
        self._dialect = dialect
        self._own = own
        self._table = dialect.quote(own.name)
        self._fields = {column.name: field_of(own, column.name, dialect) for column in own.columns}
        stores = dialect.stores
        self._encoders = {name: dialect.encoder(field.type) for name, field in self._fields.items()}
        self._decoders = {name: stores.decoder(field.type) for name, field in self._fields.items()}
        self._shown = ", ".join(dialect.load(dialect.quote(name), field) for name, field in self._fields.items())
        self._known: dict[tuple[Any, ...], str] = {}

    async def find(
        self,
        source: Database | Transaction,
        /,
        *,
        order: str = "",
        limit: int | None = None,
        lock: bool = False,
        **where: Any,
    ) -> list[Found]:
        """The rows for which `where` holds. `order` is a column, after a minus the last ones first. `lock` keeps others
        from changing them until the transaction ends. Raises RequestError."""
        values: list[Any] = []
        shape = ("find", order, limit, lock, self._shape(where))
        sql = self._known.get(shape) or self._keep(shape, self._select(where, order, limit, lock))
        self._bind(where, values)
        if isinstance(source, Database):
            return self._rows(await source.read(sql, values))
        return self._rows(await source.fetch(sql, values))

    async def one(self, source: Database | Transaction, /, *, lock: bool = False, **where: Any) -> Found | None:
        """The one row for which `where` holds, or None. Raises RequestError."""
        rows = await self.find(source, limit=1, lock=lock, **where)
        return rows[0] if rows else None

    async def insert(self, transaction: Transaction, /, **values: Any) -> None:
        """A new row. Raises ViolationError, RequestError."""
        shape = ("insert", *values)
        sql = self._known.get(shape) or self._keep(shape, self._insert(values))
        await transaction.fetch(sql, [self._encoded(name, value) for name, value in values.items()])

    async def put(self, transaction: Transaction, /, **values: Any) -> None:
        """A new row, or new values of the one with that key. Raises RequestError."""
        shape = ("put", *values)
        sql = self._known.get(shape) or self._keep(shape, self._upsert(values))
        await transaction.fetch(sql, [self._encoded(name, value) for name, value in values.items()])

    async def update(self, transaction: Transaction, where: Where, /, **values: Any) -> list[Found]:
        """New values for the rows for which `where` holds; gives these rows as they are then. Raises RequestError."""
        shape = ("update", self._shape(where), *values)
        sql = self._known.get(shape) or self._keep(shape, self._change(where, values))
        bound = [self._encoded(name, value) for name, value in values.items()]
        self._bind(where, bound)
        return self._rows(await transaction.fetch(sql, bound))

    async def delete(self, transaction: Transaction, /, **where: Any) -> list[Found]:
        """Take away the rows for which `where` holds; gives them as they were. Raises RequestError."""
        shape = ("delete", self._shape(where))
        sql = self._known.get(shape) or self._keep(
            shape, f"DELETE FROM {self._table}{self._condition(where, 0)} RETURNING {self._shown}"
        )
        bound: list[Any] = []
        self._bind(where, bound)
        return self._rows(await transaction.fetch(sql, bound))

    def _keep(self, shape: tuple[Any, ...], sql: str) -> str:
        self._known[shape] = sql
        return sql

    def _select(self, where: Where, order: str, limit: int | None, lock: bool) -> str:
        column = order.lstrip("-")
        ordered = f" ORDER BY {self._dialect.quote(column)}{' DESC' if order.startswith('-') else ''}" if order else ""
        limited = "" if limit is None else f" LIMIT {limit:d}"
        locked = self._dialect.stores.lock(self._table, key=False) if lock else ""
        return f"SELECT {self._shown} FROM {self._table}{self._condition(where, 0)}{ordered}{limited}{locked}"

    def _insert(self, values: Mapping[str, Any]) -> str:
        names = ", ".join(map(self._dialect.quote, values))
        marks = ", ".join(self._mark(number, name) for number, name in enumerate(values, 1))
        return f"INSERT INTO {self._table} ({names}) VALUES ({marks})"

    def _upsert(self, values: Mapping[str, Any]) -> str:
        quote = self._dialect.quote
        others = [quote(name) for name in values if name not in self._own.key]
        changes = ", ".join(f"{name} = excluded.{name}" for name in others)
        done = f"UPDATE SET {changes}" if changes else "NOTHING"
        return f"{self._insert(values)} ON CONFLICT ({', '.join(map(quote, self._own.key))}) DO {done}"

    def _change(self, where: Where, values: Mapping[str, Any]) -> str:
        changes = ", ".join(
            f"{self._dialect.quote(name)} = {self._mark(number, name)}" for number, name in enumerate(values, 1)
        )
        return f"UPDATE {self._table} SET {changes}{self._condition(where, len(values))} RETURNING {self._shown}"

    def _mark(self, number: int, name: str) -> str:
        return self._dialect.placeholder(number, self._fields[name].type)

    @staticmethod
    def _shape(where: Where) -> tuple[Any, ...]:
        return tuple(
            (name, len(_several(value)) if type(value) is tuple else None if value is None else type(value))
            for name, value in where.items()
        )

    def _condition(self, where: Where, number: int) -> str:
        """As ` WHERE …`; parameters go on after `number`."""
        parts: list[str] = []
        for name, value in where.items():
            column = self._dialect.quote(name)
            if value is None:
                parts.append(f"{column} IS NULL")
            elif type(value) is tuple:
                marks = [self._mark(number + index, name) for index in range(1, len(_several(value)) + 1)]
                number += len(marks)
                parts.append(f"{column} IN ({', '.join(marks)})" if marks else "1 = 0")
            else:
                number += 1
                sign = "<" if isinstance(value, Before) else ">" if isinstance(value, After) else "="
                parts.append(f"{column} {sign} {self._mark(number, name)}")
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    def _bind(self, where: Where, bound: list[Any]) -> None:
        for name, value in where.items():
            if isinstance(value, Before | After):
                bound.append(self._encoded(name, value.value))
            elif type(value) is tuple:
                bound.extend(self._encoded(name, each) for each in _several(value))
            elif value is not None:
                bound.append(self._encoded(name, value))

    def _encoded(self, name: str, value: Any) -> Any:
        return None if value is None else self._encoders[name](value)

    def _rows(self, rows: Sequence[Row]) -> list[Found]:
        return [
            {
                name: value if value is None or decode is None else decode(value)
                for index, (name, decode) in enumerate(self._decoders.items())
                for value in (row[index],)
            }
            for row in rows
        ]


def _several(value: Any) -> tuple[Any, ...]:
    return value
