"""PostgreSQL's positions: numbers of a sequence, with marks that tell which of them may still appear.

A sequence hands out its numbers when rows are written, and transactions end in any order: 8 may be there to be read
before 7. So each transaction that appends marks first how far the sequence was then. All its rows come after the mark,
which is an advisory lock: everybody sees it, nobody waits for it, and it goes when the transaction has ended and its
rows can be seen. The reach is where the sequence is, or the lowest mark. Docs: architecture.md, "The change log".

Why this misses nothing. A reader asks first for the sequence's number s, then for the marks, then for rows. Let a
transaction's mark be m and its rows r > m. If the mark was there when marks were asked for, the reader stops at m. If
it had gone, the rows can be seen. If it came later, r was handed out after s was, so r > s, and the reader stops at s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from backsmith.blueprint.types import List, Scalar
from backsmith.databases.journal import POSITION, Journal, Reach
from backsmith.errors import DatabaseError

if TYPE_CHECKING:
    from backsmith.blueprint.blueprint import Field
    from backsmith.databases.database import Database
    from backsmith.databases.dialect import Dialect
    from backsmith.databases.transaction import Transaction

MARKED = "backsmith.marked"
"""A setting of the transaction: it has a mark. Like the mark it is undone with the savepoint in which it was set, so
that a transaction has one mark, however much it appends and whatever of it is undone."""
WIDTH = 2**32
"""How many marks can be told apart: a lock's name has 32 bits for the position, beside 32 for the table."""


class PostgresJournal(Journal):
    """Marks, appends, and reads the marks of others."""

    def __init__(self, dialect: Dialect, table: str, fields: Sequence[Field]) -> None:
        super().__init__(dialect, table, fields)
        number = "CASE WHEN is_called THEN last_value ELSE last_value - 1 END"
        sequence = dialect.quote(f"{table}_{POSITION}_seq")
        of_table = f"'{table}'::regclass::oid"
        self.mark = (
            f"SELECT CASE WHEN current_setting('{MARKED}', true) = 'yes' THEN true"
            f" ELSE pg_advisory_xact_lock_shared({of_table}::int4, (({number}) & {WIDTH - 1})::oid::int4)::text"
            f" IS NOT NULL AND set_config('{MARKED}', 'yes', true) = 'yes' END AS held FROM {sequence}"
        )
        arrays = ", ".join(
            dialect.placeholder(place, List(cast(Scalar, field.type))) for place, field in enumerate(fields, 1)
        )
        names = [f"c{place}" for place in range(len(fields))]
        # Numbers are handed out above the sort, so the mark is there before the first of them.
        self._append = (
            f"WITH marked AS MATERIALIZED ({self.mark})"
            f" INSERT INTO {self.table} ({self.columns()})"
            f" SELECT {', '.join(f'e.{name}' for name in names)}"
            f" FROM marked, unnest({arrays}) WITH ORDINALITY AS e({', '.join(names)}, n)"
            " WHERE marked.held ORDER BY e.n"
        )
        self.last = f"SELECT {number}, pg_is_in_recovery() FROM {sequence}"
        self.marks = (
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
            f" AND classid = {of_table}"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )

    async def append(self, transaction: Transaction, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            columns = zip(*map(self.encoded, rows), strict=True)
            await transaction.fetch(self._append, [list(column) for column in columns])

    async def reach(self, database: Database, *, beyond: int | None = None) -> Reach:
        ((last, in_recovery),) = await database.read(self.last)
        if in_recovery:
            raise DatabaseError(
                f"{self.name} can't be followed on a standby, which doesn't know of transactions that are under way on"
                " the primary. Name the primary's address."
            )
        if beyond is not None and last <= beyond:
            return Reach(last, last)
        return Reach(lowest(last, [mark for (mark,) in await database.read(self.marks)]), last)


def lowest(last: int, marks: Sequence[int]) -> int:
    """`last`, or the lowest of the marks, whose lower 32 bits are given; they are near to `last`."""
    half = WIDTH // 2
    return min([last, *(last + (mark - last + half) % WIDTH - half for mark in marks)])
