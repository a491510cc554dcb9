"""Moving what was committed from the journal (WAL) into the database file: when it is due, and how urgently.

SQLite would do it within a commit, and keep those waiting whose works were committed. Here it is done once they have
their answers. Readers that go on without a pause may keep the journal from ever beginning anew; so when it has grown
long, the writer waits a little for those that read at that moment, which is the only way to bound it.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

from contextlib import suppress
from time import monotonic

import apsw

DUE = 1_000
"""Pages in the journal, as SQLite's own default: 4 MB."""
URGENT = 16_000
"""Pages in the journal from which the writer waits for readers: 64 MB."""
LONGEST_FILE = 67_108_864
"""Bytes of the journal's file that are kept for the next time."""
PATIENCE = 250
"""Milliseconds to wait for readers, at most."""
PAUSE = 1.0
"""Seconds between two times of waiting for readers."""


class Checkpoints:
    """The journal of the connection that writes."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._pages = 0
        """In the journal, after the last commit."""
        self._next_at = DUE
        self._next_urgent = 0.0
        connection.wal_autocheckpoint(0)
        connection.pragma("journal_size_limit", LONGEST_FILE)
        connection.set_wal_hook(self._note)

    def _note(self, connection: apsw.Connection, name: str, pages: int) -> int:
        if pages < self._pages:
            self._next_at = DUE  # it has begun anew
        self._pages = pages
        return apsw.SQLITE_OK

    @property
    def is_due(self) -> bool:
        """Whether `run` is to be called."""
        return self._pages >= self._next_at

    def run(self) -> None:
        """Move what can be moved. On the writer's thread, and in no transaction."""
        self._next_at = self._pages + DUE  # where a reader is in the way, it would be for nothing after each commit
        with suppress(apsw.Error):  # a full disk, another process that does the same: the journal keeps all until later
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            if self._pages >= URGENT and monotonic() >= self._next_urgent:
                self._connection.set_busy_timeout(PATIENCE)
                try:
                    self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)
                finally:
                    self._connection.set_busy_timeout(0)
                    self._next_urgent = monotonic() + PAUSE
