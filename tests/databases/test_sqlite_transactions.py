"""What only SQLite's transactions have: a group of works to a commit, one writer among processes, a full file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from backsmith import errors
from backsmith.databases import open_database
from backsmith.databases.sqlite import checkpoints, turns
from backsmith.databases.sqlite.database import SqliteDatabase
from backsmith.databases.transaction import Transaction, ViolationError
from backsmith.errors import DatabaseError, RequestError

Work = Callable[[Transaction], Awaitable[Any]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
def sqlite(path: Path, run: Any) -> Iterator[SqliteDatabase]:
    database = open_database(f"sqlite:///{path}", wait_timeout=2.0)
    assert isinstance(database, SqliteDatabase)
    run(database.open())
    run(database.execute("CREATE TABLE t (id integer PRIMARY KEY, x text UNIQUE)"))
    yield database
    run(database.close())


@pytest.fixture(autouse=True)
def patient_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine splits no group in these tests."""
    monkeypatch.setattr(turns, "LONGEST", 60.0)


def one(sql: str, *params: Any, **how: Any) -> Work:
    return lambda transaction: transaction.fetch(sql, params, **how)


def commits(database: SqliteDatabase) -> int:
    assert database._writer is not None
    return database._writer.commits


async def ids(database: SqliteDatabase) -> list[int]:
    return [row[0] for row in await database.fetch("SELECT id FROM t ORDER BY id", ())]


def log_of(database: SqliteDatabase) -> list[str]:
    """What the writer's connection is told from now on, statement by statement."""
    assert database._writer is not None
    statements: list[str] = []

    def note(cursor: Any, sql: str, params: Any) -> bool:
        statements.append(sql)
        return True

    database._writer._connection.set_exec_trace(note)
    return statements


# Groups ---------------------------------------------------------------------------------------------------------------


async def test_works_of_the_same_time_share_a_commit(sqlite: SqliteDatabase) -> None:
    before = commits(sqlite)
    await asyncio.gather(*(sqlite.transact(one("INSERT INTO t VALUES (?, NULL)", n)) for n in range(200)))
    assert commits(sqlite) - before == 1
    assert await ids(sqlite) == list(range(200))


async def test_a_group_has_at_most_so_many_works(sqlite: SqliteDatabase) -> None:
    before = commits(sqlite)
    await asyncio.gather(*(sqlite.transact(one("INSERT INTO t VALUES (?, NULL)", n)) for n in range(1000)))
    assert commits(sqlite) - before >= 4
    assert len(await ids(sqlite)) == 1000


async def test_each_work_is_a_savepoint_of_its_group(sqlite: SqliteDatabase) -> None:
    statements = log_of(sqlite)
    await asyncio.gather(
        sqlite.transact(one("INSERT INTO t VALUES (1, 'a')")),
        sqlite.transact(one("INSERT INTO t VALUES (2, 'a')")),
        sqlite.transact(one("SELECT id FROM t")),
        sqlite.transact(one("INSERT INTO t VALUES (3, 'c')")),
        return_exceptions=True,
    )
    assert statements == [
        "BEGIN IMMEDIATE",
        "SAVEPOINT work",
        "INSERT INTO t VALUES (1, 'a')",
        "RELEASE work",
        "SAVEPOINT work",
        "INSERT INTO t VALUES (2, 'a')",
        "ROLLBACK TO work",
        "RELEASE work",
        "SELECT id FROM t",
        "SAVEPOINT work",
        "INSERT INTO t VALUES (3, 'c')",
        "RELEASE work",
        "COMMIT",
    ]


async def test_where_nothing_is_to_be_kept_the_disk_is_left_alone(sqlite: SqliteDatabase) -> None:
    before, statements = commits(sqlite), log_of(sqlite)

    async def fails(transaction: Transaction) -> None:
        await transaction.fetch("INSERT INTO t VALUES (1, 'a')")
        raise ValueError

    await asyncio.gather(sqlite.transact(one("SELECT 1")), sqlite.transact(fails), return_exceptions=True)
    assert statements[-1] == "ROLLBACK"
    assert commits(sqlite) == before


async def test_results_and_errors_are_given_only_after_the_commit(sqlite: SqliteDatabase) -> None:
    """Whether a value is taken isn't certain before the work that took it is kept."""
    statements = log_of(sqlite)
    at: dict[str, str] = {}

    async def noting(name: str, work: Work) -> None:
        try:
            await sqlite.transact(work)
        except ViolationError:
            name += " refused"
        at[name] = statements[-1]

    await asyncio.gather(
        noting("first", one("INSERT INTO t VALUES (1, 'a')")),
        noting("second", one("INSERT INTO t VALUES (2, 'a')")),
        noting("third", one("SELECT count(*) FROM t")),
    )
    assert at == {"first": "COMMIT", "second refused": "COMMIT", "third": "COMMIT"}


