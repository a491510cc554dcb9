"""`@before` and `@after`: within the transaction of whoever writes."""

from __future__ import annotations

from tests.code.conftest import ADA, STAFF, Market


def test_before_changes_what_is_written(client: Market) -> None:
    """And needs no rule for it."""
    made = client.post("/api/products", STAFF, {"name": "Black Tea", "price": 1}, prefer="return=representation")
    assert made.status == 201
    assert client.value("SELECT slug FROM products WHERE name = 'Black Tea'") == "black-tea"
    client.get("/api/products/1", STAFF, "PATCH", b'{"name": "Old Tea"}', content_type="application/json")
    assert client.value("SELECT slug FROM products WHERE id = 1") == "old-tea"


def test_before_refuses(client: Market) -> None:
    client._run(client.application.database.execute("UPDATE orders SET status = 'shipped', placed_at = made_at"))
    patch = client.get("/api/orders/1", STAFF, "PATCH", b'{"status": "draft"}', content_type="application/json")
    assert (patch.status, patch.json["message"]) == (409, "A shipped order stays shipped.")
    assert client.value("SELECT status FROM orders WHERE id = 1") == "shipped"
    assert client.events() == []


def test_before_a_delete_is_given_the_row(client: Market) -> None:
    client._run(client.application.database.execute("DELETE FROM lines"))
    refused = client.get("/api/orders/1", STAFF, "DELETE")
    assert (refused.status, refused.json["code"]) == (423, "PT423")
    client._run(client.application.database.execute("UPDATE orders SET status = 'placed', placed_at = made_at"))
    assert client.get("/api/orders/1", STAFF, "DELETE").status == 204
    assert client.events() == ["order 1: placed -> placed"]


def test_after_sees_each_row_of_a_bulk_write(client: Market) -> None:
    answer = client.get("/api/orders?id=lt.3", STAFF, "PATCH", b'{"note": "all"}', content_type="application/json")
    assert answer.status == 204
    assert client.events() == ["order 1: draft -> draft", "order 2: draft -> draft"]


def test_after_hears_of_what_is_made(client: Market) -> None:
    made = client.post("/api/orders", ADA, {"note": "mine"}, prefer="return=representation")
    assert made.status == 201
    key = client.value("SELECT max(id) FROM orders")
    assert client.events() == [f"order {key}: - -> draft"]


def test_what_is_undone_takes_its_hooks_along(client: Market) -> None:
    assert client.post("/api/orders/1/explode", ADA, {"how": "conflict"}).status == 409
    assert client.events() == []
