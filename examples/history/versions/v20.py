"""Version 20: customers sign in and see themselves; shelves are gone."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Ge

from backsmith import Account, Digits, Email, Entity, Indexed, OnDelete, Unique, allow


class Customer(Entity):
    """Who buys."""

    first_name: str
    last_name: str
    email: Annotated[Email, Unique]
    phone: str
    country: str = "AT"
    orders: list[Order]
    account: Account | None

    @allow("read")
    def own(self, user: Account) -> bool:
        """Customers see themselves."""
        return self.account == user

    @allow("read", "create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Address(Entity):
    """Where a customer lives."""

    customer: Annotated[Customer, Unique]
    street: str | None

    @allow("read", "create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Product(Entity):
    """What is sold."""

    id: UUID
    title: Annotated[str, Indexed]
    price: Annotated[Decimal, Digits(12, 2)]
    sku: Annotated[str, Unique] | None
    lines: list[OrderLine]

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Order(Entity):
    """What a customer orders."""

    customer: Customer
    status: Literal["draft", "placed", "sent", "cancelled"] = "draft"
    remark: str | None
    lines: list[OrderLine]

    @allow("read", "create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class OrderLine(Entity, unique=[Unique("order", "product")]):
    """A product of an order."""

    order: Annotated[Order, OnDelete("cascade")]
    product: Product
    quantity: Annotated[int, Ge(1)] = 1
    discount: Annotated[Decimal, Digits(5, 2)] = Decimal(0)
    total: int

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles
