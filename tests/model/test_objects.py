"""Entities are ordinary objects: that is how rules, checks and computed fields are tested."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

import pytest

from backsmith import Account, Assigned, Entity, Json, allow, check, computed, now


class Level(StrEnum):
    NEW = "new"
    OLD = "old"


class Customer(Entity):
    account: Account | None
    name: str
    level: Level = Level.NEW
    orders: list[Order]


class Order(Entity):
    customer: Customer
    status: Literal["draft", "placed"] = "draft"
    placed_at: datetime | None
    made_at: datetime = now()
    extras: Json = {"gift": False}  # noqa: RUF012 - copied for each row
    tags: list[str]
    lines: list[Line]

    @computed
    def total(self) -> Decimal:
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @allow("read")
    def own(self, user: Account | None) -> bool:
        return self.customer.account is not None and self.customer.account == user

    @allow("update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles

    @check
    def placed_has_a_date(self) -> bool:
        return self.status == "draft" or self.placed_at is not None


class Line(Entity, key=("order", "position")):
    order: Order
    position: int
    price: Decimal
    quantity: int = 1


class Event(Entity):
    id: UUID


class Import(Entity):
    id: Annotated[UUID, Assigned]


class Log(Entity, key=()):
    text: str


class User(Account):
    nick: str


def test_values_that_are_left_out_have_their_defaults() -> None:
    order = Order(customer=Customer(name="Ada"))
    assert (order.id, order.status, order.placed_at, order.extras, order.tags, order.lines) == (
        None,
        "draft",
        None,
        {"gift": False},
        [],
        [],
    )
    assert order.made_at.tzinfo is UTC
    assert order.customer.level is Level.NEW
    assert order.customer.account is None


def test_defaults_are_not_shared_between_objects() -> None:
    first, second = Order(), Order()
    first.tags.append("new")
    first.extras["gift"] = True
    assert (second.tags, second.extras) == ([], {"gift": False})


def test_a_value_without_default_may_be_left_out_until_it_is_needed() -> None:
    order = Order()
    with pytest.raises(AttributeError, match="This Order was made without 'customer'"):
        _ = order.customer


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("statsu", "Order has no field 'statsu'. Did you mean 'status'?"),
        ("zebra", "Order has no field 'zebra'."),
        ("total", "Order.total is computed or a method: it can't be given."),
        ("own", "Order.own is computed or a method: it can't be given."),
    ],
)
def test_a_value_for_no_field_is_refused(name: str, message: str) -> None:
    with pytest.raises(TypeError) as error:
        Order(**{name: 1})
    assert str(error.value) == message


def test_computed_fields_rules_and_checks_run() -> None:
    ada = Account(id=1)
    order = Order(
        customer=Customer(name="Ada", account=ada),
        status="placed",
        lines=[Line(price=Decimal("1.50"), quantity=2), Line(price=Decimal("0.25"))],
    )
    assert order.total == Decimal("3.25")
    assert Order().total == Decimal(0)
    assert [order.own(user) for user in (ada, Account(id=1), Account(id=2), None)] == [True, True, False, False]
    assert [order.staff(Account(id=1, roles=roles)) for roles in (["staff"], [])] == [True, False]
    assert order.placed_has_a_date() is False


def test_computed_fields_cannot_be_set() -> None:
    with pytest.raises(AttributeError, match=r"Order\.total is computed: it can't be set"):
        Order().total = Decimal(1)


def test_rows_are_equal_by_their_key() -> None:
    assert Order(id=1) == Order(id=1, status="placed")
    assert Order(id=1) != Order(id=2)
    assert Order(id=1) != Customer(id=1)
    assert Order(id=1) != 1
    assert len({Order(id=1), Order(id=1), Order(id=2)}) == 2


def test_rows_without_a_key_are_equal_to_themselves_alone() -> None:
    order, log = Order(), Log(text="a")
    assert order == order  # noqa: PLR0124 - that is the point
    assert order != Order()
    assert log != Log(text="a")
    assert len({order, Order(), log}) == 3


def test_composite_keys_may_hold_other_rows() -> None:
    assert Line(order=Order(id=1), position=1) == Line(order=Order(id=1), position=1)
    assert Line(order=Order(id=1), position=1) != Line(order=Order(id=2), position=1)
    assert Line(order=Order(id=1)) != Line(order=Order(id=1))


def test_an_account_is_the_same_as_what_and_however_it_is_read() -> None:
    assert User(id=1, nick="ada") == Account(id=1)
    assert User(id=1).roles == frozenset()
    assert User(id=1, roles={"staff"}).roles == {"staff"}


def test_keys_that_are_made() -> None:
    assert Event().id.version == 7
    assert Event().id != Event().id
    with pytest.raises(AttributeError):
        _ = Import().id


def test_they_show_their_values_but_not_what_they_relate_to() -> None:
    order = Order(id=7, customer=Customer(name="Ada"), made_at=datetime(2026, 1, 23, tzinfo=UTC))
    assert repr(order) == (
        "Order(id=7, status='draft', placed_at=None, "
        "made_at=datetime.datetime(2026, 1, 23, 0, 0, tzinfo=datetime.timezone.utc), extras={'gift': False})"
    )
