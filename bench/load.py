"""The load: wrk, one thread, 32 connections, the requests of a file over and over.

In: a port and a file of requests. Out: a `Load`. wrk is a closed loop (a connection asks again when it is answered)
and corrects its percentiles for the requests that a slow answer kept from being sent, so one stall can't hide.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from processes import BenchError

CONNECTIONS = 32
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What one run of wrk saw; latencies in milliseconds."""

    per_second: float
    p50: float
    p90: float
    p99: float
    errors: int
    bytes_per_reply: float


def check_wrk() -> str:
    """wrk's version; raises when it isn't there."""
    if shutil.which("wrk") is None:
        raise BenchError("wrk isn't installed. Install it: apt-get install wrk   (or: brew install wrk)")
    return (
        subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout.split("[")[0].strip()
    )


def run_wrk(port: int, requests: Path, seconds: float) -> Load:
    """Loads the server for that many seconds (whole ones, at least one)."""
    whole = max(1, round(seconds))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{whole}s", "--timeout", "10s", "-s", str(SCRIPT)]
    ended = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/", "--", str(requests)],
        capture_output=True,
        text=True,
        timeout=whole + 30,
        check=False,
    )
    if ended.returncode != 0:
        raise BenchError(f"wrk failed: {ended.stderr or ended.stdout}")
    seen = json.loads(ended.stdout.strip().splitlines()[-1])
    answered = max(1, seen["requests"])
    return Load(
        per_second=seen["requests"] / (seen["microseconds"] / 1e6),
        p50=seen["p50"] / 1e3,
        p90=seen["p90"] / 1e3,
        p99=seen["p99"] / 1e3,
        errors=seen["errors"],
        bytes_per_reply=seen["bytes"] / answered,
    )
