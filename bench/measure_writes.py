"""The loads that write: every round of every peer, and after each load what is in the database.

In: the peers, prepared. Out: loads and memory, as of the loads that read, and for each load how many rows (or changes)
were acknowledged and aren't there, or are there and weren't acknowledged: both have to be none.

A peer is started anew for each round, once without and once with the hook. After each load the rows it added are taken
away, so that each begins with the same tables.
"""

from __future__ import annotations

import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from load import Load, run_wrk
from peers.writer import Counts, Writer
from processes import Server, free_port, running, say
from scenarios import SINGLE, asks
from verify_writes import verify_writes
from writes import Kind, Write, Writing, writes

UNIQUE_NUMBERS = 10**9
"""So many of them for each load."""
DRAIN = 15
"""Seconds that the requests under way at the end of a load have, at most."""


def measure_writes(peers: Sequence[Writer], writings: Sequence[Writing], options: Namespace) -> dict[str, Any]:
    """All loads of all peers."""
    write_requests(peers, writings)
    loads: dict[str, dict[str, list[dict[str, Any]]]] = {
        peer.name: {writing.name: [] for writing in writings if peer.hooks or not writing.hooked} for peer in peers
    }
    numbers = iter(range(UNIQUE_NUMBERS, sys.maxsize, UNIQUE_NUMBERS))
    for number in range(1, options.rounds + 1):
        for peer in peers:
            for hooked in (False, True):
                chosen = [one for one in writings if one.hooked == hooked and one.name in loads[peer.name]]
                if not chosen:
                    continue
                with serving(peer, hooked=hooked) as server:
                    if number == 1:
                        compared = verify_writes(peer, server.port, hooked=hooked)
                        say(f"{peer.title}: {compared} writes compared with the database, all right.")
                    for writing in chosen:
                        result = one_load(peer, server, writing, options, numbers)
                        loads[peer.name][writing.name].append(result)
                        say(
                            f"Round {number}, {peer.title}, {writing.title.lower()}: {result['per_second']:,.1f}/s, "
                            f"p50 {result['p50']:.2f} ms, p99 {result['p99']:.2f} ms, {result['errors']} errors, "
                            f"{result['acknowledged']:,} acknowledged, {result['lost']} lost, {result['surplus']} more"
                        )
                time.sleep(0.5)  # as between the loads that read
    return {"writings": {one.name: asdict(one) for one in writings}, "writes": loads}


def write_requests(peers: Sequence[Writer], writings: Sequence[Writing]) -> None:
    """The load generator's lists: the same writes in the same order for every peer."""
    kinds: set[Kind] = {writing.kind for writing in writings}
    for kind in sorted(kinds):
        for peer in peers:
            drawn = writes(kind, peer.place.rows)
            requests_file(peer, kind).write_text("".join(map(peer.line, drawn)))


def requests_file(peer: Writer, kind: Kind) -> Path:
    return peer.folder / f"writes-{kind}.txt"


def serving(peer: Writer, *, hooked: bool) -> Any:
    """The running server."""
    port = free_port()
    place = {"log": peer.folder / "server.log", "cwd": peer.cwd}
    environment = peer.writing_environment(port, hooked=hooked)
    command = peer.writing_command(port, hooked=hooked)
    return running(command, port, peer.path(asks(SINGLE, 1)[0]), env=environment, **place)


def one_load(
    peer: Writer, server: Server, writing: Writing, options: Namespace, numbers: Iterator[int]
) -> dict[str, Any]:
    """Warms up, loads, counts, and takes away what was added."""
    requests = requests_file(peer, writing.kind)
    settings = {"connections": writing.connections, "drain": DRAIN}
    peer.ready(server.port)
    if options.warm_up:
        run_wrk(server.port, requests, options.warm_up, first=next(numbers), **settings)
        peer.restore()
    first = next(numbers)
    load = run_wrk(server.port, requests, options.seconds, first=first, **settings)
    memory = server.memory()
    acknowledged, lost, surplus = compare(peer, writing, load, first)
    peer.restore()
    found = {"acknowledged": acknowledged, "lost": lost, "surplus": surplus}
    return asdict(load) | found | {"memory": asdict(memory)}


def compare(peer: Writer, writing: Writing, load: Load, first: int) -> tuple[int, int, int]:
    """How many rows or changes were acknowledged; how many of these aren't there; how many are there beside."""
    if load.errors:
        return load.written, 0, 0  # what became of those can't be known, and the load counts for nothing anyway
    if writing.kind == "update":
        return compare_updates(peer, load, first)
    right = Counts(*(rows * load.written for rows in writing.adds))
    found = peer.added()
    lost = sum(max(0, must - there) for must, there in zip(right, found, strict=True))
    surplus = sum(max(0, there - must) for must, there in zip(right, found, strict=True))
    if lost or surplus:
        say(f"{peer.title}, {writing.title}: {right} acknowledged, {found} found.")
    return sum(right), lost, surplus


def compare_updates(peer: Writer, load: Load, first: int) -> tuple[int, int, int]:
    """As above: each post must hold the last title that was sent for it.

    The load goes through all posts before it comes back to one, so no two changes of the same post are under way.
    """
    posts = [write.post for write in writes("update", peer.place.rows) if isinstance(write, Write)]
    right = {posts[number % len(posts)]: first + number for number in range(load.sent)}
    found = peer.titles(first)
    lost = sum(found.get(post) != number for post, number in right.items())
    surplus = len(found.keys() - right.keys())
    return load.sent, lost, surplus
