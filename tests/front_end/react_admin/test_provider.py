"""react-admin's PostgREST provider, unmodified, in Node.js: all that it can be asked, on both databases."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.front_end.react_admin.conftest import HERE, needs_packages
from tests.front_end.shop import Shop

pytestmark = needs_packages


@pytest.fixture(scope="module")
def answers(shop: Shop) -> dict[str, dict[str, Any]]:
    """What the provider gave, by the name that ask.mjs gives the question."""
    command = ["node", str(HERE / "ask.mjs"), shop.address, shop.staff]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr + shop.server.said()
    return {line.pop("name"): line for line in map(json.loads, done.stdout.splitlines())}


def category(id: int, name: str) -> dict[str, Any]:
    return {"id": id, "name": name}


EXPECTED: dict[str, dict[str, Any]] = {
    "getList": {"data": [category(2, "Pots and pans"), category(5, "Storage jars")], "total": 4},
    "getListById": {"data": [category(19, "Desk"), category(15, "Garden")], "total": 5},
    "getListLike": {"data": [category(21, "Pens")], "total": 1},
    "getListOr": {"data": [category(19, "Desk"), category(22, "Desk tidies"), category(21, "Pens")], "total": 3},
    "getListEmbed": {"data": [{"name": "Pens", "parent": {"name": "Desk"}}], "total": 1},
    "getOne": {"data": {"id": 2, "name": "Pots and pans", "slug": "pots-and-pans", "parent_id": 1}},
    "getMany": {"data": [category(1, "Kitchen"), category(2, "Pots and pans")]},
    "getManyReference": {"data": [category(2, "Pots and pans"), category(5, "Storage jars")], "total": 4},
    "create": {"data": {"name": "Toys", "slug": "toys"}},
    "update": {"data": {"name": "Atlases", "slug": "maps"}},
    "updateNothing": {"data": category(1, "Kitchen")},
    "updateMany": {"data": [0, 1]},
    "delete": {"data": {"name": "Atlases"}},
    "deleteMany": {"data": [1]},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_provider_gets_what_it_expects(answers: dict[str, dict[str, Any]], name: str) -> None:
    assert answers[name] == EXPECTED[name]


def test_refusals_have_their_status_and_message(answers: dict[str, dict[str, Any]]) -> None:
    assert answers["getOneMissing"]["status"] == 406
    assert answers["createWrong"]["status"] == 422
    assert answers["createWrong"]["message"] == "slug isn't a slug"
