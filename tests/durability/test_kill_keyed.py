"""Exactly once: two processes send the same keyed requests, are killed at random moments and send them all again.

BACKSMITH_ROUNDS=500 pytest tests/durability makes it as many rounds.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from backsmith.databases import Database
from backsmith.databases.own_table import statements
from backsmith.databases.own_tables import IDEMPOTENCY

ROUNDS = int(os.environ.get("BACKSMITH_ROUNDS", "3"))
COUNT = 3000
PROGRAM = Path(__file__).parent / "keyed.py"


async def begun(url: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), url, str(COUNT), "32", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    ready = await process.stdout.readline()
    assert ready == b"ready\n", (await process.communicate())[1].decode()
    return process


async def test_what_is_sent_again_and_again_is_done_once(database: Database, database_url: str) -> None:
    await database.execute(
        ";\n".join(["CREATE TABLE thing (number bigint)", *statements(IDEMPOTENCY, database.dialect)])
    )
    replied: set[int] = set()
    for number in range(ROUNDS + 1):
        processes = [await begun(database_url) for _ in range(2)]
        if number < ROUNDS:
            await asyncio.sleep(random.uniform(0, 0.2))
            for process in processes:
                with suppress(ProcessLookupError):  # all done already
                    process.kill()
        for process in processes:
            said, complaints = await process.communicate()
            assert complaints == b"", complaints.decode()
            assert process.returncode in ((0, -9) if number < ROUNDS else (0,))
            replied.update(map(int, said.split()))
    rows = [row[0] for row in await database.fetch("SELECT number FROM thing ORDER BY number", ())]
    assert rows == list(range(COUNT))
    assert replied == set(rows)
    records = await database.fetch("SELECT count(*) FROM backsmith_idempotency", ())
    assert records[0][0] == COUNT
