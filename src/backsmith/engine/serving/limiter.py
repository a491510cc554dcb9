"""A bound on the requests in work, and on those that wait for their turn.

Without it a flood of slow requests would fill the memory; with it the surplus hears 503 and Retry-After at once.
"""

from __future__ import annotations

import asyncio
from collections import deque

from backsmith.errors import OVERLOADED, RequestError

RETRY_AFTER = "1"
"""Seconds after which to try again."""


class Limiter:
    """Of one event loop. `enter` (and where it says no `await wait()`), work, `leave` in a `finally`."""

    __slots__ = ("_concurrency", "_queue", "_timeout", "_waiting", "running")

    def __init__(self, concurrency: int, queue: int, timeout: float) -> None:
        """`concurrency` requests in work, `queue` waiting, each for `timeout` seconds at most."""
        self._concurrency = concurrency
        self._queue = queue
        self._timeout = timeout
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.running = 0
        """Requests in work."""

    @property
    def waiting(self) -> int:
        """Requests that wait for their turn."""
        return len(self._waiting)

    def enter(self) -> bool:
        """Begin, if nobody has to wait. No: `await wait()` first."""
        if self.running < self._concurrency:
            self.running += 1
            return True
        return False

    async def wait(self) -> None:
        """Wait for a turn and begin. Raises RequestError (503) where too many wait, or the wait is too long."""
        if len(self._waiting) >= self._queue:
            raise _overloaded("Too many requests are waiting already.")
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append(turn)
        timer = loop.call_later(self._timeout, _expire, turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave()  # the turn came, but the one who waited is gone
            elif turn in self._waiting:
                self._waiting.remove(turn)
            raise
        finally:
            timer.cancel()

    def leave(self) -> None:
        """End, and hand the place to the one who waited longest."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.running -= 1


def _expire(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_exception(_overloaded("The request waited too long for its turn."))


def _overloaded(message: str) -> RequestError:
    return RequestError(OVERLOADED, message, hint="Try again in a moment.", headers=(("Retry-After", RETRY_AFTER),))
