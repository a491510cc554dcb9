"""What only PostgreSQL's transactions have: others at the same time, a server that can go away, round trips."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from backsmith import errors
from backsmith.databases import open_database
from backsmith.databases.postgres.database import PostgresDatabase
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError, UsageError

pytestmark = pytest.mark.every_postgres
Work = Callable[[Transaction], Awaitable[Any]]
TABLE = "CREATE TABLE t (id bigint PRIMARY KEY, n bigint NOT NULL); INSERT INTO t VALUES (1, 0), (2, 0)"


@pytest.fixture
def postgres(postgres_url: str, run: Any) -> Iterator[PostgresDatabase]:
    database = open_database(postgres_url, pool_size=3)
    assert isinstance(database, PostgresDatabase)
    run(database.open())
    run(database.execute(TABLE))
    yield database
    run(database.close())


@asynccontextmanager
async def opened(url: str, **settings: Any) -> Any:
    database = open_database(url, **settings)
    await database.open()
    await database.execute(TABLE)
    yield database
    await database.close()


def one(sql: str, *params: Any, **how: Any) -> Work:
    return lambda transaction: transaction.fetch(sql, params, **how)


async def numbers(database: PostgresDatabase) -> list[tuple[int, int]]:
    return [tuple(row) for row in await database.fetch("SELECT id, n FROM t ORDER BY id", ())]


async def refused(database: PostgresDatabase, work: Work, *, retry: bool = False) -> RequestError:
    with pytest.raises(RequestError) as caught:
        await database.transact(work, retry=retry)
    return caught.value


async def kill(url: str, *, where: str = "true") -> None:
    """Let the server end the other connections to the database."""
    admin = await asyncpg.connect(url)
    await admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        f" AND datname = current_database() AND backend_type = 'client backend' AND {where}"
    )
    await admin.close()


# Round trips ----------------------------------------------------------------------------------------------------------


async def sent(database: PostgresDatabase, work: Work) -> list[str]:
    """What a work has the server told, message by message."""
    connection = await database._writers.take()
    statements: list[str] = []
    connection.add_query_logger(lambda query: statements.append(query.query))
    database._writers.give(connection)
    await database.transact(work)
    await asyncio.sleep(0)  # the logger is called a turn later
    return statements


async def test_a_single_statement_is_a_single_round_trip(postgres: PostgresDatabase) -> None:
    update = "UPDATE t SET n = 1"
    assert await sent(postgres, one(update, last=True)) == [update]
    assert await sent(postgres, one(update)) == ["BEGIN", update, "COMMIT"]


async def test_a_work_that_does_nothing_sends_nothing(postgres: PostgresDatabase) -> None:
    async def work(transaction: Transaction) -> None:
        async with transaction.savepoint():
            pass

    assert await sent(postgres, work) == []


async def test_savepoints_travel_with_statements(postgres: PostgresDatabase) -> None:
    async def work(transaction: Transaction) -> None:
        async with transaction.savepoint():
            await transaction.fetch("UPDATE t SET n = 1")
        await transaction.fetch("UPDATE t SET n = 2", last=True)

    assert await sent(postgres, work) == [
        "BEGIN; SAVEPOINT within_1",
        "UPDATE t SET n = 1",
        "RELEASE SAVEPOINT within_1",
        "UPDATE t SET n = 2",
        "COMMIT",
    ]


async def test_after_the_last_statement_none_may_come(postgres: PostgresDatabase) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.fetch("UPDATE t SET n = 1", last=True)
        with pytest.raises(UsageError, match=r"^A statement was said to be this transaction's last"):
            await transaction.fetch("SELECT 1")

    await postgres.transact(work)


async def test_a_transaction_has_its_settings(postgres_url: str) -> None:
    names = ["transaction_isolation", "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"]

    async def work(transaction: Transaction) -> list[str]:
        return [(await transaction.fetch(f"SHOW {name}"))[0][0] for name in names]

    async with opened(postgres_url, isolation="serializable", wait_timeout=2, transaction_timeout=20) as database:
        assert await database.transact(work) == ["serializable", "2s", "10s", "25s"]
        assert (await database.transact(one("SHOW transaction_isolation", last=True)))[0][0] == "serializable"


# Others at the same time ----------------------------------------------------------------------------------------------


def read_then_write(tries: list[int]) -> Work:
    """Writes what depends on what it has read: of two at the same time one would be wrong."""

    async def work(transaction: Transaction) -> None:
        tries.append(1)
        (row,) = await transaction.fetch("SELECT max(n) FROM t")
        await asyncio.sleep(0.02)
        await transaction.fetch("INSERT INTO t VALUES ($1, $2)", (row[0] + 10, row[0] + 1))

    return work


async def test_a_conflict_is_tried_again(postgres_url: str) -> None:
    async with opened(postgres_url, isolation="serializable") as database:
        tries: list[int] = []
        await asyncio.gather(*(database.transact(read_then_write(tries), retry=True) for _ in range(3)))
        assert await numbers(database) == [(1, 0), (2, 0), (10, 1), (11, 2), (12, 3)]
        assert len(tries) > 3


async def test_a_conflict_that_may_not_be_tried_again_is_told(postgres_url: str) -> None:
    async with opened(postgres_url, isolation="serializable") as database:
        other = open_database(postgres_url, isolation="serializable")
        await other.open()

        async def work(transaction: Transaction) -> None:
            (row,) = await transaction.fetch("SELECT sum(n) FROM t")
            await other.transact(one("UPDATE t SET n = 7"))
            await transaction.fetch("UPDATE t SET n = $1", (int(row[0]) + 1,))

        error = await refused(database, work)
        assert (error.kind, error.headers) == (errors.CONFLICTING_TRANSACTIONS, (("Retry-After", "1"),))
        assert await numbers(database) == [(1, 7), (2, 7)]
        await other.close()


@pytest.mark.parametrize("retry", [True, False])
async def test_of_a_deadlock_one_is_tried_again(postgres: PostgresDatabase, retry: bool) -> None:
    def update(first: int, second: int) -> Work:
        async def work(transaction: Transaction) -> None:
            await transaction.fetch("UPDATE t SET n = n + 1 WHERE id = $1", (first,))
            barrier.set() if first == 2 else await barrier.wait()
            await asyncio.sleep(0.02)
            await transaction.fetch("UPDATE t SET n = n + 1 WHERE id = $1", (second,))

        return work

    barrier = asyncio.Event()
    works = (update(1, 2), update(2, 1))
    results = await asyncio.gather(*(postgres.transact(work, retry=retry) for work in works), return_exceptions=True)
    if retry:
        assert results == [None, None]
        assert await numbers(postgres) == [(1, 2), (2, 2)]
    else:
        (error,) = (result for result in results if result is not None)
        assert isinstance(error, RequestError) and error.kind == errors.CONFLICTING_TRANSACTIONS
        assert await numbers(postgres) == [(1, 1), (2, 1)]


async def test_a_row_that_others_hold_is_waited_for_but_not_for_ever(postgres_url: str) -> None:
    async with opened(postgres_url, wait_timeout=0.2) as database:
        holding, free = asyncio.Event(), asyncio.Event()

        async def holds(transaction: Transaction) -> None:
            await transaction.fetch("UPDATE t SET n = 1 WHERE id = 1")
            holding.set()
            await free.wait()

        holder = asyncio.create_task(database.transact(holds))
        await holding.wait()
        for last in (False, True):
            error = await refused(database, one("UPDATE t SET n = 2 WHERE id = 1", last=last), retry=True)
            assert (error.kind, error.message) == (errors.OVERLOADED, "Others are writing to the database")
        free.set()
        await holder
        assert await numbers(database) == [(1, 1), (2, 0)]


async def test_a_changed_table_does_not_break_a_transaction(postgres: PostgresDatabase) -> None:
    async def work(transaction: Transaction) -> list[Any]:
        await transaction.fetch("SELECT 1")
        return [tuple(row) for row in await transaction.fetch("SELECT * FROM t WHERE id = 1")]

    await asyncio.gather(*(postgres.transact(work) for _ in range(3)))
    await postgres.execute("ALTER TABLE t ADD x text")
    assert await asyncio.gather(*(postgres.transact(work, retry=True) for _ in range(3))) == [[(1, 0, None)]] * 3


# Lost connections -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("retry", [True, False])
async def test_a_connection_lost_before_the_commit_leaves_nothing(
    postgres: PostgresDatabase, postgres_url: str, retry: bool
) -> None:
    tries: list[int] = []

    async def work(transaction: Transaction) -> int:
        tries.append(1)
        await transaction.fetch("UPDATE t SET n = n + 1")
        if len(tries) == 1:
            await kill(postgres_url)
        await transaction.fetch("UPDATE t SET n = n + 10")
        return len(tries)

    if retry:
        assert await postgres.transact(work, retry=True) == 2
        assert await numbers(postgres) == [(1, 11), (2, 11)]
    else:
        error = await refused(postgres, work)
        assert (error.kind, error.message) == (
            errors.DATABASE_UNAVAILABLE,
            "The database can't be reached at the moment",
        )
        assert await numbers(postgres) == [(1, 0), (2, 0)]


@pytest.mark.parametrize("how", ["in the commit", "in a statement that is its own commit"])
async def test_a_connection_lost_while_it_commits_is_told_as_it_is(
    postgres: PostgresDatabase, postgres_url: str, how: str
) -> None:
    """A deferred trigger sleeps in the commit, or a plain one in the statement."""
    deferred = how == "in the commit"
    await postgres.execute(f"""
        CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NULL; END $$;
        CREATE CONSTRAINT TRIGGER slow AFTER UPDATE ON t {"DEFERRABLE INITIALLY DEFERRED" if deferred else ""}
        FOR EACH ROW EXECUTE FUNCTION sleep()
    """)
    writing = asyncio.create_task(
        postgres.transact(one("UPDATE t SET n = 1 WHERE id = 1", last=not deferred), retry=True)
    )
    await asyncio.sleep(0.1)
    await kill(postgres_url)
    with pytest.raises(RequestError) as caught:
        await writing
    assert (caught.value.kind, caught.value.message, caught.value.hint) == (
        errors.DATABASE_UNAVAILABLE,
        "The database was lost while it kept the change; it isn't known whether it did",
        "Look before you try again.",
    )
    assert await numbers(postgres) == [(1, 0), (2, 0)]


async def test_connections_lost_while_idle_are_replaced(postgres: PostgresDatabase, postgres_url: str) -> None:
    for _ in range(3):
        await asyncio.gather(*(postgres.transact(one("UPDATE t SET n = n + 1"), retry=True) for _ in range(3)))
        await kill(postgres_url)
    assert await numbers(postgres) == [(1, 9), (2, 9)]


# Connections in good order --------------------------------------------------------------------------------------------


async def test_a_cancelled_work_leaves_no_transaction_open(postgres: PostgresDatabase) -> None:
    async def sleeps_there(transaction: Transaction) -> None:
        await transaction.fetch("UPDATE t SET n = 1")
        await transaction.fetch("SELECT pg_sleep(60)")

    async def sleeps_here(transaction: Transaction) -> None:
        await transaction.fetch("UPDATE t SET n = 1")
        await asyncio.sleep(60)

    for work in (sleeps_there, sleeps_here) * 3:
        task = asyncio.create_task(postgres.transact(work))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await asyncio.gather(*(postgres.transact(one("UPDATE t SET n = n + 1")) for _ in range(6)))
    assert await numbers(postgres) == [(1, 6), (2, 6)]
    ((open_ones,),) = await postgres.fetch(
        "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()", ()
    )
    assert open_ones == 0


async def test_a_server_that_takes_no_changes_is_a_503(postgres_url: str) -> None:
    async with opened(postgres_url) as database:
        admin = await asyncpg.connect(postgres_url)
        await admin.execute(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on',"
            " current_database()); END $$"
        )
        error = await refused(database, one("UPDATE t SET n = 1"), retry=True)
        assert (error.kind, error.message) == (
            errors.DATABASE_UNAVAILABLE,
            "The database can't be written at the moment",
        )
        await admin.execute("SET default_transaction_read_only = off")
        await admin.execute(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only',"
            " current_database()); END $$"
        )
        await admin.close()
        await database.transact(one("UPDATE t SET n = 1"))
        assert await numbers(database) == [(1, 1), (2, 1)]
