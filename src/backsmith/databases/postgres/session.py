"""PostgreSQL: a connection for changing tables.

It has no statement timeout, for an index may take hours, and keeps no prepared statement beyond a transaction: it would
be outdated by the next change. What it waits for is bounded by the lock timeout of each transaction.
"""
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from backsmith.databases.postgres.connection import NO_CONNECTION, Connection, connect, connect_failure
from backsmith.databases.postgres.failures import is_lost
from backsmith.databases.session import Keep, LockedError, OutdatedError, RefusedError, Session, Statement
from backsmith.errors import BacksmithError, DatabaseError

APPLIER = 7_021_802_313_317_124
"""Number of the advisory lock that an applier holds: any that nobody else has."""
LONGEST_IDLE = 60
"""Seconds after which the server ends a transaction in which nothing happens, so that its locks don't stay for ever
where this computer was lost."""
FIRST_LOOK, LONGEST_LOOK = 0.1, 1.0
"""Seconds between two looks whether the other applier has ended, doubling from the one to the other."""
_OTHER = """
SELECT a.application_name, a.pid, to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS')
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND (l.classid::bigint << 32) + l.objid::bigint = $1
"""
_RETRY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


@asynccontextmanager
async def open_session(url: str) -> AsyncGenerator[Session]:
    """A session, open until the block ends. Raises DatabaseError."""
    settings = {
        "application_name": f"backsmith apply, {socket.gethostname()[:30]}, process {os.getpid()}",
        "idle_in_transaction_session_timeout": f"{LONGEST_IDLE}s",
    }
    try:
        connection = await connect(url, read_only=False, statement_timeout=None, settings=settings, statements=0)
    except (*NO_CONNECTION, ValueError) as error:
        raise connect_failure(url, error) from error
    try:
        yield PostgresSession(connection)
    finally:
        with suppress(*NO_CONNECTION):
            await asyncio.shield(connection.close(timeout=5))


class PostgresSession(Session):
    """Statements on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._repeated: dict[str, Any] = {}
        """Statements that the transaction at hand runs more than once, prepared since the first time."""

    @asynccontextmanager
    async def alone(self, waiting: Callable[[str], None] | None = None) -> AsyncGenerator[None]:
        """By an advisory lock of the connection.

        It looks again and again: a statement that waited would hold a snapshot, and the other applier's CREATE INDEX
        CONCURRENTLY would wait for that in turn.
        """
        pause = FIRST_LOOK
        while not (await self.fetch("SELECT pg_try_advisory_lock($1)", (APPLIER,)))[0][0]:
            if waiting is not None:
                for name, process, since in await self.fetch(_OTHER, (APPLIER,)):
                    waiting(f"{name} (PostgreSQL process {process}), since {since} UTC")
                    waiting = None
                    break
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(LONGEST_LOOK, pause * 2)
        try:
            yield
        finally:
            with suppress(*NO_CONNECTION, BacksmithError):
                await self.fetch("SELECT pg_advisory_unlock($1)", (APPLIER,))

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> Sequence[Any]:
        try:
            return await self._statement(sql, params)
        except Exception as error:
            raise self._failure(error, sql) from error

    async def transact(
        self,
        statements: Sequence[Statement],
        *,
        lock_timeout: float,
        foreign_keys: bool = True,
        keep: Keep | None = None,
    ) -> list[Sequence[Any]]:
        results: list[Sequence[Any]] = []
        times = Counter(sql for sql, _ in statements)
        self._repeated = {sql: None for sql, number in times.items() if number > 1}
        sql = "BEGIN"
        try:
            await self._command("BEGIN")
            await self._command(f"SET LOCAL lock_timeout = {_milliseconds(lock_timeout)}")
            for sql, params in statements:
                results.append(await self._statement(sql, params))
            if keep is not None and not keep(results):
                raise OutdatedError("What was read has changed meanwhile.")
            sql = "COMMIT"
            await self._command(sql)
        except BaseException as error:
            with suppress(*NO_CONNECTION):
                if not self._connection.is_closed() and self._connection.is_in_transaction():
                    await asyncio.shield(self._command("ROLLBACK"))
            if isinstance(error, Exception):
                raise self._failure(error, sql) from error
            raise
        finally:
            self._repeated = {}
        return results

    async def run_alone(self, sql: str, *, lock_timeout: float) -> None:
        try:
            await self._command(f"SET lock_timeout = {_milliseconds(lock_timeout)}")
            await self._command(sql)
        except Exception as error:
            raise self._failure(error, sql) from error

    async def _command(self, sql: str) -> None:
        """Every statement without parameters and rows goes through here: in one message, which PostgreSQL runs."""
        await self._connection.execute(sql)

    async def _statement(self, sql: str, params: Sequence[Any]) -> Sequence[Any]:
        """Every other statement goes through here."""
        if sql not in self._repeated:
            return await self._connection.fetch(sql, *params)
        prepared = self._repeated[sql] = self._repeated[sql] or await self._connection.prepare(sql)
        return await prepared.fetch(*params)

    def _failure(self, error: Exception, sql: str) -> BacksmithError:
        if isinstance(error, BacksmithError):
            return error
        if is_lost(error, self._connection):
            return DatabaseError("The connection to PostgreSQL was lost.")
        if isinstance(error, _RETRY):
            return LockedError(str(error))
        if isinstance(error, asyncpg.PostgresError):
            detail: str | None = getattr(error, "detail", None)
            state: str | None = getattr(error, "sqlstate", None)
            return RefusedError(f"{error}{f': {detail}' if detail else ''} (SQLSTATE {state})", sql)
        return RefusedError(str(error), sql)

    def key_text(self, column: str) -> str:
        return f"CAST({column} AS text)"

    def key_place(self, number: int, type: str) -> str:
        return f"CAST(${number}::text AS {type})"

    def key_value(self, text: str) -> str:
        return text


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
