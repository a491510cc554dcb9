"""Rows that decide what others may write stay as they are until that is written, on PostgreSQL, where transactions
run at the same time.

In each of these tests two connections take turns: one holds its transaction open, the other is seen to wait for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from backsmith import errors
from backsmith.blueprint import compile as compile_model
from backsmith.blueprint import load
from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases import open_database
from backsmith.databases.transaction import Transaction
from backsmith.engine.writing.work import Given, Work
from backsmith.errors import RequestError
from tests.writing.desk import ADA, NOON, Desk, begin

pytestmark = pytest.mark.every_postgres
START: dict[str, list[dict[str, Any]]] = {
    "Team": [{"id": 1}],
    "Person": [{"id": 1, "team_id": 1}],
    "Project": [{"id": 1, "team_id": 1}, {"id": 2, "open": False}],
    "Task": [{"id": 1, "project_id": 1}, {"id": 2, "project_id": 1}],
    "Move": [{"id": 1, "project_id": 2}],
    "Vote": [{"id": 1}],
    "Shelf": [{"id": 1}],
}
CLOSE = "UPDATE projects SET open = false WHERE id = 1"
OPEN = "UPDATE projects SET open = true WHERE id = 2"
CLOSE_TEAM = "UPDATE teams SET open = false"
LEAVE = "UPDATE people SET active = false"


@pytest.fixture(scope="module")
def blueprint() -> Blueprint:
    return compile_model(load(str(Path(__file__).with_name("crowd.py"))))[0]


@pytest.fixture
def desk(postgres_url: str, blueprint: Blueprint, run: Any) -> Iterator[Desk]:
    yield from opened(postgres_url, blueprint, run, "read_committed")


@pytest.fixture
def serializable(postgres_url: str, blueprint: Blueprint, run: Any) -> Iterator[Desk]:
    yield from opened(postgres_url, blueprint, run, "serializable")


def opened(url: str, blueprint: Blueprint, run: Any, isolation: Any) -> Iterator[Desk]:
    database = open_database(url, isolation=isolation, pool_size=3)
    run(database.open())
    desk = Desk(database, blueprint=blueprint)
    run(begin(desk, START))
    yield desk
    run(database.close())


@asynccontextmanager
async def other(url: str) -> AsyncGenerator[asyncpg.Connection]:
    """Another program's connection."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def has_to_wait(witness: asyncpg.Connection, task: asyncio.Future[Any]) -> bool:
    """Whether a statement of the task comes to wait for a lock; else the task has ended."""
    while not task.done():
        if await witness.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            return True
        await asyncio.sleep(0.002)
    return False


async def meanwhile(url: str, change: str, write: Awaitable[Any]) -> Any:
    """What comes of a write that begins while another transaction has made a change and not yet kept it."""
    async with other(url) as one, other(url) as witness:
        transaction = one.transaction()
        await transaction.start()
        await one.execute(change)
        writing = asyncio.ensure_future(write)
        waited = await has_to_wait(witness, writing)
        await transaction.commit()
        return ("waited" if waited else "went on"), await writing


WRITES = {
    "a rule to create": (CLOSE, lambda desk: desk.create("Task", {"project_id": 1}), 403),
    "many rows": (CLOSE, lambda desk: desk.create("Task", {"project_id": 1}, {"project_id": 1}), 403),
    "a rule to update": (CLOSE, lambda desk: desk.update("Task", 1, size=2), 403),
    "a rule to delete": (CLOSE, lambda desk: desk.delete("Task", 1), 403),
    "a computed field": (CLOSE, lambda desk: desk.create("Mark", {"project_id": 1}), 403),
    "a row that may not be there": (CLOSE_TEAM, lambda desk: desk.create("Step", {"task_id": 1}), 403),
    "a condition that is false": (OPEN, lambda desk: desk.create("Remark", {"project_id": 2, "text": "over"}), 403),
    "a check": (CLOSE, lambda desk: desk.create("Bill", {"project_id": 1}), 422),
    "who asks": (LEAVE, lambda desk: desk.create("Vote", {}), 403),
    "their team": (CLOSE_TEAM, lambda desk: desk.delete("Vote", 1), 403),
    "before and after": (CLOSE, lambda desk: desk.update("Move", 1, project_id=1), 403),
}


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_waits_for_a_change_of_what_its_rule_looks_at(desk: Desk, postgres_url: str, name: str) -> None:
    change, write, status = WRITES[name]
    how, found = await meanwhile(postgres_url, change, write(desk))
    assert (how, found.get("status", found)) == ("waited", status)


async def test_an_upsert_waits_too(desk: Desk, postgres_url: str) -> None:
    upsert = desk.upsert("Task", {"id": 1, "project_id": 1, "size": 3}, on=("id",))
    how, found = await meanwhile(postgres_url, CLOSE, upsert)
    assert (how, found["status"]) == ("waited", 403)


async def test_of_a_filter_what_a_change_forbids_is_skipped(desk: Desk, postgres_url: str) -> None:
    update = desk.update("Task", "size=eq.1", size=2)
    assert await meanwhile(postgres_url, CLOSE, update) == ("waited", {"keys": [], "skipped": 2})
    assert await desk.table("Task", "id", "size") == [(1, 1), (2, 1)]


