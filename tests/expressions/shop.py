"""A small shop, for expressions whose SQL, English and mistakes are written out in tests."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Ge

from backsmith import Account, Digits, Entity, Int32, Json, Unique, Via, computed


class User(Account, private=True):
    nick: str
    company: Company | None
    orders: list[Order]
    card: Annotated[Card | None, Via("holder")]


class Card(Entity, private=True):
    holder: Annotated[User, Unique]
    digits: str


class Company(Entity, private=True):
    name: str
    members: list[User]


class Customer(Entity, private=True):
    account: User | None
    name: str
    orders: list[Order]


class Order(Entity, private=True):
    customer: Customer
    agent: User | None
    status: Literal["draft", "placed", "shipped"] = "draft"
    placed_at: datetime | None
    due: date
    weight: float
    note: str | None
    is_paid: bool
    gift: bool | None
    tags: list[str]
    opens: time
    patience: timedelta
    reference: UUID
    extra: Json
    lines: list[Line]
    watchers: list[Watcher]

    @computed
    def total(self) -> Annotated[Decimal, Digits(12, 2)]:
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @computed
    def is_large(self) -> bool:
        return self.total > 1000


class Line(Entity, private=True):
    order: Order
    product: str
    price: Annotated[Decimal, Digits(10, 2)]
    quantity: Annotated[int, Ge(1)] = 1
    packed: Int32
    discount: Decimal | None


class Watcher(Entity, private=True):
    name: str
    user: User | None
    orders: list[Order]


class Slot(Entity, private=True, key=("room", "number")):
    room: str
    number: int
    bookings: Annotated[list[Booking], Via("slot")]


class Booking(Entity, private=True):
    slot: Slot
    other: Slot | None
    user: User
