"""Columns that others created: read as their fields' types, written as canonical JSON, compared with encoded values."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases import Database

MONEY = Numeric(10, 2, padded=True)
UUID_TEXT = "0198c0de-0000-7000-8000-00000000000f"
NOON = datetime(2026, 1, 23, 12, 30, tzinfo=UTC)
QUARTER_JSON = '"2026-01-23T12:30:00.25+00:00"'
NOON_JSON = '"2026-01-23T12:30:00+00:00"'

# The column as it is declared, the type of its field, what it holds as SQL, the JSON, and the value equal to it.
SQLITE: list[tuple[str, Type, str, str, Any]] = [
    ("nvarchar(20)", Text(), "'é'", '"é"', "é"),
    ("string", Text(), "12", '"12"', "12"),
    ("text collate nocase", Text(), "'Abc'", '"Abc"', "Abc"),
    ("varchar(5)", Enum(("a", "b")), "'b'", '"b"', "b"),
    ("int", Integer(), "12", "12", 12),
    ("text", Integer(), "'12'", "12", 12),
    ("numeric", Float(), "12", "12", 12.0),
    ("float", Float(), "0.1", "0.1", 0.1),
    ("boolean", Boolean(), "1", "true", True),
    ("boolean", Boolean(), "'f'", "false", False),
    ("text", Boolean(), "'TRUE'", "true", True),
    ("bit", Boolean(), "0", "false", False),
    ("numeric(10,2)", MONEY, "19.9", "19.90", Decimal("19.9")),
    ("numeric(10,2)", MONEY, "20", "20.00", Decimal(20)),
    ("decimal(10,2)", MONEY, "-0.29", "-0.29", Decimal("-0.29")),
    ("real", MONEY, "1.1", "1.10", Decimal("1.1")),
    ("double", MONEY, "4.35", "4.35", Decimal("4.35")),
    ("text", MONEY, "'1234567.895'", "1234567.90", Decimal("1234567.9")),
    ("datetime", DateTime(), "'2026-01-23 12:30:00'", NOON_JSON, NOON),
    ("datetime", DateTime(), "'2026-01-23 12:30'", NOON_JSON, NOON),
    ("timestamp", DateTime(), "'2026-01-23T14:30:00.000+02:00'", NOON_JSON, NOON),
    ("text", DateTime(), "'2026-01-23T12:30:00Z'", NOON_JSON, NOON),
    ("text", DateTime(), "'20260123T123000Z'", NOON_JSON, NOON),
    ("datetime", DateTime(), "'2026-01-23 12:30:00.250'", QUARTER_JSON, NOON.replace(microsecond=250_000)),
    ("integer", DateTime(), "1769171400", NOON_JSON, NOON),
    ("integer", DateTime(), "1769171400000", NOON_JSON, NOON),
    ("real", DateTime(), "1769171400.5", '"2026-01-23T12:30:00.5+00:00"', NOON.replace(microsecond=500_000)),
    ("date", Date(), "'2026-01-23'", '"2026-01-23"', date(2026, 1, 23)),
    ("datetime", Date(), "'2026-01-23 00:00:00'", '"2026-01-23"', date(2026, 1, 23)),
    ("time", Time(), "'13:45'", '"13:45:00"', time(13, 45)),
    ("bigint", Duration(), "7200000000", '"PT2H"', None),
    ("char(32)", Uuid(), "'0198C0DE000070008000 00000000000f'".replace(" ", ""), f'"{UUID_TEXT}"', UUID(UUID_TEXT)),
    ("blob", Uuid(), "x'0198c0de00007000800000000000000f'", f'"{UUID_TEXT}"', UUID(UUID_TEXT)),
    ("varbinary(10)", Bytes(), "x'68'", r'"\\x68"', b"h"),
    ("text", Bytes(), "'h'", r'"\\x68"', None),
    ("text", Json(), """'{"a": [1.10, null]}'""", '{"a":[1.10,null]}', None),
    ("json", Json(), "'no JSON'", '"no JSON"', None),
]  # fmt: skip

# What cannot be read as the field's type keeps the reply well-formed.
SQLITE_ODDITIES: list[tuple[str, Type, str, str]] = [
    ("datetime", DateTime(), "'yester\"day'", r'"yester\"day"'),
    ("datetime", DateTime(), "''", '""'),
    ("date", Date(), "'0000-00-00'", '"0000-00-00"'),
    ("time", Time(), "'late'", '"late"'),
    ("char(36)", Uuid(), "'none'", '"none"'),
    ("int", Integer(), "'abc'", "0"),
    ("int", Integer(), "NULL", "null"),
    ("decimal(10,2)", MONEY, "'abc'", "0.00"),
    ("text", MONEY, "'abc'", "null"),
]

POSTGRES: list[tuple[str, Type, str, str, Any]] = [
    ("character varying(20)", Text(), "'é'", '"é"', "é"),
    ("character(5)", Text(), "'ab'", '"ab"', "ab"),
    ("name", Text(), "'ab'", '"ab"', "ab"),
    ("inet", Text(), "'10.0.0.1'", '"10.0.0.1/32"', "10.0.0.1/32"),
    ("int4range", Text(), "'[1,5)'", '"[1,5)"', "[1,5)"),
    ("tsvector", Text(), "'cat'", """"'cat'\"""", "'cat'"),
    ("mood", Enum(("sad", "glad")), "'glad'", '"glad"', "glad"),
    ("smallint", Integer(16), "12", "12", 12),
    ("real", Float(), "0.1", "0.1", 0.1),
    ("money", MONEY, "'12.34'", "12.34", Decimal("12.34")),
    ("numeric", Numeric(None, 0), "123456789012345678901234567890.10", "123456789012345678901234567890.1", None),
    ("timestamp without time zone", DateTime(), "'2026-01-23 12:30'", NOON_JSON, NOON),
    ("timestamp(0) without time zone", DateTime(), "'2026-01-23 12:30'", NOON_JSON, NOON),
    ("timestamp with time zone", DateTime(), "'2026-01-23 14:30+02'", NOON_JSON, NOON),
    ("time(0) without time zone", Time(), "'13:45'", '"13:45:00"', time(13, 45)),
    ("time with time zone", Time(), "'13:45+02'", '"13:45:00"', time(13, 45)),
    ("jsonb", Json(), """'{"b": 1, "a": [1.10]}'""", '{"a": [1.10], "b": 1}', None),
    ("character varying(5)[]", List(Text()), "'{a,b}'", '["a","b"]', ["a", "b"]),
    ("real[]", List(Float()), "'{0.1,2}'", "[0.1,2]", [0.1, 2.0]),
    ("timestamp without time zone[]", List(DateTime()), "'{2026-01-23 12:30}'", f"[{NOON_JSON}]", [NOON]),
    ("mood[]", List(Enum(("sad", "glad"))), "'{glad}'", '["glad"]', ["glad"]),
]

