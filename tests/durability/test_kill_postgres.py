"""The client and the server killed at random moments while many write to PostgreSQL.

BACKSMITH_ROUNDS=500 pytest tests/durability makes it as many rounds.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator

import asyncpg
import pytest

from backsmith.databases import open_database
from tests.durability.crashes import Run, check
from tests.durability.postgres import CrashServer
from tests.durability.writers import TABLES
from tests.servers import folder_of

ROUNDS = int(os.environ.get("BACKSMITH_ROUNDS", "3"))


@pytest.fixture
def server(postgres_kind: str) -> Iterator[CrashServer]:
    programs = folder_of(postgres_kind.removeprefix("postgres"))
    if programs is None:
        pytest.skip("PostgreSQL isn't installed")
    server = CrashServer(programs)
    yield server
    server.stop()


async def make(url: str) -> None:
    database = open_database(url)
    await database.open()
    await database.execute(f"DROP TABLE IF EXISTS change, counter; {TABLES}")
    await database.close()


async def state(url: str) -> tuple[list[tuple[int, str]], int]:
    """The rows and the counter, once the server has recovered and no transaction is left."""
    while True:
        try:
            connection = await asyncpg.connect(url)
            others = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'backsmith'"
            while await connection.fetchval(others):
                await asyncio.sleep(0.02)
            rows = [tuple(row) for row in await connection.fetch("SELECT number, part FROM change")]
            counted = await connection.fetchval("SELECT n FROM counter")
            await connection.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(0.05)
        else:
            return rows, counted


async def rounds(server: CrashServer, crash: Callable[[], None]) -> None:
    """A run in each round, in which `crash` is called while it writes; then the run itself is killed."""
    acknowledged: list[int] = []
    total = 0
    for number in range(ROUNDS):
        if number % 5 == 0:
            await make(server.url)
            acknowledged = []
        run = Run(server.url, number)
        run.wait(0.4)
        crash()
        run.wait(0.4)
        kept = run.kill()
        acknowledged += kept
        total += len(kept)
        check(acknowledged, *await state(server.url))
    assert total > 10 * ROUNDS


async def test_the_client_killed_leaves_nothing_by_half(server: CrashServer) -> None:
    await rounds(server, lambda: None)


async def test_a_backend_killed_loses_nothing_that_was_acknowledged(server: CrashServer) -> None:
    await rounds(server, server.kill_backend)


async def test_the_server_killed_loses_nothing_that_was_acknowledged(server: CrashServer) -> None:
    def crash() -> None:
        server.crash()
        server.start()

    await rounds(server, crash)
