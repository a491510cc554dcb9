"""A run of `writers.py` that is cut short: what it said was kept, and what the database holds."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

WRITERS = Path(__file__).parent / "writers.py"


class Run:
    """A running `writers.py`."""

    def __init__(self, url: str, number: int, *, writers: int = 64) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(WRITERS), url, str(number), str(writers)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        assert ready == b"ready\n", self._process.communicate()[1].decode()

    def wait(self, longest: float) -> None:
        """Let it write for a while, a random time."""
        time.sleep(random.uniform(0, longest))

    def kill(self) -> list[int]:
        """Kill it; the numbers of the changes that it said were kept."""
        self._process.kill()
        said, complaints = self._process.communicate()
        assert complaints == b"", complaints.decode()
        assert self._process.returncode == -9
        return [int(line) for line in said.split()]


def check(acknowledged: Iterable[int], rows: Iterable[tuple[int, str]], counted: int) -> None:
    """What is acknowledged is there, nothing is there by half, and nothing that failed on purpose."""
    parts: dict[int, str] = {}
    for number, part in sorted(rows):
        parts[number] = parts.get(number, "") + part
    assert [number for number, found in parts.items() if found != "ab"] == []
    assert [number for number in acknowledged if number not in parts] == []
    assert [number for number in parts if number % 7 == 0] == []
    assert sum(number % 10 == 3 for number in parts) == counted
