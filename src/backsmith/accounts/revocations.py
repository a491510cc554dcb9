"""What is to be forgotten at once, everywhere: sessions that ended, accounts whose rights changed, keys.

In: a note, in the transaction that changes the thing. Out: `forget` is called here at the same moment, and in every
other process that shares the database within PERIOD of the commit. Each process reads the notes that it hasn't seen;
one that can't for TRUSTED trusts nothing that it remembers until it can again.

Positions are handed out before transactions end, so a lower one may be seen after a higher one. The gaps are asked for
again until no transaction can fill them any more.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import Literal

from backsmith.accounts.tables import Tables
from backsmith.databases.database import Database
from backsmith.databases.own_rows import After, Before, Found
from backsmith.databases.transaction import Transaction
from backsmith.errors import BacksmithError

Kind = Literal["session", "account", "key", "signing"]
"""What is to be forgotten: a session or API key by its id, all of an account by its text, all keys that sign."""
Subject = tuple[Kind, str]

PERIOD = 0.4
"""Seconds between two looks: what is noted is known everywhere within a second."""
TRUSTED = 3.0
"""Seconds after a look for which what is remembered counts."""
_PATIENCE = 2.0
"""Seconds that a look may take."""
_KEPT = timedelta(hours=1)
_BACKWARDS = 200
"""Positions before the first look that transactions may still fill."""

_log = logging.getLogger("backsmith.accounts")


class Revocations:
    """Writes and reads notes. `forget` is told what is to be forgotten."""

    def __init__(
        self,
        database: Database,
        tables: Tables,
        forget: Callable[[Kind, str], None],
        clock: Callable[[], datetime],
        *,
        longest: float,
    ) -> None:
        """`longest` is how many seconds a transaction may last."""
        self._database = database
        self._rows = tables.revocations
        self._forget = forget
        self._clock = clock
        self._longest = 2 * longest + 30
        self.trusted_until = 0.0
        """The monotonic time until which what is remembered counts."""
        self.heard = 0
        """Changes whenever something was to be forgotten, so that what was read before it isn't remembered after it."""
        self._last: int | None = None
        self._gaps: dict[int, float] = {}
        self._pending: dict[str, tuple[Subject, float]] = {}
        """Notes of this process whose transactions may still be open, by mark: until they are seen, what they are
        about is read anew each time."""
        self._watching: asyncio.Task[None] | None = None
        self._starting: asyncio.Task[None] | None = None

    async def note(self, transaction: Transaction, kind: Kind, subject: str) -> None:
        """Have it forgotten, once the transaction is kept. Raises RequestError."""
        mark, now = secrets.token_urlsafe(12), self._clock()
        self._pending[mark] = ((kind, subject), monotonic() + self._longest)
        self._hear(kind, subject)
        if self._last is not None:
            await self._rows.delete(transaction, at=Before(now - _KEPT), position=Before(self._last))
        await self._rows.insert(transaction, mark=mark, kind=kind, subject=subject, at=now)

    def may_keep(self, heard: int, subjects: tuple[Subject, ...]) -> bool:
        """Whether what was read while `heard` was so may be remembered."""
        if heard != self.heard:
            return False
        return not self._pending or not any(subject in subjects for subject, _ in self._pending.values())

    async def watched(self) -> None:
        """Begin to look, if that wasn't done yet. Raises RequestError."""
        if self._watching is None:
            if self._starting is None or self._starting.done():
                self._starting = asyncio.ensure_future(self._start())
            await asyncio.shield(self._starting)

    async def close(self) -> None:
        """End looking."""
        tasks = [task for task in (self._watching, self._starting) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._watching = self._starting = None
        self.trusted_until, self._last = 0.0, None

    async def look(self) -> None:
        """Read what is new. Raises RequestError, TimeoutError."""
        assert self._last is not None
        began = monotonic()
        async with asyncio.timeout(_PATIENCE):
            rows = await self._rows.find(self._database, order="position", position=After(self._last))
            if self._gaps:
                rows = [*await self._rows.find(self._database, position=tuple(self._gaps)), *rows]
        for row in rows:
            self._read(row)
        self._gaps = {position: until for position, until in self._gaps.items() if until > began}
        self._pending = {mark: entry for mark, entry in self._pending.items() if entry[1] > began}
        self.trusted_until = began + TRUSTED

    async def _start(self) -> None:
        rows = await self._rows.find(self._database, order="-position", limit=_BACKWARDS)
        there = {row["position"] for row in rows}
        last = max(there, default=0)
        until = monotonic() + self._longest
        self._gaps = {each: until for each in range(max(1, last - _BACKWARDS), last) if each not in there}
        self._last = last
        await self.look()
        self._watching = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        failing = False
        while True:
            await asyncio.sleep(PERIOD)
            try:
                await self.look()
                failing = False
            except (BacksmithError, TimeoutError, OSError) as error:
                if not failing:
                    _log.warning("Sessions that ended elsewhere can't be read: %s", str(error) or type(error).__name__)
                failing = True

    def _read(self, row: Found) -> None:
        position = row["position"]
        assert self._last is not None
        if position > self._last:
            until = monotonic() + self._longest
            self._gaps.update(dict.fromkeys(range(max(self._last + 1, position - _BACKWARDS), position), until))
            self._last = position
        else:
            self._gaps.pop(position, None)
        self._pending.pop(row["mark"], None)
        self._hear(row["kind"], row["subject"])

    def _hear(self, kind: Kind, subject: str) -> None:
        self.heard += 1
        self._forget(kind, subject)
