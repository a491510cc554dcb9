"""A model with every type of field, nullable and not, and every shape of relation, for expressions to speak of."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from backsmith import Account, Digits, Entity, Int16, Int32, Unique, Via, computed


class Team(Entity, private=True):
    name: str
    rank: int
    rate: Annotated[Decimal, Digits(6, 3)]
    people: list[Person]


class Person(Account, private=True):
    nick: str
    age: int | None
    team: Team | None
    things: Annotated[list[Thing], Via("owner")]
    made: Annotated[list[Thing], Via("maker")]
    badge: Annotated[Badge | None, Via("person")]


class Badge(Entity, private=True):
    person: Annotated[Person, Unique]
    code: str


class Shelf(Entity, private=True, key=("room", "number")):
    room: str
    number: int
    width: float
    things: list[Thing]


class Label(Entity, private=True):
    name: str
    weight: int
    things: list[Thing]


class Thing(Entity, private=True):
    """What most expressions are about."""

    owner: Person | None
    maker: Person
    shelf: Shelf | None
    parent: Thing | None
    children: Annotated[list[Thing], Via("parent")]
    labels: list[Label]
    parts: list[Part]

    name: str
    note: str | None
    status: Literal["draft", "placed", "Ω"]
    mood: Literal["good", "bad"] | None
    count: int
    spare: int | None
    small: Int32
    tiny: Int16 | None
    size: float
    heat: float | None
    price: Annotated[Decimal, Digits(8, 2)]
    cost: Decimal
    fee: Annotated[Decimal, Digits(6, 3)] | None
    open: bool
    sold: bool | None
    day: date
    last_day: date | None
    at: datetime
    seen: datetime | None
    clock: time
    alarm: time | None
    span: timedelta
    delay: timedelta | None
    code: UUID
    twin: UUID | None
    words: list[str]
    numbers: list[int]
    prices: list[Annotated[Decimal, Digits(6, 2)]]

    @computed
    def total(self) -> Annotated[Decimal, Digits(18, 3)]:
        return sum((part.price * part.amount for part in self.parts), Decimal(0))

    @computed
    def title(self) -> str:
        return self.name + "/" + self.maker.nick

    @computed
    def busy(self) -> bool:
        return any(part.amount > 2 for part in self.parts) or self.maker.team is not None

    @computed
    def latest(self) -> date | None:
        return max((part.due for part in self.parts if part.due is not None), default=self.last_day)


class Part(Entity, private=True):
    thing: Thing
    label: Label | None
    name: str
    remark: str | None
    amount: int
    left: Int32 | None
    price: Annotated[Decimal, Digits(8, 2)]
    due: date | None
    sent: datetime
    good: bool
