"""What an API key is good for: every way to rows, functions and routes is as narrow as its scopes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from backsmith.accounts import api_keys
from backsmith.blueprint.asker import Asker
from backsmith.engine.reading import read
from backsmith.engine.why import explain
from backsmith.engine.why_writes import explain_write
from backsmith.http.request import Request
from tests.accounts.application import Answer, Served
from tests.accounts.sessions.people import Program, account, services, sign_in


class World(NamedTuple):
    """Two customers of one account, an order of the first, and what asks as that account."""

    shop: Served
    account: int
    customer: int
    order: int
    whole: Program
    """With an access token: all that the account may."""


async def key_of(shop: Served, account: int, *scopes: str) -> Program:
    """A new key."""
    found = services(shop)

    async def work(transaction: Any) -> str:
        await found.tables.api_keys.delete(transaction, account=found.people.text(account))
        made = await api_keys.make(found, transaction, found.people.text(account), "reporting", scopes, None)
        return made[1]

    return Program(shop, await found.database.transact(work))


@pytest.fixture(scope="module")
def world(shop: Served, run: Callable[..., Any]) -> World:
    async def made() -> World:
        key = await account(shop, "owner", "staff")
        whole = Program(shop, (await sign_in(shop, key)).access_token)
        shown = {"prefer": "return=representation"}
        customers = [
            (await whole.ask("POST", "/api/customers", {"account_id": key, "name": name}, **shown)).json[0]["id"]
            for name in ("Zoe", "Abe")
        ]
        body = {"customer_id": customers[0], "text": "tea", "total": 7}
        order = (await whole.ask("POST", "/api/orders", body, **shown)).json[0]["id"]
        return World(shop, key, customers[0], order, whole)

    return run(made())


def refused(answer: Answer) -> bool:
    return answer.status in (401, 403) and "Zoe" not in answer.text


READ_ANOTHER = [
    "/api/customers",
    "/api/customers/{customer}",
    "/api/customers?select=count()",
    "/api/orders?select=id,customer(name)",
    "/api/orders?select=id,customer(count)",
    "/api/orders?select=id,...customer(name)",
    "/api/orders?select=id,customer!inner()",
    "/api/orders?select=id,customer()&customer.name=eq.Zoe",
    "/api/orders?select=id,customer!inner(id)&customer.name=eq.Zoe",
    "/api/orders?select=id,customer(id)&customer=not.is.null",
    "/api/orders?select=id,customer(id)&order=customer(name)",
    "/api/orders?select=id,customer(name.max())",
    "/api/orders/{order}?select=customer(name)",
]


@pytest.mark.parametrize("target", READ_ANOTHER)
async def test_a_key_for_one_collection_reads_no_other_through_it(world: World, target: str):
    target = target.format(customer=world.customer, order=world.order)
    whole = await world.whole.ask("GET", target)
    assert whole.status in (200, 206, 400), whole.text  # 400: some of these nobody can ask
    key = await key_of(world.shop, world.account, "*:orders")
    answer = await key.ask("GET", target)
    assert answer.status == 400 if whole.status == 400 else refused(answer), answer.text


async def test_an_order_by_another_collection_tells_nothing(world: World):
    key = await key_of(world.shop, world.account, "read:orders")
    answer = await key.ask("GET", "/api/orders?order=customer(name)")
    assert answer.status in (400, 403) or "customer" not in answer.text


WRITE = [
    ("POST", "/api/orders", {"customer_id": 0, "text": "x"}),
    ("PATCH", "/api/orders?id=eq.{order}", {"text": "x"}),
    ("PATCH", "/api/orders/{order}", {"text": "x"}),
    ("PUT", "/api/orders/{order}", {"id": 0, "customer_id": 0, "text": "x", "total": 1, "status": "draft"}),
    ("DELETE", "/api/orders?id=eq.{order}", None),
    ("DELETE", "/api/orders/{order}", None),
    ("POST", "/api/orders?on_conflict=id", {"id": 0, "customer_id": 0, "text": "x"}),
    ("POST", "/api/orders/{order}/place", None),
    ("POST", "/api/rpc/pay", {"order": 0}),
    ("POST", "/api/rpc/totals", None),
    ("GET", "/api/rpc/totals", None),
    ("GET", "/hello", None),
    ("POST", "/api/customers", {"account_id": 0, "name": "x"}),
]


def filled(world: World, target: str, body: dict[str, Any] | None) -> tuple[str, dict[str, Any] | None]:
    known = {"customer_id": world.customer, "id": world.order, "order": world.order, "account_id": world.account}
    if body is not None:
        body = {name: known.get(name, value) for name, value in body.items()}
    return target.format(order=world.order), body


@pytest.mark.parametrize(("method", "target", "body"), WRITE)
async def test_a_key_for_reading_changes_and_calls_nothing(world: World, method: str, target: str, body: Any):
    target, body = filled(world, target, body)
    before = (await world.whole.ask("GET", "/api/orders")).json
    key = await key_of(world.shop, world.account, "read:*")
    answer = await key.ask(method, target, body)
    assert answer.status == 403, answer.text
    assert "The API key's scopes leave it out" in answer.json["hint"]
    assert (await world.whole.ask("GET", "/api/orders")).json == before


@pytest.mark.parametrize("operation", [each for each in WRITE if each[1] != "/hello"])
async def test_a_batch_is_as_narrow_as_its_parts(world: World, operation: tuple[str, str, Any]):
    method, target, body = operation
    target, body = filled(world, target, body)
    key = await key_of(world.shop, world.account, "read:*")
    part = {"method": method, "path": target.removeprefix("/api"), **({} if body is None else {"body": body})}
    answer = await key.ask("POST", "/api/batch", {"operations": [part]})
    assert answer.status == 403, answer.text


async def test_a_batch_reads_no_other_collection(world: World):
    key = await key_of(world.shop, world.account, "*:orders", "update:customers")
    for target in READ_ANOTHER[:3]:
        path = target.format(customer=world.customer).removeprefix("/api")
        answer = await key.ask("POST", "/api/batch", {"operations": [{"method": "GET", "path": path}]})
        assert refused(answer), answer.text


@pytest.mark.parametrize(
    ("scopes", "status"),
    [(("*:orders",), 403), (("*:orders", "read:customers"), 403), (("*:orders", "*:customers"), 201)],
)
async def test_rows_within_rows_need_the_scopes_of_both(world: World, scopes: tuple[str, ...], status: int):
    key = await key_of(world.shop, world.account, *scopes)
    body = {"text": "nested", "customer": {"account_id": world.account, "name": "New"}}
    answer = await key.ask("POST", "/api/orders", body)
    assert answer.status == status, answer.text


async def test_a_relation_leads_only_to_rows_that_the_key_may_read(world: World):
    """Else what may be pointed at would tell what is there."""
    body = {"customer_id": world.customer, "text": "x"}
    alone = await key_of(world.shop, world.account, "create:orders")
    assert (await alone.ask("POST", "/api/orders", body)).status == 403
    both = await key_of(world.shop, world.account, "create:orders", "read:customers")
    assert (await both.ask("POST", "/api/orders", body)).status == 201


async def test_writing_shows_no_more_than_reading_would(world: World):
    key = await key_of(world.shop, world.account, "update:orders", "read:customers")
    answer = await key.ask("PATCH", f"/api/orders/{world.order}", {"text": "y"}, prefer="return=representation")
    assert answer.status != 200 or answer.json in ([], [{}]), answer.text
    filtered = await key.ask("PATCH", "/api/orders?text=eq.tea", {"text": "z"})
    assert filtered.status == 403 or filtered.header("content-range") == "*/*", (filtered.status, filtered.headers)


async def test_the_applications_own_code_follows_too(world: World):
    narrow = await key_of(world.shop, world.account, "call:totals", "call:names_as_account")
    assert (await narrow.ask("POST", "/api/rpc/totals")).json == []
    assert (await narrow.ask("POST", "/api/rpc/names_as_account")).json == []
    wide = await key_of(world.shop, world.account, "call:*", "read:orders", "read:customers")
    assert 7 in (await wide.ask("POST", "/api/rpc/totals")).json
    assert "Zoe" in (await wide.ask("POST", "/api/rpc/names_as_account")).json


async def test_an_action_needs_its_own_scope_and_its_row(world: World):
    target = f"/api/orders/{world.order}/place"
    statuses: list[int] = []
    for scopes in (("update:orders", "read:orders"), ("place:orders",), ("place:orders", "read:orders")):
        statuses.append((await (await key_of(world.shop, world.account, *scopes)).ask("POST", target)).status)
    # The last: the action updates the order as the key, which may not.
    assert statuses == [403, 404, 403]
    key = await key_of(world.shop, world.account, "place:orders", "read:orders", "update:orders", "read:customers")
    assert (await key.ask("POST", target)).status == 200


async def test_a_key_for_everything_may_what_its_account_may(world: World):
    key = await key_of(world.shop, world.account, "*:*")
    for target in ("/api/customers?order=id", "/api/orders?select=id,customer(name)&order=id", "/hello"):
        answer, whole = await key.ask("GET", target), await world.whole.ask("GET", target)
        assert (answer.status, answer.body) == (200, whole.body)


async def test_scopes_never_widen(world: World):
    stranger = await account(world.shop, "scoped_stranger")
    key = await key_of(world.shop, stranger, "*:*", "read:orders", "place:orders")
    assert (await key.ask("GET", "/api/orders")).json == []
    assert (await key.ask("POST", f"/api/orders/{world.order}/place")).status == 404


async def test_a_reply_to_one_key_is_replayed_to_no_other(world: World):
    body, headers = {"order": world.order}, {"idempotency_key": "0123456789abcdef"}
    wide = await key_of(world.shop, world.account, "*:*")
    assert (await wide.ask("POST", "/api/rpc/pay", body, **headers)).json == 7
    narrow = await key_of(world.shop, world.account, "call:pay")
    answer = await narrow.ask("POST", "/api/rpc/pay", body, **headers)
    assert (answer.status, answer.json["type"]) == (422, "/errors/idempotency-mismatch")
    assert (await narrow.ask("POST", "/api/rpc/pay", body)).json == 0


async def test_plans_of_one_key_are_not_those_of_another(world: World):
    target = "/api/orders?select=id,customer(name)&limit=1"
    for _ in range(2):
        wide = await key_of(world.shop, world.account, "read:orders", "read:customers")
        assert (await wide.ask("GET", target)).status == 200
        narrow = await key_of(world.shop, world.account, "read:orders")
        assert (await narrow.ask("GET", target)).status == 403
        assert (await world.whole.ask("GET", target)).status == 200


async def test_the_name_of_the_key_is_in_the_metrics(world: World):
    key = await key_of(world.shop, world.account, "read:orders")
    await key.ask("GET", "/api/orders")
    metrics = (await world.shop.ask("GET", "/metrics")).text
    assert 'backsmith_key_requests_total{key="reporting"}' in metrics
    assert json.dumps(key.credential) not in metrics


async def test_why_says_what_a_key_is_limited_to(world: World):
    engine, database = world.shop.application.engine, world.shop.application.database
    asker = Asker(world.account, frozenset({"staff"}), "key", "reporting", frozenset({"read:customers"}))
    request = Request("GET", ("orders",), "/api/orders", "", {})
    found = await explain(engine, database, request, read(request, engine.catalogue, engine.limits), asker)
    assert (found.asker, found.status) == (
        f"account {world.account} with roles staff by the API key reporting limited to read:customers",
        403,
    )
    assert {(rule.outcome, rule.reason) for rule in found.rules} == {
        ("can't apply", "the scopes of the API key leave it out")
    }
    change = Request("PATCH", ("orders", str(world.order)), "/api/orders", "", {}, b'{"text": "x"}')
    written = await explain_write(engine, database, change, asker)
    assert written.status == 403
    assert "update:orders would let it in" in (written.error or "")
