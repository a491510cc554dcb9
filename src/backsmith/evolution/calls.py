"""Which client calls which operation how often: counted by servers, read where a change would break one.

In: the client, method and route of each request, counted in memory. Out: rows of `backsmith_calls`, one for each
client, operation and day. Any number of workers add to the same rows; days that are long gone leave.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from backsmith.databases.database import Database
from backsmith.databases.own_table import missing
from backsmith.databases.own_tables import CALLS, make_own
from backsmith.databases.transaction import Transaction
from backsmith.evolution.usage import OTHERS, Flushing

KEPT_DAYS = 90
MOST = 2000
"""Clients and operations that a worker counts apart between two times; beyond them clients count as one, since anybody
may call themselves as they like."""
SWEEP_EACH = 100
"""Every so many times, days that are long gone leave."""
_DAYS = 30
"""Days that are looked back on, unless told otherwise."""

USE = "USE"
"""In place of a method: the route is the name of something deprecated that was used, `people.phone`."""

_TYPES = {column.name: column.type for column in CALLS.columns}

Key = tuple[str, str, str]
"""Client, method, route."""


class Caller(Struct, frozen=True):
    """A client, and how often it called an operation."""

    client: str
    """`key mobile-app`, `okhttp/4.12`, `a browser`."""
    method: str
    route: str
    count: int
    last: str
    """The last day, in UTC: `2026-01-23`."""


class Calls(Flushing):
    """Counts of a worker."""

    what = "Calls"

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.every = 10.0 * random.uniform(0.8, 1.2)  # not all workers at once
        self._database = database
        self._counts: dict[Key, int] = {}
        self._made = False
        self._times = 0
        dialect = database.dialect
        places = [dialect.placeholder(number, type) for number, type in enumerate(_TYPES.values(), 1)]
        self._add = (
            f"INSERT INTO {CALLS.name} ({', '.join(_TYPES)}) VALUES ({', '.join(places)})"
            f" ON CONFLICT (day, client, method, route) DO UPDATE SET count = {CALLS.name}.count + excluded.count"
        )
        self._forget = f"DELETE FROM {CALLS.name} WHERE day < {dialect.placeholder(1, _TYPES['day'])}"

    def count(self, client: str, method: str, route: str) -> None:
        """A client has called an operation."""
        counts = self._counts
        key = client, method, route
        if key in counts:
            counts[key] += 1
            return
        if len(counts) >= MOST:
            key = OTHERS, method, route
        counts[key] = counts.get(key, 0) + 1

    async def close(self) -> None:
        """Write what is left, where the table is there already, and end."""
        if not self._made:
            self._counts = {}
        await super().close()

    async def write(self, now: datetime | None = None) -> None:
        """As Flushing; the calls count as those of the day of `now`."""
        if not self._counts:
            return
        now = now or datetime.now(UTC)
        counts, self._counts = self._counts, {}
        try:
            if not self._made:
                await make_own(self._database, CALLS)
                self._made = True
            await self._database.transact(self._adding(sorted(counts.items()), now), retry=True)
        except BaseException:
            for key, count in counts.items():
                self._counts[key] = self._counts.get(key, 0) + count
            raise

    def _adding(self, counts: Sequence[tuple[Key, int]], now: datetime):
        rows = [[str(now.date()), *key, count] for key, count in counts]
        sweeps = self._times % SWEEP_EACH == 0
        self._times += 1

        async def add(transaction: Transaction) -> None:
            await transaction.fetch_each(self._add, rows)
            if sweeps:
                oldest = str((now - timedelta(days=KEPT_DAYS)).date())
                await transaction.fetch(self._forget, (oldest,), heavy=True)

        return add


async def callers(database: Database, *, days: int = _DAYS, now: datetime | None = None) -> list[Caller]:
    """Who called what in the last days, the most frequent first; nobody where nothing was counted."""
    if missing(CALLS, await database.inspect(), database.dialect):
        return []
    since = str(((now or datetime.now(UTC)) - timedelta(days=days)).date())
    rows = await database.fetch(
        f"SELECT client, method, route, sum(count), max(day) FROM {CALLS.name}"
        f" WHERE day >= {database.dialect.placeholder(1, _TYPES['day'])} GROUP BY client, method, route"
        " ORDER BY sum(count) DESC, client, method, route",
        (since,),
    )
    return [Caller(row[0], row[1], row[2], int(row[3]), row[4]) for row in rows]


def by_operation(found: Iterable[Caller]) -> dict[tuple[str, str], list[Caller]]:
    """Callers by method and route."""
    grouped: dict[tuple[str, str], list[Caller]] = {}
    for caller in found:
        grouped.setdefault((caller.method, caller.route), []).append(caller)
    return grouped
