"""Every kind of change: the whole plan (`plans/`), what it leaves, and that no unsafe form is in it.

BACKSMITH_UPDATE=1 writes the plans anew, to be read before they are kept.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backsmith.databases.postgres.inspect import inspect
from backsmith.evolution import describe, diff
from tests.evolution.postgres.cases import CASES, Case
from tests.evolution.postgres.runner import DIALECT, Prepared, carry_out, lines_of, prepare, values
from tests.evolution.postgres.squawk import unexpected
from tests.evolution.postgres.unsafe import unsafe_forms

pytestmark = pytest.mark.every_postgres
PLANS = Path(__file__).parent / "plans"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_change(case: Case, postgres_url: str, postgres_kind: str) -> None:
    version = postgres_kind.removeprefix("postgres")
    plan = await prepare(
        postgres_url,
        case.before,
        case.after,
        edit=case.edit,
        large=case.large,
        renames=case.renames,
        schema=case.schema,
    )
    check_text(case, "\n".join(line for step in plan.steps for line in lines_of(step)), version)
    if case.large:
        assert list(unsafe_forms(plan.steps)) == []
    assert unexpected(case.name, plan.steps, version) == []
    old = await values(plan.connection, plan.actual)
    await carry_out(plan.connection, plan.steps)
    await check_result(case, plan, old)
    await plan.connection.close()


def check_text(case: Case, text: str, version: str) -> None:
    """The plan is what the file says: one for all versions, or one for those before 18."""
    path = PLANS / f"{case.name}.sql"
    older = PLANS / f"{case.name}.before_18.sql"
    if version == "18":
        if os.environ.get("BACKSMITH_UPDATE"):
            path.write_text(text)
        assert path.read_text() == text
        return
    if os.environ.get("BACKSMITH_UPDATE"):
        older.unlink(missing_ok=True)
        if path.read_text() != text:
            older.write_text(text)
    assert (older if older.exists() else path).read_text() == text


async def check_result(case: Case, plan: Prepared, old: dict[tuple[str, str], list[str]]) -> None:
    """The tables are what was asked for, nothing else came or went, and no value is another."""
    found = await inspect(plan.connection)
    assert [describe(each) for each in diff(found, plan.desired, DIALECT, previous=plan.desired)] == []
    besides = [describe(each) for each in diff(plan.desired, found, DIALECT, previous=found)]
    assert besides == list(case.kept)
    new = await values(plan.connection, found)
    lost = [
        f"{table}.{column}"
        for (table, column), texts in old.items()
        if (table, column) in new and new[table, column] != texts and f"{table}.{column}" not in case.changed
    ]
    assert lost == []
    own = [note for note in found.not_modelled if "backsmith" in note]
    assert bool(own) == (case.name in ("expand", "add_generated_column"))


def test_each_plan_is_of_a_case() -> None:
    assert {path.name.split(".")[0] for path in PLANS.iterdir()} == {case.name for case in CASES}
