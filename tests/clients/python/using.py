"""Uses of the shop's client that are right; `test_types.py` has pyright read it strictly."""

from __future__ import annotations

import datetime
import decimal
from typing import assert_type

from shop_api import AsyncClient, BacksmithError, Client, gte, ilike, in_, is_null, not_
from shop_api.types import Order, Product


def reading(api: Client) -> None:
    page = api.products.list(
        where={"price": gte(decimal.Decimal("4.50")), "name": ilike("*tea*"), "active": True},
        either=[{"description": None}, {"description": not_(is_null())}],
        order=["-price", "id"],
        limit=10,
        count=True,
    )
    for product in page.items:
        assert_type(product, Product)
        assert_type(product["price"], decimal.Decimal)
        assert_type(product["added_on"], datetime.date)
    for order in api.orders.each(where={"status": in_(["placed", "shipped"])}):
        assert_type(order["id"], int)
    assert_type(api.orders.get(7), Order)
    assert_type(api.orders.count(), int)


def writing(api: Client) -> None:
    made = api.orders.create({"customer": 1, "lines": [{"product": 1, "quantity": 2}]})
    seen = api.orders.get_versioned(made["id"])
    api.orders.update(made["id"], {"note": "by the back door"}, if_match=seen.etag)
    api.orders.place(made["id"])
    api.orders.delete(made["id"])
    sold = api.rpc.best_sellers({"since": datetime.date(2026, 1, 1), "limit": 3})
    try:
        api.auth.sign_in({"email": "ada@example.org", "password": "correct horse battery"})
    except BacksmithError as error:
        print(error.kind, error.at("email"), sold)


async def awaiting(api: AsyncClient) -> None:
    async for page in api.orders.watch(where={"status": "placed"}, every=1):
        assert_type(page.items, list[Order])
    assert_type(await api.orders.first(), Order | None)
