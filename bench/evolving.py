"""Changes of a large table while requests read and write it: how long the longest of them takes, and whether any fails.

    .venv/bin/python bench/evolving.py postgres --rows 5000000
    .venv/bin/python bench/evolving.py sqlite --rows 1000000

Makes the rows, serves them with one worker, sends requests from eight connections without a break, and meanwhile
carries out one kind of change after the other by `backsmith apply`. Reads and writes are counted apart; on PostgreSQL a
watcher looks every 20 ms for how long any connection of the servers has been waiting for a lock. Prints a table.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import asyncpg
import uvloop

CONNECTIONS, PORT, PAUSE = 8, 8292, 0.003
FIRST = """
from typing import Annotated, Literal
from annotated_types import Ge, MaxLen
from decimal import Decimal
from backsmith import *


class Station(Entity):
    name: str

    @allow("read")
    def everyone(self) -> bool:
        return True


class Reading(Entity):
    station_code: Annotated[str, MaxLen(20), Indexed]
    value: int
    state: Literal["raw", "checked"] = "raw"
    note: str | None
    extra: str | None

    @allow("read", "create", "update")
    def everyone(self) -> bool:
        return True
"""


@dataclass(frozen=True)
class Change:
    """A change of the model: what is replaced by what."""

    name: str
    replace: tuple[tuple[str, str], ...]
    flags: tuple[str, ...] = ()
    restart: bool = False
    """The new model's server takes over afterwards, as a deployment does."""


EXTRA, UNIT = "    extra: str | None\n", "    unit: str | None\n"
REMARK = "    remark: Annotated[str | None, RenamedFrom('extra')]\n"
CHANGES = (
    Change("a field that may be empty", ((EXTRA, EXTRA + UNIT),)),
    Change("a field with a default", ((UNIT, UNIT + '    source: str = "probe"\n'),)),
    Change(
        "a required field, backfilled: expand",
        ((UNIT, UNIT + "    quality: Annotated[int, Backfill(0)]\n"),),
        ("--expand",),
        restart=True,
    ),
    Change("a required field, backfilled: contract", (), ("--contract",)),
    Change("an index", (("value: int\n", "value: Annotated[int, Indexed]\n"),)),
    Change("a unique number", ((UNIT, "    unit: Annotated[str, Unique] | None\n"),)),
    Change("an index is dropped", (("value: Annotated[int, Indexed]\n", "value: int\n"),)),
    Change("a relation", ((EXTRA, EXTRA + "    station: Station | None\n"),)),
    Change("a check", (("value: int\n", "value: Annotated[int, Ge(-1000)]\n"),)),
    Change("a value of an enum", (('Literal["raw", "checked"]', 'Literal["raw", "checked", "wrong"]'),)),
    Change("a longer text", (("MaxLen(20)", "MaxLen(40)"),)),
    Change(
        "a field that may not be empty: expand",
        (("note: str | None\n", "note: Annotated[str, Backfill('')]\n"),),
        ("--expand",),
        restart=True,
    ),
    Change("a field that may not be empty: contract", (), ("--contract",)),
    Change("a field by another name: expand", ((EXTRA, REMARK),), ("--expand",), restart=True),
    Change("a field by another name: contract", (), ("--contract",)),
    Change(
        "a number becomes text: expand",
        (("value: Annotated[int, Ge(-1000)]\n", "amount: Annotated[str, RenamedFrom('value')]\n"),),
        ("--expand",),
        restart=True,
    ),
    Change("a number becomes text: contract", (), ("--contract",)),
    Change("a field that is gone: expand", ((REMARK, ""),), ("--expand",), restart=True),
    Change("a field that is gone: contract", (), ("--contract", "--approve", "drop:readings.remark")),
)


@dataclass
class Watch:
    """What was seen during one change."""

    reads: list[float] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    blocked: float = 0.0


