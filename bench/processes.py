"""Processes the benchmark starts: every one of them is stopped, whatever happens.

In: a command, its environment, a log file. Out: a running `Server` that knows when it answered first and how much
memory it and its children hold.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

MIB = 1024 * 1024
START_LIMIT = 30.0
"""Seconds until a server that hasn't answered counts as broken."""


class BenchError(Exception):
    """The benchmark can't go on: says why, and what to do."""


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def die_with_parent() -> None:
    """In the child: be told to end when the benchmark itself is killed (Linux; elsewhere `running` alone stops it)."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


@dataclass
class Memory:
    """MiB. `pss` counts pages shared with other processes by share, `rss` in full."""

    pss: float
    rss: float
    largest_rss: float
    """Of the largest single process: the worker that serves."""
    processes: int


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    port: int
    log: Path
    first_answer: float
    """Seconds from the start of the process to its first answer with status 200."""

    def memory(self) -> Memory:
        """What the process and all its descendants hold now."""
        top = psutil.Process(self.process.pid)
        pss = rss = largest = 0.0
        count = 0
        for process in (top, *top.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                info = process.memory_full_info()
                pss += getattr(info, "pss", info.uss) / MIB
                rss += info.rss / MIB
                largest = max(largest, info.rss / MIB)
                count += 1
        return Memory(pss, rss, largest, count)


@contextlib.contextmanager
def running(
    command: list[str], port: int, probe: str, *, log: Path, cwd: Path, env: Mapping[str, str], token: str | None = None
) -> Iterator[Server]:
    """The server while the block runs; it has answered `probe` with status 200 when the block begins."""
    with log.open("wb") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (the benchmark has no threads)
        )
    try:
        first = wait_for_answer(process, port, probe, began, log)
        yield Server(process, port, log, first)
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and its whole group: asks first, insists after five seconds."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)


def wait_for_answer(process: subprocess.Popen[bytes], port: int, path: str, began: float, log: Path) -> float:
    """Asks every two milliseconds until the answer has status 200; the seconds since `began`."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    status = b"no answer"
    while (elapsed := time.perf_counter() - began) < START_LIMIT:
        if process.poll() is not None:
            raise BenchError(f"{process.args} ended with {process.returncode}:\n{tail(log)}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request)
            status = connection.recv(64).split(b"\r\n")[0]
            if b" 200 " in status + b" ":
                return time.perf_counter() - began
        time.sleep(0.002)
    raise BenchError(f"{process.args} didn't answer {path} within {elapsed:.0f} s ({status!r}):\n{tail(log)}")


def tail(log: Path, size: int = 3_000) -> str:
    """The end of a log file."""
    return log.read_bytes()[-size:].decode(errors="replace")


def say(text: str) -> None:
    """Progress, to standard error."""
    print(text, file=sys.stderr, flush=True)