async def test_a_heavy_work_has_a_transaction_of_its_own(sqlite: SqliteDatabase) -> None:
    """So it can be stopped without harm to others, and none of them waits for it to be told."""
    statements = log_of(sqlite)
    await asyncio.gather(
        sqlite.transact(one("INSERT INTO t VALUES (1, 'a')")),
        sqlite.transact(one("INSERT INTO t VALUES (2, 'b')", heavy=True)),
        sqlite.transact(one("INSERT INTO t VALUES (3, 'c')")),
    )
    assert [sql for sql in statements if "work" not in sql] == [
        "BEGIN IMMEDIATE",
        "INSERT INTO t VALUES (1, 'a')",
        "COMMIT",
        "BEGIN IMMEDIATE",
        "INSERT INTO t VALUES (2, 'b')",
        "COMMIT",
        "BEGIN IMMEDIATE",
        "INSERT INTO t VALUES (3, 'c')",
        "COMMIT",
    ]


FOREVER = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 1000000000) SELECT max(x) FROM c"


async def test_a_heavy_write_that_takes_too_long_is_stopped_and_takes_no_other_with_it(path: Path) -> None:
    database = open_database(f"sqlite:///{path}", statement_timeout=0.3)
    assert isinstance(database, SqliteDatabase)
    await database.open()
    await database.execute("CREATE TABLE t (id integer PRIMARY KEY)")
    results = await asyncio.gather(
        database.transact(one("INSERT INTO t VALUES (1)")),
        database.transact(one(f"INSERT INTO t {FOREVER}", heavy=True)),
        database.transact(one("INSERT INTO t VALUES (3)")),
        return_exceptions=True,
    )
    assert [getattr(result, "kind", None) for result in results] == [None, errors.STATEMENT_TIMEOUT, None]
    assert await ids(database) == [1, 3]
    await database.close()


async def test_a_read_within_a_transaction_that_takes_long_goes_on_in_a_thread(sqlite: SqliteDatabase) -> None:
    count = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ?1) SELECT x FROM c"

    async def work(transaction: Transaction) -> tuple[int, int]:
        await transaction.fetch("INSERT INTO t VALUES (1, 'a')")
        rows = await transaction.fetch(f"SELECT max(x) FROM ({count})", (1_000_000,))
        return rows[0][0], ticks

    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    found, ticked = await sqlite.transact(work)
    ticking.cancel()
    assert found == 1_000_000
    assert ticked > 1, "the event loop went on"
    assert await ids(sqlite) == [1]


async def test_many_statements_let_the_event_loop_breathe(sqlite: SqliteDatabase) -> None:
    ticks = 0

    async def work(transaction: Transaction) -> int:
        await transaction.fetch_each("INSERT INTO t VALUES (?, ?)", [(n, f"{n:050}") for n in range(20_000)])
        return ticks

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    assert await sqlite.transact(work) > 1
    ticking.cancel()


async def test_a_table_that_a_transaction_makes_is_kept(sqlite: SqliteDatabase) -> None:
    await sqlite.transact(one("CREATE TABLE u (x integer)"))
    await sqlite.transact(one("INSERT INTO u VALUES (1)"))
    assert await sqlite.fetch("SELECT x FROM u", ()) == [(1,)]


# Lost groups ----------------------------------------------------------------------------------------------------------


async def test_a_trigger_that_ends_the_transaction_hurts_none_that_may_run_again(sqlite: SqliteDatabase) -> None:
    await sqlite.execute(
        "CREATE TRIGGER boom AFTER INSERT ON t WHEN NEW.x = 'boom' BEGIN SELECT RAISE(ROLLBACK, 'No'); END"
    )

    async def swallows(transaction: Transaction) -> None:
        with pytest.raises(RequestError):
            async with transaction.savepoint():
                await transaction.fetch("INSERT INTO t VALUES (5, 'boom')")
        await transaction.fetch("INSERT INTO t VALUES (6, 'outside of any transaction')")

    for boom in (one("INSERT INTO t VALUES (5, 'boom')"), swallows):
        results = await asyncio.gather(
            sqlite.transact(one("INSERT INTO t VALUES (1, 'a')"), retry=True),
            sqlite.transact(one("INSERT INTO t VALUES (2, 'b')")),
            sqlite.transact(boom, retry=True),
            sqlite.transact(one("INSERT INTO t VALUES (3, 'c')"), retry=True),
            return_exceptions=True,
        )
        assert results[0] == [] and results[3] == []
        assert isinstance(results[1], RequestError) and results[1].kind == errors.DATABASE_UNAVAILABLE
        assert isinstance(results[2], Exception)
        assert await ids(sqlite) == [1, 3]
        await sqlite.execute("DELETE FROM t")


def limit_pages(database: SqliteDatabase, more: int) -> None:
    """Let the file grow by so many pages and no further."""
    assert database._writer is not None
    connection = database._writer._connection
    connection.pragma("max_page_count", connection.pragma("page_count") + more)


