"""What only SQLite has: a file, one writer, reads on the event loop."""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import apsw
import pytest

from backsmith import errors
from backsmith.databases import Database, open_database
from backsmith.databases.sqlite import connection
from backsmith.databases.sqlite.connection import check_library
from backsmith.errors import DatabaseError, RequestError

COUNT_TO = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < ?1) SELECT max(x) FROM c"
MILLIONS = 10_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.fixture
def sqlite(path: Path, run: Any) -> Any:
    database = open_database(f"sqlite:///{path}")
    run(database.open())
    yield database
    run(database.close())


@pytest.mark.parametrize("version", [3_045_001, 3_051_002])
def test_a_library_that_can_corrupt_databases_is_refused(version: int) -> None:
    with pytest.raises(DatabaseError, match=r"needs SQLite 3\.51\.3 or later: pip install --upgrade apsw$"):
        check_library(version)


@pytest.mark.parametrize("version", [3_051_003, 3_052_000])
def test_a_later_library_is_accepted(version: int) -> None:
    check_library(version)


async def test_files_are_opened_to_be_safe(sqlite: Database, path: Path) -> None:
    await sqlite.execute("CREATE TABLE parent (id integer PRIMARY KEY)")
    await sqlite.execute("CREATE TABLE child (parent_id integer REFERENCES parent)")
    with pytest.raises(DatabaseError, match=r"^A row breaks a rule of its table: FOREIGN KEY constraint failed\.$"):
        await sqlite.execute("INSERT INTO child VALUES (1)")
    assert apsw.Connection(str(path)).pragma("journal_mode") == "wal"
    files = {file.name: file.stat().st_mode & 0o777 for file in path.parent.glob(f"{path.name}*")}
    assert files == {"test.db": 0o600, "test.db-wal": 0o600, "test.db-shm": 0o600}  # for their owner alone


async def test_a_file_that_is_there_stays_readable_for_whom_it_was(path: Path) -> None:
    path.touch(0o640)
    path.chmod(0o640)
    connection.open_writer(path).close()
    assert path.stat().st_mode & 0o777 == 0o640


def test_where_nothing_temporary_can_be_written_it_is_kept_in_memory(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "TEMPORARY", ())
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.delenv("SQLITE_TMPDIR", raising=False)
    files, memory = 1, 2
    assert connection.open_writer(path).pragma("temp_store") == memory
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path / "missing"))
    assert connection.open_writer(path).pragma("temp_store") == memory
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    assert connection.open_writer(path).pragma("temp_store") == files


def test_a_fast_statement_is_answered_on_the_event_loop(sqlite: Database) -> None:
    assert sqlite.fetch_now("SELECT ?1", ("now",)) == [("now",)]


async def test_a_statement_over_the_budget_is_left_to_a_thread(sqlite: Database) -> None:
    assert sqlite.fetch_now(COUNT_TO, (MILLIONS,)) is None
    assert list(await sqlite.fetch(COUNT_TO, (100,))) == [(100,)]
    assert sqlite.fetch_now(COUNT_TO, (1,)) == [(1,)], "once is no habit"
    assert sqlite.fetch_now(COUNT_TO, (MILLIONS,)) is None
    assert sqlite.fetch_now(COUNT_TO, (1,)) is None, "it goes straight to a thread for a while"
    assert sqlite.fetch_now("SELECT 1", ()) == [(1,)]


def test_a_statement_that_does_little_is_never_over_the_budget(path: Path, run: Any) -> None:
    database = open_database(f"sqlite:///{path}", inline_budget=1e-9)
    run(database.open())
    assert database.fetch_now(COUNT_TO, (100,)) == [(100,)], "however long it took, it was not the statement's doing"
    run(database.close())


def test_without_a_budget_all_is_left_to_threads(path: Path, run: Any) -> None:
    database = open_database(f"sqlite:///{path}", inline_budget=0.0)
    run(database.open())
    assert database.fetch_now("SELECT 1", ()) is None
    run(database.close())


def test_memory_of_slow_statements_is_bounded(path: Path, run: Any) -> None:
    database = open_database(f"sqlite:///{path}", inline_budget=1e-9)
    run(database.open())
    for number in range(600):
        for _ in range(2):
            assert database.fetch_now(f"SELECT {number}, ({COUNT_TO})", (10_000,)) is None
    assert database.fetch_now("SELECT 1", ()) == [(1,)]
    assert (len(database._slow), len(database._suspects)) == (500, 0)
    run(database.close())


async def test_the_event_loop_does_not_wait_for_a_lock(path: Path) -> None:
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    database = open_database(f"sqlite:///{path}", read_only=True)
    await database.open()
    other.execute("BEGIN EXCLUSIVE")
    assert database.fetch_now("SELECT x FROM t", ()) is None
    waiting = asyncio.create_task(database.fetch("SELECT x FROM t", ()))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    other.execute("COMMIT")
    assert list(await waiting) == [(1,)]
    await database.close()


