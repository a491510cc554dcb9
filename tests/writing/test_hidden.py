"""What a write must not tell of rows that the asker doesn't see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from backsmith.blueprint.asker import Asker
from backsmith.databases import Database
from tests.evolution.models import blueprint_of
from tests.writing.desk import ADA, Desk, begin

MODEL = """
class Vault(Entity):
    owner: Account
    weight: int
    factor: int

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.owner == user

    @allow("update", "delete")
    def light(self, user: Account) -> bool:
        return self.weight * self.factor < 100
"""
HUGE = 2**40


@pytest.fixture
def vaults(database: Database, tmp_path: Any, run: Any) -> Desk:
    desk = Desk(database, blueprint=blueprint_of(tmp_path, MODEL))
    rows: dict[str, Sequence[dict[str, Any]]] = {
        "Account": [{"id": 1}, {"id": 2}],
        "Vault": [
            {"id": 1, "owner_id": 1, "weight": 2, "factor": 3},
            {"id": 2, "owner_id": 2, "weight": HUGE, "factor": HUGE},
        ],
    }
    run(begin(desk, rows))
    return desk


@pytest.mark.parametrize("values", [{"weight": 3}, {"owner_id": 1}])
async def test_a_rule_that_can_not_be_worked_out_for_a_row_one_does_not_see(
    vaults: Desk, values: dict[str, Any]
) -> None:
    missing = {"status": 404, "code": "PGRST116", "message": "There is no row 2 in vaults"}
    assert await vaults.update("Vault", 2, **values) == missing
    assert await vaults.delete("Vault", 2) == missing
    assert await vaults.update("Vault", "id=gt.0", **values) == {"keys": [1]}
    assert await vaults.delete("Vault", "id=gt.0") == {"keys": [1]}


async def test_whose_it_is_hears_of_it(vaults: Desk) -> None:
    assert (await vaults.update("Vault", 2, Asker(id=2), weight=HUGE))["status"] == 400
    assert (await vaults.update("Vault", 1, ADA, weight=2**62, factor=4))["status"] == 400
