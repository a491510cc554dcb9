"""Rules that count rows of the entity itself count the new ones, too: they are asked once those are there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backsmith.blueprint import compile as compile_model
from backsmith.blueprint import load
from backsmith.databases import Database
from tests.writing.desk import Desk, begin


@pytest.fixture
def desk(database: Database, run: Any) -> Iterator[Desk]:
    desk = Desk(database, blueprint=compile_model(load(str(Path(__file__).with_name("crowd.py"))))[0])
    run(begin(desk, {"Person": [{"id": 1, "team_id": None}], "Project": [{"id": 1, "team_id": None}]}))
    yield desk


async def test_the_first_has_a_seat_and_the_second_none(desk: Desk) -> None:
    assert await desk.create("Seat", {"project_id": 1}) == {"keys": [1]}
    assert (await desk.create("Seat", {"project_id": 1}))["status"] == 403
    assert await desk.table("Seat") == [(1,)]


async def test_two_at_once_have_none(desk: Desk) -> None:
    assert (await desk.create("Seat", {"project_id": 1}, {"project_id": 1}))["status"] == 403
    assert await desk.table("Seat") == []
