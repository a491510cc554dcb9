"""What holds for a transaction of either database: one statement at a time, none after one that was refused, none
after its end. Savepoints, which let it go on after a refusal.

A work that keeps the refusal of a statement to itself is refused at its end: what it believes it did isn't there.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from backsmith.databases.transaction import Transaction
from backsmith.errors import BacksmithError, UsageError

ENDED = "This transaction has ended. What is written after it needs one of its own."
ONE_AT_A_TIME = "A transaction runs one statement at a time: await each before the next."
AFTER_A_REFUSAL = (
    "A statement of this transaction was refused, so it can only be left. Put what may fail inside savepoint()."
)


class GuardedTransaction(Transaction):
    """The state of a transaction, and its savepoints."""

    def __init__(self) -> None:
        self._blocked: UsageError | None = None
        """Why no statement may run now."""
        self.refusal: BacksmithError | None = None
        """What a statement was refused for, if nothing has undone it since."""
        self.lost = False
        """Whether there is nothing left to go on with: not even a savepoint helps."""
        self._depth = 0
        self.closings: list[Callable[[], Awaitable[None]]] = []
        """What is to be done when the work has returned."""

    def _check(self) -> None:
        if self._blocked is not None:
            raise self._blocked from self.refusal

    def _begin(self) -> None:
        """A statement begins that is awaited."""
        self._check()
        self._blocked = UsageError(ONE_AT_A_TIME)

    def _done(self) -> None:
        """It has ended well."""
        self._blocked = None

    def _refuse(self, refusal: BacksmithError) -> BacksmithError:
        """It was refused."""
        self.refusal = refusal
        self._blocked = UsageError(AFTER_A_REFUSAL)
        return refusal

    def at_end(self, closing: Callable[[], Awaitable[None]]) -> None:
        """As Transaction says."""
        self._check()
        self.closings.append(closing)

    async def close(self) -> None:
        """Do what was put off until the end."""
        while self.closings and self.refusal is None:  # after a refusal nothing is kept
            await self.closings.pop(0)()

    def end(self) -> None:
        """No statement may run any more."""
        self._blocked = UsageError(ENDED)

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None]:
        """As Transaction says."""
        self._check()
        self._depth += 1
        name, put_off = f"within_{self._depth}", len(self.closings)
        try:
            await self._set_savepoint(name)
            try:
                yield
                if self.refusal is not None:
                    raise self.refusal
            except BaseException:
                del self.closings[put_off:]
                if not self.lost:
                    await self._undo_to(name)
                    self.refusal = self._blocked = None
                raise
            await self._release(name)
        finally:
            self._depth -= 1

    @abstractmethod
    async def _set_savepoint(self, name: str) -> None: ...

    @abstractmethod
    async def _undo_to(self, name: str) -> None:
        """Undo what was done since the savepoint, and forget it."""

    @abstractmethod
    async def _release(self, name: str) -> None: ...
