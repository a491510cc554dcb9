"""Every type of value goes into both databases and comes out as the same JSON, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backsmith.blueprint.types import Json
from backsmith.databases import Database
from tests.databases.samples import LITERALS, SAMPLES

pytestmark = pytest.mark.every_postgres

LITERAL_CASES = [
    pytest.param(name, value, json, id=f"{name}-{number}")
    for name, cases in LITERALS.items()
    for number, (value, json) in enumerate(cases)
]


@pytest.fixture(scope="module")
def tables(shared_databases: dict[str, Database], run: Any) -> dict[str, Database]:
    """A table `kept` in each database, a nullable column for every sample."""
    for database in shared_databases.values():
        is_sqlite = database.dialect.name == "sqlite"
        columns = (f'"{name}" {sample.sqlite if is_sqlite else sample.postgres}' for name, sample in SAMPLES.items())
        run(database.execute(f"CREATE TABLE kept (number integer, {', '.join(columns)}){' STRICT' * is_sqlite}"))
    return shared_databases


async def _round_trip(database: Database, rows: list[dict[str, Any]]) -> list[list[str]]:
    """Keep the rows, and give the JSON of each of their values."""
    dialect = database.dialect
    names = sorted({name for row in rows for name in row})
    encoders = [dialect.encoder(SAMPLES[name].type) for name in names]
    places = ", ".join(dialect.placeholder(at, SAMPLES[name].type) for at, name in enumerate(names, 2))
    columns = ", ".join(dialect.quote(name) for name in names)
    await database.execute("DELETE FROM kept")
    await database.execute_many(
        f"INSERT INTO kept (number, {columns}) VALUES ({dialect.placeholder(1, None)[:2]}, {places})",
        [
            (
                number,
                *(
                    None if row.get(name) is None and SAMPLES[name].type != Json() else encode(row.get(name))
                    for name, encode in zip(names, encoders, strict=True)
                ),
            )
            for number, row in enumerate(rows)
        ],
    )
    json = [
        dialect.json(f"kept.{dialect.quote(name)}", SAMPLES[name].type, nullable=True, column=column)
        for column in (True, False)
        for name in names
    ]
    found = await database.fetch(f"SELECT {', '.join(json)} FROM kept ORDER BY number", ())
    values = [[str(value) for value in row] for row in map(tuple, found)]
    for row in values:
        assert row[: len(names)] == row[len(names) :], "a column and an expression are written alike"
    return [row[: len(names)] for row in values]


@pytest.mark.parametrize(("name", "value", "json"), LITERAL_CASES)
async def test_a_value_is_written_as_its_canonical_json(
    tables: dict[str, Database], name: str, value: Any, json: str
) -> None:
    assert {kind: await _round_trip(database, [{name: value}]) for kind, database in tables.items()} == {
        kind: [[json]] for kind in tables
    }


async def test_a_null_of_every_type_is_written_as_null(tables: dict[str, Database]) -> None:
    for database in tables.values():
        assert await _round_trip(database, [dict.fromkeys(SAMPLES)]) == [["null"] * len(SAMPLES)]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_all_databases_write_the_same(tables: dict[str, Database], run: Any, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(SAMPLES)))
    rows = data.draw(st.lists(st.fixed_dictionaries({name: SAMPLES[name].values}), min_size=1, max_size=30))
    written = {kind: run(_round_trip(database, rows)) for kind, database in tables.items()}
    first = next(iter(written.values()))
    assert all(each == first for each in written.values()), written
