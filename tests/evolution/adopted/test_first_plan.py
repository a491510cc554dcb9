"""The first plan of a database that Backsmith did not create: nothing is changed, and from then on it is known."""

from __future__ import annotations

import shutil
from pathlib import Path

import asyncpg
import pytest

from backsmith.databases import Database, open_database
from backsmith.evolution.plan import verdict
from backsmith.evolution.records import read_head
from tests.adoption.conftest import SCHEMAS, without_creation_of_database
from tests.adoption.conftest import chinook as chinook  # noqa: PLC0414  a fixture
from tests.evolution.adopted.adopting import Adopted


async def first_plan_is_empty(database: Database, folder: Path) -> None:
    """The first plan is empty; applying it writes down what is there; the second one has nothing to say."""
    adopted = await Adopted.of(database, folder)
    plan, outcome = await adopted.apply()
    assert (plan.changes, plan.steps, plan.findings, plan.approvals, plan.questions) == ((), (), (), (), ())
    assert (verdict(plan), outcome) == ("safe", "applied")
    head = await read_head(database)
    assert head is not None
    assert head.hash == plan.to_hash
    again = await adopted.plan()
    assert (again.changes, again.steps, again.drift, verdict(again)) == ((), (), (), "none")


@pytest.mark.every_postgres
async def test_of_everything_that_a_schema_can_have(
    database: Database, database_kind: str, database_url: str, tmp_path: Path
) -> None:
    if database_kind == "sqlite":
        await database.execute((SCHEMAS / "hard_sqlite.sql").read_text(encoding="utf-8"))
    else:
        connection = await asyncpg.connect(database_url)
        await connection.execute((SCHEMAS / "hard_postgres.sql").read_text(encoding="utf-8"))
        await connection.close()
    await first_plan_is_empty(database, tmp_path)


async def test_of_chinook(database_kind: str, database_url: str, chinook: Path, tmp_path: Path) -> None:
    if database_kind == "sqlite":
        file = tmp_path / "chinook.sqlite"
        shutil.copy(chinook / "chinook.sqlite", file)
        file.chmod(0o600)
        database_url = f"sqlite:///{file}"
    else:
        connection = await asyncpg.connect(database_url)
        script = (chinook / "chinook_postgres.sql").read_text(encoding="utf-8-sig")
        await connection.execute(without_creation_of_database(script))
        await connection.close()
    database = open_database(database_url)
    await database.open()
    try:
        await first_plan_is_empty(database, tmp_path)
    finally:
        await database.close()
