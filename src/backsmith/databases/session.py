"""One connection for changing a database's tables, beside those that serve requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from backsmith.databases.database import Row
from backsmith.errors import BacksmithError, DatabaseError

Statement = tuple[str, Sequence[Any]]
"""SQL and its parameters."""


Keep = Callable[[Sequence[Sequence[Row]]], bool]


class OutdatedError(BacksmithError):
    """What the statements were made from has changed meanwhile; nothing was done."""


class LockedError(BacksmithError):
    """A lock wasn't to be had within the lock timeout; nothing was done, and it may go well in a moment."""


class RefusedError(DatabaseError):
    """The database refused a statement. `sql` is the statement, the message what it said."""

    def __init__(self, message: str, sql: str) -> None:
        super().__init__(message)
        self.sql = sql


class Session(ABC):
    """Statements of one applier. `Database.session()` opens one, as an async context manager.

    Each method raises RefusedError, LockedError, or DatabaseError where the connection is lost: then it isn't known
    whether the statement was done, and the session can only be closed.
    """

    @abstractmethod
    def alone(self, waiting: Callable[[str], None] | None = None) -> AbstractAsyncContextManager[None]:
        """Be the only applier of this database; another one waits. It ends by itself with the process.

        `waiting` is told once, where it has to wait, who the other one is: `process 123, since 12:30`."""

    @abstractmethod
    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> Sequence[Row]:
        """The rows of a statement that reads."""

    @abstractmethod
    async def transact(
        self,
        statements: Sequence[Statement],
        *,
        lock_timeout: float,
        foreign_keys: bool = True,
        keep: Keep | None = None,
    ) -> list[Sequence[Row]]:
        """Run the statements as one transaction; what each gives. `lock_timeout` in seconds.

        `keep` is asked with what they gave; where it says no, nothing is kept and an `OutdatedError` raised."""

    @abstractmethod
    async def run_alone(self, sql: str, *, lock_timeout: float) -> None:
        """Run a statement outside any transaction."""

    # Keys of rows, kept as texts -----------------------------------------------------------------------------------

    @abstractmethod
    def key_text(self, column: str) -> str:
        """SQL of a text that says all of a value: of a key to be kept, or to see whether the value has changed."""

    @abstractmethod
    def key_place(self, number: int, type: str) -> str:
        """The parameter of that number (from 1), to which `key_value` of such a text is bound, as a value of the SQL
        type."""

    @abstractmethod
    def key_value(self, text: str) -> Any:
        """What is bound for such a text."""
