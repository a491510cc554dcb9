"""Rows that are written between plan and apply and don't fit: it stops and names what is wrong, no row is lost, and
once they are put right it goes on to the end.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from backsmith.databases import Database
from backsmith.evolution.applying import apply
from backsmith.evolution.carrying import StepError
from backsmith.evolution.create import create_missing
from backsmith.evolution.plan import verdict
from backsmith.evolution.planning import plan
from tests.evolution.applying.plans import QUICK
from tests.evolution.versions import Versions

pytestmark = pytest.mark.every_postgres


class Case(NamedTuple):
    """A change of the fields of a pump, a row that doesn't fit, what is said of it, and what puts it right."""

    old: str
    new: str
    row: str
    says: str
    right: str
    approve: tuple[str, ...] = ()


CASES = {
    "text that is no number": Case(
        "name: str\n    size: str",
        "name: str\n    size: int",
        "'c', 'lots'",
        "lots",
        "size = '3'",
        ("convert:pumps.size",),
    ),
    "a value that the enum doesn't have": Case(
        "name: str\n    size: int", 'name: Literal["a", "c"]\n    size: int', "'other', 3", "pumps", "name = 'c'"
    ),
    "a longer text": Case(
        "name: str\n    size: int",
        "name: Annotated[str, MaxLen(3)]\n    size: int",
        "'longer', 3",
        "pumps",
        "name = 'c'",
    ),
    "a second one": Case(
        "name: str\n    size: int", "name: Annotated[str, Unique]\n    size: int", "'a', 3", "unique", "name = 'c'"
    ),
    "a null": Case(
        "name: str | None\n    size: int", "name: str\n    size: int", "NULL, 3", "pumps.name", "name = 'c'"
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_it_stops_and_goes_on(name: str, database: Database, tmp_path: Path) -> None:
    case, versions = CASES[name], Versions(tmp_path)
    pump = "class Pump(Entity, private=True):\n    "
    await create_missing(database, versions.next(pump + case.old))
    await database.execute("INSERT INTO pumps (id, name, size) VALUES (1, 'a', '1')")
    new = versions.next(pump + case.new)
    planned = await plan(database, new, approvals=[*case.approve, "convert:pumps.name"])
    await database.execute(f"INSERT INTO pumps (id, name, size) VALUES (2, {case.row})")

    for _ in range(2):  # again is no different
        with pytest.raises(StepError) as raised:
            await apply(database, planned.plan, planned.blueprint, options=QUICK)
        assert case.says in str(raised.value)
    assert [row[0] for row in await database.fetch("SELECT id FROM pumps ORDER BY id", ())] == [1, 2]

    await database.execute(f"UPDATE pumps SET {case.right} WHERE id = 2")
    await apply(database, planned.plan, planned.blueprint, options=QUICK)
    rows = await database.fetch("SELECT id, name, CAST(size AS integer) FROM pumps ORDER BY id", ())
    assert [(row[0], row[1], row[2]) for row in rows] == [(1, "a", 1), (2, "c", 3)]
    again = await plan(database, new)
    assert (again.plan.changes, again.plan.drift, verdict(again.plan)) == ((), (), "none")
