"""Two shapes of one value: whoever writes one of them, the other one says the same, in every combination."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from backsmith.databases.changes import CreateSync, DropSync, Fill, Sync, TableName
from backsmith.databases.postgres.inspect import inspect
from tests.evolution.postgres.runner import carry_out, prepare, steps_between

pytestmark = pytest.mark.every_postgres
T = TableName("people")
UP = (("first", "split_part(\"name\", ' ', 1)"), ("last", "coalesce(split_part(\"name\", ' ', 2), '')"))
DOWN = (("name", 'concat_ws(\' \', "first", "last")'),)
SYNC = Sync("backsmith_sync_name", UP, DOWN)
BEFORE = """
CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL DEFAULT 'no name', town text);
INSERT INTO people VALUES (1, 'Anna   Maria', 'x'), (2, 'Bo Lund', 'y'), (3, 'Cher', NULL);
"""
AFTER = (
    "CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL DEFAULT 'no name', town text,"
    " first text NOT NULL, last text NOT NULL);"
)


@asynccontextmanager
async def expanded(url: str) -> AsyncGenerator[Any]:
    fill = Fill(T, UP, '"first" IS NULL AND "last" IS NULL', "the values of the old shape")
    plan = await prepare(url, BEFORE, AFTER, edit=lambda changes: [*changes, CreateSync(T, SYNC), fill])
    await carry_out(plan.connection, plan.steps)
    yield plan.connection
    await plan.connection.close()


async def rows(connection: Any, where: str = "true") -> list[tuple[Any, ...]]:
    found = await connection.fetch(f"SELECT name, first, last FROM people WHERE {where} ORDER BY id")
    return [tuple(row) for row in found]


async def test_what_fills_the_new_columns_leaves_the_old_ones_as_they_were(postgres_url: str) -> None:
    async with expanded(postgres_url) as connection:
        assert await rows(connection) == [("Anna   Maria", "Anna", ""), ("Bo Lund", "Bo", "Lund"), ("Cher", "Cher", "")]


@pytest.mark.parametrize(
    ("given", "row"),
    [
        ("name", ("Di Ek", "Di", "Ek")),
        ("first, last", ("Di Ek", "Di", "Ek")),
        ("name, first, last", ("Di Ek", "Di", "Ek")),  # the new shape counts
        ("first", None),  # the other one is missing, as without a trigger
        ("town", ("no name", "no", "name")),  # the old column's default
        ("null new", ("Di Ek", "Di", "Ek")),
    ],
)
async def test_an_insert(postgres_url: str, given: str, row: tuple[str, ...] | None) -> None:
    values = {"name": "'Di Ek'", "first": "'Di'", "last": "'Ek'", "town": "'z'"}
    if given == "name, first, last":
        values["name"] = "'Other Name'"
    if given == "null new":
        given, values = "name, first, last", {"name": "'Di Ek'", "first": "NULL", "last": "NULL"}
    sql = f"INSERT INTO people (id, {given}) VALUES (9, {', '.join(values[each] for each in given.split(', '))})"
    async with expanded(postgres_url) as connection:
        if row is None:
            with pytest.raises(Exception, match='null value in column "last"'):
                await connection.execute(sql)
        else:
            await connection.execute(sql)
            assert await rows(connection, "id = 9") == [row]


@pytest.mark.parametrize(
    ("sets", "row"),
    [
        ("name = 'Eva Ode'", ("Eva Ode", "Eva", "Ode")),
        ("first = 'Eva'", ("Eva Lund", "Eva", "Lund")),
        ("last = 'Ode'", ("Bo Ode", "Bo", "Ode")),
        ("name = 'Lost One', last = 'Ode'", ("Bo Ode", "Bo", "Ode")),  # the new shape counts
        ("name = 'Eva Ode', first = 'Bo', last = 'Lund'", ("Eva Ode", "Eva", "Ode")),  # only the old one changes
        ("name = 'Eva  Ode', first = 'Eva', last = ''", ("Eva  Ode", "Eva", "")),  # both say the same
        ("town = 'elsewhere'", ("Bo Lund", "Bo", "Lund")),
        ("name = name, first = first", ("Bo Lund", "Bo", "Lund")),
    ],
)
async def test_an_update(postgres_url: str, sets: str, row: tuple[str, ...]) -> None:
    async with expanded(postgres_url) as connection:
        await connection.execute(f"UPDATE people SET {sets} WHERE id = 2")
        assert await rows(connection, "id = 2") == [row]


async def test_upsert_and_copy(postgres_url: str) -> None:
    async with expanded(postgres_url) as connection:
        await connection.execute(
            "INSERT INTO people (id, name) VALUES (2, 'New Name') ON CONFLICT (id) DO UPDATE SET name = excluded.name"
        )
        await connection.copy_records_to_table("people", records=[(7, "Copied One")], columns=["id", "name"])
        assert await rows(connection, "id IN (2, 7)") == [("New Name", "New", "Name"), ("Copied One", "Copied", "One")]


async def test_triggers_of_others_are_heard(postgres_url: str) -> None:
    """Theirs changes the old column; ours runs after it."""
    async with expanded(postgres_url) as connection:
        await connection.execute(
            "CREATE FUNCTION loud() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;"
            "CREATE TRIGGER very_late BEFORE INSERT ON people FOR EACH ROW EXECUTE FUNCTION loud()"
        )
        await connection.execute("INSERT INTO people (id, name) VALUES (9, 'Di Ek')")
        assert await rows(connection, "id = 9") == [("DI EK", "DI", "EK")]


async def test_values_without_equality(postgres_url: str) -> None:
    """json can't be compared, and a column may have any name."""
    before = 'CREATE TABLE people (id integer PRIMARY KEY, "new" json, "is_new" json);'
    sync = Sync("backsmith_sync_json", (("is_new", '"new"'),), (("new", '"is_new"'),))
    plan = await prepare(postgres_url, before, before, edit=lambda changes: [*changes, CreateSync(T, sync)])
    await carry_out(plan.connection, plan.steps)
    await plan.connection.execute("""INSERT INTO people VALUES (1, '{"a": 1}')""")
    await plan.connection.execute("""UPDATE people SET is_new = '[2]'""")
    assert [tuple(row) for row in await plan.connection.fetch('SELECT "new", is_new FROM people')] == [("[2]", "[2]")]
    await plan.connection.close()


async def test_dropping_it_leaves_nothing(postgres_url: str) -> None:
    async with expanded(postgres_url) as connection:
        actual = await inspect(connection)
        table = replace(actual.tables[0], columns=tuple(c for c in actual.tables[0].columns if c.name != "name"))
        desired = replace(actual, tables=(table,))
        steps = await steps_between(connection, actual, desired, lambda changes: [*changes, DropSync(T, SYNC)])
        assert [sql for step in steps for sql in getattr(step, "statements", ())] == [
            'DROP TRIGGER "zz_backsmith_sync_name" ON "people"',
            'DROP FUNCTION "backsmith_sync_name"()',
            'ALTER TABLE "people" DROP COLUMN "name"',
        ]
        await carry_out(connection, steps)
        assert (await inspect(connection)).not_modelled == ()
