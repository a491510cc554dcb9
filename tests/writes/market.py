"""A market: the model of the nested writes. To one, to many, one to one, many to many, composite keys, and deep."""

from decimal import Decimal
from typing import Annotated

from annotated_types import Ge

from backsmith import Account, Assigned, Digits, Entity, Unique, Via, allow, check, current_user


class User(Account):
    """Who signs in."""

    name: str | None = None

    @allow("read")
    def everyone(self) -> bool:
        return True


class Customer(Entity):
    """Who buys. Everyone who is signed in may make one of themselves."""

    account: User = current_user()
    name: str
    mail: Annotated[str, Unique] | None = None
    orders: list["Order"]

    @allow("read", "create", "update")
    def own(self, user: User) -> bool:
        return self.account == user


class Order(Entity):
    """What somebody buys."""

    customer: Customer
    number: Annotated[str, Unique]
    closed: bool = False
    lines: list["Line"]
    invoice: Annotated["Invoice | None", Via("order")]
    labels: list["Label"]
    shared_with: User | None

    @allow("read", "create", "update")
    def own(self, user: User) -> bool:
        return self.customer.account == user

    @allow("read")
    def shared(self, user: User) -> bool:
        return self.shared_with == user


class Line(Entity):
    """So many of something."""

    order: Order
    what: str
    price: Annotated[Decimal, Digits(10, 2), Ge(0)] = Decimal("0.00")
    stall: "Stall | None"
    gifts: list["Gift"]

    @allow("read")
    def seen(self, user: User) -> bool:
        return self.order.customer.account == user

    @allow("create")
    def while_open(self, user: User) -> bool:
        """A line is added to an open order of one's own."""
        return self.order.customer.account == user and not self.order.closed


class Gift(Entity):
    """A card with a line."""

    line: Line
    words: Annotated[str, Unique]

    @allow("read", "create")
    def own(self, user: User) -> bool:
        return self.line.order.customer.account == user


class Invoice(Entity):
    """One to an order."""

    order: Annotated[Order, Unique]
    total: Annotated[Decimal, Digits(10, 2)]

    @check
    def to_be_paid(self) -> bool:
        """An invoice is of more than nothing."""
        return self.total > 0

    @allow("read", "create")
    def own(self, user: User) -> bool:
        return self.order.customer.account == user


class Label(Entity, key="slug"):
    """A word for orders."""

    slug: Annotated[str, Assigned]
    title: str
    orders: list[Order]

    @allow("read")
    def everyone(self) -> bool:
        return not self.slug.startswith("secret")

    @allow("create")
    def signed_in(self, user: User) -> bool:
        return not self.slug.startswith("secret")


class Stall(Entity, key=("row", "number")):
    """Where things are sold: a key of two fields."""

    row: str
    number: int
    name: str
    lines: list[Line]
    shelves: list["Shelf"]

    @allow("read", "create")
    def signed_in(self, user: User) -> bool:
        return True


class Shelf(Entity, collection="shelves"):
    """A shelf of a stall, which points at a key of two fields."""

    stall: Stall
    label: str

    @allow("read", "create")
    def signed_in(self, user: User) -> bool:
        return True
