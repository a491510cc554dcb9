"""`backsmith serve` as a process of its own, on a free port: `with live(folder, model, …) as server`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PATIENCE = 30.0
"""Seconds after which something that should have happened has not."""


class Live:
    """A server that runs; `client` keeps its connections."""

    def __init__(self, port: int, process: subprocess.Popen[str], stderr: Path) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.process = process
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE)
        self._stderr = stderr

    def get(self, target: str, **headers: str) -> httpx.Response:
        return self.client.get(target, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def said(self) -> str:
        """What it wrote to standard error."""
        return self._stderr.read_text()

    def wait_until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if holds():
                    return
            except httpx.TransportError:
                pass
            assert time.monotonic() < end, f"it never happened:\n{self.said()}"
            time.sleep(0.02)

    def wait_until_ready(self) -> None:
        def is_ready() -> bool:
            assert self.process.poll() is None, f"it ended:\n{self.said()}"
            return self.client.get("/ready").status_code == 200

        self.wait_until(is_ready)

    def metric(self, name: str) -> float:
        lines = self.client.get("/metrics").text.splitlines()
        return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"backsmith_{name} "))

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        """The exit code."""
        return self.process.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def live(folder: Path, model: Path, *flags: str, port: int | None = None, **environment: str) -> Iterator[Live]:
    """The server of a model; `folder` takes what it writes. It may not be ready yet, or never be."""
    port = port or free_port()
    command = [sys.executable, "-m", "backsmith", "serve", str(model), "--port", str(port), *flags]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("BACKSMITH_")}
    if "--production" in flags:
        inherited["BACKSMITH_ACCOUNTS"] = "off"  # nobody signs in, so neither mail nor an address is needed
    stderr = folder / f"stderr-{port}"
    with stderr.open("w") as file:
        process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.DEVNULL, stderr=file, text=True, env=inherited | environment
        )
    server = Live(port, process, stderr)
    try:
        yield server
    finally:
        server.client.close()
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
