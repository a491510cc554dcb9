"""A few PostgreSQL connections for many requests: take one, use it, give it back.

The last one given back is the first to be taken, so that few connections stay warm. Nothing is sent to the server when
a connection is given back: our statements leave no state behind. Who finds none free waits, but not for long. When the
server can't be reached, the next attempts are spaced out, and requests are refused at once meanwhile.

One watch over all connections, some times a second, ends what waits too long and what got no answer: a timer for each
request would cost more than all else here.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

from backsmith.databases.database import overloaded, unavailable
from backsmith.databases.postgres.connection import NO_CONNECTION, Connection
from backsmith.errors import RequestError

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between attempts to connect, doubling from the one to the other."""
CLOSE_TIMEOUT = 5.0


class Pool:
    """Connections made by `connect`, at most `size` of them."""

    def __init__(
        self, connect: Callable[[], Awaitable[Connection]], *, size: int, wait_timeout: float, silence: float
    ) -> None:
        """`silence` is the seconds in use after which a connection counts as lost: the server has long given up."""
        self._connect = connect
        self._silence = silence
        self._tick = min(1.0, wait_timeout / 4, silence / 4)
        self._busy: dict[Connection, float] = {}
        self._watching = False
        self._size = size
        self._wait_timeout = wait_timeout
        self._idle: list[Connection] = []
        self._all: set[Connection] = set()
        self._connecting = 0
        self._waiting: deque[tuple[asyncio.Future[Connection], float]] = deque()
        """Who waits, and until when, the longest waiting first."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._retry_at = 0.0
        self._closed = False

    async def take(self) -> Connection:
        """A connection that is free. Raises RequestError OVERLOADED or DATABASE_UNAVAILABLE."""
        if self._closed:
            raise unavailable()
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return self._used(connection)
            self._all.discard(connection)
        if len(self._all) + self._connecting < self._size:
            if monotonic() >= self._retry_at:
                try:
                    return self._used(await self.new())
                except NO_CONNECTION as error:
                    if not self._all:
                        raise unavailable() from error
            elif not self._all:
                raise unavailable()
        return await self._wait()

    async def new(self) -> Connection:
        """One more connection. Raises what `connect` raises."""
        self._connecting += 1
        try:
            connection = await self._connect()
        except NO_CONNECTION as error:
            self._failed(error)
            raise
        finally:
            self._connecting -= 1
        if self._closed:
            connection.terminate()
            raise unavailable()
        self._failures, self._retry_at = 0, 0.0
        self._all.add(connection)
        return connection

    def _failed(self, error: Exception) -> None:
        """Space out the next attempts, and refuse those who wait if there is no connection left to wait for."""
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self._failures)
        self._failures += 1
        self._retry_at = monotonic() + pause * random.uniform(0.5, 1)  # not all workers at the same moment
        while self._waiting and not self._all:
            future, _ = self._waiting.popleft()
            if not future.done():
                refusal = unavailable()
                refusal.__cause__ = error
                future.set_exception(refusal)

    async def _wait(self) -> Connection:
        future: asyncio.Future[Connection] = asyncio.get_running_loop().create_future()
        self._waiting.append((future, monotonic() + self._wait_timeout))
        self._watch()
        try:
            return await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self.give(future.result())  # it came in the same moment
            raise

    def _used(self, connection: Connection) -> Connection:
        self._busy[connection] = monotonic()
        if not self._watching:
            self._watch()
        return connection

    def _watch(self) -> None:
        if not self._watching:
            self._watching = True
            asyncio.get_running_loop().call_later(self._tick, self._look)

    def _look(self) -> None:
        now = monotonic()
        for connection, since in self._busy.items():
            if now - since > self._silence:
                connection.terminate()  # whoever awaits its answer hears that it is lost
        while self._waiting and (self._waiting[0][0].done() or self._waiting[0][1] < now):
            future, _ = self._waiting.popleft()
            if not future.done():
                future.set_exception(overloaded())
        self._watching = False
        if self._busy or self._waiting:
            self._watch()

    def give(self, connection: Connection) -> None:
        """Give back a connection in good order."""
        while self._waiting:
            future, _ = self._waiting.popleft()
            if not future.done():
                self._busy[connection] = monotonic()
                future.set_result(connection)
                return
        self._busy.pop(connection, None)
        self._idle.append(connection)

    def drop(self, connection: Connection) -> None:
        """Give back a connection that is lost, or busy with a statement nobody awaits any more; it is closed."""
        self._busy.pop(connection, None)
        self._all.discard(connection)
        self._start(self._close_one(connection))
        if self._waiting and not self._closed:
            self._start(self._replace())

    def forget_idle(self) -> None:
        """Close the connections that nobody uses: another one was lost, and they may be lost with it."""
        while self._idle:
            self.drop(self._idle.pop())

    async def _close_one(self, connection: Connection) -> None:
        try:
            await connection.close(timeout=CLOSE_TIMEOUT)  # waits for the statement to be cancelled
        except NO_CONNECTION:
            connection.terminate()

    async def _replace(self) -> None:
        """Connect anew for those who wait."""
        if len(self._all) + self._connecting < self._size:
            with suppress(RequestError, *NO_CONNECTION):  # they have been told
                self.give(await self.new())

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Close all connections, those in use too, for good."""
        self._closed = True
        for connection in list(self._all):
            if connection not in self._idle:
                connection.terminate()
        await asyncio.gather(*(self._close_one(connection) for connection in self._idle))
        self._idle.clear()
        self._all.clear()
        self._busy.clear()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
