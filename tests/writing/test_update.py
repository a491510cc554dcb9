"""Updating rows: rules on the row before and after, one and many, what is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from backsmith.blueprint.asker import NOBODY
from tests.writing.desk import ADA, BO, F1, F2, F3, READER, STAFF, Desk

ORDERS = (
    "It is allowed to update orders if the customer's person is you and the status is not 'shipped' (rule own_draft);"
    " or if you have the role 'staff' (rule staff)."
)


def unmet(message: str) -> dict[str, Any]:
    return {"status": 403, "code": "42501", "message": message, "hint": ORDERS, "rules": ["own_draft", "staff"]}


BEFORE, AFTER = "No rule lets you update this row of orders", "No rule lets you update orders that are like this"


async def test_a_row_is_changed_and_shown(desk: Desk) -> None:
    select = "id,note,lines(id),customer(name),tags(name)"
    assert await desk.update("Order", 1, note="hi", options={"select": select}) == {
        "keys": [1],
        "shown": [
            {"id": 1, "note": "hi", "lines": [{"id": 1}], "customer": {"name": "Ada"}, "tags": [{"name": "quick"}]}
        ],
    }


async def test_what_is_not_given_stays(desk: Desk) -> None:
    await desk.update("Order", 2, asker=STAFF, status="draft")
    await desk.update("Order", 2, asker=STAFF, customer_id=2)
    assert (await desk.table("Order", "id", "status", "note", "customer_id"))[1] == (2, "draft", "gone", 2)


async def test_a_row_that_one_does_not_see_is_not_there(desk: Desk) -> None:
    missing = {"status": 404, "code": "PGRST116", "message": "There is no row 3 in orders"}
    assert await desk.update("Order", 3, note="hi") == missing
    assert (await desk.update("Order", 99, note="hi"))["status"] == 404


async def test_a_row_that_one_sees_but_no_rule_lets_one_change(desk: Desk) -> None:
    assert await desk.update("Order", 2, note="hi") == unmet(BEFORE)


async def test_a_field_that_no_rule_covers(desk: Desk) -> None:
    assert await desk.update("Order", 1, discount=Decimal("1"), note="x") == {
        "status": 403,
        "code": "42501",
        "message": "permission denied to update orders.discount",
        "hint": "It is allowed to update discount if you have the role 'staff' (rule staff).",
        "rules": ["staff"],
    }


async def test_a_row_can_not_be_given_away(desk: Desk) -> None:
    assert await desk.update("Order", 1, asker=READER, customer_id=2) == unmet(AFTER)
    assert await desk.update("Order", 1, customer_id=2) == unmet(AFTER)
    assert await desk.update("Order", 1, customer_id=99) == unmet(AFTER), "a row that one doesn't see isn't there"
    assert await desk.update("Order", 1, status="shipped") == unmet(AFTER)
    assert await desk.update("Order", 1, asker=STAFF, customer_id=2) == {"keys": [1]}


async def test_setting_what_is_there_already_is_a_change(desk: Desk) -> None:
    assert await desk.update("Order", 1, status="draft") == {"keys": [1]}
    assert (await desk.update("Order", 1, discount=Decimal(0)))["status"] == 403


async def test_setting_nothing_changes_nothing(desk: Desk) -> None:
    assert await desk.update("Order", 2, options={"select": "id"}) == {"keys": [2], "shown": [{"id": 2}]}
    assert (await desk.update("Order", 3))["status"] == 404


async def test_who_has_no_rule(desk: Desk) -> None:
    assert (await desk.update("Product", "oak", title="x"))["status"] == 403
    told = await desk.update("Product", "oak", asker=NOBODY, title="x")
    assert (told["status"], told["message"]) == (401, "permission denied to update products")


# Many ---------------------------------------------------------------------------------------------------------------


async def test_rows_that_no_rule_lets_one_change_are_skipped(desk: Desk) -> None:
    assert await desk.update("Order", "id=gt.0", note="all", options={"select": "id,note"}) == {
        "keys": [1], "shown": [{"id": 1, "note": "all"}], "skipped": 1
    }  # fmt: skip
    assert await desk.table("Order", "note") == [("all",), ("gone",), (None,)]


async def test_a_row_that_would_come_out_wrong_refuses_all(desk: Desk) -> None:
    await desk.create("Order", {"customer_id": 1})
    assert await desk.update("Order", "id=gt.0", status="shipped") == unmet(AFTER)
    assert await desk.table("Order", "status") == [("draft",), ("shipped",), ("draft",), ("draft",)]


async def test_the_rows_of_a_filter_in_its_order_and_limit(desk: Desk) -> None:
    told = await desk.update("Order", "id=gt.0&order=id.desc&limit=2", asker=STAFF, note="x", options={"select": "id"})
    assert told == {"keys": [2, 3], "shown": [{"id": 2}, {"id": 3}]}
    assert await desk.table("Order", "note") == [(None,), ("x",), ("x",)]


async def test_every_row_without_rules_to_be_asked(desk: Desk) -> None:
    told = await desk.update("Place", "room=eq.A", taken=True, options={"select": "*"})
    assert told == {
        "keys": [("A", 1), ("A", 2)],
        "shown": [{"room": "A", "number": 1, "taken": True}, {"room": "A", "number": 2, "taken": True}],
    }
    assert await desk.update("Place", "room=eq.Q", taken=True, options={"select": "*"}) == {"keys": [], "shown": []}


async def test_rows_shown_though_the_filter_fits_them_no_more(desk: Desk) -> None:
    told = await desk.update("Place", "taken=is.false", taken=True, options={"select": "room,taken"})
    assert told["shown"] == [{"room": "A", "taken": True}, {"room": "B", "taken": True}]


async def test_a_key_can_be_changed(desk: Desk) -> None:
    told = await desk.update("Place", ("A", 1), number=7, options={"select": "number"})
    assert told == {"keys": [("A", 7)], "shown": [{"number": 7}]}
    told = await desk.update("Product", "elm", asker=STAFF, code="fir")
    assert told == {"keys": ["fir"]}


# What a row points at -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("product", ["nope", "none"])
async def test_a_row_that_is_not_there(desk: Desk, product: str) -> None:
    told = await desk.update("Line", 1, product_code=product)
    assert (told["status"], told["code"], told["errors"][0]["pointer"]) == (409, "23503", "/product_code")
    assert told["message"] == "product_code leads to no row of products"
    many = await desk.update("Line", "id=gt.0", asker=STAFF, product_code=product)
    assert many["message"] == "product_code leads to no row of products"


@pytest.mark.parametrize("device", [1, 9])
async def test_a_row_that_one_does_not_see(desk: Desk, device: int) -> None:
    await desk.create("Alarm", {})
    told = await desk.update("Alarm", 1, device_id=device)
    assert (told["status"], told["message"]) == (409, "device_id leads to no row of devices")
    assert await desk.update("Alarm", 1, asker=STAFF, device_id=1) == {"keys": [1]}
    assert await desk.update("Alarm", 1, text="x") == {"keys": [1]}, "where it led before doesn't matter"


async def test_a_rule_that_looks_at_other_rows_of_the_table(desk: Desk) -> None:
    assert await desk.update("Folder", F3, parent_id=F1) == {"keys": [F3]}
    await desk.create("Folder", {"name": "third", "parent_id": F1})
    told = await desk.update("Folder", F1, parent_id=F1)
    assert (told["status"], told["rules"]) == (403, ["own"])
    told = await desk.update("Folder", F2, parent_id=UUID(int=99))
    assert (told["status"], told["rules"]) == (403, ["own"])
    assert await desk.table("Folder", "parent_id") == [(None,), (F1,), (F1,), (F1,)]


# Rules of both rows -------------------------------------------------------------------------------------------------


async def test_a_rule_that_compares_the_row_before_and_after(desk: Desk) -> None:
    assert await desk.update("Ticket", 1, text="x") == {"keys": [1]}
    assert (await desk.update("Ticket", 3, text="x"))["status"] == 403
    assert (await desk.update("Ticket", 2, state="open"))["rules"] == ["forward"], "not back again"
    assert await desk.update("Ticket", 1, holder_id=2, asker=STAFF) | {"hint": ""} == {
        "status": 403, "code": "42501", "message": "No rule lets you update this row of tickets", "hint": "",
        "rules": ["forward"],
    }  # fmt: skip
    assert await desk.update("Ticket", 1, state="done") == {"keys": [1]}


async def test_and_skips_rows_that_it_holds_for_with_no_values(desk: Desk) -> None:
    told = await desk.update("Ticket", "id=gt.0", text="y", options={"select": "id,text"})
    assert told == {"keys": [1], "shown": [{"id": 1, "text": "y"}], "skipped": 2}


async def test_what_it_does_not_look_at_has_to_be_seen(desk: Desk) -> None:
    assert await desk.update("Ticket", 1, customer_id=1) == {"keys": [1]}
    told = await desk.update("Ticket", 1, customer_id=2)
    assert (told["status"], told["message"]) == (409, "customer_id leads to no row of customers")


# Constraints --------------------------------------------------------------------------------------------------------


async def test_constraints(desk: Desk) -> None:
    told = await desk.update("Order", 3, asker=STAFF, discount=Decimal("1"))
    assert (told["status"], told["code"]) == (422, "23514")
    assert told["message"] == "Only orders that are placed have a discount."
    told = await desk.update("Customer", 1, asker=STAFF, email="bo@x.org")
    assert (told["status"], told["code"], told["details"]) == (409, "23505", "At /email.")
    told = await desk.update("Line", 1, product_code="elm")
    assert (told["code"], told["message"]) == ("23514", "This product isn't sold any more.")
    told = await desk.update("Line", 1, price=None)
    assert (told["code"], told["message"]) == ("23502", "price can't be null")
    told = await desk.update("Product", "oak", asker=STAFF, code="fir")
    assert (told["status"], told["code"]) == (409, "23503")
    assert told["message"] == "lines still point at this row of products"


async def test_the_system(desk: Desk) -> None:
    assert await desk.update("Order", 2, note="x", options={"system": True}) == {"keys": [2]}
    told = await desk.update("Order", "id=gt.0", customer_id=99, options={"system": True})
    assert told["message"] == "customer_id leads to no row of customers"
    assert [ADA.id, BO.id] == [1, 2]
