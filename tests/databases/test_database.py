"""What every database does for those who use it, whichever it is."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from backsmith import errors
from backsmith.blueprint.types import Integer, Numeric, Text
from backsmith.databases import Database, open_database
from backsmith.errors import DatabaseError, RequestError

FOREVER = """
WITH RECURSIVE counting (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM counting WHERE x < 1000000000)
SELECT max(x) FROM counting
"""


async def rows_of(database: Database, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await database.fetch(sql, params)]


async def make_table(database: Database) -> None:
    await database.execute("CREATE TABLE kept (id integer PRIMARY KEY, name text NOT NULL)")
    place = database.dialect.placeholder
    sql = f"INSERT INTO kept VALUES ({place(1, Integer())}, {place(2, Text())})"
    await database.execute_many(sql, [(1, "Ada"), (2, "Grace")])


@pytest.mark.every_postgres
async def test_what_is_written_can_be_read(database: Database) -> None:
    await make_table(database)
    assert await rows_of(database, "SELECT id, name FROM kept ORDER BY id") == [(1, "Ada"), (2, "Grace")]
    assert await database.fetch_named("SELECT id, name FROM kept WHERE id = 2", ()) == [{"id": 2, "name": "Grace"}]
    assert await database.fetch_named("SELECT id, name FROM kept WHERE id = 3", ()) == []
    await database.ping()


async def test_reading_cannot_write(database: Database) -> None:
    await make_table(database)
    with pytest.raises(RequestError) as caught:
        await database.fetch("DELETE FROM kept", ())
    assert caught.value.kind == errors.INTERNAL
    assert len(await database.fetch("SELECT id FROM kept", ())) == 2


async def test_several_statements_are_one_transaction(database: Database) -> None:
    await make_table(database)
    with pytest.raises(DatabaseError):
        await database.execute("DELETE FROM kept; INSERT INTO kept VALUES (3, 'Mary'); INSERT INTO nowhere VALUES (1)")
    assert len(await database.fetch("SELECT id FROM kept", ())) == 2


async def test_rows_are_written_all_or_none(database: Database) -> None:
    await make_table(database)
    place = database.dialect.placeholder
    sql = f"INSERT INTO kept VALUES ({place(1, Integer())}, {place(2, Text())})"
    with pytest.raises(DatabaseError) as caught:
        await database.execute_many(sql, [(3, "Mary"), (1, "Ada again")])
    assert "INSERT" not in str(caught.value)
    assert len(await database.fetch("SELECT id FROM kept", ())) == 2


async def test_a_statement_that_takes_too_long_is_stopped(database_url: str) -> None:
    database = open_database(database_url, statement_timeout=0.1)
    await database.open()
    with pytest.raises(RequestError) as caught:
        await database.fetch(FOREVER, ())
    assert (caught.value.kind, caught.value.message) == (
        errors.STATEMENT_TIMEOUT,
        "The database didn't answer within 0.1 seconds",
    )
    assert await rows_of(database, "SELECT 1") == [(1,)]
    await database.close()


async def test_fast_statements_are_answered_while_a_slow_one_runs(database: Database) -> None:
    slow = asyncio.create_task(asyncio.wait_for(database.fetch(FOREVER, ()), 60))
    await asyncio.sleep(0.05)
    for number in range(50):
        assert await rows_of(database, f"SELECT {number}") == [(number,)]
    assert not slow.done()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow


async def test_a_statement_nobody_awaits_any_more_is_stopped(database_url: str) -> None:
    """With a single connection the next statement is answered only once the abandoned one has ended."""
    database = open_database(database_url, reader_threads=1, pool_size=1, statement_timeout=300)
    await database.open()
    slow = asyncio.create_task(database.fetch(FOREVER, ()))
    await asyncio.sleep(0.05)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert await rows_of(database, "SELECT 1") == [(1,)]
    await database.close()


async def test_who_finds_no_connection_free_is_told_to_come_back(database_url: str) -> None:
    database = open_database(database_url, reader_threads=1, pool_size=1, wait_timeout=0.1)
    await database.open()
    slow = asyncio.create_task(database.fetch(FOREVER, ()))
    await asyncio.sleep(0.05)
    with pytest.raises(RequestError) as caught:
        await database.fetch("SELECT 1", ())
    assert (caught.value.kind, caught.value.headers) == (errors.OVERLOADED, (("Retry-After", "1"),))
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert await rows_of(database, "SELECT 1") == [(1,)]
    await database.close()


THOUSAND = 1000 * "é"  # 2,000 bytes


@pytest.mark.every_postgres
async def test_a_reply_has_a_largest_size(database_url: str) -> None:
    database = open_database(database_url, max_reply=20_000)
    await database.open()
    numbers = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {}) SELECT {} FROM n"
    placeholder = database.dialect.placeholder(1, Text())
    rows, one = f"concat({placeholder}, '')", f"string_agg({placeholder}, '')"
    for spelled in (rows, one):
        assert await database.fetch(numbers.format(9, spelled), (THOUSAND,))
        for fetch in (database.fetch, database.fetch_named):
            with pytest.raises(RequestError) as caught:
                await fetch(numbers.format(11, spelled), (THOUSAND,))
            assert (caught.value.kind, caught.value.message, caught.value.hint) == (
                errors.REPLY_TOO_LARGE,
                "The reply would be larger than 20000 bytes",
                "Ask for fewer rows, or for less nesting.",
            )
    assert await rows_of(database, "SELECT 1") == [(1,)]
    await database.close()


async def test_closing_stops_what_runs(database: Database) -> None:
    slow = asyncio.create_task(database.fetch(FOREVER, ()))
    await asyncio.sleep(0.05)
    await database.close()
    with pytest.raises((RequestError, asyncio.CancelledError)):
        await slow
    await database.close()


@pytest.mark.parametrize(
    ("type", "value", "kind"),
    [
        (Text(), "NUL\0", errors.BAD_VALUE),
        (Text(), "half a pair \ud800", errors.BAD_VALUE),
        (Integer(), 2**63, errors.OUT_OF_RANGE),
        (Numeric(10, 2), Decimal("NaN"), errors.BAD_VALUE),
    ],
)
async def test_a_value_the_database_does_not_have_is_refused(
    database: Database, type: Any, value: Any, kind: errors.Kind
) -> None:
    with pytest.raises(RequestError) as caught:
        encoded = database.dialect.encoder(type)(value)
        await database.fetch(f"SELECT {database.dialect.placeholder(1, type)}", (encoded,))
    assert caught.value.kind == kind


@pytest.mark.parametrize("operator", ["<", "<=", "=", ">=", ">"])
@pytest.mark.parametrize("number", ["10.00", "10.005", "-10.005", "1e30", "-1e30", "9.99", "0", "0.0000000000000001"])
async def test_a_decimal_of_any_size_is_compared_exactly(database: Database, operator: str, number: str) -> None:
    type = Numeric(18, 2)
    dialect = database.dialect
    left, right = dialect.placeholder(1, type), dialect.placeholder(2, type)
    values = (dialect.encoder(type)(Decimal(10)), dialect.encoder(type)(Decimal(number)))
    ((found,),) = await rows_of(database, f"SELECT {left} {operator} {right}", *values)
    python = {"<": Decimal.__lt__, "<=": Decimal.__le__, "=": Decimal.__eq__, ">=": Decimal.__ge__, ">": Decimal.__gt__}
    assert bool(found) == python[operator](Decimal(10), Decimal(number))


async def test_errors_hold_no_sql(database: Database) -> None:
    for sql in ("SELECT secret FROM nowhere", "SELEC secret", "SELECT 'a' LIKE 'secret' ESCAPE 'abc'"):
        with pytest.raises(RequestError) as refused:
            await database.fetch(sql, ())
        assert "secret" not in f"{refused.value.message} {refused.value.details} {refused.value.hint}"


async def test_explain_tells_how_a_statement_would_run(database: Database) -> None:
    await make_table(database)
    sql = f"SELECT name FROM kept WHERE id = {database.dialect.placeholder(1, Integer())}"
    assert "kept" in await database.explain(sql, (1,))


async def test_a_database_that_was_opened_to_read_refuses_to_write(database_url: str) -> None:
    writer = open_database(database_url)
    await writer.open()
    await make_table(writer)
    await writer.close()
    reader = open_database(database_url, read_only=True)
    await reader.open()
    assert len(await reader.fetch("SELECT id FROM kept", ())) == 2
    with pytest.raises(DatabaseError, match=r"^The database is open for reading only\.$"):
        await reader.execute("DELETE FROM kept")
    await reader.close()