async def test_a_full_disk_refuses_what_has_no_room_and_nothing_else(sqlite: SqliteDatabase) -> None:
    limit_pages(sqlite, 4)
    results = await asyncio.gather(
        sqlite.transact(one("INSERT INTO t VALUES (1, 'small')"), retry=True),
        sqlite.transact(one("INSERT INTO t VALUES (2, hex(zeroblob(100000)))"), retry=True),
        sqlite.transact(one("INSERT INTO t VALUES (3, 'small too')"), retry=True),
        return_exceptions=True,
    )
    assert results[0] == [] and results[2] == []
    refused = results[1]
    assert isinstance(refused, RequestError)
    assert (refused.kind, refused.message, refused.headers) == (
        errors.DISK_FULL,
        "The database's disk is full; nothing was kept",
        (("Retry-After", "10"),),
    )
    assert await ids(sqlite) == [1, 3]
    limit_pages(sqlite, 100_000)
    await sqlite.transact(one("INSERT INTO t VALUES (2, hex(zeroblob(100000)))"))
    assert await ids(sqlite) == [1, 2, 3]


async def test_a_full_disk_is_a_database_error_for_backsmiths_own_statements(sqlite: SqliteDatabase) -> None:
    limit_pages(sqlite, 1)
    with pytest.raises(DatabaseError, match=r"^The disk is full\.$"):
        await sqlite.execute("INSERT INTO t VALUES (2, hex(zeroblob(100000)))")


# Other processes ------------------------------------------------------------------------------------------------------


async def test_another_process_that_writes_is_waited_for_without_holding_up_the_loop(
    sqlite: SqliteDatabase, path: Path
) -> None:
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (100, 'other')")
    waiting = asyncio.gather(*(sqlite.transact(one("INSERT INTO t VALUES (?, NULL)", n)) for n in range(10)))
    for _ in range(20):
        await asyncio.sleep(0.005)
    assert not waiting.done()
    other.execute("COMMIT")
    await waiting
    assert await ids(sqlite) == [*range(10), 100]


async def test_who_waits_too_long_for_another_process_is_told_to_come_back(path: Path) -> None:
    database = open_database(f"sqlite:///{path}", wait_timeout=0.1)
    assert isinstance(database, SqliteDatabase)
    await database.open()
    await database.execute("CREATE TABLE t (id integer PRIMARY KEY)")
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(RequestError) as caught:
        await database.transact(one("INSERT INTO t VALUES (1)"), retry=True)
    assert (caught.value.kind, caught.value.message, caught.value.headers) == (
        errors.OVERLOADED,
        "Others are writing to the database",
        (("Retry-After", "1"),),
    )
    with pytest.raises(DatabaseError, match=r"^The database is locked by another program\.$"):
        await database.execute("INSERT INTO t VALUES (1)")
    other.execute("COMMIT")
    await database.transact(one("INSERT INTO t VALUES (1)"))
    await database.close()


async def test_closing_while_another_process_writes_does_not_wait(path: Path) -> None:
    database = open_database(f"sqlite:///{path}")
    await database.open()
    await database.execute("CREATE TABLE t (id integer PRIMARY KEY)")
    other = apsw.Connection(str(path))
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(database.transact(one("INSERT INTO t VALUES (1)")))
    await asyncio.sleep(0.02)
    async with asyncio.timeout(5):
        await database.close()
    with pytest.raises(RequestError) as caught:
        await waiting
    assert caught.value.kind == errors.DATABASE_UNAVAILABLE


# The journal ----------------------------------------------------------------------------------------------------------


def journal_pages(path: Path) -> int:
    return path.with_name(f"{path.name}-wal").stat().st_size // 4096


async def test_the_journal_is_moved_into_the_file_as_it_grows(sqlite: SqliteDatabase, path: Path) -> None:
    for n in range(60):
        await sqlite.transact(one("INSERT INTO t VALUES (?, hex(zeroblob(100000)) || 'x')", n))
        await sqlite.transact(one("UPDATE t SET x = x || id WHERE id = ?", n))
    assert journal_pages(path) < 2 * checkpoints.DUE
    assert path.stat().st_size > 60 * 200_000 * 0.6


async def test_a_journal_that_readers_keep_growing_is_bounded(
    sqlite: SqliteDatabase, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two readers relieve one another, so that the journal could never begin anew if nobody waited for them."""
    monkeypatch.setattr(checkpoints, "DUE", 50)
    monkeypatch.setattr(checkpoints, "URGENT", 200)
    monkeypatch.setattr(checkpoints, "PAUSE", 0.0)
    assert sqlite._writer is not None
    sqlite._writer._checkpoints._next_at = 50
    await sqlite.transact(one("INSERT INTO t VALUES (0, NULL)"))
    readers = [apsw.Connection(str(path)) for _ in range(2)]
    readers[0].execute("BEGIN; SELECT * FROM t").fetchall()

    async def relieve() -> None:
        while True:
            readers[1].execute("BEGIN; SELECT * FROM t").fetchall()
            readers[0].execute("COMMIT")
            readers.reverse()
            await asyncio.sleep(0.02)

    relieving = asyncio.create_task(relieve())
    for n in range(1, 60):
        await sqlite.transact(one("INSERT INTO t VALUES (?, hex(zeroblob(20000)) || ?)", n, str(n)))
    relieving.cancel()
    assert journal_pages(path) < 400, "of 650 that were written"
    for reader in readers:
        reader.close()
