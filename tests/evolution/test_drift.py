"""Databases that somebody changed by hand since the last version: the plan says what, what is needed is put right, and
nothing that was added goes without approval."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backsmith.databases import Database, open_database
from backsmith.evolution.applying import NeedsApprovalError, apply
from backsmith.evolution.create import create_missing
from backsmith.evolution.plan import Drift, Plan, verdict
from backsmith.evolution.planning import plan
from backsmith.evolution.records import read_head
from tests.evolution.versions import Versions

MODEL = """
class Station(Entity, private=True):
    title: str

class Pump(Entity, private=True):
    name: Annotated[str, Unique()]
    size: Annotated[int, Indexed()]
    state: str = "new"
    level: Annotated[int, Ge(0)]
    note: str | None
    station: Station | None
"""
ROWS = (
    "INSERT INTO stations (id, title) VALUES (1, 'north')",
    "INSERT INTO pumps (id, name, size, level, note, station_id) VALUES (1, 'a', 4, 1, 'x', 1)",
    "INSERT INTO pumps (id, name, size, level, note, station_id) VALUES (2, 'b', 5, 2, NULL, 1)",
)
RIGHT = "Apply this plan: it puts that right."
SO = "Keep it so: write it into the model."
KEEP = "Keep it: write it into the model."
GOES = "Apply this plan, with approval: it goes."


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    return Versions(tmp_path)


async def made(database: Database, versions: Versions, *by_hand: str) -> Any:
    """A database with rows in it, changed by hand; its blueprint."""
    blueprint = versions.next(MODEL)
    await create_missing(database, blueprint)
    for statement in (*ROWS, *by_hand):
        await database.execute(statement)
    return blueprint


async def put_right(database: Database, versions: Versions, *by_hand: str, approve: tuple[str, ...] = ()) -> Plan:
    """The plan, after it was carried out and left nothing to do."""
    blueprint = await made(database, versions, *by_hand)
    planned = await plan(database, blueprint, approvals=approve)
    assert await apply(database, planned.plan, planned.blueprint) == "applied"
    again = (await plan(database, blueprint)).plan
    assert (verdict(again), again.drift, again.changes) == ("none", (), ())
    return planned.plan


async def _opened(url: str) -> Database:
    database = open_database(url)
    await database.open()
    return database


async def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.read(sql)]


async def test_a_column_that_is_gone_is_added_again(database: Database, versions: Versions) -> None:
    plan = await put_right(database, versions, "ALTER TABLE pumps DROP COLUMN state")
    assert plan.drift == (
        Drift(
            text="Column pumps.state is gone.",
            ways=(
                "Apply this plan: it adds the column again, without the values that were in it.",
                "Leave it so: take state out of the model.",
            ),
        ),
    )
    assert verdict(plan) == "safe"
    assert await rows(database, "SELECT id, state FROM pumps ORDER BY id") == [(1, "new"), (2, "new")]


async def test_a_column_that_was_renamed_keeps_its_values(database: Database, versions: Versions) -> None:
    plan = await put_right(database, versions, "ALTER TABLE pumps RENAME COLUMN note TO remark")
    assert plan.drift == (
        Drift(
            text="Column pumps.note is gone.",
            ways=(
                'Was it renamed to remark? Rename it back: ALTER TABLE "pumps" RENAME COLUMN "remark" TO "note";',
                "Apply this plan: it adds the column again, without the values that were in it.",
                "Leave it so: take note out of the model.",
            ),
        ),
    )
    assert await rows(database, "SELECT id, note, remark FROM pumps ORDER BY id") == [(1, None, "x"), (2, None, None)]


async def test_what_nobody_asks_for_stays_and_is_not_mentioned(database: Database, versions: Versions) -> None:
    blueprint = await made(
        database,
        versions,
        "ALTER TABLE pumps ADD COLUMN extra text",
        "ALTER TABLE pumps ADD COLUMN more text NOT NULL DEFAULT 'm'",
        "UPDATE pumps SET extra = 'mine'",
        "CREATE INDEX theirs ON pumps (level)",
        "CREATE TABLE others (a integer)",
    )
    planned = (await plan(database, blueprint)).plan
    assert (verdict(planned), planned.drift, planned.changes) == ("none", (), ())
    # Nor does it go with a change that makes the table anew.
    changed = versions.next(MODEL.replace('= "new"', '= "old"').replace("size: Annotated[int,", "size: Annotated[str,"))
    planned = await plan(database, changed, approvals=("convert:pumps.size",))
    await apply(database, planned.plan, planned.blueprint)
    assert await rows(database, "SELECT id, size, extra, more FROM pumps ORDER BY id") == [
        (1, "4", "mine", "m"),
        (2, "5", "mine", "m"),
    ]
    assert {"pumps", "others", "stations"} <= {table.name for table in (await database.inspect()).tables}
    [pumps] = [table for table in (await database.inspect()).tables if table.name == "pumps"]
    assert "theirs" in [index.name for index in pumps.indexes]


async def test_a_column_without_which_no_row_can_be_made_goes_with_approval_alone(
    database: Database, versions: Versions
) -> None:
    blueprint = versions.next(MODEL)
    await create_missing(database, blueprint)
    if database.dialect.name == "sqlite":
        await database.execute("ALTER TABLE pumps ADD COLUMN must integer")
        await database.execute("ALTER TABLE pumps ALTER COLUMN must SET NOT NULL")
    else:
        await database.execute("ALTER TABLE pumps ADD COLUMN must integer NOT NULL")
    await database.execute(
        "INSERT INTO pumps (id, name, size, level, must) VALUES (1, 'a', 4, 1, 7)",
    )
    planned = await plan(database, blueprint)
    assert planned.plan.drift == (
        Drift(
            text="Column pumps.must (integer) was added, and no row can be made without it.",
            ways=(
                "Apply this plan, with approval: the column goes, with its values.",
                "Keep it: write must into the model, or give it a default by SQL.",
            ),
        ),
    )
    [approval] = planned.plan.approvals
    assert (approval.name, approval.text, approval.given) == (
        "drop:pumps.must",
        "1 value is lost. Servers of the version before fail until they are replaced.",
        False,
    )
    with pytest.raises(NeedsApprovalError):
        await apply(database, planned.plan, planned.blueprint)
    assert await rows(database, "SELECT must FROM pumps") == [(7,)]


async def test_a_table_that_is_gone_is_made_again(database: Database, versions: Versions) -> None:
    plan = await put_right(database, versions, "DROP TABLE pumps")
    assert plan.drift == (
        Drift(
            text="Table pumps is gone.",
            ways=(
                "Apply this plan: it makes the table again, without the rows that were in it.",
                "Bring the rows back from a backup, or take the entity of pumps out of the model.",
            ),
        ),
    )


async def test_an_index_that_is_gone_is_made_again(database: Database, versions: Versions) -> None:
    plan = await put_right(database, versions, "DROP INDEX pumps_size_idx")
    assert plan.drift == (Drift(text="The index on (size) of pumps is gone.", ways=(RIGHT, SO)),)


async def test_an_index_that_keeps_values_unique_goes_with_approval_alone(
    database: Database, versions: Versions
) -> None:
    blueprint = await made(database, versions, "CREATE UNIQUE INDEX theirs ON pumps (level)")
    planned = (await plan(database, blueprint)).plan
    assert planned.drift == (Drift(text="(level) of pumps is kept unique now.", ways=(GOES, KEEP)),)
    assert [(each.name, each.text) for each in planned.approvals] == [
        ("drop:pumps.theirs", "No longer keep (level) of pumps unique: only the database has it.")
    ]
    assert verdict(planned) == "approval"
    kept = (await plan(database, versions.next(MODEL.replace("Ge(0)]", "Ge(0), Unique()]")))).plan
    assert kept.drift == (Drift(text="(level) of pumps is kept unique now.", ways=("The model has it so too.",)),)
    assert (verdict(kept), kept.changes) == ("safe", ())


POSTGRES = {
    "ALTER TABLE pumps ALTER state DROP DEFAULT": ("Column pumps.state has no default; it had 'new'.", ()),
    "ALTER TABLE pumps ALTER state SET DEFAULT 'old'": (
        "Column pumps.state has the default 'old'::text; it had 'new'.",
        (),
    ),
    "ALTER TABLE pumps ALTER level SET DEFAULT 4": ("Column pumps.level has the default 4; it had none.", ()),
    "ALTER TABLE pumps ALTER size TYPE integer": (
        "Column pumps.size is integer; it was bigint.",
        ("convert:pumps.size",),
    ),
    "ALTER TABLE pumps ALTER state DROP NOT NULL": ("Column pumps.state is now allowed to be null.", ()),
    "UPDATE pumps SET note = ''; ALTER TABLE pumps ALTER note SET NOT NULL": (
        "Column pumps.note is no longer allowed to be null.",
        (),
    ),
    "ALTER TABLE pumps DROP CONSTRAINT pumps_name_key": ("(name) of pumps is no longer kept unique.", ()),
    "ALTER TABLE pumps DROP CONSTRAINT pumps_level_check": ('A check of pumps is gone: "level" >= 0', ()),
    "ALTER TABLE pumps DROP CONSTRAINT pumps_station_id_fkey": (
        "The foreign key of pumps (station_id) to stations is gone.",
        (),
    ),
}
ADDED = {
    "ALTER TABLE pumps ADD CONSTRAINT c CHECK (level < 100)": "A check of pumps was added: (level < 100)",
    "ALTER TABLE pumps ADD CONSTRAINT c UNIQUE (level)": "(level) of pumps is kept unique now.",
    "ALTER TABLE pumps ADD CONSTRAINT c FOREIGN KEY (level) REFERENCES pumps": (
        "A foreign key of pumps (level) to pumps was added."
    ),
}


@pytest.mark.parametrize("statement", POSTGRES)
async def test_what_was_changed_is_put_right(statement: str, postgres_url: str, versions: Versions) -> None:
    text, approve = POSTGRES[statement]
    database = await _opened(postgres_url)
    try:
        plan = await put_right(database, versions, statement, approve=approve)
        assert plan.drift == (Drift(text=text, ways=(RIGHT, SO)),)
        assert tuple(each.name for each in plan.approvals) == approve
    finally:
        await database.close()


@pytest.mark.parametrize("statement", ADDED)
async def test_a_constraint_that_was_added_goes_with_approval_alone(
    statement: str, postgres_url: str, versions: Versions
) -> None:
    database = await _opened(postgres_url)
    try:
        blueprint = await made(database, versions, statement)
        planned = await plan(database, blueprint)
        assert planned.plan.drift == (Drift(text=ADDED[statement], ways=(GOES, KEEP)),)
        with pytest.raises(NeedsApprovalError, match=r"The plan needs approval: drop:pumps\.c\. Nothing was done\."):
            await apply(database, planned.plan, planned.blueprint)
        planned = await plan(database, blueprint, approvals=("drop:pumps.c",))
        assert await apply(database, planned.plan, planned.blueprint) == "applied"
    finally:
        await database.close()


async def test_own_tables_that_are_gone_are_made_again(database: Database, versions: Versions) -> None:
    blueprint = await made(database, versions)
    for table in ("backsmith_blueprints", "backsmith_runs", "backsmith_steps"):
        await database.execute(f"DROP TABLE {table}")
    planned = await plan(database, blueprint)
    assert (planned.plan.from_hash, planned.plan.changes, planned.plan.drift) == (None, (), ())
    assert await apply(database, planned.plan, planned.blueprint) == "applied"
    head = await read_head(database)
    assert head is not None
    assert head.hash == planned.plan.to_hash
    assert await rows(database, "SELECT count(*) FROM pumps") == [(2,)]
