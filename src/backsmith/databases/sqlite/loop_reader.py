"""A connection that the event loop reads by: the reads of one turn of the loop share a transaction.

To begin one takes as long as a short statement. Whatever is queued while it lasts comes after its end, because the loop
keeps its order; so a request sees all that was committed before it came.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import perf_counter
from typing import Any

import apsw

STEPS = 1_000
"""SQLite instructions between two looks at the clock on the event loop: some 10 to 20 microseconds."""
LOOKS = 20
"""Looks at the clock before a statement may count as over budget: one that did little work and took long all the same
was kept waiting by other processes, and a thread would do no better."""


class LoopReader:
    """Reads on the event loop, under a time budget. To be made on the loop."""

    def __init__(self, connection: apsw.Connection, budget: float) -> None:
        """`budget`: seconds for a statement."""
        self._connection = connection
        self._budget = budget
        self._stop_at = 0.0
        self._looks = 0
        self._loop = asyncio.get_running_loop()
        self._turn: asyncio.Handle | None = None
        """What ends the turn."""
        self._execute = connection.cursor().execute  # one cursor for all: a third of a microsecond each
        connection.set_progress_handler(self._over_budget, STEPS)

    def rows(self, sql: str, params: Sequence[Any], now: float) -> list[tuple[Any, ...]]:
        """The rows of a statement that begins `now`. Raises apsw.InterruptError for one that takes too long."""
        self._stop_at, self._looks = now + self._budget, 0
        if not self._connection.in_transaction:
            self._execute("BEGIN")
            self._turn = self._loop.call_soon(self._end_turn)
        return self._execute(sql, params).fetchall()

    def _end_turn(self) -> None:
        self._looks = 0  # those of a statement that was stopped must not stop this one
        if self._connection.in_transaction:
            self._execute("COMMIT")

    def _over_budget(self) -> bool:
        self._looks += 1
        return self._looks >= LOOKS and perf_counter() > self._stop_at

    def close(self) -> None:
        """Close the connection, in the middle of a turn too."""
        if self._turn is not None:
            self._turn.cancel()
        self._connection.close()
