"""PostgreSQL: a connection for changing tables."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from backsmith.databases.session import Session


def open_session(url: str) -> AbstractAsyncContextManager[Session]:
    """A session, open until the block ends. Raises DatabaseError."""
    raise NotImplementedError
