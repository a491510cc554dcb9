"""The tables that Backsmith keeps for itself: made where an application needs them, and seen by nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from backsmith.adoption import write_model
from backsmith.blueprint.types import Bytes, Integer, Text
from backsmith.databases import Database, open_database, own_tables
from backsmith.databases.own_table import OwnColumn, OwnTable, missing, statements
from backsmith.databases.own_tables import (
    HISTORY,
    IDEMPOTENCY,
    OWN_TABLES,
    create_own_tables,
)
from backsmith.databases.sqlite.dialect import SqliteDialect
from backsmith.errors import DatabaseError
from backsmith.evolution import create_missing, diff, tables_of
from tests.evolution.models import blueprint_of

pytestmark = pytest.mark.every_postgres

WRITABLE = """
    class Note(Entity):
        text: str

        @allow("read", "create")
        def everyone(self) -> bool:
            return True
"""
READABLE = WRITABLE.replace(', "create"', "")
OWN = sorted(own.name for own in OWN_TABLES)


async def names(database: Database) -> list[str]:
    return [table.name for table in (await database.inspect()).tables]


async def test_an_application_that_writes_has_them(database: Database, tmp_path: Path) -> None:
    made = await create_missing(database, blueprint_of(tmp_path, WRITABLE))
    assert made == 1
    assert set(await names(database)) >= {"backsmith_idempotency", "notes"}


async def test_one_that_only_reads_has_none(database: Database, tmp_path: Path) -> None:
    await create_missing(database, blueprint_of(tmp_path, READABLE))
    assert await names(database) == [*sorted(own.name for own in HISTORY), "notes"]


async def test_a_database_that_was_there_before_gets_them(database: Database, tmp_path: Path) -> None:
    await create_missing(database, blueprint_of(tmp_path, READABLE))
    blueprint = blueprint_of(tmp_path, WRITABLE)
    assert await create_missing(database, blueprint) == 0
    assert "backsmith_idempotency" in await names(database)
    before = await database.inspect()
    assert await create_missing(database, blueprint) == 0
    assert await database.inspect() == before


async def test_several_workers_may_make_them_at_once(database_url: str, tmp_path: Path) -> None:
    workers = [open_database(database_url) for _ in range(4)]
    for worker in workers:
        await worker.open()
    await create_missing(workers[0], blueprint_of(tmp_path, READABLE))
    blueprint = blueprint_of(tmp_path, WRITABLE)
    await asyncio.gather(*(create_missing(worker, blueprint) for worker in workers))
    assert "backsmith_idempotency" in await names(workers[0])
    for worker in workers:
        await worker.close()


async def test_neither_adopt_nor_a_difference_shows_them(database: Database, tmp_path: Path) -> None:
    blueprint = blueprint_of(tmp_path, WRITABLE)
    await create_missing(database, blueprint)
    actual = await database.inspect()
    assert diff(actual, tables_of(blueprint, database.dialect), database.dialect) == []
    assert "backsmith_" not in write_model(actual, database.dialect, open="read", name="notes")["notes.py"]


async def test_what_can_be_made_by_nobody_says_how_to_make_it(tmp_path: Path, sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await database.open()
    await create_missing(database, blueprint_of(tmp_path, READABLE))
    await database.close()
    reader = open_database(sqlite_url, read_only=True)
    await reader.open()
    with pytest.raises(DatabaseError) as raised:
        await create_own_tables(reader, blueprint_of(tmp_path, WRITABLE), await reader.inspect())
    await reader.close()
    assert str(raised.value).startswith(
        "Backsmith needs the table backsmith_idempotency and can't make it: The database is open for reading only.\n"
        "Let its user create tables, or make it yourself:\n"
        'CREATE TABLE "backsmith_idempotency" (\n'
    )


def test_one_may_have_columns_of_a_dialects_own_and_more_statements() -> None:
    def needed(blueprint: Any) -> bool:
        return True

    own = OwnTable(
        name="backsmith_things",
        columns=(
            OwnColumn("id", Text()),
            OwnColumn("made", Text(), storage={"sqlite": "any"}, default={"sqlite": "1"}),
        ),
        key=("id",),
        indexes=(("made",),),
        also={"sqlite": ("CREATE TRIGGER backsmith_x …",)},
        needed=needed,
    )
    assert statements(own, SqliteDialect()) == [
        'CREATE TABLE "backsmith_things" (\n'
        '    "id" TEXT NOT NULL,\n'
        '    "made" ANY NOT NULL DEFAULT 1,\n'
        '    PRIMARY KEY ("id")\n'
        ") STRICT",
        'CREATE INDEX "backsmith_things_made_idx" ON "backsmith_things" ("made")',
        "CREATE TRIGGER backsmith_x …",
    ]


OLDER = OwnTable(
    name="backsmith_idempotency",
    columns=IDEMPOTENCY.columns[:4],
    key=("scope",),
    needed=IDEMPOTENCY.needed,
)
"""As an earlier version might have made it: without two columns and an index."""


def newer(blueprint: Any) -> OwnTable:
    return replace(
        IDEMPOTENCY,
        columns=(*IDEMPOTENCY.columns[:4], OwnColumn("body", Bytes(), nullable=True), OwnColumn("tries", Integer(),
            default={"sqlite": "0", "postgres": "0"})),
        indexes=(("status", "scope"),),
    )  # fmt: skip


async def test_one_of_an_older_version_is_brought_up_to_date(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blueprint = blueprint_of(tmp_path, WRITABLE)
    await database.execute(";\n".join(statements(OLDER, database.dialect)))
    place = "x'00'" if database.dialect.name == "sqlite" else "'\\x00'"
    await database.execute(f"INSERT INTO backsmith_idempotency VALUES ({place}, {place}, 200, '[]')")
    monkeypatch.setattr(own_tables, "OWN_TABLES", (newer(blueprint),))
    await create_own_tables(database, blueprint, await database.inspect())
    actual = await database.inspect()
    table = next(table for table in actual.tables if table.name == "backsmith_idempotency")
    assert [column.name for column in table.columns] == ["scope", "fingerprint", "status", "headers", "body", "tries"]
    assert [index.columns for index in table.indexes] == [("status", "scope")]
    rows = await database.fetch("SELECT status, body, tries FROM backsmith_idempotency", ())
    assert [tuple(row) for row in rows] == [(200, None, 0)]
    assert missing(newer(blueprint), actual, database.dialect) == []


async def test_several_workers_may_bring_one_up_to_date_at_once(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blueprint = blueprint_of(tmp_path, WRITABLE)
    workers = [open_database(database_url) for _ in range(4)]
    for worker in workers:
        await worker.open()
    await workers[0].execute(";\n".join(statements(OLDER, workers[0].dialect)))
    monkeypatch.setattr(own_tables, "OWN_TABLES", (newer(blueprint),))
    actual = await workers[0].inspect()
    await asyncio.gather(*(create_own_tables(worker, blueprint, actual) for worker in workers))
    assert missing(newer(blueprint), await workers[0].inspect(), workers[0].dialect) == []
    for worker in workers:
        await worker.close()


@pytest.mark.parametrize("own", OWN_TABLES, ids=lambda own: own.name)
async def test_what_was_just_made_lacks_nothing(database: Database, own: OwnTable) -> None:
    await database.execute(";\n".join(statements(own, database.dialect)))
    assert missing(own, await database.inspect(), database.dialect) == []
