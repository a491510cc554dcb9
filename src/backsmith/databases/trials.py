"""Trying statements on copies of tables: what an index would change, without touching the table itself.

A copy has the table's name, so the same statement reads it in its place; tables that weren't copied are read as they
are. Copies are private to the trial and gone with it. Of a large table only a part of the rows is copied.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from backsmith.databases.changes import TableName
from backsmith.databases.database import Row
from backsmith.databases.schema import Table, TableIndex

MOST_BYTES = 256_000_000
"""Of a copy, about."""


class Copy(Struct, frozen=True, kw_only=True):
    """A copy of a table."""

    rows: int
    of_rows: int
    """Rows that the table has; where only a part was copied, about."""


class Explained(Struct, frozen=True, kw_only=True):
    """How a statement was run."""

    plan: str
    """In the database's own words, a line a step."""
    effort: float
    """PostgreSQL: the estimated cost. SQLite: the steps of its virtual machine that were run."""
    milliseconds: float
    """The faster of two runs."""


class IndexUse(Struct, frozen=True, kw_only=True):
    """An index as the database itself counts."""

    bytes: int | None = None
    scans: int | None = None
    """How often it was used since `since`; None where the database doesn't count."""
    since: datetime | None = None


class TableWrites(Struct, frozen=True, kw_only=True):
    """How often rows of a table were written since an instant."""

    rows: int
    since: datetime


class Trial(ABC):
    """Copies of tables. Methods raise DatabaseError where the database refuses, or a statement takes too long."""

    effort_in: str
    """What efforts are: `estimated cost`, `steps of SQLite`."""

    @abstractmethod
    async def copy(self, table: Table, most: int) -> Copy:
        """Copy at most about so many rows of a table, with its indexes; from now on statements see the copy."""

    @abstractmethod
    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> Sequence[Row]:
        """The rows of a statement that reads."""

    @abstractmethod
    async def explain(self, sql: str, params: Sequence[Any]) -> Explained:
        """Run a statement that reads, and say how."""

    @abstractmethod
    async def create_index(self, table: Table, index: TableIndex) -> int:
        """Build an index of a copy; how many bytes it takes."""

    @abstractmethod
    async def drop_index(self, name: str) -> None:
        """Drop an index that was built so."""

    @abstractmethod
    async def used_by(self, sql: str, params: Sequence[Any]) -> frozenset[str]:
        """The names of the indexes that the plan of a statement uses. Nothing is run; tables that were copied are seen
        as copies."""

    @abstractmethod
    async def index_uses(self) -> Mapping[str, IndexUse]:
        """What the database knows of its indexes, by their names."""

    @abstractmethod
    async def writes(self, table: TableName) -> TableWrites | None:
        """How often rows of a table are written; None where the database doesn't count."""
