"""Examples are of their type, within lengths, bounds and patterns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec import UNSET

from backsmith.blueprint.blueprint import Bounds, Default
from backsmith.blueprint.types import Date, DateTime, Enum, Float, Integer, Json, List, Numeric, Sealed, Text, Uuid
from backsmith.contract.contract import Bytestream, Either, Many, Mapped, Member, Ref, Shape
from backsmith.contract.examples import example_of, example_of_shape

LINE = Shape(name="Line", purpose="record", members=(Member(name="quantity", type=Integer()),))
TREE = Shape(name="Tree", purpose="record", members=(Member(name="children", type=Many(Ref("Tree"))),))
SHAPES = {"Line": LINE, "Tree": TREE}

CASES: list[tuple[Member, Any]] = [
    (Member(name="first_name", type=Text()), "First name"),
    (Member(name="first_name", type=Text(max_length=5)), "First"),
    (Member(name="code", type=Text(min_length=6)), "Codeaa"),
    (Member(name="mail", type=Text(format="email")), "ada@example.org"),
    (Member(name="slug", type=Text(format="slug", max_length=6)), "green"),
    (Member(name="sku", type=Text(pattern="^[A-Z]{2}-[0-9]{3}$")), "AQ-230"),
    (Member(name="stars", type=Integer()), 1),
    (Member(name="stars", type=Integer(), bounds=Bounds(ge="3")), 3),
    (Member(name="stars", type=Integer(), bounds=Bounds(gt="3", lt="5")), 4),
    (Member(name="stars", type=Integer(), bounds=Bounds(le="-2")), -2),
    (Member(name="stars", type=Integer(), bounds=Bounds(ge="7", multiple_of="5")), 10),
    (Member(name="price", type=Numeric(10, 2)), Decimal("12.5")),
    (Member(name="price", type=Numeric(10, 2, padded=True)), Decimal("12.50")),
    (Member(name="price", type=Numeric(10, 2), bounds=Bounds(gt="99.99")), Decimal("100")),
    (Member(name="share", type=Numeric(2, 2)), Decimal("0.01")),
    (Member(name="weight", type=Float(), bounds=Bounds(gt="2")), 2.5),
    (Member(name="day", type=Date()), "2026-01-23"),
    (Member(name="day", type=Date(), bounds=Bounds(gt="2030-01-01")), "2030-01-02"),
    (Member(name="at", type=DateTime(), bounds=Bounds(le="2020-01-01T00:00:00+00:00")), "2020-01-01T00:00:00+00:00"),
    (Member(name="id", type=Uuid()), "0197f0c2-a1b4-7c3d-8e5f-60718293a4b5"),
    (Member(name="state", type=Enum(("draft", "placed"))), "draft"),
    (Member(name="state", type=Enum(("draft", "placed")), default=Default("constant", "placed")), "placed"),
    (Member(name="stock", type=Numeric(10, 2), default=Default("constant", "0")), Decimal(0)),
    (Member(name="notes", type=Json()), {"colour": "green"}),
    (Member(name="tags", type=List(Text())), ["Tags"]),
    (Member(name="pin", type=Sealed(Text())), "Pin"),
    (Member(name="line", type=Ref("Line")), {"quantity": 1}),
    (Member(name="lines", type=Many(Ref("Line"))), [{"quantity": 1}]),
    (Member(name="prices", type=Mapped(Integer())), {"key": 1}),
    (Member(name="either", type=Either((Bytestream(), Integer()))), 1),
    (Member(name="file", type=Bytestream()), UNSET),
    (Member(name="file", type=Bytestream(), nullable=True), None),
]


@pytest.mark.parametrize(("member", "value"), CASES, ids=[f"{m.name}-{n}" for n, (m, _) in enumerate(CASES)])
def test_an_example_fits_its_member(member: Member, value: Any) -> None:
    assert example_of(member, SHAPES) == value


def test_a_shape_that_holds_itself_has_an_example_that_ends() -> None:
    assert example_of_shape(TREE, SHAPES) == {"children": [{"children": [{"children": [{"children": []}]}]}]}
