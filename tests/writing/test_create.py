"""Creating rows: defaults, rules, what is shown, what is refused and how that is said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from backsmith.blueprint.asker import NOBODY
from tests.writing.desk import ADA, BO, F1, READER, STAFF, Desk

OWN = (
    "It is allowed to create orders if the customer's person is you (rule own);"
    " or if you have the role 'staff' (rule staff)."
)


def line(order: int, product: str, price: str = "1.10", **more: Any) -> dict[str, Any]:
    return {"order_id": order, "product_code": product, "price": Decimal(price), **more}


def refused(code: str, field: str, message: str, pointer: str = "") -> dict[str, Any]:
    """The reply for one field."""
    there = f"{pointer}/{field}"
    fields = {"fields": [field]} if code in ("23505", "23503") else {}
    error = {"code": code, "message": message, "pointer": there, **fields}
    status = 409 if fields else 422
    return {"status": status, "code": code, "message": message, "details": f"At {there}.", "errors": [error]}


async def test_a_row_gets_its_defaults_and_is_shown(desk: Desk) -> None:
    assert await desk.create("Order", {"customer_id": 1}, select="*,customer(name),lines(id)") == {
        "keys": [4],
        "shown": [
            {
                "id": 4,
                "customer_id": 1,
                "status": "draft",
                "note": None,
                "discount": "0.00",
                "made_at": "2026-01-05T12:00:00+00:00",
                "made_on": "2026-01-05",
                "made_by_id": 1,
                "total": 0,
                "customer": {"name": "Ada"},
                "lines": [],
            }
        ],
    }


async def test_rows_are_made_in_the_order_given(desk: Desk) -> None:
    rows = [line(1, "oak"), line(1, "ash", "2", quantity=3), line(1, "oak", "0")]
    assert await desk.create("Line", *rows, select="id,price,quantity,product(title)") == {
        "keys": [3, 4, 5],
        "shown": [
            {"id": 3, "price": "1.10", "quantity": 1, "product": {"title": "Oak"}},
            {"id": 4, "price": "2.00", "quantity": 3, "product": {"title": "Ash"}},
            {"id": 5, "price": "0.00", "quantity": 1, "product": {"title": "Oak"}},
        ],
    }


async def test_a_new_row_is_shown_beside_the_others_of_its_table(desk: Desk) -> None:
    made = await desk.create("Folder", {"name": "new", "parent_id": F1}, select="name,parent(name,folders(name))")
    assert made["shown"] == [{"name": "new", "parent": {"name": "top", "folders": [{"name": "in"}, {"name": "new"}]}}]


async def test_what_may_not_be_read_is_made_and_not_shown(desk: Desk) -> None:
    made = await desk.create("Reading", {"device_id": 1, "value": 1.5}, asker=NOBODY, select="device_id,value")
    assert made == {"keys": [1], "shown": [{"device_id": 1, "value": "1.5"}]}
    staff = await desk.create("Tag", {"name": "hidden", "secret": True}, asker=STAFF, select="name")
    assert staff["shown"] == [{"name": "hidden"}]


async def test_rows_of_which_some_have_fields_that_others_lack(desk: Desk) -> None:
    rows = [{"text": "a"}, {"folder_id": F1, "text": "b"}, {"text": "c"}]
    await desk.create("Note", *rows)
    await desk.create("Place", {"room": "Z", "number": 1, "taken": True}, {"number": 2, "room": "Z"})
    assert (await desk.table("Note", "id", "text", "folder_id"))[2:] == [(3, "a", None), (4, "b", F1), (5, "c", None)]
    assert (await desk.table("Place", "room", "number", "taken"))[3:] == [("Z", 1, True), ("Z", 2, False)]


async def test_rules_are_asked_of_the_new_row(desk: Desk) -> None:
    refusal = {
        "status": 403,
        "code": "42501",
        "message": "No rule lets you create orders that are like this",
        "hint": OWN,
        "rules": ["own", "staff"],
        "pointer": "",
    }
    assert await desk.create("Order", {"customer_id": 2}, asker=READER) == refusal
    assert await desk.create("Order", {"customer_id": 2}) == refusal
    assert await desk.create("Order", {"customer_id": 99}) == refusal, "a row that one doesn't see isn't there"
    assert (await desk.create("Order", {"customer_id": 2}, asker=BO))["keys"]
    assert (await desk.create("Order", {"customer_id": 2}, asker=STAFF))["keys"]


async def test_one_row_that_is_refused_refuses_all(desk: Desk) -> None:
    told = await desk.create("Line", line(1, "oak"), line(3, "oak"), line(1, "oak"))
    assert (told["status"], told["pointer"], told["rules"]) == (403, "/1", ["with_the_order", "staff"])
    assert await desk.table("Line") == [(1,), (2,)]


async def test_who_has_no_rule_hears_of_it_before_anything_runs(desk: Desk) -> None:
    assert await desk.create("Customer", {"name": "X"}) == {
        "status": 403,
        "code": "42501",
        "message": "permission denied to create customers",
        "hint": "It is allowed to create customers if you have the role 'staff' (rule staff).",
        "rules": ["staff"],
    }
    assert await desk.create("Order", {"customer_id": 1}, asker=NOBODY) == {
        "status": 401,
        "code": "PGRST302",
        "message": "permission denied to create orders",
        "hint": "No rule lets everyone create orders. Send a token: Authorization: Bearer …",
    }


async def test_the_system_needs_no_rule_but_keeps_checks(desk: Desk) -> None:
    assert await desk.create("Customer", {"name": "X"}, system=True) == {"keys": [4]}
    told = await desk.create("Line", line(1, "elm"), system=True)
    assert told["message"] == "This product isn't sold any more."


async def test_a_rule_that_looks_at_other_rows_of_the_table_sees_the_new_ones(desk: Desk) -> None:
    two = [{"name": name, "parent_id": F1} for name in "ab"]
    assert "keys" in await desk.create("Folder", *two)
    told = await desk.create("Folder", {"name": "c", "parent_id": F1})
    assert (told["status"], told["rules"]) == (403, ["own"])
    assert len(await desk.table("Folder")) == 5


# What a row points at -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("device", [1, 2, 9])
async def test_one_can_not_point_at_what_one_does_not_see(desk: Desk, device: int) -> None:
    nowhere = refused("23503", "device_id", "device_id leads to no row of devices")
    assert await desk.create("Alarm", {"device_id": device}) == nowhere
    many = refused("23503", "device_id", "device_id leads to no row of devices", "/1")
    assert await desk.create("Alarm", {}, {"device_id": device}) == many
    assert "keys" in await desk.create("Alarm", {"device_id": None})


async def test_unless_the_rule_looks_at_it(desk: Desk) -> None:
    assert "keys" in await desk.create("Reading", {"device_id": 1, "value": 2.0}, asker=NOBODY)
    told = [await desk.create("Reading", {"device_id": device, "value": 2.0}, asker=NOBODY) for device in (2, 9)]
    assert told[0] == told[1]
    assert (told[0]["status"], told[0]["rules"]) == (403, ["of_an_active_device"])


async def test_one_may_point_at_oneself(desk: Desk) -> None:
    assert "keys" in await desk.create("Order", {"customer_id": 1, "made_by_id": 1})
    nowhere = refused("23503", "made_by_id", "made_by_id leads to no row of people")
    assert await desk.create("Order", {"customer_id": 1, "made_by_id": 2}) == nowhere
    assert await desk.create("Order", {"customer_id": 1, "made_by_id": 77}) == nowhere


async def test_what_everybody_sees_is_looked_for_by_the_foreign_key(desk: Desk) -> None:
    message = "product_code leads to no row of products"
    assert await desk.create("Line", line(1, "nope")) == refused("23503", "product_code", message)
    told = await desk.create("Line", line(1, "oak"), line(1, "nope"))
    assert told == refused("23503", "product_code", message, "/1")
    staff = await desk.create("Line", line(99, "oak"), asker=STAFF)
    assert staff == refused("23503", "order_id", "order_id leads to no row of orders")


async def test_a_row_of_the_same_table(desk: Desk) -> None:
    told = [await desk.create("Folder", {"name": "x", "parent_id": parent}, asker=BO) for parent in (F1, UUID(int=77))]
    assert told[0] == told[1], "the rule alone would let Bo put a folder into one of Ada's, which he doesn't see"
    assert (told[0]["status"], told[0]["rules"]) == (403, ["own"])
    own = UUID(int=55)
    assert await desk.create("Folder", {"id": own, "name": "x", "parent_id": own}) == {"keys": [own]}


# Constraints --------------------------------------------------------------------------------------------------------


async def test_values_that_are_taken(desk: Desk) -> None:
    taken = refused("23505", "email", "email of customers is taken")
    assert await desk.create("Customer", {"name": "X", "email": "ada@x.org"}, asker=STAFF) == taken
    rows = [{"name": "X", "email": each} for each in ("x@x.org", "bo@x.org")]
    told = await desk.create("Customer", *rows, asker=STAFF)
    assert told == refused("23505", "email", "email of customers is taken", "/1")
    told = await desk.create("Customer", rows[0], rows[0], asker=STAFF)
    assert told == refused("23505", "email", "email of customers is taken", "/1")
    place = await desk.create("Place", {"room": "A", "number": 1})
    assert place == {
        "status": 409,
        "code": "23505",
        "message": "room and number of places are taken",
        "errors": [
            {
                "pointer": "",
                "code": "23505",
                "message": "room and number of places are taken",
                "fields": ["room", "number"],
            }
        ],
    }


async def test_checks(desk: Desk) -> None:
    message = "Only orders that are placed have a discount."
    told = await desk.create("Order", {"customer_id": 1, "discount": Decimal("1.00")}, asker=STAFF)
    assert (told["status"], told["code"], told["message"]) == (422, "23514", message)
    told = await desk.create("Line", line(1, "oak"), line(1, "elm"))
    assert (told["code"], told["errors"][0]["pointer"]) == ("23514", "/1")
    assert told["message"] == "This product isn't sold any more."
    assert await desk.create("Line", line(1, "oak", "-1")) == refused("23514", "price", "price can't be that")
    nothing = {**line(1, "oak"), "price": None}
    assert await desk.create("Line", nothing) == refused("23502", "price", "price can't be null")


async def test_nothing_of_a_row_that_was_refused_stays(desk: Desk) -> None:
    before = [await desk.table(entity) for entity in ("Order", "Line", "Customer")]
    await desk.create("Line", line(1, "oak"), line(1, "elm"))
    await desk.create("Line", line(1, "oak"), line(1, "nope"))
    await desk.create("Customer", {"name": "a"}, {"name": "b", "email": "ada@x.org"}, asker=STAFF)
    assert [await desk.table(entity) for entity in ("Order", "Line", "Customer")] == before


async def test_who_makes_the_row_has_to_be_signed_in(desk: Desk) -> None:
    told = await desk.create("Order", {"customer_id": 1}, asker=NOBODY, system=True)
    assert (told["status"], told["message"]) == (401, "orders.made_by_id is whoever makes the row")
    assert await desk.create("Order", {"customer_id": 1, "made_by_id": 1}, asker=NOBODY, system=True) == {"keys": [4]}
    assert ADA.id == 1
