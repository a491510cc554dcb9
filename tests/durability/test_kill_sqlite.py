"""`kill -9` at random moments while many write to a SQLite file: what was acknowledged is there, and all of it.

BACKSMITH_ROUNDS=500 pytest tests/durability makes it as many rounds.
"""

from __future__ import annotations

import os
from pathlib import Path

import apsw

from backsmith.databases import open_database
from tests.durability.crashes import Run, check
from tests.durability.writers import TABLES

ROUNDS = int(os.environ.get("BACKSMITH_ROUNDS", "3"))


async def make(path: Path) -> str:
    url = f"sqlite:///{path}"
    database = open_database(url)
    await database.open()
    await database.execute(TABLES)
    await database.close()
    return url


def state(path: Path) -> tuple[list[tuple[int, str]], int]:
    """The rows and the counter, of a file that is intact."""
    connection = apsw.Connection(str(path))
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    rows = connection.execute("SELECT number, part FROM change").fetchall()
    ((counted,),) = connection.execute("SELECT n FROM counter").fetchall()
    connection.close()
    return rows, counted


async def test_killed_at_any_moment_it_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    acknowledged: list[int] = []
    for number in range(ROUNDS):
        path = tmp_path / f"{number // 5}.db"  # the same for a few rounds: each begins with what the last has left
        if not path.exists():
            url, acknowledged = await make(path), []
        run = Run(url, number)
        run.wait(0.3)
        acknowledged += run.kill()
        check(acknowledged, *state(path))


async def test_killed_one_of_two_processes_the_other_goes_on(tmp_path: Path) -> None:
    url = await make(tmp_path / "test.db")
    acknowledged: list[int] = []
    steady = Run(url, 0, writers=16)
    for number in range(1, ROUNDS + 1):
        run = Run(url, number, writers=16)
        run.wait(0.3)
        acknowledged += run.kill()
    last = steady.kill()
    assert len(last) > ROUNDS * 10
    check([*acknowledged, *last], *state(tmp_path / "test.db"))