POSTGRES_ODDITIES: list[tuple[str, Type, str, str]] = [
    ("timestamp with time zone", DateTime(), "'infinity'", '"infinity"'),
    ("timestamp with time zone", DateTime(), "'0044-03-15 12:00+00 BC'", '"0044-03-15T12:00:00+00:00 BC"'),
    ("date", Date(), "'-infinity'", '"-infinity"'),
    ("numeric", Numeric(None, 0), "'NaN'", '"NaN"'),
    ("double precision", Float(), "'-Infinity'", '"-Infinity"'),
    ("interval", Duration(), "'1 year 2 months 30 hours'", '"P1Y2M1DT6H"'),
]


async def read(database: Database, storage: str, type: Type, held: str) -> str:
    dialect = database.dialect
    field = Field(id="1", name="x", column="x", type=type, nullable=True, storage=storage)
    await database.execute(f"DROP TABLE IF EXISTS kept; CREATE TABLE kept (x {storage})")
    await database.execute(f"INSERT INTO kept VALUES ({held})")
    loaded = dialect.load('kept."x"', field)
    (row,) = await database.fetch(f"SELECT {dialect.json(loaded, type, nullable=True, column=True)} FROM kept", ())
    return str(row[0])


async def equal(database: Database, storage: str, type: Type, value: Any) -> int:
    dialect = database.dialect
    field = Field(id="1", name="x", column="x", type=type, nullable=True, storage=storage)
    loaded, placeholder = dialect.load('kept."x"', field), dialect.placeholder(1, type)
    rows = await database.fetch(
        f"SELECT count(*) FROM kept WHERE {loaded} = {placeholder}", (dialect.encoder(type)(value),)
    )
    return rows[0][0]


@pytest.fixture(scope="module")
def sqlite(shared_databases: dict[str, Database]) -> Database:
    return shared_databases["sqlite"]


@pytest.fixture(scope="module")
def postgres(shared_databases: dict[str, Database], run: Any) -> Database:
    run(shared_databases["postgres18"].execute("CREATE TYPE mood AS ENUM ('sad', 'glad')"))
    return shared_databases["postgres18"]


@pytest.mark.parametrize(("storage", "type", "held", "json", "value"), SQLITE)
async def test_a_sqlite_column_is_read_as_its_field(
    sqlite: Database, storage: str, type: Type, held: str, json: str, value: Any
) -> None:
    assert await read(sqlite, storage, type, held) == json
    if value is not None:
        assert await equal(sqlite, storage, type, value) == 1


@pytest.mark.parametrize(("storage", "type", "held", "json"), SQLITE_ODDITIES)
async def test_a_sqlite_value_outside_its_type_keeps_the_json_well_formed(
    sqlite: Database, storage: str, type: Type, held: str, json: str
) -> None:
    assert await read(sqlite, storage, type, held) == json


async def test_a_sqlite_column_without_regard_to_case_is_compared_by_code_point(sqlite: Database) -> None:
    await read(sqlite, "text collate nocase", Text(), "'Abc'")
    assert await equal(sqlite, "text collate nocase", Text(), "abc") == 0


@pytest.mark.parametrize(("storage", "type", "held", "json", "value"), POSTGRES)
async def test_a_postgres_column_is_read_as_its_field(
    postgres: Database, storage: str, type: Type, held: str, json: str, value: Any
) -> None:
    assert await read(postgres, storage, type, held) == json
    if value is not None:
        assert await equal(postgres, storage, type, value) == 1


@pytest.mark.parametrize(("storage", "type", "held", "json"), POSTGRES_ODDITIES)
async def test_a_postgres_value_that_python_does_not_have_is_written_as_postgres_does(
    postgres: Database, storage: str, type: Type, held: str, json: str
) -> None:
    assert await read(postgres, storage, type, held) == json
