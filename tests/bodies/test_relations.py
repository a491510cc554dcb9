"""Relations in a body: links to rows that are there, rows that are made along."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from backsmith.engine.grammar.limits import Limits
from backsmith.engine.writing.work import Given
from tests.bodies.reading import given, mistakes, refusal

PART: dict[str, Any] = {"product": "tea", "price": 1}
VALUES = {"product": "tea", "price": Decimal(1)}


@pytest.mark.parametrize("content", [{"customer_id": 3}, {"customer": 3}, {"customer": {"id": 3}}, {"customer": "3"}])
@pytest.mark.parametrize("verb", ["create", "update", "upsert"])
def test_a_row_that_is_there(content: Any, verb: str) -> None:
    assert given("Order", content, verb) == Given({"customer_id": 3})


def test_a_row_of_a_key_of_several_fields() -> None:
    content = {"order": 1, **PART, "slot": {"room": "a", "number": 2}}
    assert given("Line", content).values == {**VALUES, "order_id": 1, "slot_room": "a", "slot_number": 2}
    assert given("Line", {"slot": None}, "update").values == {"slot_room": None, "slot_number": None}
    assert mistakes("Line", {"slot": "a"}, "update") == [
        '/slot 22023: slot takes the key of a row, or an object (Write {"room": …, "number": …}.)'
    ]


def test_a_row_that_is_made_first() -> None:
    assert given("Order", {"customer": {"name": "Ada"}}) == Given(
        {}, {"customer": [Given({"name": "Ada"}, {}, "/customer")]}
    )


def test_rows_that_are_made_after() -> None:
    content = {"customer": 1, "lines": [PART, {**PART, "slot": {"room": "a", "number": 1}}], "receipt": {"text": "x"}}
    assert given("Order", content) == Given(
        {"customer_id": 1},
        {
            "lines": [
                Given(VALUES, {}, "/lines/0"),
                Given({**VALUES, "slot_room": "a", "slot_number": 1}, {}, "/lines/1"),
            ],
            "receipt": [Given({"text": "x"}, {}, "/receipt")],
        },
    )
    assert given("Order", {"customer": 1, "receipt": None}).related == {}


def test_links_of_many_to_many_and_rows_made_for_them() -> None:
    content = {"customer": 1, "tags": ["a", {"code": "b"}, {"code": "c", "label": "C"}]}
    assert given("Order", content).related == {
        "tags": [
            Given({"code": "a"}, {}, "/tags/0"),
            Given({"code": "b"}, {}, "/tags/1"),
            Given({"code": "c", "label": "C"}, {}, "/tags/2"),
        ]
    }


def test_rows_within_rows_within_rows() -> None:
    content = {"name": "Ada", "orders": [{"lines": [PART]}]}
    assert given("Customer", content).related["orders"][0].related["lines"][0] == Given(VALUES, {}, "/orders/0/lines/0")
    error = refusal("Customer", content, limits=Limits(embed_depth=1))
    assert (error.kind.slug, error.message) == ("too-complex", "Rows within rows are nested too deep")


def test_pointers_lead_into_rows_of_many_rows() -> None:
    content = [{"customer": 1, "lines": [PART, {"product": "x", "price": "y", "slot": {"room": 1, "number": 2}}]}]
    assert mistakes("Order", content) == [
        '/0/lines/1/price 22P02: invalid input syntax for type numeric: "y"',
        '/0/lines/1/slot/room 22P02: invalid input syntax for type text: "1" (Write it in quotes: "1".)',
    ]


MISTAKES: list[tuple[str, Any, str, list[str]]] = [
    ("Order", {"customer": None}, "create", ["/customer 23502: customer can't be null"]),
    ("Order", {"customer": []}, "create", ['/customer 22023: customer takes the key of a row, or an object (Write {"id": …}.)']),
    ("Order", {"customer": 1, "customer_id": 1}, "create", ["/customer 22023: customer is given twice: as customer_id too (Leave one of them out.)"]),
    ("Order", {"customer": {"id": 1, "name": "Ada"}}, "create", ["/customer/id 428C9: id is numbered by the database, so it can't be given (Leave it out. For keys that the client gives, the model says Assigned.)"]),
    ("Order", {"customer": {"id": 1, "name": "Ada"}}, "update", ['/customer 22023: customer takes only the key of a row here (Send {"id": …}, and change that row at its own address.)']),
    ("Order", {"customer": {"id": "x"}}, "update", ['/customer/id 22P02: invalid input syntax for type bigint: "x"']),
    ("Order", {"customer": 1, "lines": 3}, "create", ["/lines 22023: lines takes a list of objects (Write [{…}, {…}].)"]),
    ("Order", {"customer": 1, "lines": [3]}, "create", ["/lines/0 22023: lines takes objects: rows to be made (To move a row that is there, change its order_id.)"]),
    ("Order", {"customer": 1, "lines": [{**PART, "order_id": 3}]}, "create", ["/lines/0/order_id 428C9: order_id is filled in by the row around it (Leave it out.)"]),
    ("Order", {"customer": 1, "lines": [{**PART, "order": 3}]}, "create", ["/lines/0/order 22023: order is the row around this one (Leave it out.)"]),
    ("Order", {"lines": []}, "update", ["/lines 22023: lines can only be given when the row is made (Write to /lines instead.)"]),
    ("Order", {"customer": 1, "tags": "a"}, "create", ["/tags 22023: tags takes a list of keys or objects (Write [1, 2].)"]),
    ("Order", {"customer": 1, "tags": [["a"]]}, "create", ['/tags/0 22023: tags takes keys or objects (Write {"code": …}.)']),
    ("Order", {"tags": [{"code": "a", "label": "A"}]}, "update", ['/tags/0 22023: tags takes only keys of rows here (Send {"code": …}, and make that row first.)']),
    ("Order", {"tags": [1]}, "update", ['/tags/0 22P02: invalid input syntax for type text: "1" (Write it in quotes: "1".)']),
    ("Order", {"tags": ["a"]}, "upsert", ["/tags 22023: tags can't be given in an upsert (Send it in a PATCH of each row.)", "/customer_id 23502: customer_id is missing (Give customer_id, or customer.)"]),
    ("Order", '{"customer":{"id":1,"id":2}}', "create", ["/customer/id 22030: id is there more than once"]),
]  # fmt: skip


@pytest.mark.parametrize(("entity", "content", "verb", "expected"), MISTAKES, ids=lambda each: str(each)[:40])
def test_mistakes(entity: str, content: Any, verb: str, expected: list[str]) -> None:
    assert mistakes(entity, content, verb) == expected


def test_links_are_replaced_by_an_update() -> None:
    assert given("Order", {"tags": ["a", {"code": "b"}]}, "update").related == {
        "tags": [Given({"code": "a"}, {}, "/tags/0"), Given({"code": "b"}, {}, "/tags/1")]
    }
    assert given("Order", {"tags": []}, "update").related == {"tags": []}
