"""The nouns of counting requests: the count of an asker in one process, and the table that all processes share."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from backsmith.accounts.limits.rates import Rate
from backsmith.blueprint.types import Bytes, Integer
from backsmith.databases.database import Database
from backsmith.databases.guard_tables import REQUESTS
from backsmith.databases.transaction import Transaction


class Count:
    """The requests of one asker in one period."""

    __slots__ = ("ends", "everywhere", "key", "left", "lock", "period", "rate", "sending", "unsent")

    def __init__(self, rate: Rate, key: bytes, period: int, left: int) -> None:
        self.rate = rate
        self.key = key
        self.period = period
        self.ends = (period + 1) * rate.seconds
        self.everywhere = 0
        """That all processes have counted, this one's included, as far as is known."""
        self.sending = 0
        """That are on their way to the table."""
        self.unsent = 0
        """That were counted here since."""
        self.left = left
        """That may be let through without asking."""
        self.lock: asyncio.Lock | None = None

    @property
    def remaining(self) -> int:
        """As far as this process knows."""
        return max(0, self.rate.most - self.everywhere - self.sending - self.unsent)

    def hand_over(self) -> int:
        """What wasn't sent is on its way."""
        handed, self.unsent = self.unsent, 0
        self.sending += handed
        return handed

    def arrived(self, handed: int, total: int, shares: int) -> None:
        """It is in the table, which has `total` then."""
        self.sending -= handed
        self.everywhere = max(self.everywhere, total)
        self.left = self.remaining // shares


class CountTable:
    """The counts of all processes."""

    def __init__(self, database: Database) -> None:
        table, mark = database.dialect.quote(REQUESTS.name), database.dialect.placeholder
        row = ", ".join([mark(1, Bytes()), *(mark(number, Integer()) for number in (2, 3, 4))])
        upsert = (
            f"INSERT INTO {table} (key, period, count, forget) VALUES ({row}) ON CONFLICT (key, period)"
            f" DO UPDATE SET count = {table}.count + excluded.count"
        )
        self._add = f"{upsert} RETURNING count"
        self._add_within = f"{upsert} WHERE {table}.count + excluded.count <= {mark(5, Integer())} RETURNING count"
        now = mark(1, Integer())
        self._purge = f"DELETE FROM {table} WHERE forget < {now}"
        self._key = database.dialect.encoder(Bytes())

    async def add(self, transaction: Transaction, counts: Sequence[tuple[Count, int]]) -> list[int]:
        """Add to each of these; what all processes have counted."""
        rows = await transaction.fetch_each(self._add, [self._row(*each) for each in counts])
        return [found[0][0] for found in rows]

    async def add_within(self, transaction: Transaction, count: Count, parts: int) -> int | None:
        """The same, if that isn't more than there may be; else None, and nothing is added."""
        rows = await transaction.fetch(self._add_within, [*self._row(count, parts), count.rate.most])
        return rows[0][0] if rows else None

    async def purge(self, transaction: Transaction, now: int) -> None:
        """Take away the counts of former periods."""
        await transaction.fetch(self._purge, [now], heavy=True)

    def _row(self, count: Count, parts: int) -> list[Any]:
        return [self._key(count.key), count.period, parts, (count.period + 2) * count.rate.seconds]
