"""A PostgreSQL database, versions 15 to 18: reads share a pool of connections, writes have one of their own.

A read is one round trip: its statement is prepared once a connection. A read whose connection is lost is tried once
more on a new one, since reading twice does no harm.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from backsmith.databases.database import (
    NOT_OPEN,
    READ_ONLY,
    Database,
    Isolation,
    reply_too_large,
    size_of,
    unavailable,
)
from backsmith.databases.postgres.connection import (
    NO_CONNECTION,
    OLDEST,
    SLACK,
    Connection,
    connect,
    connect_failure,
)
from backsmith.databases.postgres.dialect import PostgresDialect
from backsmith.databases.postgres.embedded import start, stop
from backsmith.databases.postgres.failures import is_lost, is_outdated, of_reading, of_writing
from backsmith.databases.postgres.pool import Pool
from backsmith.databases.postgres.transaction import PostgresTransaction
from backsmith.databases.retrying import retried
from backsmith.databases.running import Works
from backsmith.databases.schema import Schema
from backsmith.databases.transaction import Again, Transaction
from backsmith.errors import BacksmithError, DatabaseError

if TYPE_CHECKING:
    from backsmith.databases.facts import Facts
    from backsmith.databases.session import Session
    from backsmith.databases.trials import Trial

T = TypeVar("T")
OUTDATED_TRIES = 5
"""How often a read is tried again because a table was changed in between."""

CASE_COLLATION = """
SELECT collname FROM pg_collation
WHERE collname IN ('und-x-icu', 'pg_unicode_fast') AND pg_collation_is_visible(oid)
  AND collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
