"""Names that are made from other names."""

from __future__ import annotations

import pytest

from backsmith.blueprint.naming import (
    collection_name,
    did_you_mean,
    foreign_key_field,
    free_name,
    join_table,
    listed,
    too_long,
)


@pytest.mark.parametrize(
    ("entity", "collection"),
    [("Order", "orders"), ("OrderLine", "order_lines"), ("Category", "categories"), ("Person", "people")],
)
def test_collections(entity: str, collection: str) -> None:
    assert collection_name(entity) == collection


@pytest.mark.parametrize(
    ("relation", "entity", "key", "field"),
    [
        ("customer", "Customer", "id", "customer_id"),
        ("home", "Country", "code", "home_code"),
        ("album", "Album", "album_id", "album_id"),
        ("best_album", "Album", "album_id", "best_album_id"),
    ],
)
def test_foreign_keys(relation: str, entity: str, key: str, field: str) -> None:
    assert foreign_key_field(relation, entity, key) == field


def test_join_tables() -> None:
    assert join_table("products", "categories", "categories") == "categories_products"
    assert join_table("people", "people", "follows") == "people_follows"


def test_free_names() -> None:
    assert free_name(["orders", "orders_by_customer"], {"lines"}) == "orders"
    assert free_name(["orders", "orders_by_customer"], {"orders"}) == "orders_by_customer"
    assert free_name(["orders"], {"orders", "orders_2"}) == "orders_3"


def test_suggestions() -> None:
    assert did_you_mean("Custmer", ["Order", "Customer"]) == " Did you mean 'Customer'?"
    assert did_you_mean("STATUS", ["status"]) == " Did you mean 'status'?"
    assert did_you_mean("zebra", ["Order", "Customer"]) == ""


def test_lists_of_names() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "and")] == [
        "",
        "'a'",
        "'a' or 'b'",
        "'a', 'b' and 'c'",
    ]


def test_long_names_are_counted_in_bytes() -> None:
    assert not too_long("ä" * 31)
    assert too_long("ä" * 32)
