"""Types that change by a word in the catalogue: PostgreSQL's own files tell that nothing was written anew."""

from __future__ import annotations

import pytest

from backsmith.databases.schema import Column
from tests.evolution.postgres.runner import DIALECT, carry_out, prepare

pytestmark = pytest.mark.every_postgres
FILES = "SELECT relname::text, relfilenode FROM pg_class WHERE relname IN ('t', 't_a_idx') ORDER BY relname"
IN_PLACE = [
    ("varchar(20)", "varchar(40)"),
    ("varchar(20)", "varchar"),
    ("varchar(20)", "text"),
    ("varchar", "text"),
    ("numeric(5,2)", "numeric(9,2)"),
    ("numeric(5,2)", "numeric"),
    ("cidr", "inet"),
    ("varbit(5)", "varbit(9)"),
    ("varbit(5)", "varbit"),
    ("timestamp(3)", "timestamp(5)"),
    ("timestamp(3)", "timestamp"),
    ("timestamptz(3)", "timestamptz"),
    ("time(0)", "time(3)"),
    ("interval(2)", "interval"),
]
ANEW = [
    ("integer", "bigint"),
    ("varchar(40)", "varchar(20)"),
    ("text", "varchar(20)"),
    ("numeric(5,2)", "numeric(9,3)"),
    ("numeric(9,2)", "numeric(5,2)"),
    ("numeric", "numeric(9,2)"),
    ("char(5)", "char(9)"),
    ("char(5)", "text"),
    ("inet", "cidr"),
    ("timestamp", "timestamp(3)"),
    ("integer", "text"),
    ("json", "jsonb"),
]


def is_in_place(old: str, new: str) -> bool:
    return DIALECT.altering.in_place(Column(name="a", type=old), Column(name="a", type=new))


@pytest.mark.parametrize(("old", "new"), [*IN_PLACE, ("timestamp", "timestamptz"), ("timestamp(3)", "timestamptz(3)")])
def test_in_place(old: str, new: str) -> None:
    assert is_in_place(old, new)


@pytest.mark.parametrize(("old", "new"), [*ANEW, ("timestamptz", "timestamp"), ("timestamp", "timestamptz(3)")])
def test_not_in_place(old: str, new: str) -> None:
    assert not is_in_place(old, new)


@pytest.mark.parametrize(("old", "new"), IN_PLACE)
async def test_files_stay_where_it_is_said(postgres_url: str, old: str, new: str) -> None:
    def table(type: str) -> str:
        return f"CREATE TABLE t (id int PRIMARY KEY, a {type}); CREATE INDEX t_a_idx ON t (a);"

    plan = await prepare(postgres_url, table(old), table(new))
    before = await plan.connection.fetch(FILES)
    await carry_out(plan.connection, plan.steps)
    assert await plan.connection.fetch(FILES) == before
    await plan.connection.close()


async def test_times_without_an_index(postgres_url: str) -> None:
    plan = await prepare(postgres_url, "CREATE TABLE t (a timestamp)", "CREATE TABLE t (a timestamptz)")
    before = await plan.connection.fetch(FILES)
    await carry_out(plan.connection, plan.steps)
    assert await plan.connection.fetch(FILES) == before
    await plan.connection.close()


async def test_times_with_an_index_get_a_new_column(postgres_url: str) -> None:
    """Their index would be built anew under the lock."""
    sql = "CREATE TABLE t (id int PRIMARY KEY, a {}); CREATE INDEX t_a_idx ON t (a);"
    plan = await prepare(postgres_url, sql.format("timestamp"), sql.format("timestamptz"))
    assert [step.approval for step in plan.steps][-1] == "convert:t.a"
    await carry_out(plan.connection, plan.steps)
    await plan.connection.close()