ORDER BY collname DESC LIMIT 1
"""
"""The collation whose lower() and upper() follow Unicode's full case mapping, as Python's do."""


class PostgresDatabase(Database):
    """A database on a PostgreSQL server, or on the embedded one (`url` None)."""

    def __init__(
        self,
        url: str | None,
        *,
        read_only: bool,
        statement_timeout: float,
        transaction_timeout: float,
        isolation: Isolation,
        wait_timeout: float,
        pool_size: int,
        embedded_folder: Path,
        max_reply: int,
    ) -> None:
        self.dialect = PostgresDialect()
        self._url = url
        self._embedded_folder = embedded_folder
        self._embedded = False
        """Whether this process holds the embedded server."""
        self._read_only = read_only
        self._statement_timeout = statement_timeout
        self._max_reply = max_reply
        self._pool = Pool(
            self._connect_reader, size=pool_size, wait_timeout=wait_timeout, silence=statement_timeout + SLACK
        )
        self._works = Works(transaction_timeout)
        self._writers = Pool(
            self._connect_writer, size=pool_size, wait_timeout=wait_timeout, silence=transaction_timeout + SLACK
        )
        self._writer_settings = {
            "default_transaction_isolation": isolation.replace("_", " "),
            "lock_timeout": str(round(wait_timeout * 1000)),
            "idle_in_transaction_session_timeout": str(round((transaction_timeout + SLACK) * 1000)),
        }
        self._writer: Connection | None = None
        """For Backsmith's own statements, which take as long as they take."""
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        """Connect, and see what the server can do. Raises DatabaseError."""
        if self._url is None:
            self._url = await asyncio.get_running_loop().run_in_executor(None, start, self._embedded_folder)
            self._embedded = True
        try:
            connection = await self._pool.new()
        except (*NO_CONNECTION, ValueError) as error:
            raise connect_failure(self._url, error) from error
        (row,) = await connection.fetch("SELECT current_setting('server_version_num')::int")
        if row[0] // 10_000 < OLDEST:
            await self._pool.close()
            raise DatabaseError(f"This is PostgreSQL {row[0] // 10_000}. Backsmith needs {OLDEST} or later.")
        for row in await connection.fetch(CASE_COLLATION):
            self.dialect.case_collation = row[0]
        self._pool.give(connection)

    async def _connect_reader(self) -> Connection:
        assert self._url is not None  # open() has set it
        return await connect(self._url, read_only=True, statement_timeout=self._statement_timeout)

    async def _connect_writer(self) -> Connection:
        assert self._url is not None  # transact() has seen to that
        return await connect(
            self._url, read_only=False, statement_timeout=self._statement_timeout, settings=self._writer_settings
        )

    async def close(self) -> None:
        """Close all connections."""
        self._works.stop(unavailable())
        await self._writers.close()
        await self._pool.close()
        if self._writer is not None:
            await self._writer.close()
            self._writer = None
        if self._embedded:
            self._embedded = False
            await asyncio.get_running_loop().run_in_executor(None, stop, self._embedded_folder)

    # Reading ----------------------------------------------------------------------------------------------------------

    def fetch_now(self, sql: str, params: Sequence[Any]) -> None:
        """None: the server is another process, so its answer has to be awaited."""
        return

    async def fetch(self, sql: str, params: Sequence[Any]) -> Sequence[Any]:
        """The rows, as asyncpg's records."""
        # As _read does it, but with nothing made on the way that nearly every request goes.
        connection = await self._pool.take()
        try:
            rows = await connection.fetch(sql, *params)
        except BaseException as error:
            rows = await self._recover(connection, error, lambda fresh: fresh.fetch(sql, *params))
        else:
            self._pool.give(connection)
        # Characters are quickly counted, and each has at most four bytes.
        length = sum(len(value) for row in rows for value in row if isinstance(value, str | bytes))
        if length * 4 > self._max_reply and sum(map(size_of, rows)) > self._max_reply:
            raise reply_too_large(self._max_reply)
        return rows

    async def _read(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        connection = await self._pool.take()
        try:
            result = await work(connection)
        except BaseException as error:
            return await self._recover(connection, error, work)
        self._pool.give(connection)
        return result

    async def _recover(
        self,
        connection: Connection,
        error: BaseException,
        work: Callable[[Connection], Awaitable[T]],
        tries: int = OUTDATED_TRIES,
    ) -> T:
        """After an error: the result of a second try where the connection was lost, or knew a table as it was before a
        change; else raise what the error means. While tables change again and again there are further `tries`."""
        if not isinstance(error, Exception):  # cancelled: the statement still runs
            self._pool.drop(connection)
            raise error
        if not is_lost(error, connection) and not is_outdated(error):
            if isinstance(error, asyncio.TimeoutError):
                self._pool.drop(connection)
            else:
                self._pool.give(connection)
            raise self._refusal(error, connection) from error
        self._pool.drop(connection)
        self._pool.forget_idle()  # they may be lost, or know it as it was, too
        connection = await self._pool.take()
        try:
            result = await work(connection)
        except BaseException as second:
            if isinstance(second, Exception) and is_outdated(second) and tries > 1:
                return await self._recover(connection, second, work, tries - 1)
            refusal = self._refusal(second, connection) if isinstance(second, Exception) else None
            if isinstance(second, Exception) and not is_lost(second, connection):
                self._pool.give(connection)
            else:
                self._pool.drop(connection)
            if refusal is None:
                raise
            raise refusal from second
        self._pool.give(connection)
        return result

    def _refusal(self, error: Exception, connection: Connection) -> BacksmithError:
        return of_reading(
            error,
            lost=is_lost(error, connection),
            statement_timeout=self._statement_timeout,
            max_reply=self._max_reply,
        )

    async def fetch_named(self, sql: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        """The rows, each as its values by the names of their columns."""
        return [dict(row) for row in await self.fetch(sql, params)]

    async def estimate(self, sql: str, params: Sequence[Any]) -> int | None:
        """The rows that the planner expects."""
        ((plan,),) = await self.fetch(f"EXPLAIN (FORMAT JSON) {sql}", params)
        return json.loads(plan)[0]["Plan"]["Plan Rows"]

    async def explain(self, sql: str, params: Sequence[Any]) -> str:
        """PostgreSQL's query plan."""
        return "\n".join(row[0] for row in await self.fetch(f"EXPLAIN {sql}", params))

    async def inspect(self) -> Schema:
        """What the schemas of the search path hold."""
        from backsmith.databases.postgres.inspect import inspect  # noqa: PLC0415  # needed by few commands

        return await self._read(inspect)

    async def facts(self) -> Facts:
        """By the statistics and the catalogue."""
        from backsmith.databases.postgres.facts import facts  # noqa: PLC0415  # needed by few commands

        return await self._read(facts)

    def session(self) -> AbstractAsyncContextManager[Session]:
        """A connection of its own."""
        from backsmith.databases.postgres.session import open_session  # noqa: PLC0415  # needed by few commands

        self._check_writing()
        assert self._url is not None
        return open_session(self._url)

    def trial(self, *, timeout: float = 10.0) -> AbstractAsyncContextManager[Trial]:
        """Temporary tables of a connection of its own."""
        from backsmith.databases.postgres.trials import open_trial  # noqa: PLC0415  # needed by few commands

        if self._url is None:
            raise DatabaseError(NOT_OPEN)
        return open_trial(self._url, timeout)

    # Writing ----------------------------------------------------------------------------------------------------------

    async def transact(self, work: Callable[[Transaction], Awaitable[T]], *, retry: bool = False) -> T:
        """As Database says, on a connection of the writing pool."""
        self._check_writing()
        return await retried(lambda: self._transact(work), retry=retry)

    async def _transact(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """One try. Raises Again where another one may go well."""
        connection = await self._writers.take()
        transaction = PostgresTransaction(
            connection, statement_timeout=self._statement_timeout, max_reply=self._max_reply
        )
        try:
            with self._works.run():
                result = await work(transaction)
                if transaction.closings:
                    await transaction.close()
            await transaction.commit()
        except BaseException as error:
            await transaction.leave()
            if transaction.again and isinstance(error, BacksmithError) and not isinstance(error, Again):
                raise Again(error) from error
            raise
        finally:
            transaction.end()
            if transaction.is_sound:
                self._writers.give(connection)
            else:
                self._writers.drop(connection)
                self._writers.forget_idle()
        return result

    def _check_writing(self) -> None:
        if self._read_only:
            raise DatabaseError(READ_ONLY)
        if self._url is None:
            raise DatabaseError(NOT_OPEN)
        self._works.check()

    async def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Run one statement, or several without parameters, which PostgreSQL takes as one transaction."""
        await self._write(lambda connection: connection.execute(sql, *params))

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run the statement for each row, all in one transaction."""
        await self._write(lambda connection: connection.executemany(sql, rows))

    async def _write(self, work: Callable[[Connection], Awaitable[object]]) -> None:
        self._check_writing()
        assert self._url is not None
        async with self._writing:
            try:
                if self._writer is None or self._writer.is_closed():
                    self._writer = await connect(self._url, read_only=False, statement_timeout=None)
                await work(self._writer)
            except BacksmithError:
                raise
            except Exception as error:
                lost = is_lost(error, self._writer)
                if self._writer is not None and lost:
                    self._writer.terminate()
                    self._writer = None
                raise of_writing(error, lost=lost) from error
