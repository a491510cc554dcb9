"""The counts of a worker's requests are added to the table `backsmith_shapes`, now and then and at its end.

Any number of workers and machines add to the same rows: one for each shape and day. Days that are long gone leave, and
of too many shapes the rarest. The table is made when there is something to keep for the first time; where that isn't
allowed, nothing is kept, and the requests are served as ever.
"""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from backsmith.databases.database import Database
from backsmith.databases.own_table import missing
from backsmith.databases.own_tables import SHAPES
from backsmith.databases.transaction import Transaction, ViolationError
from backsmith.engine.planning.plans import PlanKey
from backsmith.engine.served.counting import MOST, Count, Counts
from backsmith.engine.served.form import digest_of, form_of, text_of
from backsmith.engine.writing.planning import WriteKey
from backsmith.errors import BacksmithError, DatabaseError

EVERY = 10.0
"""Seconds between two times, about."""
KEPT_DAYS = 30
SWEEP_EACH = 100
"""Every so many times, what is old and what is rare leaves."""

_log = logging.getLogger("backsmith")


class ShapeKeeper:
    """Keeps what `counts` has counted."""

    def __init__(
        self, database: Database, counts: Counts[PlanKey | WriteKey], *, every: float = EVERY, most: int = MOST
    ) -> None:
        """`most`: shapes that the table keeps."""
        self._database = database
        self._counts = counts
        self._every = every
        self._there = False
        self._refused = False
        self._times = 0
        self._task: asyncio.Task[None] | None = None
        dialect = database.dialect
        types = {column.name: column.type for column in SHAPES.columns}
        self._encode = [dialect.encoder(type) for type in types.values()]
        places = [dialect.placeholder(number, type) for number, type in enumerate(types.values(), 1)]
        added = ", ".join(
            f"{name} = {SHAPES.name}.{name} + excluded.{name}" for name in ("requests", "microseconds", "row_count")
        )
        self._add = (
            f"INSERT INTO {SHAPES.name} ({', '.join(types)}) VALUES ({', '.join(places)})"
            f" ON CONFLICT (digest, day) DO UPDATE SET {added},"
            f" worst = CASE WHEN excluded.worst > {SHAPES.name}.worst THEN excluded.worst ELSE {SHAPES.name}.worst END"
        )
        self._forget_days = f"DELETE FROM {SHAPES.name} WHERE day < {dialect.placeholder(1, types['day'])}"
        self._forget_rare = (
            f"DELETE FROM {SHAPES.name} WHERE digest NOT IN"
            f" (SELECT digest FROM {SHAPES.name} GROUP BY digest ORDER BY sum(requests) DESC, digest LIMIT {most})"
        )

    def start(self) -> None:
        """Keep from now on."""
        self._task = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        """Keep what is left, where the table is there already, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
            self._task = None
        if self._there:
            await self.flush()

    async def _run(self) -> None:
        while not self._refused:
            await asyncio.sleep(self._every * random.uniform(0.8, 1.2))
            await self.flush()

    async def flush(self, now: datetime | None = None) -> None:
        """Add what was counted since the last time. What can't be kept is lost, and said in the log."""
        counted = self._counts.take()
        if not counted or self._refused:
            return
        now = now or datetime.now(UTC)
        try:
            if not self._there:
                await self._make()
            rows = sorted(self._row(key, count, now) for key, count in counted)

            async def add(transaction: Transaction) -> None:
                await transaction.fetch_each(self._add, rows)

            await self._database.transact(add, retry=True)
            if self._times % SWEEP_EACH == 0:
                await self.sweep(now)
            self._times += 1
        except (BacksmithError, ViolationError) as error:
            _log.info("The shapes of requests can't be kept now: %s", error)
        except Exception:
            _log.exception("The shapes of requests can't be kept.")

    async def sweep(self, now: datetime) -> None:
        """Forget days that are long gone, and the rarest of too many shapes."""
        oldest = str((now - timedelta(days=KEPT_DAYS)).date())

        async def forget(transaction: Transaction) -> None:
            await transaction.fetch(self._forget_days, (oldest,), heavy=True)
            await transaction.fetch(self._forget_rare, (), heavy=True)

        await self._database.transact(forget, retry=True)

    def _row(self, key: PlanKey | WriteKey, count: Count, now: datetime) -> list[Any]:
        text = text_of(form_of(key))
        values = (
            digest_of(text),
            str(now.astimezone(UTC).date()),
            text,
            count.requests,
            round(count.seconds * 1_000_000),
            round(count.worst * 1_000_000),
            count.rows,
        )
        return [encode(value) for encode, value in zip(self._encode, values, strict=True)]

    async def _make(self) -> None:
        """Make the table where it is missing. Raises DatabaseError; then it isn't tried again."""
        dialect = self._database.dialect
        wanted = missing(SHAPES, await self._database.inspect(), dialect)
        if wanted:
            try:
                await self._database.execute(";\n".join([*dialect.ddl.locks, *wanted]))
            except DatabaseError:
                if missing(SHAPES, await self._database.inspect(), dialect):
                    self._refused = True
                    raise
        self._there = True
