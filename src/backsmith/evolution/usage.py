"""Who still uses what is of an older version: counted by servers, asked for before it is taken away.

In: what a request used and by which client it came, never on the request's own time. Out: rows of `backsmith_usage`,
one for each thing and client, written together every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from backsmith.databases.database import Database
from backsmith.databases.own_tables import USAGE, make_own
from backsmith.errors import BacksmithError

EVERY = 5.0
"""Seconds between two writes."""
MOST = 2000
"""Rows of one expansion; clients beyond them are counted as one, since anybody may call themselves as they like."""
OTHERS = "others"

_TYPES = {column.name: column.type for column in USAGE.columns}
_NAMES = ("target", "thing", "client", "count", "first_at", "last_at")
_log = logging.getLogger("backsmith.evolution")


class Use(Struct, frozen=True):
    """A thing of an older version that a client used."""

    thing: str
    """`customers.surname`; `customers.*` where everything was asked for and some of that is older; `clients`."""
    client: str
    """The name of an API key, else of the program: `key shop-app`, `okhttp/4.12`."""
    count: int
    first_at: datetime
    last_at: datetime


class Flushing(ABC):
    """Counts of a process that are written now and then, and at its end."""

    every = EVERY
    """Seconds between two times."""
    what = "The use of older names"
    """What is counted, for the log."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._failing = False

    @abstractmethod
    async def write(self) -> None:
        """Write what was counted since the last time. Raises DatabaseError; the counts stay for the next time."""

    def start(self) -> None:
        """Write from now on."""
        self._task = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        """Write what is left, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
            self._task = None
        await self._try()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self.every)
            await self._try()

    async def _try(self) -> None:
        try:
            await self.write()
            self._failing = False
        except BacksmithError as error:
            if not self._failing:  # said once, until it works again
                _log.warning("%s can't be counted now: %s", self.what, error)
            self._failing = True


class Usage(Flushing):
    """Counts for one expansion."""

    def __init__(self, database: Database, target: str) -> None:
        """`target` is the hash of the version that was expanded to."""
        super().__init__()
        self._database = database
        self._target = target
        self._counts: dict[tuple[str, str], int] = {}
        self._known: set[tuple[str, str]] = set()
        self._made = False
        self._insert = _insert(database)

    def count(self, things: Iterable[str], client: str) -> None:
        """A client has used these."""
        for thing in things:
            key = thing, client
            if key not in self._known and len(self._known) >= MOST:
                key = thing, OTHERS
            self._known.add(key)
            self._counts[key] = self._counts.get(key, 0) + 1

    async def write(self) -> None:
        """As Flushing."""
        if not self._counts:
            return
        counts, self._counts = self._counts, {}
        encode = self._database.dialect.encoder(_TYPES["last_at"])
        now = encode(datetime.now(UTC))
        rows = [[self._target, thing, client, count, now, now] for (thing, client), count in counts.items()]
        try:
            if not self._made:
                await make_own(self._database, USAGE)
                self._made = True
            await self._database.execute_many(self._insert, rows)
        except BacksmithError:
            for key, count in counts.items():
                self._counts[key] = self._counts.get(key, 0) + count
            raise


def _insert(database: Database) -> str:
    marks = ", ".join(database.dialect.placeholder(number, _TYPES[name]) for number, name in enumerate(_NAMES, 1))
    return (
        f"INSERT INTO {USAGE.name} ({', '.join(_NAMES)}) VALUES ({marks})"
        " ON CONFLICT (target, thing, client) DO UPDATE"
        f" SET count = {USAGE.name}.count + excluded.count, last_at = excluded.last_at"
    )


async def usage(database: Database, target: str) -> list[Use]:
    """Who used what since the database was expanded to the version of that hash; the last ones first."""
    if not any(table.name == USAGE.name for table in (await database.inspect()).tables):
        return []
    mark = database.dialect.placeholder(1, _TYPES["target"])
    rows = await database.fetch(
        f"SELECT thing, client, count, first_at, last_at FROM {USAGE.name} WHERE target = {mark}"
        " ORDER BY last_at DESC, thing, client",
        (target,),
    )
    decode = database.dialect.stores.decoder(_TYPES["last_at"])

    def instant(value: Any) -> datetime:
        return value if decode is None else decode(value)

    return [Use(row[0], row[1], row[2], instant(row[3]), instant(row[4])) for row in rows]
