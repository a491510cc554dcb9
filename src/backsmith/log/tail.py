"""Waiting for the log to grow: one look at its end for all who wait, the sooner the more lately something happened.

In: readers that have read everything. Out: their turn. A write by this process nudges, so that its readers wait some
milliseconds; one by another process is noticed within LATEST seconds. PostgreSQL's NOTIFY isn't used: a transaction
that notifies holds a lock of the whole server while it commits, so that no two of them commit at once.
"""

from __future__ import annotations

import asyncio

from backsmith.databases.database import Database
from backsmith.databases.journal import Journal
from backsmith.errors import BacksmithError
from backsmith.log.entry import Position

SOONEST, LATEST = 0.01, 1.0
"""Seconds between two looks: after something happened, and when nothing has for long. In between they double."""


class Tail:
    """Looks at the end of the log while anybody waits."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._waiting: dict[asyncio.Future[None], Position] = {}
        self._task: asyncio.Task[None] | None = None
        self._nudged = asyncio.Event()
        self._pause = SOONEST

    def nudge(self) -> None:
        """Something was written, and may soon be there to be read."""
        self._pause = SOONEST
        self._nudged.set()

    async def wait(self, beyond: Position) -> None:
        """Return when there may be something to read beyond a position."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[turn] = beyond
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._watch())
        try:
            await turn
        finally:
            self._waiting.pop(turn, None)

    async def close(self) -> None:
        """Stop looking; those who wait wait no longer."""
        for turn in self._waiting:
            turn.cancel()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
            self._task = None

    async def _watch(self) -> None:
        self._pause = SOONEST
        while self._waiting:
            await self._rest()
            if not self._waiting:
                return
            least = min(self._waiting.values())
            try:
                reached = (await self._journal.reach(self._database, beyond=least)).safe
            except BacksmithError:
                reached = None  # whoever reads next hears of it
            woken = [turn for turn, beyond in self._waiting.items() if reached is None or beyond < reached]
            for turn in woken:
                if not turn.done():
                    turn.set_result(None)
                del self._waiting[turn]
            self._pause = SOONEST if woken else min(self._pause * 2, LATEST)

    async def _rest(self) -> None:
        """For as long as it is, or until a nudge; then a moment for the transaction to end."""
        try:
            async with asyncio.timeout(self._pause):
                await self._nudged.wait()
            self._nudged.clear()
            await asyncio.sleep(SOONEST)
        except TimeoutError:
            pass
