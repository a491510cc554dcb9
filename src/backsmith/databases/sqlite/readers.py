"""Threads that run the statements too slow for the event loop, each with a connection of its own.

In, work for a connection; out, its result. Work is stopped by SQLite's progress handler: at the statement timeout, or
when the task that awaits it is cancelled (the client went away).
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TypeVar

import apsw

from backsmith.databases.database import overloaded, timed_out

T = TypeVar("T")

AS_EVER = sys.getswitchinterval()
PROMPT = 0.0005
"""Seconds after which a thread that wants Python's lock gets it."""
STEPS = 20_000
"""SQLite instructions between two looks at the clock, about a fifth of a millisecond: each look takes the GIL."""


class Job:
    """One piece of work: when it must end, and whether somebody still wants it."""

    __slots__ = ("cancelled", "expired", "stop_at")

    def __init__(self) -> None:
        self.stop_at = float("inf")
        self.cancelled = False
        self.expired = False


class Promptness:
    """Makes Python's threads take turns every half a millisecond while some read, and as ever when none does.

    The event loop then waits no longer than that for a thread which calls Python functions again and again. It isn't so
    all the time, because it costs the loop an eighth of its requests when there are no such threads.
    """

    def __init__(self) -> None:
        self._threads = 0

    def begin(self) -> None:
        """A thread begins to read."""
        if self._threads == 0:
            sys.setswitchinterval(min(AS_EVER, PROMPT))
        self._threads += 1

    def end(self) -> None:
        """A thread has ended."""
        self._threads -= 1
        if self._threads == 0:
            sys.setswitchinterval(AS_EVER)


promptness = Promptness()
"""Of the process, as the interval is."""


class Readers:
    """A few reader threads; work that finds them all busy waits, but not for long."""

    def __init__(
        self, connect: Callable[[], apsw.Connection], *, threads: int, statement_timeout: float, wait_timeout: float
    ) -> None:
        self._connect = connect
        self._statement_timeout = statement_timeout
        self._wait_timeout = wait_timeout
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="backsmith-reader")
        self._own = threading.local()
        self._connections: list[apsw.Connection] = []
        self._jobs: set[Job] = set()

    async def run(self, work: Callable[[apsw.Connection], T]) -> T:
        """The result of `work(connection)`. Raises RequestError STATEMENT_TIMEOUT, OVERLOADED, and what work raises."""
        job = Job()
        self._jobs.add(job)
        promptness.begin()
        future = self._threads.submit(self._work, job, work)

        def expire() -> None:
            job.expired = future.cancel()  # does nothing once the work has begun

        timer = asyncio.get_running_loop().call_later(self._wait_timeout, expire)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if job.expired:
                raise overloaded() from None
            job.cancelled = True
            raise
        finally:
            timer.cancel()
            promptness.end()
            self._jobs.discard(job)

    def _work(self, job: Job, work: Callable[[apsw.Connection], T]) -> T:
        connection = self._connection()
        job.stop_at = monotonic() + self._statement_timeout
        self._own.job = job
        try:
            return work(connection)
        except apsw.InterruptError:
            raise timed_out(self._statement_timeout) from None

    def _connection(self) -> apsw.Connection:
        connection: apsw.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = self._connect()
            self._connections.append(connection)
            own = self._own  # the handler runs on this thread, so it sees this thread's job

            def stop() -> bool:
                job: Job = own.job
                return job.cancelled or monotonic() > job.stop_at

            self._own.job = Job()
            connection.set_progress_handler(stop, STEPS)
        return connection

    def close(self) -> None:
        """Interrupt what runs, wait for it to end, and close the connections."""
        for job in self._jobs:
            job.cancelled = True
        self._threads.shutdown(wait=True, cancel_futures=True)
        for connection in self._connections:
            connection.close()
        self._connections.clear()
