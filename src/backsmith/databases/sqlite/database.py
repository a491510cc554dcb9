"""A SQLite database: reads run on the event loop under a time budget, slow ones on threads, writes one at a time.

Beside a slow statement on a thread the event loop goes on: SQLite runs without the GIL, and Backsmith's functions in
Python hold it for microseconds. So that a thread which calls them again and again can't keep the loop waiting, Python's
switch interval is short while threads read (`readers.Promptness`).
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownLambdaType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

import apsw

from backsmith.databases.database import NOT_OPEN, READ_ONLY, Database, reply_too_large, size_of
from backsmith.databases.retrying import retried
from backsmith.databases.schema import Schema
from backsmith.databases.sqlite.connection import keeping_plans, open_reader, open_untouched, open_writer
from backsmith.databases.sqlite.dialect import SqliteDialect
from backsmith.databases.sqlite.failures import of_reading, of_writing
from backsmith.databases.sqlite.loop_reader import LoopReader
from backsmith.databases.sqlite.readers import Readers
from backsmith.databases.sqlite.writer import Writer
from backsmith.databases.transaction import Again, Transaction, ViolationError
from backsmith.errors import BacksmithError, DatabaseError, RequestError

if TYPE_CHECKING:
    from backsmith.databases.facts import Facts
    from backsmith.databases.session import Session
    from backsmith.databases.trials import Trial

T = TypeVar("T")

INLINE_CACHE = 16_000
"""KiB of pages that the event loop's connection keeps."""
PATTERN = " GLOB "
"""Is in a statement with a pattern, for which an index may serve: that depends on how the pattern begins."""
SLOW_FOR = 10.0
"""Seconds for which a statement that was over budget twice within as many goes straight to a thread."""
SLOW_STATEMENTS = 500
INLINE_PART = 256
"""The event loop reads rows of up to this part of the largest reply, and leaves longer ones to a thread, which counts
each. So only more rows than these can be too large together, and the time budget lets them be few thousand."""
INLINE_LENGTH = 65_536
"""Bytes of a row that the event loop reads in any case, if a reply may be so large."""


