"""How fast the database alone answers: the same SQL in a bare loop on the driver, and in pgbench.

In: peers that tell their SQL (`Peer.statement`), and the asks. Out: answers a second without HTTP, rules' planning or
logging around them: what the server's own numbers are a share of. The load is gone, so the loop has the machine to
itself.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import apsw
import asyncpg
import uvloop
from peers import SHARED_DATABASE, Peer
from peers.peer import Statement
from postgres import Postgres
from processes import BenchError
from rows import ACCOUNT_OFFSET, AUTHORS, POSTS
from scenarios import Ask, Scenario, asks

CONNECTIONS = 10
"""As many as each peer's pool has."""
ASKS = 5_000
BATCH = 64
"""Statements between two looks at the clock."""


def limits(
    peers: list[Peer], scenarios: tuple[Scenario, ...], seconds: float
) -> dict[str, dict[str, dict[str, float]]]:
    """For each peer that tells its SQL and each scenario: answers a second, by the kind of loop."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for peer in peers:
        for scenario in scenarios:
            drawn = asks(scenario, ASKS)
            statements = [statement for ask in drawn if (statement := peer.statement(ask)) is not None]
            if len(statements) < len(drawn):
                continue
            here = found.setdefault(peer.name, {}).setdefault(scenario.name, {})
            if peer.postgres:
                postgres = peer.place.server()
                here["asyncpg"] = uvloop.run(asyncpg_loop(postgres.url(SHARED_DATABASE), statements, seconds))
                here["pgbench"] = pgbench(postgres, peer.folder, drawn[3], statements[3], seconds)
            else:
                here["apsw"] = apsw_loop(peer.bare_connection(), statements, seconds)
    return found


def apsw_loop(connection: apsw.Connection, statements: Sequence[Statement], seconds: float) -> float:
    """Statements a second on one connection in one thread, every row fetched."""
    sequence = cycle(statements)
    for sql, params in islice(sequence, 2 * BATCH):
        connection.execute(sql, params).fetchall()
    done, began = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - began) < seconds:
        for sql, params in islice(sequence, BATCH):
            connection.execute(sql, params).fetchall()
        done += BATCH
    connection.close()
    return done / elapsed


async def asyncpg_loop(url: str, statements: Sequence[Statement], seconds: float) -> float:
    """Statements a second in one event loop, with a prepared statement on each of ten connections."""
    sequence = cycle(statements)
    done = 0

    async def ask(connection: asyncpg.Connection[Any], until: float) -> None:
        nonlocal done
        prepared: dict[str, Any] = {}
        while time.perf_counter() < until:
            sql, params = next(sequence)
            if sql not in prepared:
                prepared[sql] = await connection.prepare(sql)
            await prepared[sql].fetch(*params)
            done += 1

    connections = [await asyncpg.connect(url, server_settings={"jit": "off"}) for _ in range(CONNECTIONS)]
    try:
        await asyncio.gather(*(ask(one, time.perf_counter() + 0.5) for one in connections))
        done, began = 0, time.perf_counter()
        await asyncio.gather(*(ask(one, began + seconds) for one in connections))
        return done / (time.perf_counter() - began)
    finally:
        for one in connections:
            await one.close()


def pgbench(postgres: Postgres, folder: Path, ask: Ask, statement: Statement, seconds: float) -> float:
    """Statements a second by PostgreSQL's own load generator, prepared, on ten connections.

    Parameters of the statement that are values of the ask are drawn anew each time, the others stay as they are.
    """
    lines: list[str] = []
    defined: list[str] = []
    for number, value in enumerate(statement.params, 1):
        drawn = drawn_by_pgbench(ask, value)
        if drawn is None:
            defined += ["-D", f"p{number}={value}"]
        else:
            lines.append(f"\\set p{number} {drawn}")
    script = folder / "pgbench.sql"
    script.write_text("\n".join((*lines, for_pgbench(statement.sql) + ";")))
    command = [str(postgres.programs / "pgbench"), "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1"]
    command += ["-T", str(max(1, round(seconds))), "-f", str(script), *defined]
    command += ["-h", postgres.socket, "-U", "postgres", SHARED_DATABASE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    rate = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode != 0 or rate is None:
        raise BenchError(f"pgbench failed:\n{done.stdout}{done.stderr}")
    return float(rate[1])


def drawn_by_pgbench(ask: Ask, value: Any) -> str | None:
    """pgbench's expression for a value of the ask; None for a value that is always the same.

    A post's id is drawn so that the post is published (`rows.status_of`).
    """
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    match ask.scenario, value:
        case (("single" | "nested"), ask.post):
            return f"10 * random(0, {POSTS // 10 - 1}) + 1"
        case "list", ask.score:
            return "random(300, 699)"
        case "count", ask.score:
            return "random(980, 999)"
        case "rule", ask.author:
            return f"random(1, {AUTHORS})"
        case "rule", ask.asker:
            return f"{ACCOUNT_OFFSET} + random(1, {AUTHORS})"
        case _:
            return None


def for_pgbench(sql: str) -> str:
    """The SQL with `$1` as `:p1`. pgbench would also take `:MI` within a text for a variable, so texts are taken apart
    after such a colon."""
    pieces = re.split(r"('(?:[^']|'')*')", sql)
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            pieces[number] = re.sub(r"\$(\d+)", r":p\1", piece)
        elif re.search(r":\w", piece):
            pieces[number] = "(" + re.sub(r":(?=\w)", ":' || '", piece) + ")"
    return "".join(pieces)
