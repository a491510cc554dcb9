"""`kill -9` of the whole server at random moments, under 64 clients that write in every way the API has.

BACKSMITH_ROUNDS=500 pytest -s tests/durability/test_kill_served.py makes it as many rounds, and says what was done.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.durability.banks import PostgresBank, SqliteBank
from tests.durability.book import Book
from tests.durability.clients import WRITERS, Client, open_accounts, wait_for
from tests.durability.postgres import CrashServer
from tests.durability.serving import Served

ROUNDS = int(os.environ.get("BACKSMITH_ROUNDS", "2"))
LIFE = 10
"""Rounds that one database lives through: what it holds is looked at after each."""
MOST = 250
"""Changes between two things that happen, at most."""
Disturb = Callable[[Served], None]


def none(served: Served) -> None:
    """Nothing happens before the end."""


async def live_through(
    rounds: int, bank: SqliteBank | PostgresBank, folder: Path, *, workers: int, disturb: list[Disturb]
) -> Book:
    """So many rounds on one new database; then the server is ended politely."""
    book = Book(WRITERS)
    clients = [Client(book, number) for number in range(WRITERS)]

    def start() -> Served:
        return Served(folder, bank.url, "--pool-size", "8", workers=workers)

    for number in range(rounds + 1):
        if random.random() < 0.1:
            served = start()
            await asyncio.sleep(random.uniform(0, 1.5))
            served.kill()  # while it starts
            await bank.server_killed()
        served = start()
        try:
            await served.ready()
            if number == 0:
                await open_accounts(served)
            book.check(await bank.found())
            if number < rounds:
                writing = asyncio.gather(*(client.run(served) for client in clients))
                await wait_for(book, random.randrange(MOST), longest=1)
                random.choice(disturb)(served)
                await wait_for(book, random.randrange(MOST), longest=1)
                served.kill()
                await writing
                await bank.server_killed()
            else:
                served.process.terminate()
                assert served.process.wait(30) == 0
        finally:
            served.close()
        book.contradictions += served.mistakes()
    book.check(await bank.found())
    return book


def report(books: list[Book]) -> None:
    """Say how far it is, where it takes long."""
    if ROUNDS > LIFE:
        done, found = sum(book.acknowledged for book in books), sum(len(book.contradictions) for book in books)
        print(f"{len(books)} databases, {done} acknowledged, {found} contradictions", flush=True)
        for contradiction in books[-1].contradictions[:20]:
            print("   ", contradiction[:2000], flush=True)


def told(name: str, books: list[Book]) -> None:
    """Say what was done, and fail if anything contradicts."""
    contradictions = [each for book in books for each in book.contradictions]
    statuses: Counter[int] = sum((book.statuses for book in books), start=Counter())
    refusals: Counter[str] = sum((book.refusals for book in books), start=Counter())
    acknowledged = sum(book.acknowledged for book in books)
    print(
        f"{name}: {ROUNDS} rounds, {acknowledged} acknowledged, {len(contradictions)} contradictions;"
        f" statuses {dict(statuses)}, 503 for {dict(refusals)}"
    )
    assert contradictions == [], "\n".join(contradictions[:10])
    assert acknowledged > ROUNDS


def lives() -> Iterator[int]:
    """The rounds of each database."""
    for first in range(0, ROUNDS, LIFE):
        yield min(LIFE, ROUNDS - first)


@pytest.mark.parametrize("workers", [1, 2])
async def test_killed_at_any_moment_it_keeps_what_it_acknowledged(tmp_path: Path, workers: int) -> None:
    disturb = [none] if workers == 1 else [none, none, Served.kill_worker]
    books: list[Book] = []
    files = count()
    for rounds in lives():
        bank = SqliteBank(tmp_path / f"{next(files)}.db")
        books.append(await live_through(rounds, bank, tmp_path, workers=workers, disturb=disturb))
        if books[-1].refusals:
            books[-1].complain(f"somebody was sent away: {dict(books[-1].refusals)}")
        report(books)
    told(f"SQLite, {workers} workers", books)


async def test_on_postgresql_too_where_its_backends_are_killed_as_well(tmp_path: Path, postgres: CrashServer) -> None:
    def kill_backend(served: Served) -> None:
        postgres.kill_backend()

    bank = PostgresBank(postgres)
    books: list[Book] = []
    for rounds in lives():
        await bank.empty()
        workers = len(books) % 2 + 1
        disturb = [none, none, kill_backend, *([Served.kill_worker] if workers == 2 else [])]
        books.append(await live_through(rounds, bank, tmp_path, workers=workers, disturb=disturb))
        report(books)
    told("PostgreSQL", books)
