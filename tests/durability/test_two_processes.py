"""Several processes that write to one SQLite file, as the workers of one server do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backsmith.databases import open_database

COUNTING = Path(__file__).parent / "counting.py"


@pytest.mark.parametrize("processes", [2, 4])
async def test_no_update_is_lost_and_nobody_is_refused(tmp_path: Path, processes: int) -> None:
    url = f"sqlite:///{tmp_path}/test.db"
    database = open_database(url)
    await database.open()
    await database.execute(
        "CREATE TABLE counter (id integer PRIMARY KEY, n integer); INSERT INTO counter VALUES (1, 0)"
    )
    counting = [
        subprocess.Popen([sys.executable, str(COUNTING), url, "1600", "16"], stderr=subprocess.PIPE)
        for _ in range(processes)
    ]
    for process in counting:
        assert process.communicate()[1].decode() == ""
        assert process.returncode == 0
    assert await database.fetch("SELECT n FROM counter", ()) == [(1600 * processes,)]
    await database.close()
