"""SQLite: a connection for changing tables, on a thread of its own.

Other processes write between its transactions. While it waits for one of them it looks every millisecond, as they do:
who looked as seldom as SQLite's own busy timeout would hardly ever get in.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import apsw
from filelock import FileLock, Timeout

from backsmith.databases.session import Keep, LockedError, OutdatedError, RefusedError, Session, Statement
from backsmith.databases.sqlite.connection import open_writer
from backsmith.errors import BacksmithError, DatabaseError, RequestError

T = TypeVar("T")
Rows = Sequence[Any]

LOOK = 0.001
"""Seconds between two looks whether another process still writes."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
"""Seconds between two looks whether the other applier has ended, doubling from the one to the other."""
MOST_NAMED = 3
"""Rows with a broken foreign key that a message names, for each table."""


@asynccontextmanager
async def open_session(path: Path) -> AsyncGenerator[Session]:
    """A session, open until the block ends. Raises DatabaseError."""
    connection = open_writer(path)
    thread = ThreadPoolExecutor(1, thread_name_prefix="backsmith-session")
    try:
        yield SqliteSession(connection, thread, path)
    finally:
        thread.shutdown(wait=True)
        connection.close()


class SqliteSession(Session):
    """Statements on one connection, which its thread alone uses."""

    def __init__(self, connection: apsw.Connection, thread: ThreadPoolExecutor, path: Path) -> None:
        self._connection = connection
        self._thread = thread
        self._path = path

    @asynccontextmanager
    async def alone(self, waiting: Callable[[str], None] | None = None) -> AsyncGenerator[None]:
        """By a lock of the operating system on a file beside the database.

        The file itself says nothing: it stays, and who has it is written into another one.
        """
        beside = self._path.with_name(f"{self._path.name}-applying")
        lock, who = FileLock(beside, thread_local=False), beside.with_name(f"{beside.name}-by")
        pause = FIRST_PAUSE
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except Timeout:
                pass
            except OSError as error:
                raise DatabaseError(f"{beside} can't be written: {error.strerror}.") from error
            if waiting is not None:
                waiting(_read(who))
                waiting = None
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(LONGEST_PAUSE, pause * 2)
        try:
            with suppress(OSError):
                who.write_text(f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
            yield
        finally:
            who.unlink(missing_ok=True)
            lock.release()

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> Rows:
        def work() -> Rows:
            self._wait_at_most(1.0)
            try:
                return self._execute(sql, params)
            except Exception as error:
                raise _failure(error, sql) from error

        return await self._run(work)

    async def transact(
        self,
        statements: Sequence[Statement],
        *,
        lock_timeout: float,
        foreign_keys: bool = True,
        keep: Keep | None = None,
    ) -> list[Rows]:
        return await self._run(lambda: self._transact(statements, lock_timeout, foreign_keys, keep))

    async def run_alone(self, sql: str, *, lock_timeout: float) -> None:
        def work() -> None:
            self._wait_at_most(lock_timeout)
            try:
                self._execute(sql)
            except Exception as error:
                raise _failure(error, sql) from error

        await self._run(work)

    def key_text(self, column: str) -> str:
        return f"quote({column})"

    def key_place(self, number: int, type: str) -> str:
        return f"?{number}"

    def key_value(self, text: str) -> Any:
        if text.startswith("'"):
            return text[1:-1].replace("''", "'")
        if text.startswith("X'"):
            return bytes.fromhex(text[2:-1])
        if text == "NULL":
            return None
        return float(text) if any(letter in text for letter in ".eE") else json.loads(text)

    # On the thread ----------------------------------------------------------------------------------------------------

    async def _run(self, work: Callable[[], T]) -> T:
        """What `work` returns. It is interrupted when the task is cancelled, and has ended when this does."""
        running = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            while not running.done():
                self._connection.interrupt()
                await asyncio.wait([running], timeout=0.05)
            running.exception()  # nobody asks for it any more
            raise

    def _wait_at_most(self, seconds: float) -> None:
        until = time.monotonic() + seconds

        def look_again(times: int) -> bool:
            time.sleep(random.uniform(LOOK / 2, LOOK))
            return time.monotonic() < until

        self._connection.set_busy_handler(look_again)

    def _transact(
        self, statements: Sequence[Statement], lock_timeout: float, foreign_keys: bool, keep: Keep | None
    ) -> list[Rows]:
        self._wait_at_most(lock_timeout)
        if not foreign_keys:
            self._connection.pragma("foreign_keys", False)  # does nothing within a transaction
        sql, results = "BEGIN IMMEDIATE", list[Rows]()
        try:
            self._execute(sql)
            for sql, params in statements:
                results.append(self._execute(sql, params))
            if not foreign_keys:
                sql = "PRAGMA foreign_key_check"
                self._check_foreign_keys(sql)
            if keep is not None and not keep(results):
                raise OutdatedError("What was read has changed meanwhile.")
            sql = "COMMIT"
            self._execute(sql)
        except Exception as error:
            raise _failure(error, sql) from error
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            if not foreign_keys:
                self._connection.pragma("foreign_keys", True)
        return results

    def _execute(self, sql: str, params: Sequence[Any] = ()) -> Rows:
        """Every statement goes through here."""
        return self._connection.execute(sql, params).fetchall()

    def _check_foreign_keys(self, sql: str) -> None:
        broken: dict[tuple[str, str], list[str]] = {}
        for table, row, target, _ in self._execute(sql):
            broken.setdefault((table, target), []).append("?" if row is None else str(row))
        if broken:
            listed = "; ".join(
                f"{table} has {len(rows)} row{'' if len(rows) == 1 else 's'} that point at no row of {target}"
                f" (rowid {', '.join(rows[:MOST_NAMED])}{' …' if len(rows) > MOST_NAMED else ''})"
                for (table, target), rows in broken.items()
            )
            raise RefusedError(f"Foreign keys would be broken: {listed}", sql)


def _failure(error: Exception, sql: str) -> BacksmithError:
    match error:
        case RequestError():  # a function of ours has no answer for a row
            return RefusedError(error.message, sql)
        case BacksmithError():
            return error
        case apsw.BusyError() | apsw.LockedError():
            return LockedError("another process writes to the database")
        case apsw.FullError():
            return RefusedError("The disk is full", sql)
        case _:
            return RefusedError(str(error), sql)


def _read(path: Path) -> str:
    try:
        return path.read_text() or "another process"
    except OSError:
        return "another process"
