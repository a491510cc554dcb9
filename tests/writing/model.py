"""The model that the writer's tests write to: rules of every kind, keys of every kind, values of every type."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Ge, MaxLen

from backsmith import (
    Account,
    Digits,
    Entity,
    Hidden,
    Json,
    OnDelete,
    Unique,
    allow,
    check,
    computed,
    current_user,
    now,
    today,
    uuid7,
)


class Person(Account):
    """Who asks. People know themselves, staff everybody."""

    @allow("read")
    def oneself(self, user: Account) -> bool:
        return self == user

    @allow("read")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Customer(Entity):
    """Someone who buys from us."""

    person: Person | None
    name: Annotated[str, MaxLen(20)]
    email: Annotated[str, Unique] | None = None
    orders: list["Order"]

    @allow("read", "update")
    def own(self, user: Account) -> bool:
        return self.person == user

    @allow("read")
    def reader(self, user: Account) -> bool:
        return "reader" in user.roles

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Order(Entity):
    """What a customer asks for."""

    customer: Customer
    status: Literal["draft", "placed", "shipped"] = "draft"
    note: str | None = None
    discount: Annotated[Decimal, Digits(5, 2), Ge(0)] = Decimal("0.00")
    margin: Annotated[Decimal, Hidden] | None = None
    made_at: datetime = now()
    made_on: date = today()
    made_by: Person = current_user()
    lines: list["Line"]
    tags: list["Tag"]

    @computed
    def total(self) -> Decimal:
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @check
    def discount_of_a_placed_order(self) -> bool:
        """Only orders that are placed have a discount."""
        return self.discount == 0 or self.status != "draft"

    @allow("read", "create")
    def own(self, user: Account) -> bool:
        """Customers see and make their own orders."""
        return self.customer.person == user

    @allow("update", fields=("status", "note", "customer", "tags"))
    def own_draft(self, user: Account) -> bool:
        """Customers change their drafts."""
        return self.customer.person == user and self.status != "shipped"

    @allow("delete")
    def own_unplaced(self, user: Account) -> bool:
        return self.customer.person == user and self.status == "draft"

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Line(Entity):
    """A line of an order."""

    order: Annotated[Order, OnDelete("cascade")]
    product: "Product"
    price: Annotated[Decimal, Digits(8, 2), Ge(0)]
    quantity: Annotated[int, Ge(1)] = 1

    @check
    def of_a_product_that_is_sold(self) -> bool:
        """This product isn't sold any more."""
        return not self.product.withdrawn

    @allow("read", "create", "update", "delete")
    def with_the_order(self, user: Account) -> bool:
        return self.order.customer.person == user and self.order.status == "draft"

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Product(Entity, key="code"):
    """What is sold: everybody sees it. Its key is a text."""

    code: str
    title: str
    withdrawn: bool = False

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Tag(Entity):
    """A word for orders; the secret ones only staff sees."""

    name: Annotated[str, Unique]
    secret: bool = False
    orders: list[Order]

    @allow("read")
    def open(self) -> bool:
        return not self.secret

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Folder(Entity):
    """Folders within folders, their names different side by side."""

    id: UUID = uuid7()
    name: str
    owner: Annotated[Person, OnDelete("cascade")] = current_user()
    parent: Annotated["Folder", OnDelete("cascade")] | None
    folders: list["Folder"]
    notes: list["Note"]

    @allow("read", "create", "update", "delete")
    def own(self, user: Account) -> bool:
        return self.owner == user and (self.parent is None or len(self.parent.folders) <= 3)


class Note(Entity):
    """Loses its folder with it."""

    text: str
    folder: Annotated[Folder, OnDelete("set_null")] | None

    @allow("read", "create", "update", "delete")
    def signed_in(self, user: Account) -> bool:
        return True


class Place(Entity, key=("room", "number")):
    """A key of two fields."""

    room: str
    number: int
    taken: bool = False

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Kinds(Entity, collection="kinds"):
    """A value of every type."""

    text: str | None = None
    whole: int | None = None
    number: float | None = None
    truth: bool | None = None
    exact: Annotated[Decimal, Digits(18, 4)] | None = None
    bare: Decimal | None = None
    day: date | None = None
    moment: datetime | None = None
    clock: time | None = None
    length: timedelta | None = None
    name: UUID | None = None
    raw: bytes | None = None
    anything: Json | None = None
    words: list[str] | None = None
    numbers: list[int] | None = None
    moments: list[datetime] | None = None
    lengths: list[timedelta] | None = None
    exacts: list[Decimal] | None = None

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Device(Entity):
    """Only staff sees devices."""

    active: bool = True

    @allow("read", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Reading(Entity):
    """Anybody may send readings of an active device, which the rule looks at itself."""

    device: Device
    value: float

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create")
    def of_an_active_device(self) -> bool:
        return self.device.active


class Alarm(Entity):
    """The rule doesn't look at the device, which few see: others can't name one."""

    device: Device | None
    text: str = "fire"

    @allow("read", "create", "update")
    def everyone(self) -> bool:
        return True


class Ticket(Entity):
    """Goes forward only, and from hand to hand."""

    state: Literal["open", "done"] = "open"
    text: str = ""
    holder: Person = current_user()
    customer: Customer | None

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "delete")
    def own(self, user: Account) -> bool:
        return self.holder == user

    @allow("update")
    def forward(self, after: "Ticket", user: Account) -> bool:
        """Whoever holds an open ticket may do it or give it away, not both at once."""
        return self.holder == user and self.state == "open" and (after.state == "open" or after.holder == user)
