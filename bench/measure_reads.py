"""The loads that read: every round of every peer. In: the peers, prepared. Out: loads, memory and starts."""

from __future__ import annotations

import time
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from load import run_wrk
from peers import Peer
from processes import free_port, running, say
from scenarios import SCENARIOS, Answers, Scenario, asks
from verify import verify

REQUESTS = 20_000
"""Different requests a scenario; the load goes through them over and over."""


def requests_file(peer: Peer, scenario: Scenario) -> Path:
    return peer.folder / f"requests-{scenario.name}.txt"


def write_requests(peer: Peer, scenario: Scenario) -> None:
    """The load generator's list: the same asks in the same order for every peer."""
    lines = [
        f"{peer.path(ask)}\t{'' if ask.asker is None else peer.token(ask.asker)}\n" for ask in asks(scenario, REQUESTS)
    ]
    requests_file(peer, scenario).write_text("".join(lines))


def measure_reads(
    peers: list[Peer], scenarios: tuple[Scenario, ...], options: Namespace, answers: Answers
) -> dict[str, Any]:
    """Every round of every peer: loads, memory, and the time to the first answer."""
    for peer in peers:
        for scenario in scenarios:
            write_requests(peer, scenario)
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
