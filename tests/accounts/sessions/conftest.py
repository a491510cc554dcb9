"""`shop` is an application with customers and orders, one for all tests of a module on each kind of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.accounts.application import Served, serve

SHOP = '''
    from backsmith import Account, Data, Entity, action, allow, query, route

    class Customer(Entity):
        """Someone who buys."""
        account: Account
        name: str
        orders: list["Order"]

        @allow("read", "create", "update", "delete")
        def own(self, user: Account) -> bool:
            return self.account == user

    class Order(Entity):
        """What a customer asks for."""
        customer: Customer
        text: str
        total: int = 0
        status: str = "draft"

        @allow("read", "create", "update", "delete", "place")
        def own(self, user: Account) -> bool:
            return self.customer.account == user

        @allow("read", "create", "update")
        def staff(self, user: Account) -> bool:
            return "staff" in user.roles

    @action
    async def place(order: Order, data: Data) -> Order:
        """Place an order."""
        return await data.update(order, status="placed")

    @query(allow="signed_in")
    async def totals(data: Data, user: Account) -> list[int]:
        """Totals of all orders that the asker may read."""
        return [each.total for each in await data.find(Order, order="id")]

    @query(allow="signed_in")
    async def names_as_account(data: Data, user: Account) -> list[str]:
        """Names of customers, read as the account."""
        return [each.name for each in await data.as_account(user).find(Customer, order="id")]

    @action(allow="signed_in")
    async def pay(user: Account, data: Data, order: int) -> int:
        """Pay an order."""
        found = await data.get(Order, order)
        return 0 if found is None else found.total

    @route("GET", "/hello", allow="everyone")
    async def hello() -> str:
        """Say hello."""
        return "hello"
'''


@pytest.fixture(scope="module")
def shop(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., Any]
) -> Iterator[Served]:
    one = run(serve(SHOP, shared_database_url, tmp_path_factory.mktemp("shop")))
    yield one
    run(one.application.close())
