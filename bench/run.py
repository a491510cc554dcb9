"""The benchmark: Backsmith and its peers on this machine, side by side, in one run.   make bench

In: the command line below. Out: bench/results/latest.json, and its tables as Markdown on standard output; progress
goes to standard error. One server runs at a time. A round goes through all peers, a peer through all scenarios; what
is reported is the median over the rounds.
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
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import limit
import machine
import scale
from install import install
from load import check_wrk, run_wrk
from peers import PEERS, SHARED_DATABASE, Peer, Place
from postgres import SCHEMA, Postgres
from processes import BenchError, free_port, running
from report import markdown
from rows import generate
from scenarios import SCENARIOS, Answers, Scenario, asks
from verify import verify

RESULTS = Path(__file__).parent / "results"
REQUESTS = 20_000
"""Different requests a scenario; the load goes through them over and over."""
EXTRAS = ("limit", "scale")


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
    errors = sum(one["errors"] for peer in results["loads"].values() for runs in peer.values() for one in runs)
    if errors:
        print(f"bench: {errors} requests failed; the numbers are worth nothing.", file=sys.stderr)
    return 1 if errors else 0


def read_options() -> argparse.Namespace:
    names = [peer.name for peer in PEERS] + [scenario.name for scenario in SCENARIOS] + list(EXTRAS)
    parser = argparse.ArgumentParser(description="Measures Backsmith beside its peers on this machine.")
    parser.add_argument("--seconds", type=int, default=5, help="load of one scenario in one round (default 5)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds through all peers (default 3)")
    parser.add_argument("--warm-up", type=int, default=1, help="seconds of load before each measurement (default 1)")
    parser.add_argument(
        "--only", nargs="+", choices=names, default=[], metavar="NAME", help=f"peers and scenarios: {', '.join(names)}"
    )
    options = parser.parse_args()
    if options.seconds < 1 or options.rounds < 1 or options.warm_up < 0:
        parser.error("--seconds and --rounds are at least 1, --warm-up at least 0")
    return options


def bench(options: argparse.Namespace) -> dict[str, Any]:
    chosen = chosen_peers(options.only)
    scenarios = tuple(s for s in SCENARIOS if s.name in options.only) or SCENARIOS
    versions = {"load generator": check_wrk()}
    install({need for peer in chosen for need in peer.needs})
    with place(any(peer.postgres for peer in chosen)) as here:
        say("Preparing the peers …")
        peers = [peer(here) for peer in chosen]
        for peer in peers:
            peer.prepare()
            versions[peer.title] = peer.version
            for scenario in scenarios:
                write_requests(peer, scenario)
        if here.postgres is not None:
            versions["database of the peers on PostgreSQL"] = asyncio.run(here.postgres.version())
        results: dict[str, Any] = {
            "machine": machine.describe(),
            "versions": versions,
            "settings": {"seconds": options.seconds, "rounds": options.rounds, "warm_up": options.warm_up},
            "peers": {peer.name: peer.title for peer in peers},
            "scenarios": {scenario.name: asdict(scenario) for scenario in scenarios},
        }
        results |= measure(peers, scenarios, options, Answers(here.rows))
        if wanted("limit", options.only):
            results["limits"] = limit.limits(peers, scenarios, options.seconds)
        if wanted("scale", options.only):
            results["scale"] = scale.measure(here.folder)
    return results


def chosen_peers(only: list[str]) -> tuple[type[Peer], ...]:
    named = tuple(peer for peer in PEERS if peer.name in only)
    return named if named or (only and set(only) <= set(EXTRAS)) else PEERS


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


def requests_file(peer: Peer, scenario: Scenario) -> Path:
    return peer.folder / f"requests-{scenario.name}.txt"


def write_requests(peer: Peer, scenario: Scenario) -> None:
    """The load generator's list: the same asks in the same order for every peer."""
    lines = [
        f"{peer.path(ask)}\t{'' if ask.asker is None else peer.token(ask.asker)}\n" for ask in asks(scenario, REQUESTS)
    ]
    requests_file(peer, scenario).write_text("".join(lines))


def measure(
    peers: list[Peer], scenarios: tuple[Scenario, ...], options: argparse.Namespace, answers: Answers
) -> dict[str, Any]:
    """Every round of every peer: loads, memory, and the time to the first answer."""
    loads: dict[str, dict[str, list[dict[str, Any]]]] = {p.name: {s.name: [] for s in scenarios} for p in peers}
    memory: dict[str, list[dict[str, Any]]] = {peer.name: [] for peer in peers}
    starts: dict[str, list[float]] = {peer.name: [] for peer in peers}
    probe = asks(SCENARIOS[0], 1)[0]
    for number in range(1, options.rounds + 1):
        for peer in peers:
            port = free_port()
            log = peer.folder / "server.log"
            place = {"log": log, "cwd": peer.cwd, "env": peer.environment(port)}
            with running(peer.command(port), port, peer.path(probe), **place) as server:
                starts[peer.name].append(server.first_answer)
                if number == 1:
                    say(f"{peer.title}: {verify(peer, port, answers)} answers compared with the rows, all right.")
                for scenario in scenarios:
                    requests = requests_file(peer, scenario)
                    peer.before(scenario, port)
                    if options.warm_up:
                        run_wrk(port, requests, options.warm_up)
                    load = run_wrk(port, requests, options.seconds)
                    loads[peer.name][scenario.name].append(asdict(load))
                    say(
                        f"Round {number}, {peer.title}, {scenario.title.lower()}: {load.per_second:,.0f}/s, "
                        f"p50 {load.p50:.2f} ms, p99 {load.p99:.2f} ms, {load.errors} errors"
                    )
                memory[peer.name].append(asdict(server.memory()))
            time.sleep(0.5)  # what the stopped server still writes must not fall into the next one's start
    return {"loads": loads, "memory": memory, "starts": starts}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
