"""The load: wrk, one thread, 32 connections unless said otherwise, the requests of a file over and over.

In: a port and a file of requests. Out: a `Load`. wrk is a closed loop (a connection asks again when it is answered)
and corrects its percentiles for the requests that a slow answer kept from being sent, so one stall can't hide.

A load that writes is let end: after its seconds no request begins, and those under way are waited for. So `sent` is
what was answered, to the request; what isn't counts as an error.
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
    sent: int
    written: int
    """Requests that weren't GET."""


def check_wrk() -> str:
    """wrk's version; raises when it isn't there."""
    if shutil.which("wrk") is None:
        raise BenchError("wrk isn't installed. Install it: apt-get install wrk   (or: brew install wrk)")
    return (
        subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout.split("[")[0].strip()
    )


def run_wrk(
    port: int, requests: Path, seconds: float, *, connections: int = CONNECTIONS, drain: int = 0, first: int = 0
) -> Load:
    """Loads the server for that many seconds (whole ones, at least one).

    Arguments:
        drain: Seconds to wait at most for what is under way at the end; 0 leaves it unanswered.
        first: The first of the unique numbers, where requests ask for them.
    """
    whole = max(1, round(seconds))
    command = ["wrk", "-t1", f"-c{connections}", f"-d{whole + drain}s", "--timeout", "20s", "-s", str(SCRIPT)]
    limit = [str(whole), str(connections), str(first)] if drain else []
    ended = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/", "--", str(requests), *limit],
        capture_output=True,
        text=True,
        timeout=whole + drain + 30,
        check=False,
    )
    if ended.returncode != 0:
        raise BenchError(f"wrk failed: {ended.stderr or ended.stdout}")
    seen = json.loads(ended.stdout.strip().splitlines()[-1])
    answered = max(1, seen["requests"])
    unanswered = max(0, seen["sent"] - seen["requests"]) if drain else 0
    if drain:
        rate = answered_a_second(answered, connections, whole, seen["rested"])
    else:
        rate = answered / (seen["microseconds"] / 1e6)
    return Load(
        per_second=rate,
        p50=seen["p50"] / 1e3,
        p90=seen["p90"] / 1e3,
        p99=seen["p99"] / 1e3,
        errors=seen["errors"] + unanswered,
        bytes_per_reply=seen["bytes"] / answered,
        sent=seen["sent"],
        written=seen["written"],
    )


def answered_a_second(answered: int, connections: int, seconds: float, rested: float) -> float:
    """Of a load that was let end.

    When its time was over, each connection had one request under way: the others were answered in `seconds`. All were
    in `rested`, if with ever fewer connections. Both are true; of few long requests the first says too little.
    """
    within = (answered - connections) / seconds
    return max(within, answered / rested) if rested else max(0.0, within)
