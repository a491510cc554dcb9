"""A new SQLite database that several processes open at the same moment, as the workers of a server do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import time

OPEN = """
import sys, time
from pathlib import Path
from backsmith.databases.sqlite.connection import open_writer
while time.time() < float(sys.argv[2]):
    pass
open_writer(Path(sys.argv[1])).close()
"""


def test_all_of_them_open_it(tmp_path: Path) -> None:
    start = time() + 1.5
    for number in range(3):
        path = tmp_path / f"{number}.db"
        command = [sys.executable, "-c", OPEN, str(path), str(start + number / 2)]
        every = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        assert [process.communicate()[1] for process in every] == [""] * 4
