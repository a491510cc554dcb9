"""The client against a running server, with and without `await`, on both databases."""

from __future__ import annotations

import asyncio
import datetime
import re
from decimal import Decimal
from threading import Thread
from types import ModuleType
from typing import Any

import httpx
import pytest

from backsmith.checks.testing.server import Server


@pytest.fixture
def staff(shop: Server, shop_api: ModuleType) -> Any:
    headers = dict(shop.client(7, roles={"staff"}).headers)
    with shop_api.Client(shop.url, headers={"Authorization": headers["authorization"]}) as client:
        yield client


def product(sku: str, **values: Any) -> dict[str, Any]:
    day = datetime.date(2026, 1, 1)
    return {"name": f"Tea {sku}", "sku": sku, "price": Decimal("4.50"), "cost": 2, "added_on": day, **values}


def test_values_are_pythons_own_and_exact(staff: Any) -> None:
    made = staff.products.create(product("A", price=Decimal("99999999.99"), tags=['a"b', "c,d"]))
    seen = staff.products.get(made["id"])
    assert seen == made
    assert (seen["price"], seen["added_on"], seen["tags"]) == (
        Decimal("99999999.99"), datetime.date(2026, 1, 1), ['a"b', "c,d"],
    )  # fmt: skip


def test_lists_pages_filters_and_counts(staff: Any, shop_api: ModuleType) -> None:
    names = [f"B{number}" for number in range(5)]
    staff.products.create_many(
        [product(name, stock=number, name=f"Cup, ({name})") for number, name in enumerate(names)]
    )
    mine = {"sku": shop_api.like("B*")}
    page = staff.products.list(where=mine, order="-stock", limit=2, count=True)
    assert ([each["sku"] for each in page.items], page.total) == (["B4", "B3"], 5)
    following = staff.products.list(where=mine, order="-stock", limit=2, after=page.next)
    assert [each["sku"] for each in following.items] == ["B2", "B1"]
    assert [each["sku"] for each in staff.products.each(where=mine, order="sku", limit=2)] == names
    assert staff.products.count(where={**mine, "stock": shop_api.gte(2)}) == 3
    assert staff.products.first(where={"name": "Cup, (B3)"})["sku"] == "B3"
    both = staff.products.list(where=mine, either=[{"name": "Cup, (B1)"}, {"stock": shop_api.in_([3, 4])}], order="id")
    assert [each["sku"] for each in both.items] == ["B1", "B3", "B4"]
    shown = staff.products.list(where=mine, select="sku,price", order="id", limit=1)
    assert shown.items == [{"sku": "B0", "price": Decimal("4.50")}]
    assert [row["stock"] for row in staff.products.update_many(mine, {"stock": 9})] == [9] * 5
    assert staff.products.delete_many({**mine, "name": shop_api.not_(shop_api.eq("Cup, (B1)"))}) == 4
    assert staff.products.count(where=mine) == 1


def test_versions_keep_changes_apart(staff: Any, shop_api: ModuleType) -> None:
    made = staff.products.create(product("C"))
    seen = staff.products.get_versioned(made["id"])
    assert staff.products.update(made["id"], {"stock": 5}, if_match=seen.etag)["stock"] == 5
    with pytest.raises(shop_api.BacksmithError) as raised:
        staff.products.update(made["id"], {"stock": 6}, if_match=seen.etag)
    assert (raised.value.kind, raised.value.status) == ("precondition-failed", 412)


def test_mistakes_have_their_places(staff: Any, shop_api: ModuleType) -> None:
    with pytest.raises(shop_api.BacksmithError) as raised:
        staff.products.create(product("D", price=-1, stock="many"))
    error = raised.value
    assert (error.kind, error.status) == ("invalid", 422)
    assert error.at("stock") is not None
    assert error.request_id
    with pytest.raises(shop_api.BacksmithError, match="can't be reached"):
        shop_api.Client("http://127.0.0.1:9", retries=0).products.list()


def test_an_order_with_its_lines_is_placed(shop: Server, staff: Any, shop_api: ModuleType) -> None:
    tea = staff.products.create(product("E", stock=3))
    account = shop.put("accounts", name="Ada", email="ada-e@example.org")
    customer = shop.put("customers", account=account, name="Ada", email="ada-e@example.org")
    order = staff.orders.create({"customer": customer["id"], "lines": [{"product": tea["id"], "quantity": 2}]})
    token = shop.client(account).headers["authorization"]
    with shop_api.Client(shop.url, headers={"Authorization": token}) as ada:
        assert ada.orders.place(order["id"])["status"] == "placed"
    shown = staff.orders.get(order["id"], select="placed_at,lines(quantity,product(price))")
    assert shown["lines"] == [{"quantity": 2, "product": {"price": Decimal("4.50")}}]
    assert shown["placed_at"].tzinfo is not None
    sold = staff.rpc.best_sellers({"since": datetime.date(2020, 1, 1), "limit": 5})
    assert any("Tea E" in str(each) for each in sold)
    assert "Tea E" in staff.routes.catalogue().text


