"""Comparisons on a class are conditions for the database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from backsmith import Condition, Entity, computed, field
from backsmith.model.conditions import AllOf, AnyOf, Comparison, NoneOf, Path, parts


class Customer(Entity):
    name: str


class Order(Entity):
    customer: Customer
    status: str = "draft"
    number: int

    @computed
    def total(self) -> Decimal:
        return Decimal(self.number)


def path(*names: str) -> Path[Any]:
    return Path(Order, names)


def test_an_attribute_of_the_class_is_a_path() -> None:
    found: Any = (Order.status, Order.total, Order.id, Order.customer.name)
    assert [parts(each) for each in found] == [
        (Order, ("status",)),
        (Order, ("total",)),
        (Order, ("id",)),
        (Order, ("customer", "name")),
    ]
    assert repr(Order.customer.name) == "Order.customer.name"


def test_comparisons() -> None:
    total = field(Order.total)
    assert [total == 1, total != 1, total < 1, total <= 1, total > 1, total >= 1] == [
        Comparison(path("total"), operator, 1) for operator in ("eq", "ne", "lt", "le", "gt", "ge")
    ]
    assert field(Order.status).in_(["a", "b"]) == Comparison(path("status"), "in", ("a", "b"))
    assert (field(Order.status) == None) == Comparison(path("status"), "eq", None)  # noqa: E711 - None is compared with


def test_conditions_are_combined() -> None:
    a, b = field(Order.number) > 1, field(Order.status) == "new"
    assert a & b == AllOf((a, b))
    assert a | b == AnyOf((a, b))
    assert ~a == NoneOf((a,))
    assert hash(a) == hash(field(Order.number) > 1)


def test_a_condition_has_no_truth() -> None:
    condition: Condition = field(Order.number) > 1
    with pytest.raises(TypeError, match=r"write &, \| and ~ for and, or and not"):
        bool(condition)


def test_a_path_has_no_private_names() -> None:
    with pytest.raises(AttributeError):
        _ = field(Order.status)._nothing


def test_only_paths_are_fields() -> None:
    with pytest.raises(TypeError, match="field\\(\\) takes an attribute of an entity's class"):
        field("status")
