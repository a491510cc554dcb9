"""`backsmith serve` as a process of its own, on a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

PATIENCE = 30.0
"""Seconds after which something that should have happened has not."""


class Server:
    """A server that runs."""

    def __init__(self, folder: Path, port: int, process: subprocess.Popen[str]) -> None:
        self.folder = folder
        self.process = process
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if holds():
                    return
            except httpx.TransportError:
                pass
            assert self.process.poll() is None, f"the server ended:\n{self.said()}"
            assert time.monotonic() < end, f"it never happened:\n{self.said()}"
            time.sleep(0.05)

    def wait_until_ready(self) -> None:
        self.wait_until(lambda: self.client.get("/ready").status_code == 200)

    def said(self) -> str:
        """What went to standard error."""
        return (self.folder / "stderr").read_text()

    def end(self) -> int:
        """End it as an operator does; gives its exit code."""
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def start(folder: Path, model: str, *flags: str) -> Server:
    """Start serving the model in that folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "backsmith", "serve", model, "--port", str(port), *flags]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BACKSMITH_")}
    with (folder / "stderr").open("w") as stderr:
        process = subprocess.Popen(command, cwd=folder, stderr=stderr, text=True, env=environment)
    return Server(folder, port, process)
