"""One connection for changing a database's tables, beside those that serve requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from backsmith.databases.database import Row
from backsmith.errors import BacksmithError, DatabaseError

Statement = tuple[str, Sequence[Any]]
"""SQL and its parameters."""


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
    def alone(self) -> AbstractAsyncContextManager[None]:
        """Be the only applier of this database; another one waits. It ends by itself with the process."""

    @abstractmethod
    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> Sequence[Row]:
        """The rows of a statement that reads."""

    @abstractmethod
    async def transact(
        self, statements: Sequence[Statement], *, lock_timeout: float, foreign_keys: bool = True
    ) -> list[Sequence[Row]]:
        """Run the statements as one transaction; what each gives. `lock_timeout` in seconds."""

    @abstractmethod
    async def run_alone(self, sql: str, *, lock_timeout: float) -> None:
        """Run a statement outside any transaction."""
