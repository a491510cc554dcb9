"""What functions say that they return is kept with the blueprint, and makes no version of its own."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Returned
from backsmith.blueprint.types import Text
from backsmith.databases import Database
from backsmith.evolution.applying import apply
from backsmith.evolution.plan import Plan, verdict
from backsmith.evolution.planning import plan
from tests.evolution.versions import Versions

MODEL = """
@query(allow="everyone")
async def top(data: Data) -> int:
    return 1
"""


def returning(blueprint: Blueprint, returns: Returned | None) -> Blueprint:
    return replace(blueprint, queries=tuple(replace(query, returns=returns) for query in blueprint.queries))


async def applied(database: Database, blueprint: Blueprint) -> Plan:
    planned = await plan(database, blueprint, approvals=["break:GET:/api/rpc/top"])
    await apply(database, planned.plan, planned.blueprint)
    return planned.plan


async def test_a_database_from_before_that_was_known_has_nothing_to_do(database: Database, tmp_path: Path) -> None:
    model = Versions(tmp_path).next(MODEL)
    await applied(database, returning(model, None))
    planned = (await plan(database, model)).plan
    assert (verdict(planned), planned.api, planned.from_hash) == ("none", (), planned.to_hash)


async def test_another_type_is_said_and_applied_once(database: Database, tmp_path: Path) -> None:
    model = Versions(tmp_path).next(MODEL)
    await applied(database, model)
    changed = returning(model, Returned(Text()))
    planned = await applied(database, changed)
    assert (verdict(planned), planned.steps, planned.from_hash) == ("safe", (), planned.to_hash)
    assert [(change.breaking, change.text) for change in planned.api] == [
        (True, "Its reply: values hold texts, where they held whole numbers.")
    ]
    assert verdict((await plan(database, changed)).plan) == "none"
