"""A SQLite database: reads run on the event loop under a time budget, slow ones on threads, writes one at a time.

Beside a slow statement on a thread the event loop goes on: SQLite runs without the GIL, and Backsmith's functions in
Python hold it for microseconds. So that a thread which calls them again and again can't keep the loop waiting, Python's
switch interval is short while threads read (`readers.Promptness`).
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownLambdaType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import apsw

from backsmith.databases.database import NOT_OPEN, READ_ONLY, Database, reply_too_large, size_of
from backsmith.databases.schema import Schema
from backsmith.databases.sqlite.connection import open_reader, open_untouched, open_writer
from backsmith.databases.sqlite.dialect import SqliteDialect
from backsmith.databases.sqlite.failures import of_reading, of_writing
from backsmith.databases.sqlite.readers import Readers
from backsmith.errors import BacksmithError, DatabaseError

T = TypeVar("T")

STEPS = 1_000
"""SQLite instructions between two looks at the clock on the event loop: some 10 to 20 microseconds."""
INLINE_CACHE = 16_000
"""KiB of pages that the event loop's connection keeps."""
LOOKS = 20
"""Looks at the clock before a statement may count as over budget: one that did little work and took long all the same
was kept waiting by other processes, and a thread would do no better."""
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
        wait_timeout: float,
        inline_budget: float,
        reader_threads: int,
        max_reply: int,
    ) -> None:
        self.dialect = SqliteDialect()
        self.path = path
        self._read_only = read_only
        self._statement_timeout = statement_timeout
        self._wait_timeout = wait_timeout
        self._budget = inline_budget
        self._reader_threads = reader_threads
        self._max_reply = max_reply
        self._longest = max(max_reply // INLINE_PART, min(max_reply, INLINE_LENGTH))
        """Bytes of a row on the event loop, at most."""
        self._uncounted = max_reply // self._longest
        """Rows on the event loop that can't be too large together."""
        self._stop_at = 0.0
        self._looks = 0
        self._slow: dict[str, float] = {}
        """Until when which statement counts as slow."""
        self._suspects: dict[str, float] = {}
        """Until when a second overrun makes which statement slow."""
        self._inline: apsw.Connection | None = None
        self._execute: Callable[[str, Sequence[Any]], apsw.Cursor] = _not_open
        self._writer: apsw.Connection | None = None
        self._readers: Readers | None = None
        self._writing: ThreadPoolExecutor | None = None

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
            self._inline = open_untouched(self.path, wait=0, longest=self._longest)
        else:
            self._writer = open_writer(self.path)
            self._writing = ThreadPoolExecutor(1, thread_name_prefix="backsmith-writer")
            connect = partial(open_reader, self.path, longest=self._max_reply)
            self._inline = open_reader(self.path, wait=0, cache=INLINE_CACHE, longest=self._longest)
        self._inline.set_progress_handler(self._over_budget, STEPS)
        self._execute = self._inline.cursor().execute  # one cursor for all: a third of a microsecond each
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
        if self._writing is not None:
            self._writing.shutdown(wait=True, cancel_futures=True)
        for connection in (self._inline, self._writer):
            if connection is not None:
                connection.close()
        self._inline = self._writer = self._readers = self._writing = None
        self._execute = _not_open

    # Reading ----------------------------------------------------------------------------------------------------------

    def _over_budget(self) -> bool:
        self._looks += 1
        return self._looks >= LOOKS and perf_counter() > self._stop_at

    def fetch_now(self, sql: str, params: Sequence[Any]) -> Sequence[tuple[Any, ...]] | None:
        """The rows, or None when the statement is too much for the event loop, or lately was so twice."""
        now = perf_counter()
        if not self._budget or (sql in self._slow and self._is_slow(sql, now)):
            return None
        self._stop_at, self._looks = now + self._budget, 0
        try:
            rows: list[tuple[Any, ...]] = self._execute(sql, params).fetchall()
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
        rows: Sequence[Any] = await self.fetch(f"EXPLAIN QUERY PLAN {sql}", params)
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

    async def ping(self) -> None:
        """Read from the file."""
        await self.fetch("SELECT 1 FROM sqlite_schema LIMIT 1", ())

    # Writing ----------------------------------------------------------------------------------------------------------

    async def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Run one statement, or several without parameters, in a transaction."""
        await self._write(lambda connection: connection.execute(sql, params).fetchall())  # to the last statement

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run the statement for each row, all in one transaction."""
        await self._write(lambda connection: connection.executemany(sql, rows))

    async def _write(self, work: Callable[[apsw.Connection], object]) -> None:
        if self._writer is None or self._writing is None:
            raise DatabaseError(READ_ONLY if self._read_only else NOT_OPEN)
        await asyncio.get_running_loop().run_in_executor(self._writing, _transact, self._writer, work)


def _not_open(sql: str, params: Sequence[Any]) -> apsw.Cursor:
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


def _transact(connection: apsw.Connection, work: Callable[[apsw.Connection], object]) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    except BacksmithError:
        raise
    except Exception as error:
        raise of_writing(error) from error
