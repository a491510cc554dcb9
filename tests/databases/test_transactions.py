"""Transactions, as every database gives them: kept as a whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from backsmith import errors
from backsmith.blueprint.types import Integer, Text
from backsmith.databases import Database, open_database
from backsmith.databases.transaction import Again, Transaction, ViolationError
from backsmith.errors import DatabaseError, RequestError, UsageError

TABLES = """
CREATE TABLE shelf (id bigint PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE book (
    id bigint PRIMARY KEY,
    shelf_id bigint REFERENCES shelf,
    title text NOT NULL,
    pages bigint CONSTRAINT has_pages CHECK (pages > 0),
    label text GENERATED ALWAYS AS (title || '!') STORED,
    UNIQUE (title, pages)
);
CREATE UNIQUE INDEX book_title_folded ON book (lower(title));
INSERT INTO shelf VALUES (1, 'fiction');
INSERT INTO book (id, shelf_id, title, pages) VALUES (1, 1, 'Emma', 474)
"""
INSERT = "INSERT INTO shelf VALUES ({}, {})"


@pytest.fixture
def library(database: Database, run: Any) -> Database:
    run(database.execute(TABLES))
    return database


def insert(database: Database) -> str:
    return INSERT.format(database.dialect.placeholder(1, Integer()), database.dialect.placeholder(2, Text()))


async def shelves(database: Database) -> list[tuple[int, str]]:
    return [tuple(row) for row in await database.fetch("SELECT id, name FROM shelf ORDER BY id", ())]


def one(sql: str, *params: Any, **how: Any) -> Callable[[Transaction], Awaitable[list[tuple[Any, ...]]]]:
    """A work of one statement."""

    async def work(transaction: Transaction) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await transaction.fetch(sql, params, **how)]

    return work


@pytest.mark.every_postgres
@pytest.mark.parametrize("how", [{}, {"last": True}, {"heavy": True}, {"last": True, "heavy": True}])
async def test_what_a_work_did_is_kept_and_its_result_given(library: Database, how: Any) -> None:
    assert await library.transact(one(insert(library) + " RETURNING id, name", 2, "poems", **how)) == [(2, "poems")]
    assert await shelves(library) == [(1, "fiction"), (2, "poems")]


@pytest.mark.every_postgres
async def test_a_work_sees_what_it_did_before(library: Database) -> None:
    async def work(transaction: Transaction) -> list[dict[str, Any]]:
        await transaction.fetch(insert(library), (2, "poems"))
        await transaction.fetch("UPDATE shelf SET name = 'poetry' WHERE id = 2", heavy=True)
        return await transaction.fetch_named("SELECT id, name FROM shelf WHERE id > 1")

    assert await library.transact(work) == [{"id": 2, "name": "poetry"}]


async def test_others_see_nothing_of_it_before_its_end(library: Database) -> None:
    async def work(transaction: Transaction) -> list[tuple[int, str]]:
        await transaction.fetch(insert(library), (2, "poems"))
        return await shelves(library)

    assert await library.transact(work) == [(1, "fiction")]


async def test_a_statement_without_rows_gives_none(library: Database) -> None:
    assert await library.transact(one(insert(library), 2, "poems")) == []
    assert await library.transact(lambda transaction: transaction.fetch_named("DELETE FROM shelf WHERE id = 2")) == []


@pytest.mark.parametrize("failure", [ValueError("no"), RequestError(errors.FORBIDDEN, "No"), ZeroDivisionError()])
async def test_a_work_that_raises_leaves_nothing(library: Database, failure: Exception) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.fetch(insert(library), (2, "poems"))
        raise failure

    with pytest.raises(type(failure)) as caught:
        await library.transact(work)
    assert caught.value is failure
    assert await shelves(library) == [(1, "fiction")]


async def test_a_work_that_fails_takes_no_other_with_it(library: Database) -> None:
    async def work(number: int) -> int:
        async def inner(transaction: Transaction) -> int:
            await transaction.fetch(insert(library), (number, f"shelf {number}"))
            if number % 3 == 0:
                raise ValueError(number)
            if number % 3 == 1:
                await transaction.fetch(insert(library), (1, "taken"))
            return number

        return await library.transact(inner)

    results = await asyncio.gather(*(work(number) for number in range(10, 40)), return_exceptions=True)
    kept = [number for number in range(10, 40) if number % 3 == 2]
    assert [result for result in results if isinstance(result, int)] == kept
    assert sum(isinstance(result, ValueError) for result in results) == 10
    assert sum(isinstance(result, ViolationError) for result in results) == 10
    assert await shelves(library) == [(1, "fiction"), *((number, f"shelf {number}") for number in kept)]


async def test_concurrent_works_lose_no_update(library: Database) -> None:
    await library.execute("CREATE TABLE counter (n bigint); INSERT INTO counter VALUES (0)")
    count = one("UPDATE counter SET n = n + 1 RETURNING n")
    seen = await asyncio.gather(*(library.transact(count, retry=True) for _ in range(100)))
    assert sorted(rows[0][0] for rows in seen) == list(range(1, 101))


# Many statements ------------------------------------------------------------------------------------------------------


@pytest.mark.every_postgres
@pytest.mark.parametrize("last", [False, True])
async def test_a_statement_runs_for_each_list_of_parameters(library: Database, last: bool) -> None:
    many = [(number, f"shelf {number}") for number in range(2, 2000)]

    async def work(transaction: Transaction) -> list[list[tuple[Any, ...]]]:
        found = await transaction.fetch_each(f"{insert(library)} RETURNING id", many, last=last)
        return [[tuple(row) for row in rows] for rows in found]

    assert await library.transact(work) == [[(number,)] for number in range(2, 2000)]
    assert (await shelves(library))[1:] == many


@pytest.mark.parametrize("last", [False, True])
async def test_one_without_returning_gives_no_rows_for_each(library: Database, last: bool) -> None:
    async def work(transaction: Transaction) -> Any:
        return await transaction.fetch_each(insert(library), [(2, "poems"), (3, "plays")], last=last)

    assert [list(rows) for rows in await library.transact(work)] == [[], []]
    assert await shelves(library) == [(1, "fiction"), (2, "poems"), (3, "plays")]


async def test_of_each_all_are_kept_or_none(library: Database) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.fetch_each(insert(library), [(2, "poems"), (3, "plays"), (1, "again")], last=True)

    with pytest.raises(ViolationError):
        await library.transact(work)
    assert await shelves(library) == [(1, "fiction")]


async def test_each_of_none_is_nothing(library: Database) -> None:
    assert await library.transact(lambda transaction: transaction.fetch_each(insert(library), [], last=True)) == []


# Savepoints -----------------------------------------------------------------------------------------------------------


@pytest.mark.every_postgres
async def test_what_fails_within_a_savepoint_leaves_the_rest(library: Database) -> None:
    async def work(transaction: Transaction) -> str:
        await transaction.fetch(insert(library), (2, "poems"))
        with pytest.raises(ViolationError):
            async with transaction.savepoint():
                await transaction.fetch(insert(library), (3, "plays"))
                await transaction.fetch(insert(library), (2, "again"))
        async with transaction.savepoint():
            await transaction.fetch(insert(library), (4, "maps"))
        return "kept"

    assert await library.transact(work) == "kept"
    assert await shelves(library) == [(1, "fiction"), (2, "poems"), (4, "maps")]


async def test_savepoints_lie_within_savepoints(library: Database) -> None:
    async def work(transaction: Transaction) -> None:
        async with transaction.savepoint():
            with pytest.raises(ValueError):
                async with transaction.savepoint():
                    await transaction.fetch(insert(library), (2, "poems"))
                    async with transaction.savepoint():
                        await transaction.fetch(insert(library), (3, "plays"))
                    raise ValueError
            await transaction.fetch(insert(library), (4, "maps"))
            async with transaction.savepoint():
                pass
        with pytest.raises(ValueError):
            async with transaction.savepoint():
                raise ValueError
        await transaction.fetch(insert(library), (5, "atlases"))

    await library.transact(work)
    assert await shelves(library) == [(1, "fiction"), (4, "maps"), (5, "atlases")]


async def test_a_refusal_that_is_swallowed_is_no_success(library: Database) -> None:
    async def swallows(transaction: Transaction) -> str:
        await transaction.fetch(insert(library), (2, "poems"))
        with pytest.raises(ViolationError):
            await transaction.fetch(insert(library), (2, "again"))
        return "all is well"

    with pytest.raises(ViolationError):
        await library.transact(swallows)

    async def swallows_within(transaction: Transaction) -> str:
        with pytest.raises(ViolationError):
            async with transaction.savepoint():
                await transaction.fetch(insert(library), (2, "poems"))
                with pytest.raises(ViolationError):
                    await transaction.fetch(insert(library), (2, "again"))
        return "nothing of the savepoint is left"

    assert await library.transact(swallows_within) == "nothing of the savepoint is left"
    assert await shelves(library) == [(1, "fiction")]


# Misuse ---------------------------------------------------------------------------------------------------------------


async def test_after_a_refusal_no_statement_runs(library: Database) -> None:
    async def work(transaction: Transaction) -> None:
        with pytest.raises(ViolationError):
            await transaction.fetch(insert(library), (1, "again"))
        await transaction.fetch("SELECT 1")

    with pytest.raises(UsageError, match=r"^A statement of this transaction was refused, so it can only be left\."):
        await library.transact(work)


async def test_statements_are_awaited_one_after_another(library: Database) -> None:
    async def work(transaction: Transaction) -> None:
        async with asyncio.timeout(60):
            await asyncio.gather(*(transaction.fetch("SELECT 1", heavy=True) for _ in range(2)))

    with pytest.raises(UsageError, match=r"^A transaction runs one statement at a time: await each before the next\.$"):
        await library.transact(work)
    assert await library.transact(one("SELECT 1")) == [(1,)]


async def test_a_transaction_that_has_ended_runs_nothing(library: Database) -> None:
    async def work(transaction: Transaction) -> Transaction:
        return transaction

    transaction = await library.transact(work)
    with pytest.raises(UsageError, match=r"^This transaction has ended\."):
        await transaction.fetch("SELECT 1")


async def test_a_transaction_within_another_is_refused_and_does_not_wait_for_ever(library: Database) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.fetch(insert(library), (2, "poems"))
        for begin in (lambda: library.transact(one("SELECT 1")), lambda: library.execute("DELETE FROM book")):
            with pytest.raises(UsageError, match=r"Use the transaction at hand, and its savepoint\(\)"):
                await begin()
            with pytest.raises(UsageError, match=r"Use the transaction at hand"):
                await asyncio.create_task(begin())

    await library.transact(work)
    assert await shelves(library) == [(1, "fiction"), (2, "poems")]


async def test_a_task_that_outlives_the_work_may_have_its_own(library: Database) -> None:
    ended = asyncio.Event()

    async def later() -> Any:
        await ended.wait()
        return await library.transact(one("SELECT 7"))

    async def work(transaction: Transaction) -> Any:
        return asyncio.create_task(later())

    task = await library.transact(work)
    ended.set()
    assert await task == [(7,)]


async def test_a_database_that_was_opened_to_read_takes_no_transaction(database_url: str) -> None:
    writer = open_database(database_url)
    await writer.open()
    await writer.execute(TABLES)
    await writer.close()
    reader = open_database(database_url, read_only=True)
    await reader.open()
    with pytest.raises(DatabaseError, match=r"^The database is open for reading only\.$"):
        await reader.transact(one("DELETE FROM book"))
    await reader.close()


# Ends ahead of time ---------------------------------------------------------------------------------------------------


async def test_a_cancelled_work_leaves_nothing_and_takes_no_other_with_it(library: Database) -> None:
    began = asyncio.Event()

    async def work(transaction: Transaction) -> None:
        await transaction.fetch(insert(library), (2, "poems"))
        began.set()
        await asyncio.Event().wait()

    before = asyncio.create_task(library.transact(one(insert(library), 3, "plays")))
    task = asyncio.create_task(library.transact(work))
    after = asyncio.create_task(library.transact(one(insert(library), 4, "maps")))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.gather(before, after)
    assert await shelves(library) == [(1, "fiction"), (3, "plays"), (4, "maps")]


SLOW = """
WITH RECURSIVE counting (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM counting WHERE x < 1000000000)
INSERT INTO shelf SELECT max(x), 'slow' FROM counting
"""


async def test_a_heavy_statement_nobody_awaits_any_more_is_stopped(library: Database) -> None:
    slow = asyncio.create_task(library.transact(one(SLOW, heavy=True)))
    await asyncio.sleep(0.1)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    await library.transact(one(insert(library), 2, "poems"))
    assert await shelves(library) == [(1, "fiction"), (2, "poems")]


async def test_cancelling_while_it_waits_for_its_turn_does_no_harm(database_url: str) -> None:
    database = open_database(database_url, pool_size=1)
    await database.open()
    await database.execute(TABLES)
    free = asyncio.Event()

    async def holds(transaction: Transaction) -> None:
        await transaction.fetch(insert(database), (2, "poems"))
        await free.wait()

    holder = asyncio.create_task(database.transact(holds))
    waiting = [asyncio.create_task(database.transact(one(insert(database), n, f"{n}"))) for n in range(3, 9)]
    await asyncio.sleep(0.05)
    for task in waiting[::2]:
        task.cancel()
    free.set()
    await asyncio.gather(holder, *waiting, return_exceptions=True)
    assert [task.cancelled() for task in waiting] == [True, False] * 3
    assert await shelves(database) == [(1, "fiction"), (2, "poems"), (4, "4"), (6, "6"), (8, "8")]
    await database.close()


async def test_a_transaction_has_a_longest_time(database_url: str) -> None:
    database = open_database(database_url, transaction_timeout=0.2)
    await database.open()
    await database.execute(TABLES)

    async def waits_for_others(transaction: Transaction) -> None:
        await transaction.fetch(insert(database), (2, "poems"))
        await asyncio.sleep(60)

    with pytest.raises(RequestError) as caught:
        await database.transact(waits_for_others, retry=True)
    assert (caught.value.kind, caught.value.message) == (
        errors.TRANSACTION_TIMEOUT,
        "The transaction took more than 0.2 seconds; nothing of it was kept",
    )
    assert await shelves(database) == [(1, "fiction")]
    await database.transact(one(insert(database), 2, "poems"))
    await database.close()


async def test_a_statement_has_a_longest_time(database_url: str) -> None:
    database = open_database(database_url, statement_timeout=0.2)
    await database.open()
    await database.execute(TABLES)
    with pytest.raises(RequestError) as caught:
        await database.transact(one(SLOW, heavy=True))
    assert caught.value.kind == errors.STATEMENT_TIMEOUT
    assert await shelves(database) == [(1, "fiction")]
    await database.close()


async def test_who_waits_too_long_for_a_turn_is_told_to_come_back(database_url: str) -> None:
    database = open_database(database_url, pool_size=1, wait_timeout=0.2)
    await database.open()
    await database.execute(TABLES)
    free = asyncio.Event()

    async def holds(transaction: Transaction) -> None:
        await transaction.fetch(insert(database), (2, "poems"))
        await free.wait()

    holder = asyncio.create_task(database.transact(holds))
    await asyncio.sleep(0.01)
    with pytest.raises(RequestError) as caught:
        await database.transact(one(insert(database), 3, "plays"))
    assert (caught.value.kind, caught.value.headers) == (errors.OVERLOADED, (("Retry-After", "1"),))
    free.set()
    await holder
    assert await shelves(database) == [(1, "fiction"), (2, "poems")]
    await database.close()


async def test_closing_ends_what_runs(library: Database) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.fetch(insert(library), (2, "poems"))
        await asyncio.sleep(60)

    running = asyncio.create_task(library.transact(work))
    waiting = asyncio.create_task(library.transact(work))
    await asyncio.sleep(0.05)
    await library.close()
    for task in (running, waiting):
        with pytest.raises(RequestError) as caught:
            await task
        assert caught.value.kind == errors.DATABASE_UNAVAILABLE


async def test_a_reply_has_a_largest_size(database_url: str) -> None:
    database = open_database(database_url, max_reply=1000)
    await database.open()
    await database.execute(TABLES)
    long = ", ".join(f"({n}, '{n}{'x' * 200}')" for n in range(10, 20))
    for how in ({}, {"heavy": True}):
        with pytest.raises(RequestError) as caught:
            await database.transact(one(f"INSERT INTO shelf VALUES {long} RETURNING name", **how))
        assert caught.value.kind == errors.REPLY_TOO_LARGE
    assert await shelves(database) == [(1, "fiction")]
    await database.close()


# Trying again ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("retry", [True, False])
async def test_a_work_may_ask_to_run_again(library: Database, retry: bool) -> None:
    tries: list[int] = []

    async def work(transaction: Transaction) -> str:
        tries.append(len(tries))
        await transaction.fetch(insert(library), (10 + len(tries), f"try {len(tries)}"))
        if len(tries) < 3:
            raise Again(ViolationError("unique", table="shelf"))
        return "done"

    if retry:
        assert await library.transact(work, retry=True) == "done"
        assert await shelves(library) == [(1, "fiction"), (13, "try 3")]
    else:
        with pytest.raises(ViolationError):
            await library.transact(work)
        assert await shelves(library) == [(1, "fiction")]


async def test_who_asks_for_ever_gets_the_refusal(library: Database) -> None:
    tries: list[int] = []

    async def work(transaction: Transaction) -> None:
        tries.append(1)
        raise Again(RequestError(errors.CONFLICTING_TRANSACTIONS, "No"))

    with pytest.raises(RequestError) as caught:
        await library.transact(work, retry=True)
    assert caught.value.kind == errors.CONFLICTING_TRANSACTIONS
    assert len(tries) == 6
