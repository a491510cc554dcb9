"""Version 17: addresses are rows of their own, and nobody has a fax any more."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge

from backsmith import Account, Digits, Email, Entity, Index, Indexed, RenamedFrom, Unique, allow


class Customer(Entity):
    """Who buys."""

    first_name: str
    last_name: str
    email: Annotated[Email, Unique]
    phone: str
    country: str = "AT"
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


class Address(Entity):
    """Where a customer lives."""

    customer: Annotated[Customer, Unique]
    street: Annotated[str, RenamedFrom("customer.street")] | None

    @allow("read", "create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Product(Entity):
    """What is sold."""

    title: Annotated[str, Indexed]
    price: Annotated[Decimal, Digits(12, 2)]
    sku: Annotated[str, Unique] | None
    categories: list[Category]
    lines: list[OrderLine]

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Order(Entity, indexes=[Index("status", "-id")]):
    """What a customer orders."""

    customer: Customer
    status: Literal["draft", "placed", "sent", "cancelled"] = "draft"
    remark: str | None
    lines: list[OrderLine]

    @allow("read", "create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class OrderLine(Entity):
    """A product of an order."""

    order: Order
    product: Product
    quantity: Annotated[int, Ge(1)] = 1
    discount: Annotated[Decimal, Digits(5, 2)] = Decimal(0)
    total: int

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles
