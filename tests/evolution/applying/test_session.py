"""Sessions: transactions that are kept whole or not at all, what they say, and what they leave behind."""

from __future__ import annotations

import asyncio

import pytest

from backsmith.databases import Database, open_database
from backsmith.databases.session import LockedError, OutdatedError, RefusedError
from backsmith.errors import DatabaseError
from tests.conftest import Run

pytestmark = pytest.mark.every_postgres

TABLES = (
    "CREATE TABLE parents (id integer PRIMARY KEY)",
    "CREATE TABLE children (id integer PRIMARY KEY, parent integer REFERENCES parents)",
    "INSERT INTO parents VALUES (1), (2)",
    "INSERT INTO children VALUES (10, 1), (11, 2), (12, 2)",
)


@pytest.fixture
def filled(database: Database, run: Run) -> Database:
    for sql in TABLES:
        run(database.execute(sql))
    return database


async def count(database: Database, table: str) -> int:
    return (await database.fetch(f"SELECT count(*) FROM {table}", ()))[0][0]


async def test_all_or_nothing(filled: Database) -> None:
    database = filled
    async with database.session() as session:
        with pytest.raises(RefusedError) as raised:
            await session.transact(
                [("INSERT INTO parents VALUES (3)", ()), ("INSERT INTO parents VALUES (1)", ())], lock_timeout=1
            )
        assert raised.value.sql == "INSERT INTO parents VALUES (1)"
        assert await count(database, "parents") == 2
        place = database.dialect.placeholder(1, None)
        found = await session.transact(
            [
                ("INSERT INTO parents VALUES (3)", ()),
                (f"SELECT id FROM parents WHERE CAST(id AS text) >= {place} ORDER BY id", ("2",)),
            ],
            lock_timeout=1,
        )
        assert [[row[0] for row in rows] for rows in found] == [[], [2, 3]]


async def test_what_is_outdated_is_not_kept(filled: Database) -> None:
    database = filled
    async with database.session() as session:
        with pytest.raises(OutdatedError):
            await session.transact(
                [("UPDATE parents SET id = id + 5 WHERE id = 77 RETURNING 1", ()), ("DELETE FROM children", ())],
                lock_timeout=1,
                keep=lambda results: bool(results[0]),
            )
    assert await count(database, "children") == 3


async def test_one_is_alone_and_the_next_one_hears_who(database: Database, database_url: str) -> None:
    other = open_database(database_url)
    await other.open()
    heard: list[str] = []
    order: list[str] = []

    async def second() -> None:
        async with other.session() as session, session.alone(heard.append):
            order.append("second")

    async with database.session() as session, session.alone():
        waiting = asyncio.ensure_future(second())
        while not heard:
            await asyncio.sleep(0.02)
        order.append("first")
    await waiting
    assert order == ["first", "second"]
    assert len(heard) == 1 and "process" in heard[0]
    await other.close()


async def test_a_key_comes_back_as_it_was(database: Database) -> None:
    binary, made = ("BLOB", "x'00ff27'") if database.dialect.name == "sqlite" else ("bytea", r"'\x00ff27'")
    await database.execute(f"CREATE TABLE keys (a bigint, b varchar(30), c double precision, d {binary}, n integer)")
    await database.execute(f"INSERT INTO keys VALUES (-9223372036854775807, 'it''s é', 0.1, {made}, 5)")
    types = ("bigint", "text", "double precision", binary)
    async with database.session() as session:
        shown = ", ".join(map(session.key_text, "abcd"))
        (row,) = await session.fetch(f"SELECT {shown} FROM keys")
        conditions = [f"{column} = {session.key_place(n, types[n - 1])}" for n, column in enumerate("abcd", 1)]
        params = [session.key_value(row[n]) for n in range(4)]
        found = await session.fetch(f"SELECT n FROM keys WHERE {' AND '.join(conditions)}", params)
        assert [each[0] for each in found] == [5]


async def test_sqlite_without_foreign_keys_checks_them_all_at_the_end(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await database.open()
    for sql in TABLES:
        await database.execute(sql)
    rebuild = [
        "CREATE TABLE new (id integer PRIMARY KEY)",
        "INSERT INTO new SELECT id FROM parents",
        "DROP TABLE parents",
        "ALTER TABLE new RENAME TO parents",
    ]
    async with database.session() as session:
        await session.transact([(sql, ()) for sql in rebuild], lock_timeout=1, foreign_keys=False)
        assert await count(database, "children") == 3
        rebuild[1] += " WHERE id = 1"
        with pytest.raises(RefusedError) as raised:
            await session.transact([(sql, ()) for sql in rebuild], lock_timeout=1, foreign_keys=False)
        assert str(raised.value) == (
            "Foreign keys would be broken: children has 2 rows that point at no row of parents (rowid 11, 12)"
        )
        assert await count(database, "parents") == 2
        with pytest.raises(RefusedError, match="FOREIGN KEY constraint failed"):
            await session.transact([("DELETE FROM parents", ())], lock_timeout=1)  # they are checked again
    await database.close()


async def test_sqlite_is_let_in_between_writers(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await database.open()
    await database.execute("CREATE TABLE notes (n integer)")
    written = 0

    async def write() -> None:
        nonlocal written
        while True:
            await database.execute("INSERT INTO notes VALUES (1)")
            written += 1

    writers = [asyncio.ensure_future(write()) for _ in range(4)]
    async with database.session() as session:
        for round in range(5):
            while written <= round:
                await asyncio.sleep(0.001)
            await session.transact([("UPDATE notes SET n = n + 1 WHERE n = 77", ())], lock_timeout=1)
    for writer in writers:
        writer.cancel()
    await asyncio.gather(*writers, return_exceptions=True)
    assert written > 5
    await database.close()


async def test_sqlite_says_that_it_is_locked(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await database.open()
    async with database.session() as first, database.session() as second:
        await first.run_alone("BEGIN IMMEDIATE", lock_timeout=1)
        with pytest.raises(LockedError, match="another process writes to the database"):
            await second.transact([("CREATE TABLE notes (n integer)", ())], lock_timeout=0.05)
        await first.run_alone("ROLLBACK", lock_timeout=1)
    await database.close()


async def test_a_lost_connection_is_said(postgres_url: str) -> None:
    database = open_database(postgres_url)
    await database.open()
    async with database.session() as session:
        with pytest.raises(DatabaseError, match=r"The connection to PostgreSQL was lost\.") as raised:
            await session.transact([("SELECT pg_terminate_backend(pg_backend_pid())", ())], lock_timeout=1)
        assert not isinstance(raised.value, RefusedError)
    await database.close()
