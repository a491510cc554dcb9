"""What functions say that they return."""

from __future__ import annotations

import pytest

from backsmith.blueprint.blueprint import (
    ListOf,
    MapOf,
    ObjectOf,
    OwnResponse,
    Returned,
    ReturnedMember,
    RowOf,
)
from backsmith.blueprint.types import Boolean, Bytes, DateTime, Enum, Integer, Json, Numeric, Text
from backsmith.evolution.history import fingerprint
from tests.blueprint.conftest import Compile

MODEL = """
    import dataclasses
    import typing
    import msgspec

    class Order(Entity, private=True):
        number: int

    class Line(msgspec.Struct, rename="camel"):
        unit_price: Annotated[Decimal, Digits(10, 2)]
        order: Order | None
        note: str | msgspec.UnsetType = msgspec.UNSET

    @dataclasses.dataclass
    class Node:
        name: str
        children: "list[Node]"
        at: datetime | None = None

    class Page(TypedDict):
        items: list[Order]
        more: NotRequired[bool]

    if TYPE_CHECKING:
        from collections.abc import Sequence, AsyncIterator
        from elsewhere import Unknown

    @query(allow="everyone")
    async def top() -> {returns}:
        return None
"""
LINE = ObjectOf(
    "shop:Line",
    (
        ReturnedMember(name="unitPrice", type=Numeric(10, 2, padded=True)),
        ReturnedMember(name="order", type=RowOf("Order"), nullable=True),
        ReturnedMember(name="note", type=Text(), always=False),
    ),
)
NODE = ObjectOf(
    "shop:Node",
    (
        ReturnedMember(name="name", type=Text()),
        ReturnedMember(name="children", type=ListOf(Json())),
        ReturnedMember(name="at", type=DateTime(), nullable=True),
    ),
)
PAGE = ObjectOf(
    "shop:Page",
    (
        ReturnedMember(name="items", type=ListOf(RowOf("Order"))),
        ReturnedMember(name="more", type=Boolean(), always=False),
    ),
)
CASES = [
    ("None", Returned(None, nullable=True)),
    ("int", Returned(Integer())),
    ("'str | None'", Returned(Text(), nullable=True)),
    ("Decimal", Returned(Numeric(None))),
    ("bytes", Returned(Bytes())),
    ("Literal['a', 'b']", Returned(Enum(("a", "b")))),
    ("Annotated[list[int], 'note']", Returned(ListOf(Integer()))),
    ("Order", Returned(RowOf("Order"))),
    ("list[Order | None]", Returned(ListOf(RowOf("Order"), nullable=True))),
    ("'Sequence[list[str]]'", Returned(ListOf(ListOf(Text())))),
    ("tuple[int, ...]", Returned(ListOf(Integer()))),
    ("tuple[int, str]", Returned(ListOf(Json()))),
    ("dict[str, Any]", Returned(MapOf(Json()))),
    ("dict", Returned(MapOf(Json()))),
    ("dict[str, list[Line]]", Returned(MapOf(ListOf(LINE)))),
    ("Node", Returned(NODE)),
    ("Page | None", Returned(PAGE, nullable=True)),
    ("Response", Returned(OwnResponse())),
    ("Order | Response | None", Returned(OwnResponse(), nullable=True)),
    ("int | Order", Returned(Json())),
    ("object", Returned(Json())),
    ("'Unknown'", Returned(Json())),
    ("'not a type'", Returned(Json())),
    ("'AsyncIterator[Line]'", Returned(LINE, pieces=True)),
]


@pytest.mark.parametrize(("annotation", "expected"), CASES, ids=[annotation for annotation, _ in CASES])
def test_what_an_annotation_says(annotation: str, expected: Returned, compiled: Compile) -> None:
    assert compiled(MODEL.replace("{returns}", annotation)).queries[0].returns == expected


def test_without_an_annotation_nothing_is_said(compiled: Compile) -> None:
    assert compiled(MODEL.replace(" -> {returns}", "")).queries[0].returns is None


def test_what_is_returned_is_no_part_of_the_version(compiled: Compile) -> None:
    """A database that has the model keeps having it, also where it was applied before this was known."""
    one, other = (compiled(MODEL.replace("{returns}", each)) for each in ("int", "str"))
    assert one != other
    assert fingerprint(one) == fingerprint(other)
