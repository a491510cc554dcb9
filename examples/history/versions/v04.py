"""Version 4: lists are long by now: indexes."""

from __future__ import annotations

from typing import Annotated, Literal

from backsmith import Account, Email, Entity, Index, Indexed, Unique, allow


class Customer(Entity):
    """Who buys."""

    name: str
    email: Annotated[Email, Unique]
    fax: str | None
    phone: str | None
    country: str = "AT"
    street: str | None
    orders: list[Order]

    @allow("read", "create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Category(Entity):
    """A shelf."""

    name: Annotated[str, Unique]
    products: list[Product]

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Product(Entity):
    """What is sold."""

    title: Annotated[str, Indexed]
    cents: int
    category: Category | None
    lines: list[Line]

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Order(Entity, indexes=[Index("status", "-id")]):
    """What a customer orders."""

    customer: Customer
    status: Literal["draft", "placed", "shipped"] = "draft"
    note: str | None
    lines: list[Line]

    @allow("read", "create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Line(Entity):
    """A product of an order."""

    order: Order
    product: Product
    quantity: int = 1

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles
