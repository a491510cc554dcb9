"""Entries that are too old leave the log: a task of each worker, at the start and now and then.

In: an age. Out: a log without older entries, but for what is left of the last of them (FORGET), by which readers see
that others were before it. Some at a time, each time in a transaction of its own, so that nobody waits for long. Only
as far as readers may read, so that nothing goes that nobody could have read.
"""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from backsmith.blueprint.types import Integer
from backsmith.databases.database import Database
from backsmith.databases.journal import Journal
from backsmith.databases.own_tables import LOG
from backsmith.databases.transaction import Transaction
from backsmith.errors import BacksmithError
from backsmith.log.entry import FORGET, Position

EVERY = 3600.0
"""Seconds between two sweeps, about."""
BATCH = 500
LOCK = 5_402_667_113_920_553
"""Any number that nobody else has: the name of the lock by which only one worker sweeps at a time."""

_log = logging.getLogger("backsmith.log")


class Retention:
    """Forgets entries that are older than an age."""

    def __init__(self, database: Database, journal: Journal, age: timedelta) -> None:
        self._database = database
        self._journal = journal
        self._age = age
        self._task: asyncio.Task[None] | None = None
        dialect, table = database.dialect, journal.table
        types = {column.name: column.type for column in LOG.columns}
        number = dialect.placeholder(1, Integer())
        self._lock = f"SELECT CASE WHEN {dialect.try_lock(1)} THEN 1 ELSE 0 END"
        self._oldest = (
            f"SELECT position, verb, CASE WHEN at < {dialect.placeholder(3, types['at'])} OR verb = '{FORGET}'"
            f" THEN 1 ELSE 0 END FROM {table}"
            f" WHERE position >= {number} AND position <= {dialect.placeholder(2, Integer())}"
            f" ORDER BY position LIMIT {BATCH}"
        )
        self._delete = f"DELETE FROM {table} WHERE position < {number}"
        self._forget = (
            f"UPDATE {table} SET verb = '{FORGET}', account = NULL, via = '', api_key = NULL, action = NULL,"
            " entity_id = '', entity = '', row_key = '', before = NULL, after = NULL, request_id = ''"
            f" WHERE position = {number}"
        )
        self._instant = dialect.encoder(types["at"])

    def start(self) -> None:
        """Sweep from now on."""
        self._task = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        """End; what is too old may be left over for the next sweep."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
            self._task = None

    async def _run(self) -> None:
        while True:
            try:
                await self.sweep()
            except BacksmithError as error:
                _log.warning("Old entries of the change log can't be removed now: %s", error)
            except Exception:
                _log.exception("Old entries of the change log can't be removed.")
            await asyncio.sleep(EVERY * random.uniform(0.8, 1.2))

    async def sweep(self, now: datetime | None = None) -> int:
        """Forget what is too old; how many entries that were. Raises RequestError where the database can't."""
        before = self._instant((now or datetime.now(UTC)) - self._age)
        reach = (await self._journal.reach(self._database)).safe
        first, swept = 0, 0

        async def some(transaction: Transaction) -> tuple[Position, int]:
            return await self._some(transaction, first, reach, before)

        while True:
            first, count = await self._database.transact(some, retry=True)
            swept += count
            if count < BATCH - 1:
                return swept

    async def _some(
        self, transaction: Transaction, first: Position, reach: Position, before: object
    ) -> tuple[Position, int]:
        """Forget some, from a position on: the last that is forgotten then, and how many were."""
        ((free,),) = await transaction.fetch(self._lock, (LOCK,))
        if not free:
            return first, 0  # another worker is at it
        found = await transaction.fetch(self._oldest, (first, reach, before), heavy=True)
        old = list(takewhile(lambda row: row[2], found))
        count = sum(row[1] != FORGET for row in old)
        if not count:
            return first, 0
        last: Position = old[-1][0]
        await transaction.fetch(self._delete, (last,), heavy=True)
        await transaction.fetch(self._forget, (last,))
        return last, count
