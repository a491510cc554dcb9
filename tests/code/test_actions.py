"""`@action`: who may, what it is given, what is kept, what comes back."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.code.conftest import ADA, BO, STAFF, Market


def test_an_action_of_a_row(client: Market) -> None:
    answer = client.post("/api/orders/1/place", ADA)
    assert (answer.status, answer.json) == (
        200,
        {
            "id": 1,
            "account_id": 1,
            "status": "placed",
            "note": "normal",
            "placed_at": "2026-01-02T03:00:00+00:00",
            "made_at": "2026-01-01T00:00:00+00:00",
        },
    )
    assert client.value("SELECT stock FROM products WHERE id = 1") == 8
    assert client.events() == ["order 1: draft -> placed"]


@pytest.mark.parametrize(
    ("asker", "order", "status"), [(NOBODY, 1, 401), (BO, 1, 404), (ADA, 99, 404), (ADA, "x", 400), (STAFF, 2, 409)]
)
def test_who_may_use_it(client: Market, asker: Asker, order: Any, status: int) -> None:
    """Who may not see the row hears that there is none."""
    assert client.post(f"/api/orders/{order}/place", asker).status == status
    assert client.events() == []


def test_a_row_that_no_rule_allows_is_403(client: Market) -> None:
    assert client.post("/api/orders/1/place", ADA).status == 200
    again = client.post("/api/orders/1/place", ADA)
    assert (again.status, again.json["code"], again.json["message"]) == (
        403,
        "42501",
        "No rule lets you place this row of orders",
    )
    assert "own_draft" in again.json["rules"]


def test_who_no_rule_can_allow_hears_so_before_the_row_is_looked_for(client: Market) -> None:
    answer = client.post("/api/products/99/restock", ADA)
    assert (answer.status, answer.json["message"]) == (403, "permission denied to restock products")
    assert client.post("/api/products/99/restock", STAFF).status == 404


def test_parameters_are_read_from_the_body(client: Market) -> None:
    body = {"express": True, "gift": {"text": "hi"}, "address": {"street": "x", "zip_code": "12345"}}
    assert client.post("/api/orders/1/place", ADA, body).json["note"] == "express hi False 12345 NL"[:20]


def test_all_mistakes_of_a_body_are_told_at_once(client: Market) -> None:
    body = {"expres": True, "gift": {"wrapped": "yes", "ribbon": 1}, "address": {"street": 1, "zip_code": "1"}}
    answer = client.post("/api/orders/1/place", ADA, body)
    assert (answer.status, answer.json["code"]) == (422, "PGRST204")
    assert [(each["pointer"], each["message"], each.get("hint")) for each in answer.json["errors"]] == [
        ("/expres", "There is no parameter 'expres'", "Did you mean 'express'?"),
        ("/gift/wrapped", 'invalid input syntax for type boolean: ""yes""', "Write true or false, without quotes."),
        ("/gift/ribbon", "There is no 'ribbon' here", None),
        ("/gift/text", "text is missing", None),
        ("/address/street", 'invalid input syntax for type text: "1"', 'Write it in quotes: "1".'),
        ("/address/zip_code", "zip_code has 1 character; it takes at least 5", None),
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"[1]", "The body isn't a JSON object"),
        (b"{", "Empty or invalid json"),
        (b'{"express": true, "express": false}', "express is there more than once"),
        (b'{"express": null}', "express can't be null"),
    ],
)
def test_bodies_that_are_none(client: Market, body: bytes, message: str) -> None:
    answer = client.post("/api/orders/1/place", ADA, body)
    assert answer.status in (400, 422)
    assert answer.json["message"] == message


@pytest.mark.parametrize(
    ("how", "status", "code", "message"),
    [
        ("conflict", 409, "own", "No."),
        ("mistake", 500, "XX000", "This is a mistake of the server, not of the request."),
        ("check", 422, "23514", "A placed order has a date."),
        ("unique", 409, "23505", "name of products is taken"),
    ],
)
def test_what_fails_leaves_nothing_behind(client: Market, how: str, status: int, code: str, message: str) -> None:
    answer = client.post("/api/orders/1/explode", ADA, {"how": how})
    assert (answer.status, answer.json["code"], answer.json["message"]) == (status, code, message)
    assert "secret" not in answer.text
    assert client.value("SELECT note FROM orders WHERE id = 1") is None
    assert client.events() == []


def test_a_refusal_says_what_the_application_says(client: Market) -> None:
    answer = client.post("/api/orders/2/place", BO)
    assert {name: answer.json[name] for name in ("type", "title", "status", "code", "message", "hint")} == {
        "type": "/errors/refused",
        "title": "The application refuses this",
        "status": 409,
        "code": "PT409",
        "message": "There is nothing in this order.",
        "hint": "Add a line first.",
    }


def test_invalid_names_the_fields(client: Market) -> None:
    client._run(client.application.database.execute("UPDATE products SET stock = 0 WHERE id = 2"))
    answer = client.post("/api/orders/1/place", ADA)
    assert (answer.status, answer.json["errors"]) == (
        422,
        [{"pointer": "/lines", "code": "P0001", "message": "has more of Green Tea than there is"}],
    )
    assert client.value("SELECT stock FROM products WHERE id = 1") == 10


def test_a_savepoint_undoes_its_part_alone(client: Market) -> None:
    answer = client.post("/api/orders/1/twice", ADA)
    assert (answer.status, answer.json) == (200, ["RequestError", "one"])
    assert client.value("SELECT note FROM orders WHERE id = 1") == "one"


async def test_a_plain_function_runs_in_a_thread(client: Market) -> None:
    """Two that wait for each other's time on the loop: the quick one is answered while the slow one sleeps."""
    slow = asyncio.ensure_future(client.ask("/api/orders/1/slow", ADA, "POST", b'{"seconds": 0.3}'))
    quick = await client.ask("/api/products/1/restock", STAFF, "POST", b'{"by": 5}')
    assert (quick.json, slow.done()) == ({"stock": 15}, False)
    assert (await slow).json == "draft"