def test_a_batch_is_done_whole(staff: Any, shop_api: ModuleType) -> None:
    results = staff.batch([
        {"id": "made", "method": "POST", "path": "/categories", "body": {"name": "Pots", "slug": "pots"}},
        {"method": "GET", "path": "/categories?slug=eq.pots"},
    ])  # fmt: skip
    assert [each["status"] for each in results] == [201, 200]
    with pytest.raises(shop_api.BacksmithError) as raised:
        staff.batch([
            {"method": "POST", "path": "/categories", "body": {"name": "Lids", "slug": "lids"}},
            {"method": "POST", "path": "/categories", "body": {"name": "Lids", "slug": "lids"}},
        ])  # fmt: skip
    assert raised.value.operation == 1
    assert staff.categories.count(where={"slug": "lids"}) == 0


def test_an_address_or_key_that_can_not_be_is_said_at_once(shop_api: ModuleType) -> None:
    with pytest.raises(ValueError, match="begins with http:// or https://, unlike 'localhost:8000'"):
        shop_api.Client("localhost:8000")
    with pytest.raises(ValueError, match="The API key has signs that no key has"):
        shop_api.AsyncClient("https://shop.example.org", api_key="bsk_…")


def sign_up(shop: Server, client: Any, address: str) -> None:
    begun = client.auth.sign_up({"email": address, "password": "correct horse battery"})
    body = shop.await_mail(address, subject="code").get_body(("plain",))
    assert body is not None
    code = re.search(r"\d{4} \d{4}", body.get_content())
    assert code is not None
    client.auth.confirm_sign_up({"flow": begun["flow"], "code": code[0].replace(" ", "")})


def test_a_session_is_kept_renewed_once_and_ended(shop: Server, shop_api: ModuleType) -> None:
    asked: list[str] = []
    own = httpx.Client(event_hooks={"request": [lambda request: asked.append(request.url.path)]})
    storage = shop_api.InMemory()
    with shop_api.Client(shop.url, storage=storage, client=own) as client:
        sign_up(shop, client, f"ada{id(storage)}@example.org")
        assert client.auth.get_me()["roles"] == []
        storage.save({**storage.load(), "access_token": "out.of.date"})
        asked.clear()
        threads = [Thread(target=client.auth.get_me) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert asked.count("/auth/token") == 1, "a refresh token is good once"
        client.auth.sign_out()
        assert storage.load() is None
        with pytest.raises(shop_api.BacksmithError) as raised:
            client.auth.get_me()
    assert raised.value.status == 401


def test_what_fails_on_the_way_is_sent_again_with_its_key(shop_api: ModuleType) -> None:
    sent: list[tuple[str, str | None]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.method, request.headers.get("idempotency-key")))
        if len(sent) == 1:
            raise httpx.ReadError("gone", request=request)
        if len(sent) == 2:
            return httpx.Response(
                503, headers={"retry-after": "0.01"}, json={"type": "/errors/busy", "message": "Busy"}
            )
        return httpx.Response(201, json=[{"id": 1, "price": 4.50}], headers={"deprecation": "@1767225600"})

    own = httpx.Client(transport=httpx.MockTransport(answer))
    with (
        shop_api.Client("http://shop.example", client=own) as client,
        pytest.warns(DeprecationWarning, match="POST /api/"),
    ):
        assert client.products.create(product("F"))["price"] == Decimal("4.5")
    assert [method for method, _ in sent] == ["POST"] * 3
    assert len({key for _, key in sent}) == 1 and sent[0][1]


def test_the_same_with_await(shop: Server, shop_api: ModuleType) -> None:
    token = shop.client(7, roles={"staff"}).headers["authorization"]

    async def use() -> None:
        async with shop_api.AsyncClient(shop.url, headers={"Authorization": token}) as client:
            made = await client.products.create(product("G"))
            found = [each["sku"] async for each in client.products.each(where={"sku": "G"})]
            assert found == ["G"]
            pages = client.products.watch(where={"sku": "G"}, every=0.05)
            assert [each["stock"] for each in (await anext(pages)).items] == [0]
            await client.products.update(made["id"], {"stock": 4})
            assert [each["stock"] for each in (await asyncio.wait_for(anext(pages), 5)).items] == [4]
            await pages.aclose()
            await client.products.delete(made["id"])
            with pytest.raises(shop_api.BacksmithError) as raised:
                await client.products.get(made["id"])
            assert raised.value.kind == "not-found"

    asyncio.run(use())
