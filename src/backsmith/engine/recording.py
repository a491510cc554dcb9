"""A transaction that remembers what is run in it, for those who explain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from msgspec import Struct

from backsmith.databases.database import Row
from backsmith.databases.transaction import Transaction


class Ran(Struct, frozen=True):
    """A statement, with what was bound."""

    sql: str
    parameters: tuple[str, ...]


class Recording(Transaction):
    """A transaction that remembers what is run in it."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.ran: list[Ran] = []

    async def fetch(
        self, sql: str, params: Sequence[Any] = (), *, last: bool = False, heavy: bool = False
    ) -> Sequence[Row]:
        """As Transaction says."""
        self.ran.append(Ran(sql, tuple(map(repr, params))))
        return await self._transaction.fetch(sql, params, heavy=heavy)

    async def fetch_each(self, sql: str, many: Sequence[Sequence[Any]], *, last: bool = False) -> list[Sequence[Row]]:
        """As Transaction says."""
        self.ran.extend(Ran(sql, tuple(map(repr, params))) for params in many)
        return await self._transaction.fetch_each(sql, many)

    async def fetch_named(self, sql: str, params: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """As Transaction says."""
        self.ran.append(Ran(sql, tuple(map(repr, params))))
        return await self._transaction.fetch_named(sql, params)

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """As Transaction says."""
        return self._transaction.savepoint()

    def at_end(self, closing: Callable[[], Awaitable[None]]) -> None:
        """As Transaction says."""
        self._transaction.at_end(closing)