def test_a_parameter_can_be_a_row(client: Market) -> None:
    assert client.post("/api/orders/1/hand_over", ADA, {"to": 2}).json == "Green Tea"
    missing = client.post("/api/orders/1/hand_over", ADA, {"to": 99})
    assert (missing.status, missing.json["errors"]) == (
        422,
        [{"pointer": "/to", "code": "23503", "message": "There is no row 99 of Product"}],
    )
    assert client.post("/api/orders/1/hand_over", ADA, {"to": "x"}).status == 422


def test_rows_read_as_the_system_are_shown_by_the_rules(client: Market) -> None:
    """`secret` is of no rule for customers, the other order of none at all."""
    shown = client.post("/api/orders/1/peek", ADA).json
    assert [sorted(row) for row in shown] == [["account_id", "id", "made_at", "note", "placed_at", "status"]]
    assert shown[0]["id"] == 1


def test_an_action_without_a_transaction_writes_at_once(client: Market) -> None:
    assert client.post("/api/orders/1/annotate", ADA, {"note": "hello"}).json["note"] == "hello"
    assert client.post("/api/orders/1/annotate", ADA, {"note": "x" * 21}).json["errors"] == [
        {"pointer": "/note", "code": "22001", "message": "note has 21 characters; it takes at most 20"}
    ]


def test_a_free_action(client: Market) -> None:
    made = client.post("/api/rpc/new_order", ADA, {"products": [1, 2]})
    assert (made.status, made.json["status"], made.json["account_id"]) == (200, "draft", 1)
    assert client.value(f"SELECT count(*) FROM lines WHERE order_id = {made.json['id']}") == 2
    missing = client.post("/api/rpc/new_order", ADA, {"products": [1, 77]})
    assert (missing.status, missing.json["message"]) == (404, "There is no such row in products")
    assert client.post("/api/rpc/new_order", NOBODY, {"products": []}).status == 401


def test_what_a_free_action_is_given(client: Market) -> None:
    body = (
        b'{"extras": {"a": [1, 2.5]}, "list_of": [{"text": "x"}, {"text": "y", "wrapped": true}], "any_json": [null]}'
    )
    answer = client.post("/api/rpc/about?a=1&a=2", NOBODY, body, user_agent="test")
    assert answer.json == {
        "method": "POST",
        "path": "/api/rpc/about",
        "agent": "test",
        "query": {"a": "2"},
        "extras": {"a": [1, 2.5]},
        "gifts": [{"text": "x", "wrapped": False}, {"text": "y", "wrapped": True}],
        "json": [None],
    }
    wrong = client.post("/api/rpc/about", NOBODY, b'{"extras": [], "list_of": [{}, {"text": "longer than ten"}]}')
    assert [each["pointer"] for each in wrong.json["errors"]] == ["/extras", "/list_of/0/text", "/list_of/1/text"]


def test_only_post_acts(client: Market) -> None:
    for target in ("/api/orders/1/place", "/api/rpc/new_order"):
        answer = client.get(target, ADA)
        assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")
        assert client.get(target, method="OPTIONS").headers["allow"] == "POST, OPTIONS"
    assert client.post("/api/orders/1/pleace", ADA).status in (404, 405)


def test_an_idempotency_key_acts_once(client: Market) -> None:
    first = client.post("/api/rpc/new_order", ADA, {"products": [1]}, idempotency_key="abc")
    again = client.post("/api/rpc/new_order", ADA, {"products": [1]}, idempotency_key="abc")
    assert (first.status, first.body) == (again.status, again.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert client.value("SELECT count(*) FROM orders") == 3


async def test_actions_on_one_row_come_one_after_the_other(client: Market) -> None:
    """Of two that place the same order at once one finds it placed: the row is held while it is looked at."""
    answers = await asyncio.gather(*(client.ask("/api/orders/1/place", ADA, "POST") for _ in range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [403] * 7
    rows = await client.application.database.fetch("SELECT stock FROM products WHERE id = 1", ())
    assert rows[0][0] == 8


def test_who_may_call_is_asked_of_roles_that_nothing_else_mentions(client: Market) -> None:
    assert client.post("/api/rpc/fire", STAFF).status == 403
    assert client.post("/api/rpc/fire", Asker(4, frozenset({"boss"}))).json == "fired"
