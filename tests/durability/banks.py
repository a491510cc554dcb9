"""Databases of the bank: new ones, and what is found in them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import apsw
import asyncpg

from tests.durability.book import Found
from tests.durability.postgres import CrashServer

QUERIES = {
    "log": "SELECT verb, before, after FROM backsmith_log ORDER BY position",
    "notes": "SELECT number FROM notes",
    "orders": (
        "SELECT o.number, o.size, count(l.id) FROM orders o LEFT JOIN lines l ON l.order_id = o.id"
        " GROUP BY o.id, o.number, o.size"
    ),
    "parts": (
        "SELECT p.number, p.part, p.writer_number, f.number FROM parts p LEFT JOIN parts f ON f.id = p.follows_id"
    ),
    "writers": "SELECT number, value, moved FROM writers ORDER BY number",
    "counters": "SELECT name, n FROM counters",
    "steps": "SELECT counter_name, number FROM steps",
}


def found(rows: dict[str, list[tuple[Any, ...]]], complaints: list[str]) -> Found:
    """What the rows of the queries mean."""
    log = rows["log"]
    return Found(
        made=[json.loads(after)["number"] for verb, _, after in log if verb == "create"],
        deleted=[json.loads(before)["number"] for verb, before, _ in log if verb == "delete"],
        notes=[number for (number,) in rows["notes"]],
        orders=rows["orders"],
        parts=rows["parts"],
        writers=rows["writers"],
        counters=rows["counters"],
        steps=rows["steps"],
        complaints=complaints,
    )


class SqliteBank:
    """On a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.url = f"sqlite:///{path}"

    async def server_killed(self) -> None:
        """Nothing is left of a process that is gone."""

    async def found(self) -> Found:
        connection = apsw.Connection(str(self._path))
        connection.execute("BEGIN")
        rows = {name: connection.execute(query).fetchall() for name, query in QUERIES.items()}
        broken = [str(row) for (row,) in connection.execute("PRAGMA integrity_check") if row != "ok"]
        broken += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
        connection.close()
        return found(rows, broken)


class PostgresBank:
    """On a server, whose database is emptied first."""

    def __init__(self, server: CrashServer) -> None:
        self.server = server
        self.url = server.url
        self._left: set[int] = set()
        """Processes of the server that worked for a client that is gone."""

    async def empty(self) -> None:
        connection = await self._connect()
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await connection.close()

    async def _connect(self) -> asyncpg.Connection[asyncpg.Record]:
        while True:
            try:
                return await asyncpg.connect(self.url)
            except (OSError, asyncpg.PostgresError):  # it recovers from a crash
                await asyncio.sleep(0.02)

    async def server_killed(self) -> None:
        """What its connections were doing may still be going on."""
        connection = await self._connect()
        self._left |= await self._working(connection)
        await connection.close()

    async def _working(self, connection: asyncpg.Connection[asyncpg.Record]) -> set[int]:
        rows = await connection.fetch("SELECT pid FROM pg_stat_activity WHERE application_name = 'backsmith'")
        return {row[0] for row in rows}

    async def found(self) -> Found:
        connection = await self._connect()
        while self._left & await self._working(connection):
            await asyncio.sleep(0.01)
        self._left = set()
        async with connection.transaction(isolation="repeatable_read"):
            rows = {name: [tuple(row) for row in await connection.fetch(query)] for name, query in QUERIES.items()}
        await connection.close()
        return found(rows, [])
