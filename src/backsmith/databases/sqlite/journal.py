"""SQLite's positions: numbers of rows. Only one transaction writes at a time, so they are in the order of commits.

A number is not used again as long as the row with the highest one stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from backsmith.databases.journal import POSITION, Journal, Reach

if TYPE_CHECKING:
    from backsmith.blueprint.blueprint import Field
    from backsmith.databases.database import Database
    from backsmith.databases.dialect import Dialect
    from backsmith.databases.transaction import Transaction


class SqliteJournal(Journal):
    """What is committed is all there is: nothing else can still appear before it."""

    def __init__(self, dialect: Dialect, table: str, fields: Sequence[Field]) -> None:
        super().__init__(dialect, table, fields)
        marks = ", ".join(dialect.placeholder(number, field.type) for number, field in enumerate(fields, 1))
        self._insert = f"INSERT INTO {self.table} ({self.columns()}) VALUES ({marks})"
        self._last = f"SELECT coalesce(max({dialect.quote(POSITION)}), 0) FROM {self.table}"

    async def append(self, transaction: Transaction, rows: Sequence[Sequence[Any]]) -> None:
        # To run a statement again takes some microseconds, less than to take many rows out of one parameter.
        await transaction.fetch_each(self._insert, [self.encoded(row) for row in rows])

    async def reach(self, database: Database, *, beyond: int | None = None) -> Reach:
        ((last,),) = await database.read(self._last)
        return Reach(last, last)
