"""What no row has leaves the store: a task of each worker, at the start and now and then.

In: records that are gone or broken, and uploads that nobody has touched for an hour, whose process must have died. Out:
their bytes removed, then their records. Everything it does may be done twice, so workers needn't know of one another.
"""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import UTC, datetime, timedelta

from backsmith.databases.database import Database
from backsmith.databases.transaction import Transaction
from backsmith.engine.files.records import Records
from backsmith.engine.files.storage import Storage, StorageError
from backsmith.errors import BacksmithError

EVERY = 600.0
"""Seconds between two sweeps, about."""
SOON = 2.0
"""Seconds between a nudge and the sweep: so that what is nudged about has been committed, and many make one sweep."""
ABANDONED = timedelta(hours=1)
"""How long an upload may go without a sign of life."""
BATCH = 200

_log = logging.getLogger("backsmith.files")


class Sweeper:
    """Removes what is in the store for no row."""

    def __init__(self, database: Database, records: Records, storage: Storage) -> None:
        self._database = database
        self._records = records
        self._storage = storage
        self._nudged = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Sweep from now on."""
        self._task = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        """End; what is being removed may be left over for the next sweep."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
            self._task = None

    def nudge(self) -> None:
        """There may soon be something to sweep."""
        self._nudged.set()

    async def _run(self) -> None:
        while True:
            try:
                await self.sweep()
            except BacksmithError as error:
                _log.warning("Files that no row has can't be removed now: %s", error)
            except Exception:
                _log.exception("Files that no row has can't be removed.")
            try:
                async with asyncio.timeout(EVERY * random.uniform(0.8, 1.2)):
                    await self._nudged.wait()
                await asyncio.sleep(SOON)
            except TimeoutError:
                pass
            self._nudged.clear()

    async def sweep(self, now: datetime | None = None) -> int:
        """Remove what is to be removed; how many files that were. Raises RequestError where the database can't."""
        now = now or datetime.now(UTC)

        async def expire(transaction: Transaction) -> None:
            await self._records.run(transaction, "expire", before=now - ABANDONED)

        if await self._some_are_old(now):
            await self._database.transact(expire, retry=True)
        removed = 0
        while True:
            found = await self._database.fetch(
                self._records.sql["sweep"], self._records.parameters("sweep", most=BATCH)
            )
            gone = [id for id, state in found if await self._removed(id, whole=state == "gone")]
            if gone:
                await self._database.transact(
                    lambda transaction, gone=gone: self._forget(transaction, gone), retry=True
                )
            removed += len(gone)
            if len(found) < BATCH or not gone:
                return removed

    async def _some_are_old(self, now: datetime) -> bool:
        """Whether there is anything to expire: most often there isn't, and nobody has to wait for a write."""
        old = await self._database.fetch(
            self._records.sql["old"], self._records.parameters("old", before=now - ABANDONED)
        )
        return bool(old)

    async def _removed(self, id: str, *, whole: bool) -> bool:
        try:
            await self._storage.delete(id, whole=whole)
        except StorageError as error:
            _log.warning("A file that no row has can't be removed now: %s", error)
            return False
        return True

    async def _forget(self, transaction: Transaction, ids: list[str]) -> None:
        many = [self._records.parameters("forget", id=id) for id in ids]
        await transaction.fetch_each(self._records.sql["forget"], many)
