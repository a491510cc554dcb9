"""A transaction as the rest of Backsmith uses it, and what a database says of a row that breaks its constraints.

`Database.transact(work)` hands one to `work` and commits when that returns; where it raises, nothing of it is kept.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal

from backsmith.databases.database import Row
from backsmith.errors import BacksmithError

Broken = Literal["unique", "foreign_key", "check", "not_null", "generated"]
"""The kind of a constraint that a row breaks; `foreign_key` in both directions, `generated`: a column that is not
written to."""


class ViolationError(BacksmithError):
    """A statement was refused for what it would have left in the database. The engine says it in the API's words."""

    def __init__(
        self,
        broken: Broken,
        *,
        table: str | None = None,
        columns: tuple[str, ...] = (),
        constraint: str | None = None,
    ) -> None:
        """`table`, `columns` and `constraint` are the database's names, as far as it tells them."""
        super().__init__(f"{broken} violation in {table or 'a table'}")
        self.broken: Broken = broken
        self.table = table
        self.columns = columns
        self.constraint = constraint


class Transaction(ABC):
    """Statements that are kept together or not at all. Each sees what those before it did.

    Statements are awaited one after another. Each raises ViolationError or RequestError; a transaction in which one was
    refused can only be left, except within a `savepoint`.
    """

    @abstractmethod
    async def fetch(
        self, sql: str, params: Sequence[Any] = (), *, last: bool = False, heavy: bool = False
    ) -> Sequence[Row]:
        """The rows of a statement that reads or writes; of one without RETURNING, none.

        `last` promises that this is the transaction's last statement, so that a database may commit with it; unless it
        has RETURNING and gives nothing, which means that it wrote nothing.
        `heavy` says that it may touch more than a few rows, so that it must not run on the event loop.
        """

    @abstractmethod
    async def fetch_each(self, sql: str, many: Sequence[Sequence[Any]], *, last: bool = False) -> list[Sequence[Row]]:
        """The rows of a statement, run for each of `many` parameter lists, in their order."""

    @abstractmethod
    async def fetch_named(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """As `fetch`, each row as its values by the names of their columns."""

    @abstractmethod
    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """What is done inside is undone where it raises; the transaction goes on, and the error with it."""

    @abstractmethod
    def at_end(self, closing: Callable[[], Awaitable[None]]) -> None:
        """Call `closing` once the work has returned, as the last thing before the transaction is kept; not if the
        savepoint in which this was said is undone. For a lock that everybody wants: it is held as shortly as can be,
        and who waits for it holds it not yet, so that nobody waits for one another."""


class Again(BacksmithError):  # noqa: N818  it asks for something, and only its refusal is an error
    """Raised by a work that met what another transaction did meanwhile: nothing of it is kept, and it is to run again.

    Where it may not (`retry`), or has been tried often enough, `refusal` is raised in its place.
    """

    def __init__(self, refusal: BacksmithError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal
