"""Version 11: what was shipped is sent."""

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
    fax: str | None
    phone: str
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
    sku: Annotated[str, Unique] | None
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
    status: Annotated[Literal["draft", "placed", "sent", "cancelled"], RenamedFrom(values={"shipped": "sent"})] = (
        "draft"
    )
    remark: str | None
    lines: list[Line]

    @allow("read", "create", "update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Line(Entity):
    """A product of an order."""

    order: Order
    product: Product
    quantity: Annotated[int, Ge(1)] = 1
    discount: Annotated[Decimal, Digits(5, 2)] = Decimal(0)

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles
