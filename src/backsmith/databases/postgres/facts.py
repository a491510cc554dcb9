"""A PostgreSQL database as it is before a change: version, sizes, what hangs on its tables."""

from __future__ import annotations

from backsmith.databases.facts import Facts
from backsmith.databases.postgres.connection import Connection


async def facts(connection: Connection) -> Facts:
    """By the statistics and the catalogue."""
    raise NotImplementedError
