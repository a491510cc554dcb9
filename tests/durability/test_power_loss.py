"""The power fails at random moments: what was acknowledged had reached the disk, and the file is intact."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backsmith.databases import Database, open_database
from backsmith.databases.sqlite.database import SqliteDatabase
from tests.durability.crashes import check
from tests.durability.disk import Disk
from tests.durability.test_kill_sqlite import state
from tests.durability.writers import TABLES, Broken, work

FAILURES = 10 * int(os.environ.get("BACKSMITH_ROUNDS", "3"))


class FailingDisk(Disk):
    """Takes a picture of itself at some of its writes and syncs, with what was acknowledged until then."""

    def __init__(self) -> None:
        self.acknowledged: list[int] = []
        self.pictures: list[tuple[list[int], dict[str, bytes]]] = []
        self.often = 0.0
        super().__init__()

    def note(self, path: str, place: int, data: bytes | None) -> None:
        super().note(path, place, data)
        self._picture()

    def sync(self, path: str) -> None:
        self._picture()
        super().sync(path)
        self._picture()

    def _picture(self) -> None:
        if random.random() < self.often:
            acknowledged = list(self.acknowledged)
            self.pictures.append((acknowledged, self.without_power()))


@pytest.fixture
def disk() -> Iterator[FailingDisk]:
    disk = FailingDisk()
    yield disk
    disk.remove()


async def write(database: Database, disk: FailingDisk, numbers: Any) -> None:
    for number in numbers:
        try:
            await database.transact(work(number))
        except Broken:
            continue
        disk.acknowledged.append(number)
        if len(disk.pictures) >= FAILURES:
            return


async def test_what_was_acknowledged_survives_a_loss_of_power(disk: FailingDisk, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/test.db")
    await database.open()
    await database.execute(TABLES)
    disk.often = 0.02
    numbers = iter(range(1_000_000))
    await asyncio.gather(*(write(database, disk, numbers) for _ in range(32)))
    disk.often = 0.0
    await database.close()
    for number, (acknowledged, files) in enumerate(disk.pictures):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        check(acknowledged, *state(folder / "test.db"))
    assert len(disk.pictures[-1][0]) > 100


async def test_the_disk_of_these_tests_loses_what_was_not_synced(disk: FailingDisk, tmp_path: Path) -> None:
    """With synchronous=NORMAL, which doesn't sync at each commit: so the test above can fail."""
    database = open_database(f"sqlite:///{tmp_path}/test.db")
    assert isinstance(database, SqliteDatabase)
    await database.open()
    assert database._writer is not None
    database._writer._connection.pragma("synchronous", "normal")
    await database.execute("CREATE TABLE acknowledged (x integer)")
    assert any(b"acknowledged" not in b"".join(disk.without_power().values()) for _ in range(100))
    await database.close()
