"""A disk that is full: clear refusals, nothing by half, and all goes on by itself once there is room."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import apsw

from backsmith import errors
from backsmith.databases import open_database
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError
from tests.durability.ballast import fill


def change(number: int) -> Any:
    async def work(transaction: Transaction) -> None:
        await transaction.fetch("INSERT INTO t VALUES (?, 'a', hex(zeroblob(2000)))", (number,))
        await transaction.fetch("INSERT INTO t VALUES (?, 'b', hex(zeroblob(2000)))", (number,))

    return work


async def write(database: Any, numbers: range) -> tuple[list[int], Counter[errors.Kind]]:
    """The numbers that were kept, and what the others were refused for."""
    results = await asyncio.gather(
        *(database.transact(change(number), retry=True) for number in numbers), return_exceptions=True
    )
    for result in results:
        if result is not None and not isinstance(result, RequestError):
            raise result
    kept = [number for number, result in zip(numbers, results, strict=True) if result is None]
    return kept, Counter(result.kind for result in results if result is not None)


async def test_a_full_disk_refuses_and_takes_up_again_when_there_is_room(disk: Path) -> None:
    database = open_database(f"sqlite:///{disk}/test.db")
    await database.open()
    await database.execute("CREATE TABLE t (number integer, part text, filler text, PRIMARY KEY (number, part))")
    kept, refused = await write(database, range(20))
    assert (len(kept), refused) == (20, Counter())
    for round in range(1, 4):
        ballast = fill(disk)
        for more in range(3):
            first = round * 1000 + more * 100
            found, refused = await write(database, range(first, first + 100))
            kept += found
            assert refused, "a hundred changes need more than what a checkpoint gives back"
            assert set(refused) <= {errors.DISK_FULL, errors.DATABASE_UNAVAILABLE}
            assert refused[errors.DISK_FULL]
        assert len(await database.fetch("SELECT number FROM t", ())) == 2 * len(kept), "reading goes on"
        ballast.unlink()
        found, refused = await write(database, range(round * 1000 + 900, round * 1000 + 920))
        assert (len(found), refused) == (20, Counter())
        kept += found
    rows = await database.fetch("SELECT number, part FROM t ORDER BY number, part", ())
    assert [tuple(row) for row in rows] == [(number, part) for number in sorted(kept) for part in "ab"]
    await database.close()
    assert apsw.Connection(f"{disk}/test.db").execute("PRAGMA integrity_check").fetchall() == [("ok",)]
