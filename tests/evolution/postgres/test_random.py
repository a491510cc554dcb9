"""Two tables changed into any others, by hundreds: what was asked for is there, and no value is another.

BACKSMITH_POSTGRES_CASES is how many; a failure names its seed. Half of the tables are taken for large ones.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from backsmith.databases.changes import AddColumn, Change, Fill
from backsmith.databases.postgres.connection import connect
from backsmith.databases.postgres.inspect import inspect
from backsmith.evolution import describe, diff
from tests.evolution.postgres.runner import DIALECT, carry_out, schema_of, steps_between, values
from tests.evolution.postgres.unsafe import unsafe_forms

pytestmark = pytest.mark.every_postgres
CASES = int(os.environ.get("BACKSMITH_POSTGRES_CASES", "25"))
NUMBERS = ("smallint", "integer", "bigint", "numeric(12,2)", "numeric(14,2)")
TEXTS = ("text", "varchar(12)", "varchar(30)")
KEYS = ("integer", "bigint", "text")


def table_of(random: Random, key: str, *, child: bool) -> str:
    """CREATE TABLE and CREATE INDEX, of a part of the columns a to e."""
    lines = [f"id {key} PRIMARY KEY"]
    if child:
        lines.append(f"parent_id {key} {random.choice(['NOT NULL', ''])}")
        if random.random() < 0.7:
            end = random.choice(["", " ON DELETE CASCADE", " ON DELETE SET NULL"])
            lines.append(f"CONSTRAINT child_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES parent (id){end}")
    names = [name for name in "abcde" if random.random() < 0.7]
    name = "child" if child else "parent"
    indexes: list[str] = []
    for column in names:
        type = random.choice(NUMBERS + TEXTS)
        default = random.choice(["", "", " DEFAULT '5'", " DEFAULT '6'"])
        lines.append(f"{column} {type}{random.choice(['', ' NOT NULL'])}{default}")
        if random.random() < 0.2:
            lines.append(f"CONSTRAINT {name}_{column}_check CHECK ({column} <> '99')")
        if random.random() < 0.2:
            lines.append(f"UNIQUE ({', '.join(names[names.index(column) :][: random.choice([1, 2])])})")
        if random.random() < 0.3:
            descending = random.choice(["", " DESC"])
            indexes.append(f"CREATE INDEX ON {name} ({column}{descending}, id);")
    return f"CREATE TABLE {name} ({', '.join(lines)}); {' '.join(indexes)}"


def tables_of(random: Random) -> str:
    key = random.choice(KEYS)
    return table_of(random, key, child=False) + table_of(random, key, child=True)


def rows_of(schema: Any) -> Iterator[str]:
    """Seven rows for each table, parents first, a number in each column."""
    for table in sorted(schema.tables, key=lambda table: table.name, reverse=True):
        columns = ", ".join(column.name for column in table.columns)
        terms = ", ".join(f"CAST(CAST(i AS text) AS {column.type})" for column in table.columns)
        yield f"INSERT INTO {table.name} ({columns}) SELECT {terms} FROM generate_series(1, 7) i"


def with_values(changes: list[Change]) -> list[Change]:
    """Values for new columns: a default would be the same for all."""
    fills = [
        Fill(each.table, ((each.column.name, f"CAST(CAST(id AS text) AS {each.column.type})"),), None, "a migration")
        for each in changes
        if isinstance(each, AddColumn)
    ]
    return [*changes, *fills]


def numbers(found: dict[tuple[str, str], list[str]]) -> dict[tuple[str, str], list[Decimal]]:
    return {place: sorted(Decimal(text) for text in texts if text != "None") for place, texts in found.items()}


async def change(connection: Any, seed: int) -> None:
    random = Random(seed)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.execute(tables_of(random))
    actual = await inspect(connection)
    for sql in rows_of(actual):
        await connection.execute(sql)
    desired = await schema_of(connection, tables_of(random))
    large = random.random() < 0.5
    steps = await steps_between(connection, actual, desired, with_values, large)
    if large:
        assert list(unsafe_forms(steps)) == []
    old = numbers(await values(connection, actual))
    await carry_out(connection, steps)
    found = await inspect(connection)
    assert [describe(each) for each in diff(found, desired, DIALECT, previous=desired)] == []
    assert found.not_modelled == ()
    new = numbers(await values(connection, found))
    assert [place for place in old.keys() & new.keys() if old[place] != new[place]] == []


async def test_any_tables_to_any_others(postgres_url: str) -> None:
    connection: Any = await connect(postgres_url, read_only=False, statement_timeout=None, statements=0)
    try:
        for seed in range(CASES):
            try:
                await change(connection, seed)
            except Exception as error:
                raise AssertionError(f"seed {seed}: {error}") from error
    finally:
        await connection.close()
