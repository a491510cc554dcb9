"""Locks that others hold, connections that are lost, and the time that is left to others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from time import monotonic

import asyncpg
import pytest
from msgspec.structs import replace

from backsmith.blueprint.types import Integer
from backsmith.databases import Database, open_database
from backsmith.databases.changes import TableName
from backsmith.databases.steps import Alone, Lock, Statements, TransformRows
from backsmith.evolution.applying import apply
from backsmith.evolution.carrying import Options, Patience, Progress, StoppedError
from backsmith.evolution.records import read_unfinished
from tests.evolution.applying.plans import NEW, QUICK, check, field, fill, plan_of

SHORT = replace(QUICK, lock_timeout=0.1)
CHANGE = Statements(title="Add a column", statements=("ALTER TABLE things ADD COLUMN size integer",))


@asynccontextmanager
async def held(url: str) -> AsyncGenerator[None]:
    """Somebody else reads and writes the things, for as long as the block runs."""
    other = open_database(url)
    await other.open()
    async with other.session() as session:
        if other.dialect.name == "sqlite":
            await session.run_alone("BEGIN IMMEDIATE", lock_timeout=1)
        else:
            await session.run_alone("BEGIN", lock_timeout=1)
            await session.fetch("UPDATE things SET count = count RETURNING 1")
        yield
        await session.run_alone("ROLLBACK", lock_timeout=1)
    await other.close()


async def test_a_lock_is_tried_again_until_it_is_free(database: Database, database_url: str) -> None:
    await fill(database)
    await apply(database, plan_of(database, steps=(), to_hash="0"), NEW, options=QUICK)
    progress: list[Progress] = []
    plan = plan_of(database, steps=(CHANGE,), from_hash="0")
    async with held(database_url):
        applying = asyncio.ensure_future(apply(database, plan, NEW, options=SHORT, report=progress.append))
        await asyncio.sleep(0.6)
        assert not applying.done()
    assert await applying == "applied"
    locked = [each for each in progress if each.state == "locked"]
    assert len(locked) >= 2
    assert {each.text for each in locked} <= {
        "another process writes to the database",
        "canceling statement due to lock timeout",
    }


async def test_after_its_patience_it_stops_and_can_go_on(database: Database, database_url: str) -> None:
    await fill(database)
    plan = plan_of(database, steps=(CHANGE,))
    impatient = replace(SHORT, patience=0.3)
    began = monotonic()
    async with held(database_url):
        with pytest.raises(StoppedError, match=r"didn't get its lock within 0\.3 seconds") as raised:
            await apply(database, plan, NEW, options=impatient)
    assert not raised.value.told
    assert monotonic() - began < 5
    assert await apply(database, plan, NEW, options=SHORT) == "applied"


async def test_it_stops_while_it_waits_for_a_lock(database: Database, database_url: str) -> None:
    await fill(database)
    stop = asyncio.Event()
    slow = replace(SHORT, first_pause=30, longest_pause=30, patience=600)
    async with held(database_url):
        applying = asyncio.ensure_future(
            apply(
                database,
                plan_of(database, steps=(CHANGE,)),
                NEW,
                options=slow,
                stop=stop,
                report=lambda progress: stop.set() if progress.state == "locked" else None,
            )
        )
        with pytest.raises(StoppedError):
            await asyncio.wait_for(applying, 5)


def test_pauses_grow_and_are_never_the_same() -> None:
    patience = Patience(Options())
    pauses = [patience.next_pause() for _ in range(10)]
    for pause, longest in zip(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60], strict=True):
        assert pause is not None and longest / 2 <= pause <= longest
    assert len(set(pauses)) == 10


async def test_it_stops_while_another_one_applies(database: Database, database_url: str) -> None:
    await fill(database)
    stop = asyncio.Event()
    other = open_database(database_url)
    await other.open()
    async with other.session() as session, session.alone():
        with pytest.raises(StoppedError, match="Stopped while another one was applying"):
            await apply(
                database,
                plan_of(database),
                NEW,
                options=QUICK,
                stop=stop,
                report=lambda progress: stop.set() if progress.state == "waiting" else None,
            )
    await other.close()
    assert await apply(database, plan_of(database), NEW, options=QUICK) == "applied"


async def test_batches_leave_time_to_others(database: Database) -> None:
    await fill(database)
    step = plan_of(database).steps[2]
    add = plan_of(database).steps[0]
    took: list[float] = []
    for number, throttle in enumerate((1.0, 0.005)):
        plan = plan_of(
            database,
            steps=(step,) if number else (add, step),
            from_hash=str(number) if number else None,
            to_hash=str(number + 1),
        )
        began = monotonic()
        await apply(database, plan, NEW, options=replace(QUICK, throttle=throttle, batch_seconds=0.000001))
        took.append(monotonic() - began)
    assert took[1] > took[0] * 3


@pytest.mark.every_postgres
async def test_a_lost_connection_is_made_again(postgres_url: str) -> None:
    database = open_database(postgres_url)
    await database.open()
    await fill(database)
    progress: list[Progress] = []
    killer = await asyncpg.connect(postgres_url)
    ends: list[asyncio.Future[object]] = []

    def losing(told: Progress) -> None:
        progress.append(told)
        if told.state in ("moved", "begun") and len(ends) < 6:
            ends.append(asyncio.ensure_future(terminate()))

    async def terminate() -> None:
        async with one_at_a_time:
            await killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'backsmith apply%'"
                " AND datname = current_database()"
            )

    one_at_a_time = asyncio.Lock()
    assert await apply(database, plan_of(database), NEW, options=QUICK, report=losing) == "applied"
    await asyncio.gather(*ends)
    await check(database)
    assert next(each.text for each in progress if each.state == "lost") == "The connection to PostgreSQL was lost."
    await killer.close()
    await database.close()


async def test_an_index_waits_for_long_transactions_instead_of_beginning_anew(postgres_url: str) -> None:
    database = open_database(postgres_url)
    await database.open()
    await fill(database)
    progress: list[Progress] = []
    step = Alone(
        title="Build an index",
        statement="CREATE INDEX CONCURRENTLY things_count ON things (count)",
        undo="DROP INDEX CONCURRENTLY IF EXISTS things_count",
        locks=(Lock("things", "SHARE UPDATE EXCLUSIVE", "schema changes"),),
    )
    async with held(postgres_url):
        applying = asyncio.ensure_future(
            apply(database, plan_of(database, steps=(step,)), NEW, options=SHORT, report=progress.append)
        )
        await asyncio.sleep(0.5)
        assert not applying.done()
    assert await applying == "applied"
    assert [each.state for each in progress] == ["begun", "done"]
    await database.close()


async def test_cancelled_it_leaves_a_run_to_go_on_with(database: Database) -> None:
    await fill(database)
    slow = {
        "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
        "postgres": "SELECT pg_sleep(60)",
    }
    endless = Statements(title="Wait", statements=("UPDATE once SET n = 7", slow[database.dialect.name]))
    applying = asyncio.ensure_future(apply(database, plan_of(database, steps=(endless,)), NEW, options=QUICK))
    await asyncio.sleep(0.3)
    applying.cancel()
    began = monotonic()
    with pytest.raises(asyncio.CancelledError):
        await applying
    assert monotonic() - began < 5
    assert [row[0] for row in await database.fetch("SELECT n FROM once", ())] == [0]
    assert await read_unfinished(database) is not None


CHANGED = TransformRows(
    title="Grow",
    table=TableName("things"),
    key=(field("id", Integer()),),
    function=f"{__name__}:tenfold",
    reads=(field("count", Integer()),),
    writes=(field("count", Integer()),),
)
between: list[Callable[[], Awaitable[None]]] = []


async def tenfold(count: int) -> int:
    """Ten times as many; while it is asked, somebody may change the rows."""
    if count == 12 and between:
        await between.pop()()
    return count * 10


async def test_rows_that_are_changed_meanwhile_are_asked_about_again(database: Database) -> None:
    await fill(database)
    between.append(lambda: database.execute("UPDATE things SET count = 1000 WHERE count = 14"))
    await apply(database, plan_of(database, steps=(CHANGED,)), NEW, options=QUICK)
    counts = [row[0] for row in await database.fetch("SELECT count FROM things ORDER BY id", ())]
    assert counts == [10_000 if number == 14 else number * 10 for number in range(1, 26)]