ROWS = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?1) SELECT zeroblob(?2) FROM n"


async def test_the_event_loop_reads_no_more_than_a_reply_may_have(path: Path) -> None:
    database = open_database(f"sqlite:///{path}", max_reply=1_000_000)
    await database.open()
    assert len(database.fetch_now(ROWS, (15, 65_536)) or ()) == 15
    assert len(database.fetch_now(ROWS, (1000, 1000)) or ()) == 1000
    with pytest.raises(RequestError) as caught:
        database.fetch_now(ROWS, (1001, 1000))
    assert (caught.value.kind, caught.value.message) == (
        errors.REPLY_TOO_LARGE,
        "The reply would be larger than 1000000 bytes",
    )
    await database.close()


async def test_a_long_row_is_left_to_a_thread(path: Path) -> None:
    database = open_database(f"sqlite:///{path}", max_reply=1_000_000)
    await database.open()
    assert database.fetch_now(ROWS, (1, 65_537)) is None
    assert [len(row[0]) for row in await database.fetch(ROWS, (1, 1_000_000))] == [1_000_000]
    with pytest.raises(RequestError) as caught:
        await database.fetch(ROWS, (1, 1_000_001))
    assert caught.value.kind == errors.REPLY_TOO_LARGE
    await database.close()


async def test_a_reply_that_was_too_large_does_not_go_on_reading(path: Path) -> None:
    database = open_database(f"sqlite:///{path}", max_reply=1000, reader_threads=1)
    await database.open()
    await database.execute("CREATE TABLE t (x text); INSERT INTO t VALUES (hex(zeroblob(400))), (hex(zeroblob(400)))")
    with pytest.raises(RequestError):
        await database.fetch("SELECT x FROM t", ())
    assert database._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall() == [(0, 0, 0)]
    await database.close()


async def test_a_reader_of_others_databases_has_the_limit_too(path: Path) -> None:
    apsw.Connection(str(path)).execute("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(2000))")
    database = open_database(f"sqlite:///{path}", read_only=True, max_reply=1000)
    await database.open()
    assert database.fetch_now("SELECT x FROM t", ()) is None
    with pytest.raises(RequestError) as caught:
        await database.fetch("SELECT x FROM t", ())
    assert caught.value.kind == errors.REPLY_TOO_LARGE
    await database.close()


def test_functions_raise_their_own_error(sqlite: Database) -> None:
    with pytest.raises(RequestError) as caught:
        sqlite.fetch_now("SELECT backsmith_integer(9223372036854775807 + ?1)", (1,))
    assert caught.value.kind == errors.OUT_OF_RANGE


def test_a_sum_that_overflows_is_out_of_range(sqlite: Database) -> None:
    with pytest.raises(RequestError) as caught:
        sqlite.fetch_now("SELECT sum(value) FROM json_each('[9223372036854775807, 1]')", ())
    assert caught.value.kind == errors.OUT_OF_RANGE


WRITER = """
import asyncio, sys
from backsmith.databases import open_database

async def main():
    database = open_database(sys.argv[1])
    await database.open()
    for _ in range(50):
        await database.execute("INSERT INTO t (who) VALUES (?)", (sys.argv[2],))
    await database.close()

asyncio.run(main())
"""


async def test_two_processes_write_the_same_file(sqlite: Database, path: Path) -> None:
    await sqlite.execute("CREATE TABLE t (id integer PRIMARY KEY, who text NOT NULL) STRICT")
    command = [sys.executable, "-c", WRITER, f"sqlite:///{path}"]
    processes = [subprocess.Popen([*command, who]) for who in ("a", "b")]
    assert [process.wait() for process in processes] == [0, 0]
    rows = await sqlite.fetch("SELECT who, count(*) FROM t GROUP BY who ORDER BY who", ())
    assert list(rows) == [("a", 50), ("b", 50)]
    assert list(await sqlite.fetch("PRAGMA integrity_check", ())) == [("ok",)]


