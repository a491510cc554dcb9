"""What every step is carried out with: options, progress, patience with locks, and stopping at a good moment."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Literal, TypeVar

from msgspec import Struct

from backsmith.databases.dialect import Dialect
from backsmith.databases.session import LockedError, Session, Statement
from backsmith.databases.steps import Step
from backsmith.errors import BacksmithError
from backsmith.evolution.history import Run
from backsmith.evolution.records import Records

T = TypeVar("T")


class Options(Struct, frozen=True, kw_only=True):
    """How a plan is carried out; times in seconds."""

    lock_timeout: float = 1.0
    """For how long a step waits for a lock: so long others wait behind it."""
    patience: float = 300.0
    """For how long it tries again to get a lock, or to reach the database."""
    throttle: float = 0.5
    """The share of the time in which batches work; in the rest of it others have the database to themselves."""
    first_pause: float = 1.0
    longest_pause: float = 60.0
    """Between two tries; doubling from the one to the other."""
    batch_seconds: float = 0.075
    """How long a batch is to take, about."""
    first_batch: int = 1000
    """Rows of the first batch."""


class Progress(Struct, frozen=True, kw_only=True):
    """What has just happened."""

    state: Literal["waiting", "resumed", "begun", "moved", "locked", "lost", "done"]
    """Another applier is at work; an unfinished run is gone on with; a step is begun; rows were gone through; a lock
    wasn't to be had; the connection was lost; a step is done."""
    text: str = ""
    """What is the matter: who the other one is, what the database said."""
    number: int = 0
    """Of the step, from 1."""
    steps: int = 0
    title: str = ""
    rows: int = 0
    """Rows that were gone through, of about `of`."""
    of: int = 0
    rate: float = 0.0
    """Rows a second."""
    pause: float = 0.0
    """Seconds until the next try."""

    @property
    def seconds_left(self) -> float | None:
        """About how long the step still takes; None where that isn't known."""
        return (self.of - self.rows) / self.rate if self.rate and self.of > self.rows else None


Report = Callable[[Progress], None]


class StoppedError(BacksmithError):
    """It was told to stop, or its patience is over: nothing is left half done, and it can be gone on with."""

    def __init__(self, message: str, *, told: bool) -> None:
        super().__init__(message)
        self.told = told


class StepError(BacksmithError):
    """A step can't be done. What was done before it is kept, and the run can be gone on with."""


class Patience:
    """Pauses between tries, for as long as the options say."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._since: float | None = None
        self._pause = options.first_pause

    def next_pause(self) -> float | None:
        """Seconds until the next try; None: the patience is over."""
        now = monotonic()
        self._since = self._since or now
        left = self._options.patience - (now - self._since)
        if left <= 0:
            return None
        pause = self._pause * random.uniform(0.5, 1)  # not all who wait at the same moment
        self._pause = min(self._options.longest_pause, self._pause * 2)
        return min(pause, left)


class Carrier:
    """Carries out the steps of a run on a session."""

    def __init__(
        self, session: Session, dialect: Dialect, run: Run, options: Options, report: Report, stop: asyncio.Event
    ) -> None:
        self.session = session
        self.dialect = dialect
        self.records = Records(dialect)
        self.run = run
        self.options = options
        self._report = report
        self._stop = stop

    def report(self, state: Literal["begun", "moved", "locked", "done"], number: int, **values: float | str) -> None:
        """Tell whoever wants to know."""
        of = {"steps": len(self.run.plan.steps), "title": self.step(number).title} if number else {}
        self._report(Progress(state=state, number=number, **of, **values))  # type: ignore[arg-type]  # its fields

    def step(self, number: int) -> Step:
        """The step of that number."""
        return self.run.plan.steps[number - 1]

    async def transact(
        self,
        number: int,
        statements: list[Statement],
        *,
        lock_timeout: float | None = None,
        foreign_keys: bool = True,
    ) -> None:
        """A transaction, tried again while others hold the locks that it needs."""
        timeout = self.options.lock_timeout if lock_timeout is None else lock_timeout
        await self.patiently(
            number, lambda: self.session.transact(statements, lock_timeout=timeout, foreign_keys=foreign_keys)
        )

    async def patiently(self, number: int, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` returns, once it gets its locks. Raises StoppedError where it doesn't in time."""
        patience = Patience(self.options)
        while True:
            self.go_on()
            try:
                return await work()
            except LockedError as error:
                pause = patience.next_pause()
                if pause is None:
                    raise StoppedError(
                        f"{self.where(number)} didn't get its lock within {self.options.patience:g} seconds: {error}.",
                        told=False,
                    ) from error
                self.report("locked", number, text=str(error), pause=pause)
                await self.rest(pause)

    def where(self, number: int) -> str:
        """A step as messages name it."""
        return f"Step {number} of {len(self.run.plan.steps)} ({self.step(number).title})" if number else "The record"

    def go_on(self) -> None:
        """Raise StoppedError where it was told to stop."""
        if self._stop.is_set():
            raise StoppedError("Stopped.", told=True)

    async def rest(self, seconds: float) -> None:
        """Wait, or less where it is told to stop."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