async def test_what_a_change_still_allows_is_written_after_it(desk: Desk, postgres_url: str) -> None:
    change = "UPDATE projects SET team_id = NULL WHERE id = 1"
    create = desk.create("Task", {"project_id": 1}, select="project_id")
    assert await meanwhile(postgres_url, change, create) == ("waited", {"keys": [3], "shown": [{"project_id": 1}]})


async def test_a_row_that_changes_itself_is_asked_about_again(desk: Desk, postgres_url: str) -> None:
    """The row is found as it was, and moves to a closed project while its update waits for it."""
    move = "UPDATE tasks SET project_id = 2 WHERE id = 1"
    how, found = await meanwhile(postgres_url, move, desk.update("Task", 1, size=2))
    assert (how, found["status"]) == ("waited", 403)
    grow = "UPDATE tasks SET size = 9 WHERE id = 2"
    assert await meanwhile(postgres_url, grow, desk.update("Task", 2, size=2)) == ("waited", {"keys": [2]})
    assert await desk.table("Task", "id", "size") == [(1, 1), (2, 2)]


async def test_a_change_waits_for_what_was_written_by_the_rule(desk: Desk, postgres_url: str) -> None:
    created, ended = asyncio.Event(), asyncio.Event()

    async def create(transaction: Transaction) -> None:
        work = Work(transaction, ADA, desk.authorizer.kind(ADA), NOON, "r")
        await desk.writer.create(work, desk.catalogue.resources["Task"], [Given({"project_id": 1})])
        created.set()
        await ended.wait()

    creating = asyncio.create_task(desk.database.transact(create))
    await created.wait()
    async with other(postgres_url) as one, other(postgres_url) as witness:
        closing = asyncio.create_task(one.execute(f"{CLOSE} AND (SELECT count(*) FROM tasks) = 2"))
        assert await has_to_wait(witness, closing)
        ended.set()
        await asyncio.gather(creating, closing)
    assert await desk.table("Task") == [(1,), (2,), (3,)]


async def test_writes_by_the_same_row_do_not_wait_for_one_another(desk: Desk, postgres_url: str) -> None:
    sharing = "INSERT INTO tasks (project_id, size) SELECT 1, 1 FROM projects WHERE id = 1 FOR SHARE"
    assert await meanwhile(postgres_url, sharing, desk.create("Task", {"project_id": 1})) == ("went on", {"keys": [4]})


async def test_what_is_read_waits_for_nobody(desk: Desk, postgres_url: str) -> None:
    """Neither a row that need only be there to be seen, nor what is shown."""
    change = "UPDATE shelves SET open = false"
    create = desk.create("Book", {"shelf_id": 1}, select="id,shelf(open)")
    assert await meanwhile(postgres_url, change, create) == (
        "went on",
        {"keys": [1], "shown": [{"id": 1, "shelf": {"open": True}}]},
    )


async def test_who_waits_for_each_other_is_tried_again(desk: Desk) -> None:
    """Both look at a project by their rule, then want to change it: one of them has to begin again."""
    both, tries = asyncio.Barrier(2), list[int]()

    async def create_and_close(transaction: Transaction) -> None:
        tries.append(1)
        work = Work(transaction, ADA, desk.authorizer.kind(ADA), NOON, "r")
        await desk.writer.create(work, desk.catalogue.resources["Task"], [Given({"project_id": 1})])
        if len(tries) <= 2:
            await both.wait()
        await transaction.fetch(CLOSE)

    works = (desk.database.transact(create_and_close, retry=True) for _ in range(2))
    results = await asyncio.gather(*works, return_exceptions=True)
    (refusal,) = (result for result in results if result is not None)
    assert isinstance(refusal, RequestError) and refusal.kind == errors.FORBIDDEN
    assert len(tries) == 3 and len(await desk.table("Task")) == 3


async def test_conditions_on_many_rows_look_at_one_that_is_locked(desk: Desk, postgres_url: str) -> None:
    await desk.database.execute("UPDATE tasks SET project_id = 2, size = 9 WHERE id = 1")
    how, found = await meanwhile(postgres_url, OPEN, desk.create("Item", {"project_id": 2}))
    assert (how, found["status"]) == ("waited", 403)


# Rows that aren't there can't be locked -------------------------------------------------------------------------------


async def at_once(desk: Desk) -> list[int | str]:
    """What comes of two creates of a seat, both of which have found room when the first ends."""
    both, tries = asyncio.Barrier(2), list[int]()

    async def create(transaction: Transaction) -> None:
        tries.append(1)
        work = Work(transaction, ADA, desk.authorizer.kind(ADA), NOON, "r")
        await desk.writer.create(work, desk.catalogue.resources["Seat"], [Given({"project_id": 1})])
        if len(tries) <= 2:
            await both.wait()

    works = (desk.database.transact(create, retry=True) for _ in range(2))
    results = await asyncio.gather(*works, return_exceptions=True)
    return sorted(result.kind.code if isinstance(result, RequestError) else "kept" for result in results)


async def test_read_committed_lets_both_pass_that_count_the_same_rows(desk: Desk) -> None:
    assert await at_once(desk) == ["kept", "kept"]


async def test_serializable_lets_one_of_them_pass(serializable: Desk) -> None:
    assert await at_once(serializable) == ["42501", "kept"]


async def test_serializable_keeps_to_rules_about_one_row_too(serializable: Desk, postgres_url: str) -> None:
    create = serializable.create("Task", {"project_id": 1})
    how, found = await meanwhile(postgres_url, CLOSE, create)
    assert (how, found["status"]) == ("waited", 403)
