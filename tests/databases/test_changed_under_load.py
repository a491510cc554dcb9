"""Tables change while requests are served: no statement fails because its plan was made for the table as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from backsmith.databases import Database, open_database
from backsmith.databases.transaction import Transaction

pytestmark = pytest.mark.every_postgres

CHANGES = (
    "ALTER TABLE things ADD COLUMN more integer",
    "ALTER TABLE things ALTER COLUMN name TYPE varchar(40)",
    "ALTER TABLE things ALTER COLUMN name TYPE text",
    "ALTER TABLE things ALTER COLUMN count TYPE bigint",
    "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
    "ALTER TYPE mood ADD VALUE 'odd'",
    "ALTER TABLE things DROP COLUMN more",
    "ALTER TABLE things ALTER COLUMN name TYPE varchar(50)",
)
"""Each changes the type of what statements give, or what the driver knows of types."""


@pytest.mark.parametrize("retry", [True, False])
async def test_no_request_fails(postgres_url: str, retry: bool) -> None:
    database = open_database(postgres_url, pool_size=4)
    await database.open()
    await database.execute("CREATE TYPE mood AS ENUM ('sad', 'glad')")
    await database.execute(
        "CREATE TABLE things (id integer PRIMARY KEY, count integer NOT NULL, name varchar(20), mood mood)"
    )
    await database.execute("INSERT INTO things SELECT i, 0, 'x', 'glad' FROM generate_series(1, 20) AS i")
    failures: list[BaseException] = []
    done = [0, 0, 0]
    ended = False

    async def loop(number: int, work: Callable[[int], Awaitable[object]]) -> None:
        while not ended:
            try:
                await work(done[number] % 20 + 1)
            except Exception as error:
                failures.append(error)
            done[number] += 1

    async def read(id: int) -> None:
        (row,) = await database.fetch("SELECT name, count, mood, things FROM things WHERE id = $1", (id,))
        assert row[0] == "x" and row[2] == "glad"

    async def write(id: int) -> None:
        async def work(transaction: Transaction) -> Any:
            await transaction.fetch("UPDATE things SET count = count + 1 WHERE id = $1 RETURNING name, mood", (id,))
            return await transaction.fetch("SELECT name, count, mood FROM things WHERE id = $1", (id,))

        ((name, _, mood),) = await database.transact(work, retry=retry)
        assert (name, mood) == ("x", "glad")

    async def write_once(id: int) -> None:
        sql = "UPDATE things SET count = count + 1 WHERE id = $1 RETURNING name"
        assert len(await database.transact(lambda held: held.fetch(sql, (id,), last=True), retry=retry)) == 1

    loops = [asyncio.ensure_future(loop(*each)) for each in ((0, read), (1, write), (2, write_once)) for _ in range(2)]
    for sql in CHANGES:
        await asyncio.sleep(0.06)
        await database.execute(sql)
    await asyncio.sleep(0.06)
    ended = True
    await asyncio.gather(*loops)
    counted = (await database.fetch("SELECT sum(count)::bigint FROM things", ()))[0][0]
    await database.close()
    assert [repr(each) + repr(each.__cause__) for each in failures] == []
    assert counted == done[1] + done[2]
    assert min(done) > 20


async def test_sqlite_too(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await database.open()
    await database.execute("CREATE TABLE things (id integer PRIMARY KEY, count integer NOT NULL, name varchar(20))")
    await database.execute("INSERT INTO things VALUES (1, 0, 'x')")
    changes = (
        "ALTER TABLE things ADD COLUMN more integer",
        "CREATE TABLE other (id integer PRIMARY KEY, name text, count integer NOT NULL)",
        "INSERT INTO other SELECT id, name, count FROM things",
        "DROP TABLE things",
        "ALTER TABLE other RENAME TO things",
    )
    async with database.session() as session:
        for round in range(10):
            rows = await asyncio.gather(*(_read(database) for _ in range(5)))
            assert rows == [("x", round)] * 5
            await database.transact(_count, retry=False)
            await session.transact([(sql, ()) for sql in changes], lock_timeout=1, foreign_keys=False)
    await database.close()


async def _read(database: Database) -> tuple[Any, ...]:
    (row,) = await database.read("SELECT name, count FROM things WHERE id = ?1", (1,))
    return tuple(row)


async def _count(transaction: Transaction) -> None:
    ((name,),) = await transaction.fetch("UPDATE things SET count = count + 1 RETURNING name")
    assert name == "x"