class SqliteDatabase(Database):
    """A file that SQLite keeps."""

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool,
        statement_timeout: float,
        transaction_timeout: float,
        wait_timeout: float,
        inline_budget: float,
        reader_threads: int,
        max_reply: int,
    ) -> None:
        self.dialect = SqliteDialect()
        self.path = path
        self._read_only = read_only
        self._statement_timeout = statement_timeout
        self._transaction_timeout = transaction_timeout
        self._wait_timeout = wait_timeout
        self._budget = inline_budget
        self._reader_threads = reader_threads
        self._max_reply = max_reply
        self._longest = max(max_reply // INLINE_PART, min(max_reply, INLINE_LENGTH))
        """Bytes of a row on the event loop, at most."""
        self._uncounted = max_reply // self._longest
        """Rows on the event loop that can't be too large together."""
        self._slow: dict[str, float] = {}
        """Until when which statement counts as slow."""
        self._suspects: dict[str, float] = {}
        """Until when a second overrun makes which statement slow."""
        self._inline: LoopReader | None = None
        self._patterns: LoopReader | None = None
        """For statements with a pattern: plans them by its value. Open since the first of them."""
        self._connect_inline: Callable[[], apsw.Connection] = _not_open
        self._writer: Writer | None = None
        self._readers: Readers | None = None

    async def open(self) -> None:
        """Open the file, creating it unless it is to be read only. Raises DatabaseError."""
        if self._inline is not None:
            return
        try:
            self._open()
        except BaseException:
            await self.close()
            raise

    def _open(self) -> None:
        if self._read_only:
            connect = partial(open_untouched, self.path, longest=self._max_reply)
            self._connect_inline = partial(open_untouched, self.path, wait=0, longest=self._longest)
        else:
            self._writer = Writer(
                keeping_plans(open_writer(self.path)),
                wait_timeout=self._wait_timeout,
                transaction_timeout=self._transaction_timeout,
                statement_timeout=self._statement_timeout,
                read_budget=self._budget,
                max_reply=self._max_reply,
            )
            connect = partial(open_reader, self.path, longest=self._max_reply)
            self._connect_inline = partial(open_reader, self.path, wait=0, cache=INLINE_CACHE, longest=self._longest)
        self._inline = LoopReader(keeping_plans(self._connect_inline()), self._budget)
        self._readers = Readers(
            connect,
            threads=self._reader_threads,
            statement_timeout=self._statement_timeout,
            wait_timeout=self._wait_timeout,
        )

    async def close(self) -> None:
        """Interrupt what reads, finish what writes, close the file."""
        if self._readers is not None:
            self._readers.close()
        for connection in (self._inline, self._patterns):
            if connection is not None:
                connection.close()
        writer, self._writer = self._writer, None
        if writer is not None:
            await writer.close()
        self._inline = self._patterns = self._readers = None
        self._connect_inline = _not_open

    # Reading ----------------------------------------------------------------------------------------------------------

    def fetch_now(self, sql: str, params: Sequence[Any]) -> Sequence[tuple[Any, ...]] | None:
        """The rows, or None when the statement is too much for the event loop, or lately was so twice."""
        now = perf_counter()
        if not self._budget or (sql in self._slow and self._is_slow(sql, now)):
            return None
        reader = self._inline
        try:
            if PATTERN in sql:
                reader = self._patterns = self._patterns or LoopReader(self._connect_inline(), self._budget)
            if reader is None:
                raise DatabaseError(NOT_OPEN)
            rows = reader.rows(sql, params, now)
        except (apsw.InterruptError, apsw.TooBigError):
            self._remember(sql)
            return None
        except apsw.BusyError:
            return None  # a thread may wait for the lock, the loop may not
        except BacksmithError:
            raise
        except Exception as error:
            raise of_reading(error, self._max_reply) from error
        if len(rows) > self._uncounted and sum(map(size_of, rows)) > self._max_reply:
            raise reply_too_large(self._max_reply)
        return rows

    def _is_slow(self, sql: str, now: float) -> bool:
        if now < self._slow[sql]:
            return True
        del self._slow[sql]
        return False

    def _remember(self, sql: str) -> None:
        """Note that a statement was too much: the first time as a suspect, the second as slow."""
        now = perf_counter()
        notes = self._slow if self._suspects.pop(sql, 0.0) > now else self._suspects
        if len(notes) >= SLOW_STATEMENTS:
            del notes[next(iter(notes))]  # the one noted first
        notes[sql] = now + SLOW_FOR

    async def fetch(self, sql: str, params: Sequence[Any]) -> Sequence[tuple[Any, ...]]:
        """The rows, by a thread."""
        return await self._read(lambda connection: list(_counted(connection.execute(sql, params), self._max_reply)))

    async def fetch_named(self, sql: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        """The rows as dictionaries, by a thread."""

        def work(connection: apsw.Connection) -> list[dict[str, Any]]:
            cursor = connection.execute(sql, params)
            # SQLite tells the names only while there are rows.
            return [
                dict(zip([column[0] for column in cursor.get_description()], row, strict=True))
                for row in _counted(cursor, self._max_reply)
            ]

        return await self._read(work)

    async def _read(self, work: Callable[[apsw.Connection], T]) -> T:
        if self._readers is None:
            raise DatabaseError(NOT_OPEN)
        try:
            return await self._readers.run(work)
        except BacksmithError:
            raise
        except Exception as error:
            raise of_reading(error, self._max_reply) from error

    async def explain(self, sql: str, params: Sequence[Any]) -> str:
        """SQLite's query plan, steps indented under those they belong to."""

        def work(connection: apsw.Connection) -> Sequence[Any]:
            # An EXPLAIN doesn't look whether the tables have changed since the connection read them last.
            connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()
            return connection.execute(f"EXPLAIN QUERY PLAN {sql}", params).fetchall()

        rows = await self._read(work)
        depths = {0: -1}
        lines: list[str] = []
        for number, parent, _, text in rows:
            depths[number] = depths[parent] + 1
            lines.append("  " * depths[number] + text)
        return "\n".join(lines)

    async def inspect(self) -> Schema:
        """What the file holds."""
        from backsmith.databases.sqlite.inspect import inspect  # noqa: PLC0415  # needed by few commands

        return await self._read(inspect)

    async def facts(self) -> Facts:
        """By the file itself."""
        from backsmith.databases.sqlite.facts import facts  # noqa: PLC0415  # needed by few commands

        return await self._read(facts)

    def session(self) -> AbstractAsyncContextManager[Session]:
        """A connection and a thread of its own."""
        from backsmith.databases.sqlite.session import open_session  # noqa: PLC0415  # needed by few commands

        self._to_write()
        return open_session(self.path)

    def trial(self, *, timeout: float = 10.0) -> AbstractAsyncContextManager[Trial]:
        """A temporary database and a thread of its own."""
        from backsmith.databases.sqlite.trials import open_trial  # noqa: PLC0415  # needed by few commands

        return open_trial(self.path, timeout)

    async def ping(self) -> None:
        """Read from the file."""
        await self.fetch("SELECT 1 FROM sqlite_schema LIMIT 1", ())

    # Writing ----------------------------------------------------------------------------------------------------------

    async def transact(self, work: Callable[[Transaction], Awaitable[T]], *, retry: bool = False) -> T:
        """As Database says. Works that come at the same time share a commit."""
        writer, alone = self._to_write(), False

        async def once() -> T:
            nonlocal alone
            try:
                return await writer.transact(work, alone=alone)
            except Again:
                alone = True  # if something of it was the matter, no other is to suffer
                raise

        return await retried(once, retry=retry)

    async def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Run one statement, or several without parameters, in a transaction."""
        await self._write(lambda connection: connection.execute(sql, params).fetchall())  # to the last statement

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run the statement for each row, all in one transaction."""
        await self._write(lambda connection: connection.executemany(sql, rows))

    async def _write(self, work: Callable[[apsw.Connection], object]) -> None:
        """Run Backsmith's own statements, for as long as they take."""
        writer = self._to_write()
        try:
            await writer.transact(lambda transaction: transaction.run(work), own=True)
        except Again as again:
            raise of_writing(again.refusal) from again
        except (RequestError, ViolationError) as error:
            raise of_writing(error.__cause__ or error) from error

    def _to_write(self) -> Writer:
        if self._writer is None:
            raise DatabaseError(READ_ONLY if self._read_only else NOT_OPEN)
        return self._writer


def _not_open() -> apsw.Connection:
    raise DatabaseError(NOT_OPEN)


def _counted(cursor: apsw.Cursor, limit: int) -> Iterator[tuple[Any, ...]]:
    """The rows of a cursor. Raises REPLY_TOO_LARGE when they are more than `limit` bytes together."""
    size = 0
    for row in cursor:
        size += size_of(row)
        if size > limit:
            cursor.close()  # a statement that isn't read to its end would keep its view of the database
            raise reply_too_large(limit)
        yield row
