"""PostgREST's JavaScript client from npm, unmodified, asks the example shop over the network."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import Any

import pytest

from backsmith.accounts.development import sign
from backsmith.app import compile_application
from backsmith.blueprint import load
from backsmith.databases import open_database
from backsmith.settings import read_settings
from examples.shop.demo import MODEL, fill
from examples.shop.rows import rows
from tests.cli.process import Server, start

HERE = Path(__file__).parent

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (HERE / "node_modules" / "@supabase").exists(),
    reason="needs Node.js 20 and `npm ci` in tests/javascript, which `make test` runs where there is Node.js",
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    """What the client made of each reply, by the name that ask.mjs gives the question."""
    folder = tmp_path_factory.mktemp("shop")
    shutil.copy(MODEL, folder / "shop.py")
    settings = read_settings(folder / "shop.py", environment={})

    async def prepare() -> None:
        database = open_database(settings.database)
        await database.open()
        await fill(database, compile_application(load(str(folder / "shop.py"))))
        await database.close()

    asyncio.run(prepare())
    server: Server = start(folder, "shop.py")
    try:
        server.wait_until_ready()
        token = sign(settings, 1, now=time())
        address = str(server.client.base_url.join("/api"))
        command = ["node", str(HERE / "ask.mjs"), address, token]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        yield {line.pop("name"): line for line in map(json.loads, done.stdout.splitlines())}
    finally:
        server.end()


def data(data: Any, status: int = 200, count: int | None = None) -> dict[str, Any]:
    return {"data": data, "error": None, "count": count, "status": status}


SHOP = rows().entities
FIRST = SHOP["Customer"][0]

EXPECTED = {
    "list": data([{"name": "Desk"}, {"name": "Garden"}, {"name": "Home"}, {"name": "Kitchen"}, {"name": "Table"}]),
    "oneById": data({"id": 2, "name": "Pots and pans", "slug": "pots-and-pans"}),
    "maybeNone": data(None),
    "embed": data({"name": "Desk", "children": [{"name": "Notebooks"}, {"name": "Pens"}, {"name": "Desk tidies"}]}),
    "embedUp": data({"name": "Pens", "above": {"name": "Desk"}}),
    "inner": data([{"name": "Desk", "children": [{"name": "Pens"}]}]),
    "orderAndLimitOfAnEmbed": data(
        [{"name": "Kitchen", "children": [{"name": "Storage jars"}, {"name": "Pots and pans"}]}]
    ),
    "filters": data(
        [{"slug": "desk-tidies"}, {"slug": "planters"}, {"slug": "plates-and-bowls"}, {"slug": "pots-and-pans"}]
    ),
    "range": data([{"id": 4}, {"id": 5}, {"id": 6}], 206, 22),
    "countOnly": data(None, 200, 22),
    "csv": data("id,name\n1,Kitchen\n2,Pots and pans"),
    "customerAsks": data([{"name": FIRST["name"], "email": FIRST["email"]}]),
    "count": data(None, 200, sum(order["customer_id"] == 1 for order in SHOP["Order"])),
    "aggregate": data({"count": 22}),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_the_client_understands(answers: dict[str, dict[str, Any]], name: str):
    assert answers[name] == EXPECTED[name]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("noneWhereOneIsAsked", 406, "PGRST116"),
        ("severalWhereOneIsAsked", 406, "PGRST116"),
        ("hiddenField", 400, "42703"),
        ("unknownField", 400, "42703"),
        ("nobodyAsks", 401, "PGRST302"),
    ],
)
def test_the_client_understands_refusals(answers: dict[str, dict[str, Any]], name: str, status: int, code: str):
    answer = answers[name]
    assert (answer["status"], answer["error"]["code"], answer["data"]) == (status, code, None)
    assert answer["error"]["message"]
