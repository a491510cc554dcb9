"""An applier that is killed at any statement leaves a database in which the next one finishes, and does nothing twice.

BACKSMITH_KILLS=all kills it before every statement and in the midst of each, and not only of some.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backsmith.databases import Database, open_database
from backsmith.evolution.applying import apply
from backsmith.evolution.records import read_head, read_unfinished
from tests.evolution.applying.plans import NEW, QUICK, check, fill, plan_of

APPLYING = Path(__file__).parent / "applying.py"
ROOT = APPLYING.parent.parent.parent
ALL = os.environ.get("BACKSMITH_KILLS") == "all"
SOME = 8
TABLES = ("things", "once", "backsmith_steps", "backsmith_runs", "backsmith_blueprints")


class Appliers:
    """A running `applying.py`."""

    def __init__(self, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(APPLYING), url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"},
        )

    def run(self, when: str, number: int) -> str:
        """What became of an applier that was to be killed so."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(when, number, file=self._process.stdin, flush=True)
        return self._process.stdout.readline().strip()

    def end(self) -> None:
        self._process.communicate()


@pytest.fixture
def appliers(database_url: str) -> Iterator[Appliers]:
    appliers = Appliers(database_url)
    yield appliers
    appliers.end()


async def killed_and_gone_on(url: str, appliers: Appliers, when: str, number: int) -> str:
    """One applier is killed, the next one finishes; what became of the first."""
    database = open_database(url)
    await database.open()
    await fill(database)
    became = appliers.run(when, number)
    assert became in ("killed", "applied")
    await apply(database, plan_of(database), NEW, options=QUICK)
    await finished(database)
    for table in TABLES:
        await database.execute(f"DROP TABLE {table}")
    await database.close()
    return became


async def finished(database: Database) -> None:
    await check(database)
    head = await read_head(database)
    assert head is not None and head.blueprint == NEW
    assert await read_unfinished(database) is None
    rows = await database.fetch("SELECT state FROM backsmith_steps", ())
    assert [row[0] for row in rows] == ["done"] * 6


@pytest.mark.skipif(not ALL, reason="BACKSMITH_KILLS=all kills before every statement")
async def test_before_every_statement(database_url: str, appliers: Appliers) -> None:
    number = 1
    while await killed_and_gone_on(database_url, appliers, "before", number) == "killed":
        number += 1
    assert number > 60  # or it isn't the statements that are counted


async def test_before_some_statements(database_url: str, appliers: Appliers) -> None:
    for number in (1, *random.sample(range(2, 60), SOME), 60):
        assert await killed_and_gone_on(database_url, appliers, "before", number) == "killed"
    assert await killed_and_gone_on(database_url, appliers, "before", 200) == "applied"


async def test_in_the_midst_of_statements(database_url: str, appliers: Appliers) -> None:
    every = range(1, 75)
    for number in every if ALL else random.sample(every, SOME):
        await killed_and_gone_on(database_url, appliers, "during", number)


async def test_again_and_again(database: Database, database_url: str, appliers: Appliers) -> None:
    await fill(database)
    for _ in range(8):
        appliers.run(random.choice(("before", "during")), random.randint(5, 25))
    await apply(database, plan_of(database), NEW, options=QUICK)
    await finished(database)
