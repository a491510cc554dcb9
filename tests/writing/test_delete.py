"""Deleting rows: rules, what goes along, what keeps a row."""

from __future__ import annotations

from backsmith.blueprint.asker import NOBODY
from tests.writing.desk import BO, F1, F3, STAFF, Desk


async def test_a_row_goes_with_what_belongs_to_it(desk: Desk) -> None:
    assert await desk.delete("Order", 1) == {"keys": [1]}
    assert await desk.table("Order") == [(2,), (3,)]
    assert await desk.table("Line") == [(2,)]
    assert await desk.links() == []


async def test_it_is_shown_as_it_was(desk: Desk) -> None:
    assert await desk.delete("Order", 1, select="id,lines(id),tags(name)", asker=STAFF) == {
        "keys": [1],
        "shown": [{"id": 1, "lines": [{"id": 1}], "tags": [{"name": "quick"}, {"name": "watched"}]}],
    }
    assert await desk.delete("Place", ("A", 2), select="*") == {
        "keys": [("A", 2)], "shown": [{"room": "A", "number": 2, "taken": True}]
    }  # fmt: skip
    told = await desk.delete("Folder", F1, select="name,folders(name,folders(name))")
    assert told["shown"] == [{"name": "top", "folders": [{"name": "in", "folders": [{"name": "deep"}]}]}]


async def test_rules(desk: Desk) -> None:
    assert await desk.delete("Order", 2) == {
        "status": 403,
        "code": "42501",
        "message": "No rule lets you delete this row of orders",
        "hint": "It is allowed to delete orders if the customer's person is you and the status is 'draft' (rule"
        " own_unplaced); or if you have the role 'staff' (rule staff).",
        "rules": ["own_unplaced", "staff"],
    }
    assert (await desk.delete("Order", 3))["status"] == 404
    assert (await desk.delete("Order", 99))["status"] == 404
    assert (await desk.delete("Product", "oak"))["message"] == "permission denied to delete products"
    assert (await desk.delete("Product", "oak", asker=NOBODY))["status"] == 401
    assert await desk.table("Order") == [(1,), (2,), (3,)]


async def test_rows_that_no_rule_lets_one_delete_are_skipped(desk: Desk) -> None:
    assert await desk.delete("Order", "id=gt.0", select="id") == {"keys": [1], "shown": [{"id": 1}], "skipped": 1}
    assert await desk.delete("Order", "id=gt.0", asker=BO) == {"keys": [3]}
    assert await desk.delete("Order", "id=gt.0", asker=BO, select="id") == {"keys": [], "shown": []}
    assert await desk.delete("Order", "order=id.desc&limit=1&id=gt.0", asker=STAFF) == {"keys": [2]}


async def test_a_row_that_others_point_at(desk: Desk) -> None:
    told = await desk.delete("Product", "oak", asker=STAFF)
    assert told == {
        "status": 409,
        "code": "23503",
        "message": "lines still point at this row of products",
        "details": "Key is still referenced from lines.",
        "hint": "Delete those first, or let them point elsewhere.",
    }
    many = await desk.delete("Product", "code=neq.x", asker=STAFF)
    assert many["message"] == "lines still point at this row of products"
    assert await desk.delete("Product", "elm", asker=STAFF) == {"keys": ["elm"]}
    assert len(await desk.table("Product")) == 2


async def test_rows_that_point_at_one_another_go_together(desk: Desk) -> None:
    assert await desk.delete("Folder", "name=in.(top,deep)") == {"keys": [F1, F3]}
    assert await desk.table("Folder") == []


async def test_the_system(desk: Desk) -> None:
    assert await desk.delete("Order", "id=in.(1,2)", system=True) == {"keys": [1, 2]}
