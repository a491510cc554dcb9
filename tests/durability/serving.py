"""`backsmith serve` as a process group that may be killed at any moment."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.durability.client import Connection, Lost
from tests.http.live import free_port

MODEL = Path(__file__).parent / "bank.py"
PATIENCE = 60.0


class Served:
    """A server of the bank that has been started; `folder` takes what it writes."""

    def __init__(self, folder: Path, url: str, *flags: str, workers: int = 1) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "backsmith", "serve", str(MODEL), "--production", "--database", url]
        command += ["--port", str(self.port), "--workers", str(workers), "--access-log", "false", *flags]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BACKSMITH_")}
        self._stderr = folder / "stderr"
        with self._stderr.open("w") as file:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=environment | {"TMPDIR": str(folder)},
                start_new_session=True,
            )

    async def ready(self, *, workers: int = 1) -> None:
        """Wait until it serves, and so many of its workers do."""
        end = time.monotonic() + PATIENCE
        found: set[str] = set()
        while len(found) < workers:
            assert self.process.poll() is None, f"it ended:\n{self.said()}"
            assert time.monotonic() < end, f"it isn't ready:\n{self.said()}"
            with suppress(OSError, Lost):
                connection = await Connection.open(self.port)
                answer = await connection.send("GET", "/ready")
                connection.close()
                if answer.status == 200:
                    found.add(answer.worker)
                    continue
            await asyncio.sleep(0.01)

    def mistakes(self) -> list[str]:
        """What it logged as errors."""
        return [line for line in self.said().splitlines() if '"level": "error"' in line and "_granian" not in line]

    def said(self) -> str:
        return self._stderr.read_text()

    def kill(self) -> None:
        """Kill all of it."""
        os.killpg(self.process.pid, signal.SIGKILL)
        assert self.process.wait() == -signal.SIGKILL, self.said()

    def close(self) -> None:
        """Kill it if it still runs, whatever way a test ends."""
        if self.process.poll() is None:
            self.kill()

    def kill_worker(self) -> None:
        """Kill one of its workers, which is to be replaced."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        with suppress(ProcessLookupError):
            os.kill(int(random.choice(listed.stdout.split())), signal.SIGKILL)
