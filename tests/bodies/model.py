"""A kiosk: the model whose bodies the tests read."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen, MultipleOf

from backsmith import (
    Account,
    Digits,
    Email,
    Entity,
    File,
    Hidden,
    Int16,
    Int32,
    Json,
    Pattern,
    Slug,
    Unique,
    Url,
    Via,
    check,
    computed,
    now,
)


class Customer(Entity, private=True):
    account: Account | None
    name: Annotated[str, MinLen(2), MaxLen(10)]
    email: Annotated[Email, Unique] | None = None
    notes: Annotated[str, Hidden] | None = None
    referrer: Annotated[Customer, Hidden] | None = None
    orders: list[Order]


class Order(Entity, private=True):
    customer: Customer
    status: Literal["draft", "placed"] = "draft"
    placed_at: datetime | None = None
    lines: list[Line]
    tags: list[Tag]
    receipt: Annotated[Receipt | None, Via("order")]

    @computed
    def total(self) -> Decimal:
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @check
    def placed_orders_have_a_time(self) -> bool:
        """A placed order says when."""
        return self.status == "draft" or self.placed_at is not None


class Line(Entity, private=True):
    order: Order
    product: str
    price: Annotated[Decimal, Digits(6, 2), Ge(Decimal(0))]
    quantity: Annotated[int, Ge(1)] = 1
    slot: Slot | None

    @check
    def quantity_is_even_or_one(self) -> bool:
        """Everything but single pieces comes in pairs."""
        return self.quantity == 1 or self.quantity % 2 == 0


class Receipt(Entity, private=True):
    order: Annotated[Order, Unique]
    text: str


class Tag(Entity, private=True, key="code"):
    code: str
    label: str = ""
    orders: list[Order]


class Slot(Entity, private=True, key=("room", "number")):
    room: str
    number: int
    lines: list[Line]


class Thing(Entity, private=True):
    """Every type of field."""

    text: str | None
    sku: Annotated[str, Pattern("^T-[0-9]+$")] | None
    page: Url | None
    slug: Slug | None
    picture: File | None
    number: int | None
    small: Int32 | None
    tiny: Int16 | None
    rate: Annotated[float, Gt(0), Lt(1)] | None
    size: float | None
    flag: bool | None
    price: Annotated[Decimal, Digits(10, 2), Ge(Decimal(0)), MultipleOf(Decimal("0.05"))] | None
    cost: Decimal | None
    day: Annotated[date, Le(date(2030, 12, 31))] | None
    at: datetime | None
    clock: time | None
    span: timedelta | None
    ref: UUID | None
    data: bytes | None
    extra: Json | None
    kind: Literal["a", "b"] | None
    words: list[Annotated[str, MaxLen(3)]]
    numbers: list[int] | None
    prices: list[Annotated[Decimal, Digits(6, 2)]] | None
    days: list[date] | None
    made: datetime = now()
