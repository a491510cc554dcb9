"""Plans are carried out once, whatever happens meanwhile, by one applier at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from backsmith.blueprint.types import Integer
from backsmith.databases import Database, open_database
from backsmith.databases.changes import TableName
from backsmith.databases.steps import Alone, Batches, Statements, TransformRows
from backsmith.errors import UsageError
from backsmith.evolution.applying import (
    ChangedMeanwhileError,
    NeedsApprovalError,
    UnfinishedError,
    abandon,
    apply,
)
from backsmith.evolution.carrying import Progress, StepError, StoppedError
from backsmith.evolution.history import Head, fingerprint
from backsmith.evolution.plan import Approval, Plan
from backsmith.evolution.records import read_head, read_last_run, read_unfinished
from tests.evolution.applying.plans import NEW, OLD, QUICK, check, field, fill, plan_of, steps_of, things

pytestmark = pytest.mark.every_postgres

COUNTED = Statements(title="Count", statements=("UPDATE once SET n = n + 1",))
REFUSED = Statements(title="Ask too much", statements=("UPDATE once SET n = n + 1", "UPDATE nowhere SET n = 1"))


async def counted(database: Database) -> int:
    return (await database.fetch("SELECT n FROM once", ()))[0][0]


def told(progress: Sequence[Progress]) -> list[tuple[Any, ...]]:
    return [(each.state, each.number, each.title, each.rows, each.of) for each in progress]


async def test_all_kinds_of_steps(database: Database) -> None:
    await fill(database)
    progress: list[Progress] = []
    assert await apply(database, plan_of(database), NEW, options=QUICK, report=progress.append) == "applied"
    await check(database)
    assert await read_head(database) == Head(hash=fingerprint(NEW), blueprint=NEW)
    assert await read_unfinished(database) is None
    fills = [each for each in progress if each.number == 3]
    assert told(fills)[0] == ("begun", 3, "Fill", 0, 25)
    assert told(fills)[1] == ("moved", 3, "Fill", 10, 25)
    assert told(fills)[-2:] == [("moved", 3, "Fill", 25, 25), ("done", 3, "Fill", 0, 0)]
    assert [each.number for each in progress if each.state == "done"] == [1, 2, 3, 4, 5, 6]
    assert {each.steps for each in progress} == {6}


async def test_what_was_applied_is_not_applied_again(database: Database) -> None:
    await fill(database)
    plan = plan_of(database)
    await apply(database, plan, NEW, options=QUICK)
    assert await apply(database, plan, NEW, options=QUICK) == "nothing"
    await check(database)


async def test_a_database_nobody_applied_to_has_no_head(database: Database) -> None:
    assert await read_head(database) is None
    assert await read_unfinished(database) is None
    assert await read_last_run(database) == 0
    assert (await database.inspect()).tables == ()


async def test_of_two_appliers_one_waits_and_finds_nothing_to_do(database: Database, database_url: str) -> None:
    await fill(database)
    plan, progress = plan_of(database), list[Progress]()
    other = open_database(database_url)
    await other.open()
    begun = asyncio.Event()
    slow = replace(QUICK, throttle=0.01)
    first = asyncio.ensure_future(apply(database, plan, NEW, options=slow, report=lambda progress: begun.set()))
    await begun.wait()
    second = asyncio.ensure_future(apply(other, plan, NEW, options=QUICK, report=progress.append))
    assert await asyncio.gather(first, second) == ["applied", "nothing"]
    await check(database)
    assert [each.state for each in progress] == ["waiting"]
    assert "process" in progress[0].text and "since" in progress[0].text
    await other.close()


async def test_a_plan_for_another_head_is_refused(database: Database) -> None:
    await fill(database)
    await apply(database, plan_of(database, steps=(COUNTED,), to_hash=fingerprint(OLD)), OLD, options=QUICK)
    with pytest.raises(ChangedMeanwhileError):
        await apply(database, plan_of(database, steps=(COUNTED,)), NEW, options=QUICK)
    assert await counted(database) == 1


async def test_a_plan_made_before_another_run_is_refused(database: Database) -> None:
    """Two plans that put the same drift right have the same hashes."""
    await fill(database)
    hash = fingerprint(NEW)
    await apply(database, plan_of(database, steps=()), NEW, options=QUICK)
    plan = plan_of(database, steps=(COUNTED,), from_hash=hash, to_hash=hash)
    seen = await read_last_run(database)
    await apply(database, plan, NEW, options=QUICK, last_run=seen)
    with pytest.raises(ChangedMeanwhileError):
        await apply(database, plan, NEW, options=QUICK, last_run=seen)
    assert await counted(database) == 1


async def test_nothing_runs_without_approval(database: Database) -> None:
    await fill(database)
    drop = Statements(title="Drop", statements=("ALTER TABLE things DROP COLUMN name",), approval="drop:things.name")
    asked = Approval(name="drop:things.name", text="All names are lost.")
    plan = plan_of(database, steps=(COUNTED, drop), approvals=(asked,))
    with pytest.raises(NeedsApprovalError, match=r"needs approval: drop:things.name\. Nothing was done\."):
        await apply(database, plan, NEW, options=QUICK, approvals=("drop:things.count",))
    with pytest.raises(NeedsApprovalError):
        await apply(database, replace(plan, approvals=()), NEW, options=QUICK)
    assert await counted(database) == 0
    assert await read_unfinished(database) is None
    await apply(database, plan, NEW, options=QUICK, approvals=("drop:things.name",))
    assert await counted(database) == 1


async def test_a_step_that_is_refused_leaves_a_run_to_go_on_with(database: Database, database_kind: str) -> None:
    await fill(database)
    plan = plan_of(database, steps=(COUNTED, REFUSED, COUNTED))
    with pytest.raises(StepError) as raised:
        await apply(database, plan, NEW, options=QUICK)
    says = (
        "no such table: nowhere" if database_kind == "sqlite" else 'relation "nowhere" does not exist (SQLSTATE 42P01)'
    )
    assert str(raised.value) == (
        f"Step 2 of 3 (Ask too much) can't be done. The database said:\n  {says}\nto: UPDATE nowhere SET n = 1"
    )
    assert await counted(database) == 1  # nothing of the second step was kept
    run = await read_unfinished(database)
    assert run is not None
    assert (run.plan, run.blueprint, [step.number for step in run.steps]) == (plan, NEW, [1])
    await database.execute("CREATE TABLE nowhere (n integer)")
    progress: list[Progress] = []
    await apply(database, plan, NEW, options=QUICK, report=progress.append)
    assert await counted(database) == 3
    assert progress[0] == Progress(state="resumed", text="An earlier plan is unfinished: 1 of its 3 steps are done.")


async def test_another_target_has_to_wait_for_an_unfinished_run(database: Database) -> None:
    await fill(database)
    with pytest.raises(StepError):
        await apply(database, plan_of(database, steps=(COUNTED, REFUSED)), NEW, options=QUICK)
    other = plan_of(database, steps=(), to_hash=fingerprint(OLD))
    with pytest.raises(UnfinishedError, match="1 of its 2 steps are done"):
        await apply(database, other, OLD, options=QUICK)
    assert await abandon(database) is not None
    assert await abandon(database) is None
    await apply(database, other, OLD, options=QUICK)
    assert await read_head(database) == Head(hash=fingerprint(OLD), blueprint=OLD)


async def test_a_run_that_lost_something_is_not_abandoned(database: Database) -> None:
    await fill(database)
    drop = Statements(title="Drop", statements=("ALTER TABLE things DROP COLUMN name",), approval="drop:things.name")
    with pytest.raises(StepError):
        await apply(
            database, plan_of(database, steps=(drop, REFUSED)), NEW, options=QUICK, approvals=("drop:things.name",)
        )
    with pytest.raises(UsageError, match=r"can't be abandoned, because drop:things.name was begun"):
        await abandon(database)
    assert await read_unfinished(database) is not None


async def test_an_index_that_cannot_be_built_leaves_nothing(database: Database, database_kind: str) -> None:
    await fill(database)
    await database.execute("UPDATE things SET count = 1")
    concurrently = "" if database_kind == "sqlite" else "CONCURRENTLY"
    step = Alone(
        title="Make counts unique",
        statement=f"CREATE UNIQUE INDEX {concurrently} things_count ON things (count)",
        undo=f"DROP INDEX {concurrently} IF EXISTS things_count",
    )
    with pytest.raises(StepError, match="Make counts unique"):
        await apply(database, plan_of(database, steps=(step,)), NEW, options=QUICK)
    await database.execute("UPDATE things SET count = id")
    table = next(table for table in (await database.inspect()).tables if table.name == "things")
    assert table.indexes == ()
    await apply(database, plan_of(database, steps=(step,)), NEW, options=QUICK)


async def test_stopping_finishes_the_batch(database: Database) -> None:
    await fill(database)
    stop = asyncio.Event()

    def stopping(progress: Progress) -> None:
        if progress.state == "moved":
            stop.set()

    with pytest.raises(StoppedError) as raised:
        await apply(database, plan_of(database), NEW, options=QUICK, report=stopping, stop=stop)
    assert raised.value.told
    run = await read_unfinished(database)
    assert run is not None
    assert [(step.number, step.done, step.cursor, step.rows) for step in run.steps] == [
        (1, True, None, 0),
        (2, True, None, 0),
        (3, False, ("30",), 10),
    ]
    assert [row[1] for row in await things(database)][8:12] == [10, 11, 11, 12]
    await apply(database, plan_of(database), NEW, options=QUICK)
    await check(database)


async def test_keys_of_several_columns(database: Database) -> None:
    await database.execute(
        "CREATE TABLE pairs (a integer NOT NULL, b varchar(20) NOT NULL, n integer NOT NULL, PRIMARY KEY (a, b))"
    )
    names = ["it''s", "x", "Ä", "z''", 'q"']
    values = ", ".join(f"({a}, '{b}', 0)" for a in range(7) for b in names)
    await database.execute(f"INSERT INTO pairs VALUES {values}")
    step = Batches(
        title="Count",
        table=TableName("pairs"),
        key=("a", "b"),
        key_types=("integer", "text"),
        alias="pairs",
        statement="UPDATE pairs SET n = n + 1 WHERE n >= 0",
    )
    await apply(database, plan_of(database, steps=(step,)), NEW, options=replace(QUICK, first_batch=2))
    assert [row[0] for row in await database.fetch("SELECT n FROM pairs", ())] == [1] * 35


async def test_rows_without_a_key_of_their_own(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await database.open()
    await database.execute("CREATE TABLE notes (n integer)")
    await database.execute("INSERT INTO notes VALUES (1), (2), (3), (4), (5)")
    step = Batches(
        title="Count",
        table=TableName("notes"),
        key=("rowid",),
        key_types=("integer",),
        alias="notes",
        statement="UPDATE notes SET n = n + 10 WHERE n > 1",
    )
    await apply(database, plan_of(database, steps=(step,)), NEW, options=replace(QUICK, first_batch=2))
    assert [row[0] for row in await database.fetch("SELECT n FROM notes", ())] == [1, 12, 13, 14, 15]
    await database.close()


def failing(count: int) -> int:
    """No answer for one of them."""
    if count == 17:
        raise ValueError("seventeen")
    return count + 1


async def test_a_function_without_an_answer_says_for_which_row(database: Database) -> None:
    await fill(database)
    step = TransformRows(
        title="Grow",
        table=TableName("things"),
        key=(field("id", Integer()),),
        function=f"{__name__}:failing",
        reads=(field("count", Integer()),),
        writes=(field("count", Integer()),),
    )
    with pytest.raises(StepError) as raised:
        await apply(database, plan_of(database, steps=(step,)), NEW, options=QUICK)
    assert str(raised.value) == (
        f"Step 1 of 1 (Grow) came to a row that {__name__}:failing has no answer for.\n"
        "  things, key 51: ValueError: seventeen"
    )
    counts = [row[0] for row in await database.fetch("SELECT count FROM things ORDER BY id", ())]
    assert counts == [*range(2, 12), *range(11, 26)]  # the first batch is kept, the second isn't


async def test_steps_of_every_kind_can_be_told(database: Database) -> None:
    assert [type(step) for step in steps_of(database.dialect.name)] == [
        Statements, Statements, Batches, Alone, TransformRows, Statements,
    ]  # fmt: skip


async def test_a_lost_table_of_runs_makes_no_step_done(database: Database) -> None:
    """Somebody drops `backsmith_runs`: what its steps were counts for no later run of the same number."""
    await database.execute("CREATE TABLE once (n integer); INSERT INTO once VALUES (0)")
    once = Plan(mode="direct", database="", from_hash=None, to_hash=fingerprint(OLD), steps=(COUNTED,))
    await apply(database, once, OLD, options=QUICK)
    await database.execute("DROP TABLE backsmith_runs")
    assert await read_unfinished(database) is None
    await apply(database, replace(once, from_hash=fingerprint(OLD), to_hash=fingerprint(NEW)), NEW, options=QUICK)
    assert await counted(database) == 2
