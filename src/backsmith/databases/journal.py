"""A table that only grows at its end, read by position: rows in, each with the next position; out, how far is safe.

`reach` is what a reader must not read beyond. All rows up to it are there to be seen, or never will be: a row that
appears later has a higher position. So whoever reads rows in the order of their positions, up to the reach, and
remembers the last of them, misses none and gets none twice. A change that was made after another could be seen has the
higher position of the two; changes that know nothing of one another come in any order, always the same.

Rows are appended by the transaction that writes what they are about, and nobody waits for anybody.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from backsmith.blueprint.blueprint import Field

if TYPE_CHECKING:
    from backsmith.databases.database import Database
    from backsmith.databases.dialect import Dialect
    from backsmith.databases.transaction import Transaction

POSITION = "position"
"""The column of the positions: the table's key, which the database hands out."""


class Reach(NamedTuple):
    """How far a journal goes, both 0 where nothing was ever appended."""

    safe: int
    """The position up to which rows may be read. A later answer may be lower, but what is new is above both."""
    last: int
    """The highest position that was handed out. It goes back only where an older copy of the database is restored."""


class Journal(ABC):
    """Appends to one such table, and tells how far it may be read."""

    def __init__(self, dialect: Dialect, table: str, fields: Sequence[Field]) -> None:
        """`fields` are the table's columns but for the position."""
        self.dialect = dialect
        self.table = dialect.quote(table)
        self.name = table
        self.fields = fields
        self._encoders = [dialect.encoder(field.type) for field in fields]

    @abstractmethod
    async def append(self, transaction: Transaction, rows: Sequence[Sequence[Any]]) -> None:
        """Append rows, each the Python values of `fields`. Something must have been written in the transaction."""

    @abstractmethod
    async def reach(self, database: Database, *, beyond: int | None = None) -> Reach:
        """How far rows may be read, by statements that begin after this. `beyond`: only what comes after counts.

        Raises DatabaseError where that can't be told.
        """

    def encoded(self, row: Sequence[Any]) -> list[Any]:
        """Values as the driver takes them."""
        return [None if value is None else encode(value) for value, encode in zip(row, self._encoders, strict=True)]

    def columns(self) -> str:
        """The names of the columns, as SQL."""
        return ", ".join(self.dialect.quote(field.column) for field in self.fields)
