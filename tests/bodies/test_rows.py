"""Rows: what a new one needs, what can't be given, all mistakes at once."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from decimal import Decimal

import pytest

from backsmith.engine.grammar.limits import Limits
from backsmith.engine.writing.work import Given
from tests.bodies.reading import body, given, mistakes, refusal

LINE = {"order_id": 1, "product": "tea", "price": 1}


def test_a_row() -> None:
    assert given("Line", '{"order_id": 1, "product": "tea", "price": 19.90}') == Given(
        {"order_id": 1, "product": "tea", "price": Decimal("19.90")}
    )


def test_all_mistakes_at_once() -> None:
    rows = [
        {"order_id": None, "product": 7, "price": "x", "quantity": 0},
        {"order_id": 1, "product": "tea", "price": 1, "quantity": 1},
        {"order_id": 1, "product": "tea", "price": 19.999, "quantity": "many"},
    ]
    assert mistakes("Line", rows) == [
        "/0/order_id 23502: order_id can't be null",
        '/0/product 22P02: invalid input syntax for type text: "7" (Write it in quotes: "7".)',
        '/0/price 22P02: invalid input syntax for type numeric: "x"',
        "/0/quantity 23514: quantity must be at least 1",
        "/2/price 22003: price has 3 digits after the point; it takes at most 2",
        '/2/quantity 22P02: invalid input syntax for type bigint: "many"',
    ]


def test_the_refusal_as_a_whole() -> None:
    error = refusal("Line", {"order_id": 1, "price": -1})
    assert (error.kind.status, error.message, error.details, error.hint, error.members) == (
        422,
        "price must be at least 0",
        "At /price. There are 2 mistakes in all.",
        None,
        {
            "code": "23514",
            "errors": [
                {"pointer": "/price", "code": "23514", "message": "price must be at least 0"},
                {"pointer": "/product", "code": "23502", "message": "product is missing"},
            ],
        },
    )


def test_many_mistakes_are_counted_and_not_all_listed() -> None:
    error = refusal("Line", [{**LINE, "quantity": 0}] * 150)
    assert error.details == "At /0/quantity. There are 150 mistakes in all, 100 listed."
    assert len(error.members["errors"]) == 100


def test_what_a_new_row_needs() -> None:
    assert mistakes("Line", {}) == [
        "/order_id 23502: order_id is missing (Give order_id, or order.)",
        "/product 23502: product is missing",
        "/price 23502: price is missing",
    ]
    assert mistakes("Thing", {}) == ["/words 23502: words is missing"]


def test_an_update_needs_nothing() -> None:
    assert given("Line", {}, "update") == Given({})
    assert given("Line", {"price": "2.50"}, "update") == Given({"price": Decimal("2.50")})
    assert given("Order", {"placed_at": None}, "update") == Given({"placed_at": None})


def test_null_where_there_is_no_null() -> None:
    assert mistakes("Line", {"price": None, "order": None}, "update") == [
        "/price 23502: price can't be null",
        "/order 23502: order can't be null",
    ]


def test_names_that_are_not_known() -> None:
    assert mistakes("Customer", {"nam": "Ada", "name": "Ada", "a/b~c": 1}) == [
        "/nam PGRST204: customers has no field 'nam' (Did you mean 'name'?)",
        "/a~1b~0c PGRST204: customers has no field 'a/b~c'",
    ]


def test_what_the_server_makes_can_not_be_given() -> None:
    assert mistakes("Order", {"id": 1, "customer_id": 1, "total": 5}) == [
        "/id 428C9: id is numbered by the database, so it can't be given (Leave it out. For keys that the client gives, the model says Assigned.)",
        "/total 428C9: total is computed, so it can't be given (Leave it out.)",
    ]
    assert mistakes("Order", {"id": 1}, "update") == [
        "/id 428C9: id is numbered by the database, so it can't be given (Leave it out. For keys that the client gives, the model says Assigned.)"
    ]


def test_an_upsert_names_rows_by_their_keys() -> None:
    assert given("Order", {"id": 7, "customer_id": 1}, "upsert") == Given({"id": 7, "customer_id": 1})


def test_hidden_fields_exist_for_those_who_may_write_them() -> None:
    content = {"name": "Ada", "notes": 5}
    text = '/notes 22P02: invalid input syntax for type text: "5" (Write it in quotes: "5".)'
    assert mistakes("Customer", content, writable=lambda entity: {"name", "notes"}) == [text]
    assert mistakes("Customer", content, writable=lambda entity: {"name"}) == [
        "/notes PGRST204: customers has no field 'notes'"
    ]
    content = {"name": "Ada", "referrer": {"name": "Bob"}}
    assert given("Customer", content, writable=lambda entity: {"name", "referrer_id"}).related.keys() == {"referrer"}
    assert mistakes("Customer", content, writable=lambda entity: {"name"}) == [
        "/referrer PGRST204: customers has no field 'referrer'"
    ]
    assert mistakes("Customer", {"name": "Ada", "note": 5}) == ["/note PGRST204: customers has no field 'note'"]


def test_names_that_are_there_twice() -> None:
    assert mistakes("Line", '{"order_id":1,"product":"a","price":1,"price":2}') == [
        "/price 22030: price is there more than once"
    ]
    assert mistakes("Line", '{"order_id":1, "product":"a","price":1,"pr\\u0069ce":1}') == [
        "/price 22030: price is there more than once"
    ]
    assert given("Line", '{ "order_id": 1, "product" : "a", "pr\\u0069ce":1, "quantity": 1 }').values["price"] == 1


def test_checks_that_the_row_decides() -> None:
    assert mistakes("Line", {**LINE, "quantity": 3}) == [
        "/quantity 23514: Everything but single pieces comes in pairs."
    ]
    assert mistakes("Line", {"quantity": 3}, "update") == [
        "/quantity 23514: Everything but single pieces comes in pairs."
    ]
    assert mistakes("Order", {"customer": 1, "status": "placed"}) == [" 23514: A placed order says when."]


def test_checks_that_need_what_was_not_given_are_left_to_the_database() -> None:
    assert given("Order", {"status": "placed"}, "update") == Given({"status": "placed"})
    assert mistakes("Order", {"status": "placed", "placed_at": None}, "update") == [" 23514: A placed order says when."]


def test_checks_of_rows_within_rows() -> None:
    lines = [{"product": "a", "price": 1}, {"product": "b", "price": 1, "quantity": 5}]
    assert mistakes("Order", {"customer": 1, "lines": lines}) == [
        "/lines/1/quantity 23514: Everything but single pieces comes in pairs."
    ]


@pytest.mark.parametrize("content", [[LINE] * 4, {"customer": 1, "lines": [{"product": "a", "price": 1}] * 3}])
def test_a_limit_of_rows(content: object) -> None:
    entity = "Line" if isinstance(content, list) else "Order"
    error = refusal(entity, content, limits=Limits(rows=3))
    assert (error.kind.slug, error.message, error.details) == (
        "too-complex", "The body has too many rows", "The limit is 3."
    )  # fmt: skip


def test_no_rows() -> None:
    assert body("Line", []).rows == []
    assert body("Line", []).many