class Load:
    """Requests without a break."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.watch = Watch()
        self.port = PORT
        self.stop = asyncio.Event()
        self.body: dict[str, object] = {"value": 1, "note": ""}

    async def client(self, number: int) -> None:
        """One connection; a new one where the server took over."""
        random_ = random.Random(number)
        port, streams = 0, None
        while not self.stop.is_set():
            if port != self.port or streams is None:
                if streams is not None:
                    streams[1].close()
                port = self.port
                streams = await asyncio.open_connection("127.0.0.1", port)
            request, writes = self.request(random_)
            start = time.perf_counter()
            try:
                status, body = await _ask(*streams, request)
            except (OSError, asyncio.IncompleteReadError) as error:
                self.watch.failures.append(repr(error))
                streams = None
                continue
            took = time.perf_counter() - start
            (self.watch.writes if writes else self.watch.reads).append(took)
            if status >= 400:
                self.watch.failures.append(f"{status} {body[:200]!r} to {request[:120]!r}")
            await asyncio.sleep(PAUSE)

    def request(self, random_: random.Random) -> tuple[bytes, bool]:
        """Half of them read, half write."""
        row = random_.randint(1, self.rows)
        match random_.randint(0, 5):
            case 0 | 1:
                return _request("GET", f"/api/readings?id=eq.{row}"), False
            case 2:
                return _request("GET", f"/api/readings?station_code=eq.S{row % 5000}&limit=20&order=id"), False
            case 3 | 4:
                return _request("PATCH", f"/api/readings/{row}", {"state": "checked"}), True
            case _:
                return _request("POST", "/api/readings", {"station_code": f"S{row % 5000}", **self.body}), True


def _request(method: str, target: str, body: object = None) -> bytes:
    payload = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {target} HTTP/1.1\r\nHost: bench\r\nContent-Length: {len(payload)}\r\n"
    return (head + "Content-Type: application/json\r\n\r\n").encode() + payload


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> tuple[int, bytes]:
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.split("content-length: ")[1].split("\r\n")[0]) if "content-length: " in head else 0
    return int(head.split()[1]), await reader.readexactly(length)


async def _watch_locks(url: str, load: Load) -> None:
    connection = await asyncpg.connect(url)
    since: dict[int, float] = {}
    while not load.stop.is_set():
        waiting = await connection.fetch(
            "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND pid <> pg_backend_pid()"
            " AND application_name = 'backsmith'"
        )
        now = time.perf_counter()
        since = {row[0]: since.get(row[0], now) for row in waiting}
        load.watch.blocked = max([load.watch.blocked, *(now - begun for begun in since.values())])
        await asyncio.sleep(0.02)
    await connection.close()


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    sys.path.insert(0, str(Path(__file__).parent))
    from postgres import Postgres  # noqa: PLC0415  SQLite needs none

    server = Postgres(folder / "postgres")
    try:
        asyncio.run(server.create("readings"))
        yield server.url("readings")
    finally:
        server.stop()


async def _fill(kind: str, url: str, rows: int) -> None:
    values = "'S' || (i % 5000), i % 1000, 'raw', NULL, 'x' || i"
    columns = "station_code, value, state, note, extra"
    if kind == "postgres":
        connection = await asyncpg.connect(url)
        await connection.execute(
            f"INSERT INTO readings ({columns}) SELECT {values} FROM generate_series(1, {rows}) AS s (i)"
        )
        await connection.execute("ANALYZE")
        await connection.close()
        return
    import apsw  # noqa: PLC0415  PostgreSQL needs none

    connection = apsw.Connection(url.removeprefix("sqlite:///"))
    connection.execute(
        f"WITH RECURSIVE s (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {rows})"
        f" INSERT INTO readings ({columns}) SELECT {values} FROM s"
    )
    connection.execute("ANALYZE")
    connection.close()


class Server:
    """`backsmith serve` of one version of the model."""

    running: ClassVar[list[Server]] = []

    def __init__(self, model: Path, url: str, port: int) -> None:
        command = [*_backsmith("serve"), str(model), "--database", url, "--port", str(port), "--production"]
        self.process = subprocess.Popen(
            [*command, "--access-log", "false"], env=_environment(), stderr=subprocess.DEVNULL
        )
        self.port = port
        self.running.append(self)

    async def ready(self) -> None:
        """Once it answers."""
        for _ in range(200):
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                status, body = await _ask(reader, writer, _request("GET", "/api/readings?limit=1"))
                writer.close()
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.1)
            else:
                if status != 200:
                    raise RuntimeError(f"The server says {status}: {body!r}")
                return
        raise RuntimeError("The server doesn't answer")

    def end(self) -> None:
        """Answer what is in work, and end."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.running.remove(self)