def contents(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


@pytest.mark.parametrize("journal", ["delete", "wal"])
async def test_a_database_of_others_is_left_untouched(path: Path, journal: str) -> None:
    other = apsw.Connection(str(path))
    other.pragma("journal_mode", journal)
    other.execute("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    other.close()
    before = contents(path.parent)
    database = open_database(f"sqlite:///{path}", read_only=True)
    await database.open()
    assert database.fetch_now("SELECT x FROM t", ()) == [(1,)]
    assert list(await database.fetch("SELECT x FROM t", ())) == [(1,)]
    await database.close()
    assert contents(path.parent) == before


async def test_a_database_that_others_are_writing_can_be_read(path: Path) -> None:
    other = apsw.Connection(str(path))
    other.pragma("journal_mode", "wal")
    other.execute("CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    database = open_database(f"sqlite:///{path}", read_only=True)
    await database.open()
    other.execute("INSERT INTO t VALUES (2)")
    assert database.fetch_now("SELECT x FROM t ORDER BY x", ()) == [(1,), (2,)]
    await database.close()
    other.close()


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("content", [b"no database", b"this is not a database, however long it may be" * 50])
async def test_another_file_is_not_opened(path: Path, content: bytes, read_only: bool) -> None:
    path.write_bytes(content)
    database = open_database(f"sqlite:///{path}", read_only=read_only)
    with pytest.raises(DatabaseError, match=r"test\.db is not a SQLite database\.$"):
        await database.open()
    assert path.read_bytes() == content


async def test_a_missing_file_is_created_unless_only_read(path: Path) -> None:
    reader = open_database(f"sqlite:///{path}", read_only=True)
    with pytest.raises(DatabaseError, match=r"^There is no database .*test\.db\.$"):
        await reader.open()
    assert not path.exists()
    writer = open_database(f"sqlite:///{path}")
    await writer.open()
    await writer.close()
    assert path.exists()


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/nowhere/test.db")
    with pytest.raises(DatabaseError, match=r"^There is no folder .*/nowhere for the database test\.db\.$"):
        await database.open()


async def test_a_database_that_is_not_open_says_so(path: Path) -> None:
    database = open_database(f"sqlite:///{path}")
    for use in (database.fetch("SELECT 1", ()), database.execute("SELECT 1")):
        with pytest.raises(DatabaseError, match=r"^The database isn't open\.$"):
            await use


async def test_query_plans_are_readable(sqlite: Database) -> None:
    await sqlite.execute("CREATE TABLE t (id integer PRIMARY KEY, x)")
    assert await sqlite.explain("SELECT x FROM t WHERE id = ?1 UNION SELECT 1", (1,)) == (
        "MERGE (UNION)\n  LEFT\n    SEARCH t USING INTEGER PRIMARY KEY (rowid=?)\n  RIGHT\n    SCAN CONSTANT ROW"
    )


# One transaction a turn of the event loop -----------------------------------------------------------------------------


async def test_what_was_committed_is_seen_by_the_next_turn(sqlite: Database, path: Path) -> None:
    await sqlite.execute("CREATE TABLE t (x)")
    other = apsw.Connection(str(path))
    for number in range(3):
        assert sqlite.fetch_now("SELECT count(*) FROM t", ()) == [(number,)]
        other.execute("INSERT INTO t VALUES (1)")
        assert sqlite.fetch_now("SELECT count(*) FROM t", ()) == [(number,)], "the turn isn't over"
        await asyncio.sleep(0)
    await sqlite.execute("INSERT INTO t VALUES (1)")
    assert sqlite.fetch_now("SELECT count(*) FROM t", ()) == [(4,)], "our own, once it is awaited"
    other.close()


async def test_a_request_that_came_after_a_commit_sees_it(sqlite: Database, path: Path) -> None:
    await sqlite.execute("CREATE TABLE t (x)")
    other = apsw.Connection(str(path))
    seen: list[Any] = []
    assert sqlite.fetch_now("SELECT count(*) FROM t", ()) == [(0,)]
    other.execute("INSERT INTO t VALUES (1)")
    asyncio.get_running_loop().call_soon(lambda: seen.append(sqlite.fetch_now("SELECT count(*) FROM t", ())))
    await asyncio.sleep(0)
    assert seen == [[(1,)]]
    other.close()


async def test_a_statement_that_was_stopped_leaves_no_transaction_behind(sqlite: Database, path: Path) -> None:
    await sqlite.execute("CREATE TABLE t (x)")
    other = apsw.Connection(str(path))
    for number in range(5):
        assert sqlite.fetch_now(f"SELECT {number}, ({COUNT_TO})", (MILLIONS,)) is None
        other.execute("INSERT INTO t VALUES (1)")
        await asyncio.sleep(0)
        assert sqlite.fetch_now("SELECT count(*) FROM t", ()) == [(number + 1,)]
    other.close()


async def test_a_database_can_be_closed_within_a_turn(sqlite: Database) -> None:
    assert sqlite.fetch_now("SELECT 1", ()) == [(1,)]
    await sqlite.close()
    await asyncio.sleep(0)
    with pytest.raises(DatabaseError, match=r"^The database isn't open\.$"):
        sqlite.fetch_now("SELECT 1", ())


# Plans ----------------------------------------------------------------------------------------------------------------


async def test_an_index_serves_a_pattern_that_begins_with_a_text(sqlite: Database) -> None:
    await sqlite.execute("CREATE TABLE t (x text)")
    await sqlite.execute("CREATE INDEX i ON t (x)")
    plan = sqlite.fetch_now("EXPLAIN QUERY PLAN SELECT x FROM t WHERE x GLOB ?1", ("Ab*",))
    assert plan is not None
    assert plan[0][3] == "SEARCH t USING COVERING INDEX i (x>? AND x<?)"
