"""A small shop: what it sells, who buys it, and what they ordered.

Everyone may look at the catalogue. Customers see their own data and orders, staff see everything. All four shapes of a
relation are here: an order has one customer and many lines, products and categories have many of each other, and a
category can be inside another.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MaxLen

from backsmith import (
    Account,
    Conflict,
    Data,
    Digits,
    Email,
    Entity,
    Hidden,
    Index,
    Indexed,
    OnDelete,
    Response,
    Slug,
    Unique,
    action,
    allow,
    before,
    check,
    computed,
    now,
    query,
    route,
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
    @allow("create", fields=("account", "name", "email", "newsletter"))
    def own(self, user: Account) -> bool:
        """Customers see and change their own data; who signed up becomes one by giving it."""
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

    @allow("read")
    @allow("create", "update", fields=("customer", "note"))
    def own(self, user: Account) -> bool:
        """Customers see and make their own orders; what becomes of one, its status says, which isn't theirs to set."""
        return self.customer.account == user

    @allow("place")
    def own_draft(self, user: Account) -> bool:
        """Customers place their own drafts."""
        return self.customer.account == user and self.status == "draft"

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles

    @before("create", "update")
    def dated(self) -> None:
        """An order has the time at which it is placed, whoever places it."""
        if self.status == "placed" and self.placed_at is None:
            self.placed_at = now()

    @check
    def placed_orders_have_a_date(self) -> bool:
        """An order that is no draft any more has the time at which it was placed."""
        return self.status == "draft" or self.placed_at is not None


class Line(Entity):
    """So many of a product, at the price it had when it was ordered."""

    order: Annotated[Order, OnDelete("cascade"), Indexed]
    product: Annotated[Product, Indexed]
    price: Money = Decimal(0)
    quantity: Annotated[int, Ge(1)] = 1

    @before("create")
    async def priced(self, data: Data) -> None:
        """A line has the price of its product, whatever becomes of that later."""
        product = await data.get(Product, self.product.id)
        self.price = product.price if product else self.price

    @allow("read")
    def own(self, user: Account) -> bool:
        """Customers see the lines of their own orders."""
        return self.order.customer.account == user

    @allow("create", "update", "delete", fields=("order", "product", "quantity"))
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


@action(retry=True)
async def place(order: Order, data: Data) -> Order:
    """Place a draft order: its lines have to be in stock, and are taken from there."""
    lines = await data.find(Line, Line.order == order, order="product_id")
    if not lines:
        raise Conflict("There is nothing in this order.", hint="Add a line first.")
    shop = data.as_system()  # customers may not change the stock themselves
    for line in lines:
        product = await shop.one(Product, Product.id == line.product.id, lock=True)
        if product.stock < line.quantity:
            raise Conflict(f"There are only {product.stock} of {product.name}.")
        await shop.update(product, stock=product.stock - line.quantity)
    return await shop.update(order, status="placed")


@route("GET", "/catalogue.csv", allow="everyone")
async def catalogue(data: Data) -> Response:
    """What is for sale, as a table for spreadsheets, sent line by line."""

    async def table() -> AsyncIterator[str]:
        yield "sku,name,price\n"
        last = ""
        while products := await data.find(Product, Product.active, Product.sku > last, order="sku", limit=500):
            for product in products:
                yield f'{product.sku},"{product.name.replace(chr(34), chr(34) * 2)}",{product.price}\n'
            last = products[-1].sku

    return Response.stream(table(), content_type="text/csv; charset=utf-8")
