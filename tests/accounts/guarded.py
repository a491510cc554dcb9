"""An audit trail and limits by themselves, without an application around them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from backsmith.accounts.sessions import Client
from backsmith.accounts.tables import Tables
from backsmith.accounts.throttle import Throttle
from backsmith.accounts.trail import Trail
from backsmith.databases import Database, open_database
from backsmith.databases.guard_tables import GUARD_TABLES
from backsmith.databases.own_tables import KEYS, make_own
from backsmith.databases.transaction import Transaction
from backsmith.secrets import Secrets
from backsmith.settings import Settings

ANN = Client("192.0.2.1", "Firefox")


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 23, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def go(self, **duration: float) -> None:
        self.now += timedelta(**duration)


class Guarded(NamedTuple):
    """The parts of one process."""

    database: Database
    tables: Tables
    secrets: Secrets
    trail: Trail
    throttle: Throttle
    clock: Clock

    async def note(self, event: str = "sign-in", **said: Any) -> None:
        """Note something in a transaction of its own."""

        async def work(transaction: Transaction) -> None:
            await self.trail.note(transaction, event, client=ANN, request_id="r1", **said)

        await self.database.transact(work)


async def guarded(database: Database, folder: Path, clock: Clock | None = None) -> Guarded:
    """The parts of a process on that database; `folder` has the root secret."""
    for table in (KEYS, *GUARD_TABLES):
        await make_own(database, table)
    secrets, clock = Secrets(Settings(folder=str(folder))), clock or Clock()
    await secrets.start(database)
    tables = Tables(database.dialect)
    return Guarded(
        database,
        tables,
        secrets,
        Trail(tables, json.dumps, secrets, clock),
        Throttle(database, secrets, clock),
        clock,
    )


async def another(url: str, folder: Path, clock: Clock) -> Guarded:
    """A second process on that database."""
    database = open_database(url)
    await database.open()
    return await guarded(database, folder, clock)
