"""The whole server while its database takes no changes, under 64 clients: clear refusals that say when to try again,
nothing by half, and all goes on by itself when the database does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.durability.ballast import fill
from tests.durability.banks import PostgresBank, SqliteBank
from tests.durability.book import Book
from tests.durability.client import Answer, Connection
from tests.durability.clients import WRITERS, Client, open_accounts, wait_for
from tests.durability.postgres import CrashServer
from tests.durability.serving import Served

FULL = "The database's disk is full; nothing was kept"
UNDONE = "The database undid the change for a reason that lies elsewhere; nothing was kept"
GONE = "The database can't be reached at the moment"
NOT_KNOWN = "The database was lost while it kept the change; it isn't known whether it did"
ENOUGH = 200
"""Replies of a kind to wait for."""


@asynccontextmanager
async def written_to(bank: SqliteBank | PostgresBank, folder: Path, workers: int) -> AsyncIterator[tuple[Book, Served]]:
    """A server with all clients writing; it is killed at the end, and what it leaves is compared with what it said."""
    book = Book(WRITERS)
    served = Served(folder, bank.url, "--pool-size", "8", workers=workers)
    try:
        await served.ready()
        await open_accounts(served)
        writing = asyncio.gather(*(Client(book, number).run(served) for number in range(WRITERS)))
        assert await wait_for(book, ENOUGH)
        yield book, served
        served.kill()
        await writing
    finally:
        served.close()
    await bank.server_killed()
    book.check(await bank.found())
    assert book.contradictions == []
    assert served.mistakes() == []


async def ask(served: Served, method: str, target: str, *body: object) -> Answer:
    connection = await Connection.open(served.port)
    answer = await connection.send(method, target, *body)
    connection.close()
    return answer


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_full_disk_refuses_writes_and_lets_read(tmp_path: Path, disk: Path, workers: int) -> None:
    async with written_to(SqliteBank(disk / "bank.db"), tmp_path, workers) as (book, served):
        for _ in range(3):
            ballast = fill(disk)
            assert await wait_for(book, ENOUGH, refused=True)
            read = await ask(served, "GET", "/api/writers/1?select=number")
            assert (read.status, read.json) == (200, {"number": 1})
            ballast.unlink()
            assert await wait_for(book, ENOUGH)
    assert set(book.refusals) <= {FULL, UNDONE}
    refusal = book.refused[FULL]
    assert (refusal.status, refusal.headers["retry-after"]) == (503, "10")
    assert refusal.headers["content-type"] == "application/problem+json; charset=utf-8"
    problem = refusal.json
    assert (problem["type"], problem["code"], problem["message"]) == ("/errors/disk-full", "53100", FULL)


async def test_postgresql_may_go_and_come_back(tmp_path: Path, postgres: CrashServer) -> None:
    async with written_to(PostgresBank(postgres), tmp_path, 2) as (book, served):
        for _ in range(2):
            await asyncio.to_thread(postgres.crash)
            assert await wait_for(book, ENOUGH, refused=True)
            for method, *body in (("GET",), ("PATCH", {"value": 0})):
                answer = await ask(served, method, "/api/writers/1", *body)
                assert (answer.status, answer.headers["retry-after"]) == (503, "1")
                assert (answer.json["type"], answer.json["message"]) == ("/errors/database-unavailable", GONE)
            assert (await ask(served, "GET", "/health")).status == 200
            while (await ask(served, "GET", "/ready")).status == 200:
                await asyncio.sleep(0.05)  # it asks the database once a second at most
            await asyncio.to_thread(postgres.start)
            assert await wait_for(book, ENOUGH)
    assert set(book.refusals) <= {GONE, NOT_KNOWN}
