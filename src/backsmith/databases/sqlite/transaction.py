"""A transaction on SQLite as works use it: a part of the group that is being written, within a savepoint of its own.

Statements run on the event loop, where a small one takes microseconds and a thread would take many times that. Those
said to be heavy, and reads that turn out to be, run on the writer's thread.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

import apsw

from backsmith.databases.database import Row, reply_too_large, size_of
from backsmith.databases.guarded import GuardedTransaction
from backsmith.databases.sqlite.failures import of_transaction
from backsmith.databases.transaction import ViolationError
from backsmith.errors import BacksmithError

if TYPE_CHECKING:
    from backsmith.databases.sqlite.writer import Writer

T = TypeVar("T")

MANY = 32
"""Statements that run between two looks at the clock."""
BREATH = 0.002
"""Seconds after which a long list of statements lets the event loop do something else."""


class SqliteTransaction(GuardedTransaction):
    """The part of one work in a group."""

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self._writer = writer
        self._execute = writer.execute
        self._saved = False
        """Whether its savepoint is set. A work that only reads has none."""
        self.touched = False
        """Whether any statement has run."""

    async def fetch(
        self, sql: str, params: Sequence[Any] = (), *, last: bool = False, heavy: bool = False
    ) -> Sequence[tuple[Any, ...]]:
        rows = None if heavy else self._now(sql, params, _rows)
        if rows is None:
            return await self._on_thread(sql, lambda cursor: list(self._counted(cursor.execute(sql, params))))
        if len(rows) > 1 and sum(map(size_of, rows)) > self._writer.max_reply:
            raise self._refuse(reply_too_large(self._writer.max_reply))
        return rows

    async def fetch_each(self, sql: str, many: Sequence[Sequence[Any]], *, last: bool = False) -> list[Sequence[Row]]:
        found: list[Sequence[Row]] = []
        since = perf_counter()
        for number, params in enumerate(many, 1):
            rows = self._now(sql, params, _rows)
            found.append(await self.fetch(sql, params, heavy=True) if rows is None else rows)
            if number % MANY == 0 and perf_counter() - since > BREATH:
                self._begin()
                await asyncio.sleep(0)
                self._done()
                since = perf_counter()
        return found

    async def fetch_named(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        rows = self._now(sql, params, _named)
        if rows is None:
            return await self._on_thread(sql, lambda cursor: _named(cursor.execute(sql, params)))
        return rows

    async def run(self, work: Callable[[apsw.Connection], T]) -> T:
        """What `work` returns of the connection, on the thread; for statements of Backsmith's own."""
        return await self._on_thread("", lambda cursor: work(cursor.get_connection()), own=True)

    def settle(self) -> bool:
        """End the work's part well; whether it may have changed anything. Raises what must not be kept."""
        if self.refusal is not None:
            raise self.refusal
        if not self._saved:
            return False
        if self._writer.open_references():
            raise ViolationError("foreign_key")  # put off until the commit, where it would refuse the whole group
        self._execute("RELEASE work")
        return True

    def undo(self) -> None:
        """Undo the work's part, if any of it is left."""
        if self._saved and not self.lost:
            try:
                self._execute("ROLLBACK TO work")
                self._execute("RELEASE work")
            except apsw.Error as error:
                self._failed(error)

    # Statements -------------------------------------------------------------------------------------------------------

    def _now(self, sql: str, params: Sequence[Any], gather: Callable[[apsw.Cursor], T]) -> T | None:
        """What `gather` takes from a statement on the event loop, or None where it reads for longer than it may."""
        self._check()
        self.touched = True
        try:
            if sql.startswith("SELECT"):
                return self._writer.read_now(sql, params, gather)
            if not self._saved:
                self._save()
            return gather(self._execute(sql, params))
        except BacksmithError as error:
            self._refuse(error)
            raise
        except Exception as error:
            raise self._failed(error) from error

    def _save(self) -> None:
        self._execute("SAVEPOINT work")
        self._saved = self.touched = True

    async def _on_thread(self, sql: str, work: Callable[[apsw.Cursor], T], *, own: bool = False) -> T:
        self._begin()
        if not self.touched:
            await self._move_alone()
        try:
            reads = sql.startswith("SELECT")
            if not self._saved and not reads:
                self._save()
            result = await self._writer.run_heavy(work, reads=reads, own=own)
        except BacksmithError as error:
            self._look_after(error)
            raise
        except Exception as error:
            raise self._failed(error) from error
        except BaseException:
            self._look_after(None)
            raise
        self._done()
        return result

    async def _move_alone(self) -> None:
        self.touched = self.lost = True  # until there is a group again
        try:
            await self._writer.move_alone()
        except BacksmithError as error:
            self._refuse(error)
            raise
        self.lost = False

    def _look_after(self, error: BacksmithError | None) -> None:
        """After a statement that was refused or given up: note what is left."""
        if self._writer.is_lost():
            self.lost = True
        if error is not None:
            self._refuse(error)
        elif not self.lost:
            self._done()

    def _failed(self, error: Exception) -> BacksmithError:
        """After a statement that failed: what to raise."""
        if self._writer.is_lost():
            self.lost = True
        return self._refuse(of_transaction(error))

    def _counted(self, cursor: apsw.Cursor) -> Iterator[tuple[Any, ...]]:
        size, limit = 0, self._writer.max_reply
        for row in cursor:
            size += size_of(row)
            if size > limit:
                cursor.close()
                raise reply_too_large(limit)
            yield row

    async def _set_savepoint(self, name: str) -> None:
        if not self._saved:
            self._save()
        self._execute(f"SAVEPOINT {name}")

    async def _undo_to(self, name: str) -> None:
        self._execute(f"ROLLBACK TO {name}")
        self._execute(f"RELEASE {name}")

    async def _release(self, name: str) -> None:
        self._execute(f"RELEASE {name}")


def _rows(cursor: apsw.Cursor) -> list[tuple[Any, ...]]:
    return cursor.fetchall()


def _named(cursor: apsw.Cursor) -> list[dict[str, Any]]:
    # SQLite tells the names only while there are rows.
    return [dict(zip([column[0] for column in cursor.get_description()], row, strict=True)) for row in cursor]
