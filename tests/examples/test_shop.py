"""The example `shop`: what its own code does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from backsmith.app import asgi
from backsmith.blueprint.asker import Asker
from examples.shop import shop
from examples.shop.demo import fill
from tests.engine.client import Client

ADA = Asker(1)
NEW = {"content_type": "application/json", "prefer": "return=representation"}


@pytest.fixture(scope="module")
def client(database_kind: str, new_url: Callable[[str], str], run: Any) -> Iterator[Client]:
    application = asgi(shop, database=new_url(database_kind), access_log=False)
    run(application.start())
    run(fill(application.database, application.blueprint))
    if database_kind != "sqlite":
        for table in ("orders", "lines"):
            key = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1000000)"
            run(application.database.execute(key))
    yield Client(application, run)
    run(application.close())


def draft(client: Client, *lines: dict[str, Any]) -> int:
    """A new order of Ada's, with these lines."""
    customer = client.get("/api/customers?select=id", ADA).json[0]["id"]
    body = msgspec.json.encode({"customer": customer, "lines": lines})
    made = client.get("/api/orders", ADA, "POST", body, **NEW)
    assert made.status == 201, made.text
    return made.json[0]["id"]


def product(client: Client, at_least: int) -> dict[str, Any]:
    return client.get(f"/api/products?stock=gte.{at_least}&select=id,name,stock,price&order=id&limit=1").json[0]


def test_an_order_is_placed(client: Client) -> None:
    tea = product(client, 5)
    order = draft(client, {"product": tea["id"], "quantity": 2})
    placed = client.get(f"/api/orders/{order}/place", ADA, "POST")
    assert (placed.status, placed.json["status"], placed.json["placed_at"] is None) == (200, "placed", False)
    assert client.get(f"/api/products/{tea['id']}").json["stock"] == tea["stock"] - 2
    assert client.get(f"/api/orders/{order}/place", ADA, "POST").status == 403


def test_an_empty_order_is_not(client: Client) -> None:
    order = draft(client)
    refused = client.get(f"/api/orders/{order}/place", ADA, "POST")
    assert (refused.status, refused.json["message"]) == (409, "There is nothing in this order.")


async def test_the_last_one_is_sold_once(client: Client) -> None:
    """Six orders of half the stock each, placed at once: two get it, none is oversold."""
    tea = (await client.ask("/api/products?stock=gte.4&select=id,stock&order=id.desc&limit=1")).json[0]
    orders: list[int] = []
    customer = (await client.ask("/api/customers?select=id", ADA)).json[0]["id"]
    for _ in range(6):
        line = {"product": tea["id"], "quantity": tea["stock"] // 2}
        body = msgspec.json.encode({"customer": customer, "lines": [line]})
        orders.append((await client.ask("/api/orders", ADA, "POST", body, **NEW)).json[0]["id"])
    answers = await asyncio.gather(*(client.ask(f"/api/orders/{order}/place", ADA, "POST") for order in orders))
    assert sorted(answer.status for answer in answers) == [200, 200, 409, 409, 409, 409]
    assert (await client.ask(f"/api/products/{tea['id']}")).json["stock"] == tea["stock"] % 2


def test_prices_and_statuses_are_not_the_customers_to_set(client: Client) -> None:
    tea = product(client, 5)
    order = draft(client, {"product": tea["id"], "quantity": 1})
    line = client.get(f"/api/orders/{order}?select=lines(price)", ADA).json["lines"][0]
    assert line == {"price": tea["price"]}
    cheap = msgspec.json.encode({"order": order, "product": tea["id"], "price": 0})
    assert client.get("/api/lines", ADA, "POST", cheap, **NEW).status == 403
    sent = client.get(f"/api/orders/{order}", ADA, "PATCH", b'{"status": "shipped"}', content_type="application/json")
    assert sent.status == 403


def test_an_order_gets_its_date_whoever_places_it(client: Client) -> None:
    order = draft(client)
    staff = Asker(431, frozenset({"staff"}))
    patch = client.get(f"/api/orders/{order}", staff, "PATCH", b'{"status": "placed"}', content_type="application/json")
    assert patch.status == 204
    assert client.get(f"/api/orders/{order}", staff).json["placed_at"] is not None


async def test_the_catalogue_as_a_table(client: Client) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        if not sent:
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.sleep(30)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "GET", "path": "/catalogue.csv", "raw_path": b"/catalogue.csv",
        "query_string": b"", "headers": [],
    }  # fmt: skip
    await client.application(scope, receive, send)
    assert dict(sent[0]["headers"])[b"content-type"] == b"text/csv; charset=utf-8"
    lines = b"".join(message.get("body", b"") for message in sent[1:]).decode().splitlines()
    count = (await client.ask("/api/products?select=count")).json[0]["count"]
    assert (lines[0], len(lines)) == ("sku,name,price", 1 + count)
