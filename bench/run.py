"""The benchmark: Backsmith and its peers on this machine, side by side, in one run.   make bench

In: the command line below. Out: bench/results/latest.json, and its tables as Markdown on standard output; progress
goes to standard error. One server runs at a time. A round goes through all peers, a peer through all scenarios; what
is reported is the median over the rounds. First what reads, then what writes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import limit
import machine
import scale
from install import install
from load import check_wrk
from measure_reads import measure_reads
from measure_writes import measure_writes
from peers import PEERS, SHARED_DATABASE, Peer, Place
from peers.writer import Writer
from postgres import SCHEMA, Postgres
from processes import BenchError, say
from report import markdown
from rows import generate
from scenarios import SCENARIOS, Answers, Scenario
from writes import WRITINGS, Writing

RESULTS = Path(__file__).parent / "results"
EXTRAS = ("limit", "scale")
GROUPS = {"reads": SCENARIOS, "writes": WRITINGS}


def main() -> int:
    options = read_options()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also where a shell started it in the background
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        results = bench(options)
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: stopped; every process it started is gone.", file=sys.stderr)
        return 130
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(results, indent=2) + "\n")
    print(markdown(results))
    runs = [
        one for kind in ("loads", "writes") for peer in results[kind].values() for each in peer.values() for one in each
    ]
    errors = sum(one["errors"] for one in runs)
    wrong = sum(one.get("lost", 0) + one.get("surplus", 0) for one in runs)
    if errors or wrong:
        print(
            f"bench: {errors} requests failed, {wrong} rows are wrong; the numbers are worth nothing.", file=sys.stderr
        )
    return 1 if errors or wrong else 0


def read_options() -> argparse.Namespace:
    names = [one.name for one in (*PEERS, *SCENARIOS, *WRITINGS)] + [*GROUPS, *EXTRAS]
    parser = argparse.ArgumentParser(description="Measures Backsmith beside its peers on this machine.")
    parser.add_argument("--seconds", type=int, default=5, help="load of one scenario in one round (default 5)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds through all peers (default 3)")
    parser.add_argument("--warm-up", type=int, default=1, help="seconds of load before each measurement (default 1)")
    parser.add_argument(
        "--only", nargs="+", choices=names, default=[], metavar="NAME", help=f"peers and loads: {', '.join(names)}"
    )
    options = parser.parse_args()
    if options.seconds < 1 or options.rounds < 1 or options.warm_up < 0:
        parser.error("--seconds and --rounds are at least 1, --warm-up at least 0")
    return options


def bench(options: argparse.Namespace) -> dict[str, Any]:
    chosen = chosen_peers(options.only)
    scenarios, writings = chosen_loads(options.only)
    versions = {"load generator": check_wrk()}
    install({need for peer in chosen for need in peer.needs})
    with place(any(peer.postgres for peer in chosen)) as here:
        say("Preparing the peers …")
        peers = [peer(here) for peer in chosen]
        for peer in peers:
            peer.prepare()
            versions[peer.title] = peer.version
        if here.postgres is not None:
            versions["database of the peers on PostgreSQL"] = asyncio.run(here.postgres.version())
        results: dict[str, Any] = {
            "machine": machine.describe(here.folder),
            "versions": versions,
            "settings": {"seconds": options.seconds, "rounds": options.rounds, "warm_up": options.warm_up},
            "peers": {peer.name: peer.title for peer in peers},
            "scenarios": {scenario.name: asdict(scenario) for scenario in scenarios},
            "loads": {},
            "writes": {},
        }
        if scenarios:
            results |= measure_reads(peers, scenarios, options, Answers(here.rows))
            if wanted("limit", options.only):
                results["limits"] = limit.limits(peers, scenarios, options.seconds)
        if writings:
            results |= measure_writes([peer for peer in peers if isinstance(peer, Writer)], writings, options)
        if wanted("scale", options.only):
            results["scale"] = scale.measure(here.folder)
    return results


def chosen_peers(only: list[str]) -> tuple[type[Peer], ...]:
    named = tuple(peer for peer in PEERS if peer.name in only)
    return named if named or (only and set(only) <= set(EXTRAS)) else PEERS


def chosen_loads(only: list[str]) -> tuple[tuple[Scenario, ...], tuple[Writing, ...]]:
    """The loads that are named, alone or as a group; all of them where none is."""
    groups = [name for name in GROUPS if name in only]
    scenarios = tuple(one for one in SCENARIOS if one.name in only or "reads" in groups)
    writings = tuple(one for one in WRITINGS if one.name in only or "writes" in groups)
    return (scenarios, writings) if scenarios or writings else (SCENARIOS, WRITINGS)


def wanted(extra: str, only: list[str]) -> bool:
    """Extras belong to a whole run, and to one that names them."""
    return not only or extra in only


@contextlib.contextmanager
def place(with_postgres: bool) -> Iterator[Place]:
    """A folder that is gone afterwards, the rows, and PostgreSQL with the shared tables filled."""
    say("Drawing the rows …")
    rows = generate()
    with tempfile.TemporaryDirectory(prefix="backsmith-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        postgres = None
        if with_postgres:
            say("Starting and filling PostgreSQL …")
            postgres = Postgres(folder / "postgres")
            stack.callback(postgres.stop)
            asyncio.run(postgres.create(SHARED_DATABASE))
            asyncio.run(postgres.execute(SHARED_DATABASE, SCHEMA))
            asyncio.run(postgres.load(SHARED_DATABASE, rows))
        yield Place(folder, rows, postgres, secrets.token_urlsafe(48))


if __name__ == "__main__":
    sys.exit(main())
