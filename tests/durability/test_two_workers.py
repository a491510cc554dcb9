"""Two workers of one server on one SQLite file, under 64 connections: no update is lost, and nobody is sent away."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

from tests.durability.client import Connection
from tests.durability.clients import ADDED, MATCHED, WRITERS, open_accounts
from tests.durability.serving import Served

TIMES = 3
"""Each client does everything so many times."""


async def count(connection: Connection, client: int, statuses: Counter[int], workers: set[str]) -> None:
    """One client: it makes notes, adds to all counters, and changes what it has read if nobody else has."""

    async def send(method: str, target: str, body: Any = None, **headers: str) -> Any:
        answer = await connection.send(method, target, body, **headers)
        statuses[answer.status] += 1
        workers.add(answer.worker)
        return answer

    for time in range(TIMES):
        number = client * TIMES + time
        await send("POST", "/api/notes", {"number": number, "text": "a note"})
        for name in ADDED:
            await send("POST", f"/api/counters/{name.replace(' ', '%20')}/add", {"number": number})
        target = f"/api/counters/{MATCHED[client % len(MATCHED)].replace(' ', '%20')}"
        while True:
            found = await send("GET", target)
            changed = await send("PATCH", target, {"n": found.json["n"] + 1}, if_match=found.headers["etag"])
            if changed.status != 412:
                break
    connection.close()


async def test_no_update_is_lost_and_nobody_is_sent_away(tmp_path: Path) -> None:
    served = Served(tmp_path, f"sqlite:///{tmp_path}/bank.db", workers=2)
    try:
        await served.ready(workers=2)
        await open_accounts(served)
        statuses: Counter[int] = Counter()
        workers: set[str] = set()
        connections = [await Connection.open(served.port) for _ in range(WRITERS)]
        await asyncio.gather(*(count(each, n, statuses, workers) for n, each in enumerate(connections)))
        connection = await Connection.open(served.port)
        answer = await connection.send("GET", "/api/counters?select=name,n,steps(count)")
        connection.close()
    finally:
        served.close()
    assert set(statuses) == {200, 201, 204, 412}
    assert statuses[201] == statuses[204] == WRITERS * TIMES
    assert len(workers) == 2
    counted = {row["name"]: (row["n"], row["steps"][0]["count"]) for row in answer.json}
    assert counted == dict.fromkeys(ADDED, (WRITERS * TIMES, WRITERS * TIMES)) | {
        name: (TIMES * len(range(number, WRITERS, len(MATCHED))), 0) for number, name in enumerate(MATCHED)
    }