def _backsmith(command: str) -> list[str]:
    return [sys.executable, "-m", "backsmith", command]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1"}


async def _apply(model: Path, url: str, flags: tuple[str, ...]) -> tuple[int, str]:
    command = [*_backsmith("apply"), str(model), "--database", url, "--yes", *flags]
    process = await asyncio.create_subprocess_exec(
        *command, env=_environment(), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    _, text = await process.communicate()
    assert process.returncode is not None
    return process.returncode, text.decode()


async def _measure(kind: str, url: str, folder: Path, rows: int, only: str | None) -> list[str]:
    model = folder / "readings.py"
    text = FIRST
    model.write_text(text)
    subprocess.run([*_backsmith("create"), str(model), "--database", url], check=True, env=_environment())
    await _fill(kind, url, rows)
    port = PORT
    server = Server(model, url, port)
    try:
        return await _measure_all(kind, url, model, text, server, Load(rows), only)
    finally:
        for each in Server.running:
            each.process.kill()


async def _measure_all(
    kind: str, url: str, model: Path, text: str, server: Server, load: Load, only: str | None
) -> list[str]:
    port = server.port
    await server.ready()
    tasks = [asyncio.create_task(load.client(number)) for number in range(CONNECTIONS)]
    if kind == "postgres":
        tasks.append(asyncio.create_task(_watch_locks(url, load)))
    lines = [_line("nothing", *(await _during(load, lambda: asyncio.sleep(5))), "")]
    print(lines[-1], flush=True)
    for change in CHANGES:
        for old, new in change.replace:
            assert old in text, (change.name, old)
            text = text.replace(old, new)
        model.write_text(text)
        if only and only not in change.name:
            continue
        outcome: list[tuple[int, str]] = []

        async def applying(flags: tuple[str, ...] = change.flags, into: list[tuple[int, str]] = outcome) -> None:
            into.append(await _apply(model, url, flags))
            await asyncio.sleep(1)

        line = _line(change.name, *(await _during(load, applying)), "" if outcome[0][0] == 0 else outcome[0][1])
        print(line, flush=True)
        lines.append(line)
        if change.restart:
            port = port + 1
            taking_over = Server(model, url, port)
            await taking_over.ready()
            if "becomes text" in change.name:
                load.body = {**{name: it for name, it in load.body.items() if name != "value"}, "amount": "1"}
            if "required field" in change.name:
                load.body = {**load.body, "quality": 1}
            load.port = port
            await asyncio.sleep(1)
            server.end()
            server = taking_over
    load.stop.set()
    await asyncio.gather(*tasks)
    server.end()
    return lines


async def _during(load: Load, work: Callable[[], Awaitable[None]]) -> tuple[float, Watch]:
    load.watch = watch = Watch()
    start = time.perf_counter()
    await work()
    took = time.perf_counter() - start
    load.watch = Watch()
    return took, watch


def _line(name: str, took: float, watch: Watch, said: str) -> str:
    for failure in watch.failures[:3]:
        print("   !", failure, flush=True)
    if said:
        print("   !", said, flush=True)
    cells = [name, f"{took:.1f} s", f"{len(watch.reads) + len(watch.writes):,}", str(len(watch.failures))]
    for times in (sorted(watch.reads), sorted(watch.writes)):
        cells += (
            [f"{times[int(len(times) * 0.99)] * 1000:.0f} ms", f"{times[-1] * 1000:.0f} ms"] if times else ["-", "-"]
        )
    return f"| {' | '.join([*cells, f'{watch.blocked * 1000:.0f} ms'])} |"


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=("postgres", "sqlite"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only")
    given = parser.parse_args()
    print("| change | took | requests | failed | reads p99 | longest | writes p99 | longest | waited for a lock |")
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="backsmith-evolving-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if given.kind == "sqlite":
            uvloop.run(_measure("sqlite", f"sqlite:///{folder}/readings.db", folder, given.rows, given.only))
            return
        with _postgres(folder) as url:
            uvloop.run(_measure("postgres", url, folder, given.rows, given.only))


if __name__ == "__main__":
    main()
