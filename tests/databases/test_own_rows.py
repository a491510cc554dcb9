"""`OwnRows`: conditions, and that of many who want the same row exactly one gets it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from backsmith.blueprint.types import Bytes, DateTime, Integer, Text
from backsmith.databases import Database
from backsmith.databases.own_rows import After, Before, OwnRows
from backsmith.databases.own_table import OwnColumn, OwnTable
from backsmith.databases.own_tables import make_own
from backsmith.databases.transaction import Transaction

NOON = datetime(2026, 1, 23, 12, tzinfo=UTC)
THINGS = OwnTable(
    name="backsmith_things",
    columns=(
        OwnColumn("id", Text()),
        OwnColumn("count", Integer()),
        OwnColumn("bytes", Bytes(), nullable=True),
        OwnColumn("at", DateTime()),
    ),
    key=("id",),
    needed=lambda _: True,
)


async def things(database: Database, *ids: str) -> OwnRows:
    """A table with rows of these ids, counted from 1 and an hour apart."""
    await make_own(database, THINGS)
    rows = OwnRows(database.dialect, THINGS)

    async def work(transaction: Transaction) -> None:
        for number, id in enumerate(ids, 1):
            at, bytes = NOON + timedelta(hours=number), None if number == 1 else id.encode()
            await rows.insert(transaction, id=id, count=number, bytes=bytes, at=at)

    await database.transact(work)
    return rows


async def ids(rows: OwnRows, database: Database, **how: Any) -> list[str]:
    return [row["id"] for row in await rows.find(database, **{"order": "id", **how})]


async def test_values_come_back_as_they_were(database: Database):
    rows = await things(database, "a", "b")
    assert await rows.find(database, order="-count") == [
        {"id": "b", "count": 2, "bytes": b"b", "at": NOON + timedelta(hours=2)},
        {"id": "a", "count": 1, "bytes": None, "at": NOON + timedelta(hours=1)},
    ]


async def test_conditions(database: Database):
    rows = await things(database, "a", "b", "c")
    assert await ids(rows, database, id="b") == ["b"]
    assert await ids(rows, database, id=("a", "c", "z")) == ["a", "c"]
    assert await ids(rows, database, id=()) == []
    assert await ids(rows, database, bytes=None) == ["a"]
    assert await ids(rows, database, count=Before(2)) == ["a"]
    assert await ids(rows, database, at=After(NOON + timedelta(hours=1)), count=2) == ["b"]
    assert await ids(rows, database, limit=2, order="-id") == ["c", "b"]
    assert await ids(rows, database, id="a' OR '1'='1") == []


async def test_update_gives_the_rows_as_they_are_then(database: Database):
    rows = await things(database, "a", "b")
    changed = await database.transact(lambda transaction: rows.update(transaction, {"id": "a"}, count=9, bytes=b"x"))
    assert [(row["id"], row["count"], row["bytes"]) for row in changed] == [("a", 9, b"x")]
    assert await database.transact(lambda transaction: rows.update(transaction, {"id": "z"}, count=9)) == []


async def test_put_makes_a_row_or_changes_it(database: Database):
    rows = await things(database, "a")

    async def work(transaction: Transaction) -> None:
        await rows.put(transaction, id="a", count=5, bytes=None, at=NOON)
        await rows.put(transaction, id="b", count=6, bytes=None, at=NOON)

    await database.transact(work)
    assert [(row["id"], row["count"]) for row in await rows.find(database, order="id")] == [("a", 5), ("b", 6)]


async def test_of_many_who_delete_the_same_row_one_gets_it(database: Database):
    rows = await things(database, "a", "b")

    async def take() -> int:
        return len(await database.transact(lambda transaction: rows.delete(transaction, id="a"), retry=True))

    assert sorted(await asyncio.gather(*(take() for _ in range(100)))) == [0] * 99 + [1]
    assert await ids(rows, database) == ["b"]
