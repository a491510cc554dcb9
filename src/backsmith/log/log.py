"""`Log`: all there is to a change log, put together. In: a database and how long entries are kept; out: entries.

`writer` is what takes part in writing; `read` and `follow` give entries. Any number of readers follow at once, each
from its own position, which it remembers itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Raw

from backsmith import errors
from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.databases.database import Database
from backsmith.databases.own_table import field_of
from backsmith.databases.own_tables import LOG
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError
from backsmith.log.entry import Entry, Position
from backsmith.log.erasing import erase_entries
from backsmith.log.reading import EVERYTHING, Filter, Page, Reader
from backsmith.log.retention import Retention
from backsmith.log.tail import Tail
from backsmith.log.writing import Images, LogWriter

PAGE = 100
"""Entries that a follower holds at once."""
PASSING = frozenset({errors.DATABASE_UNAVAILABLE, errors.OVERLOADED, errors.STATEMENT_TIMEOUT})
"""What a follower waits for the end of."""
LONGEST = 5.0
"""Seconds between two tries while the database can't be reached."""

_log = logging.getLogger("backsmith.log")


class Log:
    """The change log of one database."""

    def __init__(self, database: Database, blueprint: Blueprint, *, keep: timedelta | None = None) -> None:
        """`keep`: how long entries stay; None: for ever."""
        fields = [field_of(LOG, column.name, database.dialect) for column in LOG.columns if not column.identity]
        journal = database.dialect.journal(LOG.name, fields)
        self._dialect = database.dialect
        self._reader = Reader(database, journal)
        self._tail = Tail(database, journal)
        self.retention = None if keep is None else Retention(database, journal, keep)
        self._journal = journal
        self.writer = self.writer_of(blueprint)

    def writer_of(self, blueprint: Blueprint) -> LogWriter:
        """What takes part in writing by a blueprint."""
        return LogWriter(self._journal, blueprint, self._tail.nudge)

    async def erase(
        self, transaction: Transaction, entity: Entity, key: Sequence[Any], values: Mapping[str, Raw]
    ) -> None:
        """Replace the values of these fields in all entries about one row."""
        await erase_entries(transaction, self._dialect, entity.id, Images(entity).key(key), values)

    def start(self) -> None:
        """Keep the log from growing for ever, from now on."""
        if self.retention is not None:
            self.retention.start()

    async def close(self) -> None:
        """End; followers end too."""
        await self._tail.close()
        if self.retention is not None:
            await self.retention.close()

    async def read(self, after: Position | None = None, limit: int = PAGE, only: Filter = EVERYTHING) -> Page:
        """At most `limit` entries after a position; None: from the oldest on.

        Raises PositionError where entries after it are gone or it was never there, RequestError, DatabaseError.
        """
        return await self._reader.page(after, limit, only)

    async def latest(self, count: int, only: Filter = EVERYTHING) -> Page:
        """The last `count` entries, in their order."""
        return await self._reader.latest(count, only)

    async def position_at(self, since: datetime) -> Position | None:
        """A position before every entry of that instant and later; None: the log begins later."""
        return await self._reader.position_at(since)

    async def follow(self, after: Position | None = None, only: Filter = EVERYTHING) -> AsyncGenerator[Entry]:
        """Entries after a position, as they come, without end. The last one's position is where to go on after a break.

        It waits while the database can't be reached. Raises PositionError as `read`, DatabaseError.
        """
        limit, pause = PAGE, 0.1
        while True:
            try:
                page = await self._reader.page(after, limit, only)
            except RequestError as refusal:
                if refusal.kind == errors.REPLY_TOO_LARGE and limit > 1:
                    limit //= 2
                    continue
                if refusal.kind not in PASSING:
                    raise
                _log.warning("The change log can't be read now: %s", refusal)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST)
                continue
            for entry in page.entries:
                yield entry
            after, limit, pause = page.upto, PAGE, 0.1
            if page.complete:
                await self._tail.wait(after)
