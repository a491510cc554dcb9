"""Works while they run: in, the work of a transaction; out, an error where it takes too long or waits for itself.

One look over all of them, some times a second, ends what takes too long: a timer for each would cost more than the
transaction.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar, Token
from math import inf
from time import monotonic
from types import TracebackType

from backsmith import errors
from backsmith.errors import RequestError, UsageError

_current: ContextVar[Running | None] = ContextVar("backsmith_transaction", default=None)


class Works:
    """The works of one database that run now, each for at most `limit` seconds."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._running: dict[Running, float] = {}
        """Since when."""
        self._watching = False

    def check(self) -> None:
        """Raise UsageError inside a work of this database: it would wait for itself."""
        current = _current.get()
        if current is not None and current in self._running:
            raise UsageError(
                "A transaction was begun inside another one, which would wait for it for ever."
                " Use the transaction at hand, and its savepoint() for what may fail alone."
            )

    def run(self, *, limited: bool = True) -> Running:
        """To be entered by the task that runs a work, for as long as it does."""
        return Running(self, limited=limited)

    def stop(self, refusal: RequestError) -> None:
        """End all that run; each raises `refusal`."""
        for running in self._running:
            running.stop(refusal)

    def begin(self, running: Running) -> None:
        """Watch over one more."""
        self._running[running] = monotonic() if running.limited else inf
        if not self._watching:
            self._watch()

    def end(self, running: Running) -> None:
        """It runs no longer."""
        self._running.pop(running, None)

    def _watch(self) -> None:
        self._watching = True
        asyncio.get_running_loop().call_later(min(1.0, self._limit / 4), self._look)

    def _look(self) -> None:
        latest = monotonic() - self._limit
        for running, since in self._running.items():
            if since < latest:
                running.stop(transaction_timed_out(self._limit))  # again and again, in case it goes on
        self._watching = False
        if self._running:
            self._watch()


class Running:
    """One work, as a context around it."""

    __slots__ = ("_cancelling", "_refusal", "_task", "_token", "_works", "limited")
    _token: Token[Running | None]
    _task: asyncio.Task[object]

    def __init__(self, works: Works, *, limited: bool) -> None:
        self.limited = limited
        self._works = works
        self._refusal: RequestError | None = None
        self._cancelling = 0

    def __enter__(self) -> Running:
        task = asyncio.current_task()
        assert task is not None  # a coroutine that runs has one
        self._task = task
        self._token = _current.set(self)
        self._works.begin(self)
        return self

    def stop(self, refusal: RequestError) -> None:
        """End the work; the context raises `refusal`."""
        self._refusal = refusal
        self._cancelling += 1
        self._task.cancel()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._works.end(self)
        _current.reset(self._token)
        if self._refusal is None:
            return
        left = 0
        for _ in range(self._cancelling):
            left = self._task.uncancel()
        if left == 0 and (error is None or isinstance(error, asyncio.CancelledError)):
            raise self._refusal from None  # else somebody else cancelled the task, too


def transaction_timed_out(seconds: float) -> RequestError:
    """The refusal of a request whose transaction took too long."""
    return RequestError(
        errors.TRANSACTION_TIMEOUT,
        f"The transaction took more than {seconds:g} seconds; nothing of it was kept",
        hint="Write fewer rows at once. An action that waits for others is to do so before or after its transaction.",
    )
