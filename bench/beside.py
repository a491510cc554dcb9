"""A slow query beside fast ones on SQLite: how long single rows take while requests of seconds run again and again.

    .venv/bin/python bench/beside.py

Makes 300,000 rows in a temporary folder, serves them with one worker, and asks for single rows from eight connections
for eight seconds at a time: alone, beside a slow query in SQL, and beside one that calls Python for each row.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import uvloop

ROWS, CONNECTIONS, SECONDS, PORT = 300_000, 8, 8.0, 8290
MODEL = """
from backsmith import Data, Entity, allow, query


class Post(Entity):
    title: str
    body: str

    @allow("read")
    def everyone(self) -> bool:
        return True


@query(allow="everyone")
async def count_to(data: Data, number: int) -> list[dict[str, object]]:
    return await data.sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number) SELECT count(*) AS n FROM n",
        number=number,
    )
"""
SLOW = {
    "nothing": None,
    "a slow query in SQL": "/api/rpc/count_to?number=30000000",
    "one that calls Python for each row": "/api/posts?select=id&or=("
    + ",".join(f"body.imatch.zz{number}%2By$" for number in range(6))
    + ")",
}


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: str) -> bytes:
    writer.write(f"GET {target} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    assert head.split()[1] == "200", head
    return await reader.readexactly(int(head.split("content-length: ")[1].split("\r\n")[0]))


async def beside(name: str, slow: str | None) -> None:
    stop, times, slow_times = asyncio.Event(), list[float](), list[float]()

    async def slowly(target: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        while not stop.is_set():
            start = time.perf_counter()
            await ask(reader, writer, target)
            slow_times.append(time.perf_counter() - start)
        writer.close()

    async def fast(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        row = number * 10_000
        while not stop.is_set():
            row += 1
            start = time.perf_counter()
            assert b'"id"' in await ask(reader, writer, f"/api/posts?id=eq.{row}&select=id,title")
            times.append(time.perf_counter() - start)
            await asyncio.sleep(0.002)
        writer.close()

    tasks = [asyncio.create_task(fast(number)) for number in range(CONNECTIONS)]
    tasks += [asyncio.create_task(slowly(slow))] if slow else []
    await asyncio.sleep(SECONDS)
    stop.set()
    await asyncio.gather(*tasks)
    times.sort()
    shown = " ".join(
        f"p{share * 100:g}={times[int(len(times) * share)] * 1e3:.2f}" for share in (0.5, 0.9, 0.99, 0.999)
    )
    took = ", ".join(f"{seconds:.1f} s" for seconds in slow_times)
    print(
        f"beside {name}: {len(times)} rows, ms: {shown} max={times[-1] * 1e3:.1f}"
        + (f"; it took {took}" if took else "")
    )


async def measure() -> None:
    for name, slow in SLOW.items():
        await beside(name, slow)


def main() -> None:
    backsmith = str(Path(sys.executable).with_name("backsmith"))
    with tempfile.TemporaryDirectory() as folder:
        model, file = Path(folder) / "posts.py", Path(folder) / "posts.db"
        model.write_text(MODEL, encoding="utf-8")
        subprocess.run([backsmith, "create", str(model), "--database", f"sqlite:///{file}"], check=True)
        with closing(sqlite3.connect(file)) as connection:
            rows = ((number, f"Post {number}", f"words {number % 97} " * 12) for number in range(1, ROWS + 1))
            connection.executemany("insert into posts (id, title, body) values (?, ?, ?)", rows)
            connection.commit()
        options = ["--database", f"sqlite:///{file}", "--port", str(PORT), "--production", "--statement-timeout", "30"]
        server = subprocess.Popen(
            [backsmith, "serve", str(model), *options], stderr=subprocess.DEVNULL, env={**os.environ}
        )
        try:
            time.sleep(2)
            uvloop.run(measure())
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
