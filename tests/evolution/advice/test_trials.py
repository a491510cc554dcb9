"""Copies of tables: in another schema, without the right to make some, for statements that take too long."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backsmith.databases import Database, open_database
from backsmith.databases.changes import TableName
from backsmith.databases.schema import Table, TableIndex
from backsmith.errors import DatabaseError


async def table_of(database: Database, name: str) -> Table:
    return next(table for table in (await database.inspect()).tables if table.name == name)


async def test_a_statement_sees_the_copy(database: Database) -> None:
    await database.execute("CREATE TABLE things (id integer PRIMARY KEY, size integer NOT NULL, twice integer)")
    await database.execute("INSERT INTO things (id, size) VALUES (1, 10), (2, 20), (3, 30)")
    things = await table_of(database, "things")
    async with database.trial() as trial:
        copy = await trial.copy(things, 100)
        assert (copy.rows, copy.of_rows) == (3, 3)
        await database.execute("DELETE FROM things")
        assert [row[0] for row in await trial.fetch("SELECT size FROM things ORDER BY size")] == [10, 20, 30]
        await trial.create_index(things, TableIndex(name="by_size", columns=("-size",)))
        await trial.drop_index("by_size")
    assert [len(row) for row in await database.fetch("SELECT * FROM things", ())] == []
    assert (await table_of(database, "things")).indexes == ()


async def test_other_tables_are_read_as_they_are(database: Database) -> None:
    for name in ("things", "others"):
        await database.execute(f"CREATE TABLE {name} (id integer PRIMARY KEY)")
        await database.execute(f"INSERT INTO {name} VALUES (1), (2)")
    async with database.trial() as trial:
        await trial.copy(await table_of(database, "things"), 100)
        await database.execute("DELETE FROM others WHERE id = 1")
        rows = await trial.fetch("SELECT things.id FROM things JOIN others ON others.id = things.id")
        assert [row[0] for row in rows] == [2]


async def test_a_statement_that_takes_too_long_is_stopped(database: Database) -> None:
    slow = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2000000000) SELECT count(*) FROM n"
    async with database.trial(timeout=0.2) as trial:
        with pytest.raises(DatabaseError):
            await asyncio.wait_for(trial.explain(slow, ()), 20)
        assert [row[0] for row in await trial.fetch("SELECT 1")] == [1]


def test_a_table_of_another_schema(postgres_url: str, run: Any) -> None:
    async def tried() -> None:
        database = open_database(postgres_url)
        await database.open()
        await database.execute("CREATE SCHEMA sales; CREATE TABLE sales.things (id integer PRIMARY KEY, size integer)")
        await database.execute("CREATE TABLE things (id integer PRIMARY KEY)")  # of the same name
        await database.execute("INSERT INTO sales.things SELECT n, n FROM generate_series(1, 5000) AS n")
        things = Table(name="things", schema="sales", columns=())
        by_size = TableIndex(name="by_size", columns=("(size)",))
        async with database.trial() as trial:
            assert (await trial.copy(things, 10_000)).rows == 5000
            await trial.create_index(things, by_size)
            found = await trial.explain('SELECT * FROM "sales"."things" WHERE size = 7', ())
            assert found.plan == "Index Scan using by_size on backsmith_sales_things: (size = 7)"
            assert [len(row) for row in await trial.fetch('SELECT * FROM "things"')] == []
        await database.close()

    run(tried())


def test_writes_are_those_of_the_table_not_of_its_copy(postgres_url: str, run: Any) -> None:
    async def tried() -> None:
        database = open_database(postgres_url)
        await database.open()
        await database.execute("CREATE TABLE things (id integer PRIMARY KEY)")
        await database.execute("INSERT INTO things SELECT generate_series(1, 3)")
        await database.execute("ANALYZE things")
        async with database.trial() as trial:
            await trial.copy(await table_of(database, "things"), 2)
            await trial.fetch("SELECT pg_stat_force_next_flush()")
            writes = await trial.writes(TableName("things"))
            assert writes is not None
            assert writes.rows in (0, 3)  # 0: the server hasn't counted them yet
        await database.close()

    run(tried())


def test_who_may_make_no_temporary_tables_is_told(postgres_url: str, run: Any) -> None:
    async def tried() -> None:
        owner = open_database(postgres_url)
        await owner.open()
        name = (await owner.fetch("SELECT current_database()", ()))[0][0]
        await owner.execute(f'REVOKE TEMPORARY ON DATABASE "{name}" FROM PUBLIC')
        await owner.execute("CREATE TABLE things (id integer PRIMARY KEY); CREATE ROLE careful")
        try:
            await owner.execute("GRANT SELECT ON things TO careful; GRANT USAGE ON SCHEMA public TO careful")
            things = await table_of(owner, "things")
            async with owner.trial() as trial:
                await trial.fetch("SET ROLE careful")
                with pytest.raises(DatabaseError, match="GRANT TEMPORARY ON DATABASE"):
                    await trial.copy(things, 100)
        finally:
            await owner.execute("DROP OWNED BY careful; DROP ROLE careful")
            await owner.execute(f'GRANT TEMPORARY ON DATABASE "{name}" TO PUBLIC')
            await owner.close()

    run(tried())
