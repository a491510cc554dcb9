"""SQLite: a connection for changing tables, on a thread of its own."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from backsmith.databases.session import Session


def open_session(path: Path) -> AbstractAsyncContextManager[Session]:
    """A session, open until the block ends. Raises DatabaseError."""
    raise NotImplementedError
