"""The writer's connection and thread: statements go in, to be run here or there, never in both places at once.

On the event loop a read has a time budget, watched by SQLite's progress handler; a write has none, because SQLite would
undo the whole transaction with it. On the thread whatever may be stopped is, at the statement timeout or when the task
that awaits it is cancelled.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, perf_counter
from typing import Any, TypeVar

import apsw

from backsmith.databases.database import timed_out
from backsmith.databases.sqlite.readers import promptness

T = TypeVar("T")

LOOP_STEPS, THREAD_STEPS = 1_000, 20_000
"""SQLite instructions between two looks at the clock: some 20 microseconds, and a fifth of a millisecond."""
NEVER = float("inf")


class WriterThread:
    """One connection, on the event loop and on a thread in turn."""

    def __init__(self, connection: apsw.Connection, *, statement_timeout: float, read_budget: float) -> None:
        self._connection = connection
        self._statement_timeout = statement_timeout
        self._read_budget = read_budget
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="backsmith-writer")
        self.execute: Callable[..., apsw.Cursor] = connection.cursor().execute
        self._stop_at = NEVER
        self._given_up = False
        connection.set_progress_handler(self._is_over_budget, LOOP_STEPS)

    def _is_over_budget(self) -> bool:
        return perf_counter() > self._stop_at

    def read_now(self, sql: str, params: Sequence[Any], gather: Callable[[apsw.Cursor], T]) -> T | None:
        """What `gather` takes from a statement that reads, or None where it takes longer than the budget."""
        self._stop_at = perf_counter() + self._read_budget
        try:
            return gather(self.execute(sql, params))
        except apsw.InterruptError:
            return None
        finally:
            self._stop_at = NEVER

    def run(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """What `work` returns, on the thread."""
        return asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def run_heavy(self, work: Callable[[apsw.Cursor], T], *, stoppable: bool) -> T:
        """What `work` returns, on the thread, where it is stopped in time if it is `stoppable`.

        It has ended in any case when this does. Raises STATEMENT_TIMEOUT.
        """
        self._given_up = False
        stop_at = monotonic() + self._statement_timeout

        def stop() -> bool:
            return stoppable and (self._given_up or monotonic() > stop_at)

        def whole() -> T:
            self._connection.set_progress_handler(stop, THREAD_STEPS)
            try:
                return work(self._connection.cursor())
            except apsw.InterruptError:
                raise timed_out(self._statement_timeout) from None
            finally:
                self._connection.set_progress_handler(self._is_over_budget, LOOP_STEPS)

        promptness.begin()
        running = self.run(whole)
        try:
            while True:
                try:
                    return await asyncio.shield(running)
                except asyncio.CancelledError:
                    self._given_up = True
                    await _ended(running)
                    raise
        finally:
            promptness.end()

    def close(self) -> None:
        """Let the thread end."""
        self._thread.shutdown(wait=True)


async def _ended(running: asyncio.Future[Any]) -> None:
    """Wait for its end, however often the task is cancelled."""
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError:
            continue
    if not running.cancelled():
        running.exception()  # nobody asks for it any more
