"""Other processes that write to the same file, such as the other workers of a server.

SQLite lets one of them write at a time and tells nobody when it has ended. So who finds the file taken looks again and
again, on the event loop and without holding it up, and who holds it for long lets the others in from time to time.
"""
# pyright: reportUnknownMemberType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from time import monotonic

import apsw

FIRST_PAUSE, LONGEST_PAUSE = 0.001, 0.002
"""Seconds between two looks, at most."""
COMPANY = 2.0
"""Seconds for which another process that was found to write is expected to do so again."""
LONG = 0.01
"""Seconds after which a transaction has taken so long, for a slow disk or a heavy work, that others have to be let in:
they would mostly find the file taken when they look. On a fast disk that would cost half the speed."""


class Neighbours:
    """Begins transactions beside other processes."""

    def __init__(self, execute: Callable[[str], object]) -> None:
        """`execute` runs a statement on the connection that writes, which waits for no lock."""
        self._execute = execute
        self._met = -COMPANY
        """When another process was last found to write."""

    def begin(self) -> bool:
        """Begin a transaction, unless another process has one."""
        try:
            self._execute("BEGIN IMMEDIATE")
        except apsw.BusyError:
            self._met = monotonic()
            return False
        return True

    async def begin_later(self, wanted: Callable[[], bool]) -> bool:
        """Begin one as soon as it can be, but not at once; no longer try when it isn't wanted any more."""
        pause = FIRST_PAUSE
        while wanted():
            await asyncio.sleep(random.uniform(FIRST_PAUSE / 2, pause))
            if wanted() and self.begin():
                return True
            pause = LONGEST_PAUSE
        return False

    def are_kept_out(self, age: float) -> bool:
        """Whether they hardly get in if the next transaction begins at once after one that took so many seconds."""
        return age > LONG and monotonic() - self._met < COMPANY
