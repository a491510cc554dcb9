"""Creating the tables of a model: all or none, by any number of processes at once, and what is there is checked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from backsmith.blueprint import compile as compile_model
from backsmith.blueprint import load
from backsmith.blueprint.canonical import without_locations
from backsmith.databases import Database, open_database
from backsmith.databases.own_tables import without_own
from backsmith.errors import DatabaseError
from backsmith.evolution import create_missing, describe, diff, tables_of
from backsmith.evolution.history import Head, fingerprint
from backsmith.evolution.records import read_head
from tests.evolution.models import blueprint_of
from tests.evolution.test_statements import MODEL

pytestmark = pytest.mark.every_postgres


async def differences(database: Database, blueprint: object) -> list[str]:
    changes = diff(await database.inspect(), tables_of(blueprint, database.dialect), database.dialect)
    return [describe(change) for change in changes]


async def test_what_was_created_is_what_was_desired(database: Database, tmp_path: Path) -> None:
    blueprint = blueprint_of(tmp_path, MODEL)
    await create_missing(database, blueprint)
    assert await differences(database, blueprint) == []


async def test_the_shop_too(database: Database, repository: Path) -> None:
    blueprint, _ = compile_model(load(str(repository / "examples" / "shop" / "shop.py")))
    await create_missing(database, blueprint)
    assert await differences(database, blueprint) == []


async def test_a_second_start_finds_the_tables_there(database: Database, tmp_path: Path) -> None:
    blueprint = blueprint_of(tmp_path, "class Note(Entity, private=True):\n    text: str")
    await create_missing(database, blueprint)
    await database.execute("INSERT INTO notes (text) VALUES ('kept')")
    await create_missing(database, blueprint)
    assert [row[0] for row in await database.fetch("SELECT text FROM notes", ())] == ["kept"]


async def test_several_workers_may_start_at_once(database_url: str, tmp_path: Path) -> None:
    blueprint = blueprint_of(tmp_path, MODEL)
    workers = [open_database(database_url) for _ in range(4)]
    for worker in workers:
        await worker.open()
    await asyncio.gather(*(create_missing(worker, blueprint) for worker in workers))
    assert await differences(workers[0], blueprint) == []
    for worker in workers:
        await worker.close()


async def test_tables_of_others_are_left_alone(database: Database, tmp_path: Path) -> None:
    await database.execute("CREATE TABLE theirs (id integer)")
    blueprint = blueprint_of(tmp_path, "class Note(Entity, private=True):\n    text: str")
    await create_missing(database, blueprint)
    assert [table.name for table in without_own(await database.inspect()).tables] == ["notes", "theirs"]


async def test_a_new_database_has_the_model_as_its_head(database: Database, tmp_path: Path) -> None:
    blueprint = blueprint_of(tmp_path, 'class Note(Entity, private=True):\n    text: str = "it\'s {new}"')
    await create_missing(database, blueprint)
    head = await read_head(database)
    assert head == Head(hash=fingerprint(blueprint), blueprint=without_locations(blueprint))
    await create_missing(database, blueprint_of(tmp_path, "class Note(Entity, private=True):\n    text: str"))
    assert await read_head(database) == head


async def test_one_that_was_there_has_none(database: Database, tmp_path: Path) -> None:
    await database.execute("CREATE TABLE notes (id integer PRIMARY KEY, text text NOT NULL)")
    await create_missing(
        database, blueprint_of(tmp_path, "class Note(Entity, private=True):\n    id: Int32\n    text: str")
    )
    assert await read_head(database) is None


async def test_nothing_is_created_where_a_statement_fails(database: Database, tmp_path: Path) -> None:
    await database.execute("CREATE TABLE theirs (id integer)")
    await database.execute("CREATE INDEX notes_text_idx ON theirs (id)")
    model = """
        class Note(Entity, private=True):
            text: Annotated[str, Indexed]

        class Zoo(Entity, private=True):
            n: int
    """
    with pytest.raises(DatabaseError):
        await create_missing(database, blueprint_of(tmp_path, model))
    assert [table.name for table in (await database.inspect()).tables] == ["theirs"]


async def test_what_keeps_rows_from_being_read_is_named(database: Database, database_kind: str, tmp_path: Path) -> None:
    await database.execute("CREATE TABLE notes (id integer primary key, made date, size varchar(3))")
    await database.execute("CREATE VIEW long_notes AS SELECT id FROM notes")
    model = """
        class Note(Entity, private=True):
            id: Int32
            made: datetime
            size: Annotated[str, MaxLen(9)]
            text: str

        class Page(Entity, private=True):
            number: int

        class LongNote(Entity, view=True, private=True):
            id: Int32
            text: str

        class Missing(Entity, view=True, private=True):
            number: int
    """
    with pytest.raises(DatabaseError) as raised:
        await create_missing(database, blueprint_of(tmp_path, model))
    made = "text" if database_kind == "sqlite" else "timestamp with time zone"
    assert str(raised.value) == (
        "The model can't be read from this database:\n"
        "- View long_notes lacks 'text'\n"
        "- View missings is missing\n"
        f'- Column notes.made is date, not {made}: change it, or write Column(type="date")\n'
        "- Column notes.text is missing\n"
        "- Table pages is missing\n"
        "See what it takes to change the database: backsmith plan. Or change the model, or begin with an empty"
        " database."
    )


async def test_a_view_is_for_others_to_create(database: Database, tmp_path: Path) -> None:
    blueprint = blueprint_of(tmp_path, "class Total(Entity, view=True, private=True):\n    number: Int32")
    with pytest.raises(DatabaseError, match="View totals is missing"):
        await create_missing(database, blueprint)
    await database.execute("CREATE VIEW totals AS SELECT CAST(1 AS integer) AS number")
    await create_missing(database, blueprint)


def test_a_database_open_for_reading_alone_says_so(
    new_url: Callable[[str], str], run: Callable[[object], object], tmp_path: Path
) -> None:
    url = new_url("sqlite")

    async def start() -> None:
        database = open_database(url)
        await database.open()
        await database.execute("CREATE TABLE theirs (id integer)")
        await database.close()
        database = open_database(url, read_only=True)
        await database.open()
        try:
            await create_missing(database, blueprint_of(tmp_path, "class Note(Entity, private=True):\n    text: str"))
        finally:
            await database.close()

    with pytest.raises(DatabaseError, match="open for reading only"):
        run(start())
