"""A small shop: what it sells, who buys it, and what they ordered.

Everyone may look at the catalogue. Customers see their own data and orders, staff see everything. All four shapes of a
relation are here: an order has one customer and many lines, products and categories have many of each other, and a
category can be inside another.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MaxLen

from backsmith import (
    Account,
    Data,
    Digits,
    Email,
    Entity,
    Hidden,
    Index,
    Indexed,
    OnDelete,
    Slug,
    Unique,
    allow,
    check,
    computed,
    now,
    query,
)

Money = Annotated[Decimal, Digits(10, 2), Ge(0)]


class Category(Entity):
    """A shelf of the shop. Shelves can be inside one another."""

    name: Annotated[str, MaxLen(80)]
    slug: Annotated[Slug, Unique]
    parent: Category | None
    children: list[Category]
    products: list[Product]

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles

    @check
    def not_inside_itself(self) -> bool:
        """A category can't be inside itself."""
        return self.parent != self


class Product(Entity, indexes=[Index("active", "name")]):
    """Something we sell."""

    name: Annotated[str, MaxLen(120)]
    sku: Annotated[str, MaxLen(20), Unique]
    """The number in the warehouse's books."""
    description: str | None
    price: Money
    cost: Annotated[Money, Hidden]
    """What we pay for it ourselves."""
    stock: Annotated[int, Ge(0)] = 0
    active: bool = True
    tags: list[str] = []
    added_on: Annotated[date, Indexed]
    categories: list[Category]
    reviews: list[Review]

    @computed
    def in_stock(self) -> bool:
        """Whether it can be delivered at once."""
        return self.stock > 0

    @allow("read")
    def for_sale(self) -> bool:
        """Everyone sees what is for sale."""
        return self.active

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles

    @check
    def sells_at_a_profit(self) -> bool:
        """The price is at least what we pay."""
        return self.price >= self.cost


class Customer(Entity):
    """Someone who buys from us."""

    account: Annotated[Account, Unique] | None
    name: Annotated[str, MaxLen(120)]
    email: Annotated[Email, Unique]
    newsletter: bool = False
    joined_at: datetime = now()
    orders: list[Order]
    reviews: list[Review]

    @allow("read", "update")
    def own(self, user: Account) -> bool:
        """Customers see and change their own data."""
        return self.account == user

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Order(Entity, indexes=[Index("status", "-placed_at")]):
    """What a customer asks us to deliver."""

    customer: Annotated[Customer, Indexed]
    status: Literal["draft", "placed", "shipped", "cancelled"] = "draft"
    placed_at: datetime | None = None
    note: Annotated[str, MaxLen(500)] | None
    lines: list[Line]

    @computed
    def total(self) -> Money:
        """The sum of its lines."""
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @allow("read", "create", "update")
    def own(self, user: Account) -> bool:
        """Customers see and change their own orders."""
        return self.customer.account == user

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles

    @check
    def placed_orders_have_a_date(self) -> bool:
        """An order that is no draft any more has the time at which it was placed."""
        return self.status == "draft" or self.placed_at is not None


class Line(Entity):
    """So many of a product, at the price it had when it was ordered."""

    order: Annotated[Order, OnDelete("cascade"), Indexed]
    product: Annotated[Product, Indexed]
    price: Money
    quantity: Annotated[int, Ge(1)] = 1

    @allow("read")
    def own(self, user: Account) -> bool:
        """Customers see the lines of their own orders."""
        return self.order.customer.account == user

    @allow("create", "update", "delete")
    def own_draft(self, user: Account) -> bool:
        """Customers change the lines of their own drafts."""
        return self.order.customer.account == user and self.order.status == "draft"

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Review(Entity, unique=[("product", "customer")]):
    """What a customer thinks of a product."""

    product: Annotated[Product, OnDelete("cascade")]
    customer: Annotated[Customer, Indexed]
    stars: Annotated[int, Ge(1), Le(5)]
    text: Annotated[str, MaxLen(2000)] | None
    written_at: datetime = now()
    published: bool = False

    @allow("read")
    def once_published(self) -> bool:
        return self.published

    @allow("read", "create", "update", "delete", fields=("product", "customer", "stars", "text"))
    def own(self, user: Account) -> bool:
        """Customers write their own reviews; staff publish them."""
        return self.customer.account == user

    @allow("read", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


def staff(user: Account) -> bool:
    """Whether someone works here."""
    return "staff" in user.roles


@query(allow=staff)
async def best_sellers(data: Data, since: date, limit: Annotated[int, Ge(1), Le(100)] = 10) -> list[dict[str, Any]]:
    """What was ordered most since a day."""
    return await data.sql(
        """
        SELECT product.id, product.name, sum(line.quantity) AS sold
        FROM lines AS line
        JOIN orders AS "order" ON "order".id = line.order_id
        JOIN products AS product ON product.id = line.product_id
        WHERE "order".placed_at >= :since
        GROUP BY product.id, product.name
        ORDER BY sold DESC, product.id
        LIMIT :limit
        """,
        since=since,
        limit=limit,
    )
