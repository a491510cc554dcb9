"""A shop whose orders are logged: what the tests of the change log write to."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Ge

from backsmith import (
    Account,
    Conflict,
    Data,
    Digits,
    Entity,
    Hidden,
    Json,
    OnDelete,
    Unique,
    action,
    after,
    allow,
    before,
    current_user,
    now,
)


class Person(Account):
    """Who asks."""

    name: str

    @allow("read")
    def everybody(self) -> bool:
        return True


class Open(Entity, abstract=True):
    """Everybody may do everything."""

    @allow("read", "create", "update", "delete")
    def everybody(self) -> bool:
        return True


class Audited(Open, abstract=True, log=True):
    """What is derived from it is logged."""


class Customer(Open):
    """Not logged."""

    name: str
    orders: list["Order"]


class Order(Audited):
    """Logged, in all its fields."""

    number: Annotated[str, Unique]
    customer: Customer | None = None
    status: Literal["draft", "placed"] = "draft"
    made_by: Person | None = current_user()
    made_at: datetime = now()
    secret: Annotated[str, Hidden] | None = None
    lines: list["Line"]
    tags: list["Tag"]

    @allow("place")
    def anybody(self) -> bool:
        return True

    @before("update")
    def trim(self, old: "Order") -> None:
        self.number = self.number.strip()

    @after("create")
    async def tell(self, data: Data) -> None:
        if self.number.startswith("gift"):
            await data.as_system().create(Note, order=self, text="A gift")


class Line(Audited):
    """Logged, and goes with its order."""

    order: Annotated[Order, OnDelete("cascade")]
    product: str
    price: Annotated[Decimal, Digits(10, 2), Ge(0)]


class Note(Open, log=True):
    """Logged, and loses its order."""

    order: Annotated[Order, OnDelete("set_null")] | None = None
    text: str


class Draft(Audited, log=False):
    """Not logged, though its base is."""

    text: str


class Tag(Open):
    """Not logged, but linked to orders, which are."""

    name: str
    orders: list[Order]
    labels: list["Label"]


class Label(Open, log=True):
    """Logged, and linked from a row that isn't."""

    name: str
    tags: list[Tag]


class Seat(Open, key=("row", "number"), log=True):
    """A key of two fields, and a value of each kind."""

    row: str
    number: int
    ratio: float = 1.0
    price: Decimal = Decimal("0.10")
    taken: bool = False
    until: timedelta | None = None
    token: UUID | None = None
    picture: bytes | None = None
    names: list[str] = []  # noqa: RUF012  the default of a field
    facts: Json | None = None


@action
async def place(order: Order, user: Person | None, data: Data) -> Order:
    """Place a draft order."""
    if order.status != "draft":
        raise Conflict("This order is already placed.")
    return await data.as_system().update(order, status="placed")


@action(allow="everyone")
async def renumber(prefix: str, data: Data) -> int:
    """Two changes of one row, and one that is undone."""
    order = await data.get(Order, 1)
    assert order is not None
    order = await data.update(order, number=f"{prefix}-1")
    try:
        async with data.transaction():
            await data.update(order, number="lost")
            raise ValueError
    except ValueError:
        pass
    await data.update(order, number=f"{prefix}-2")
    return 2
