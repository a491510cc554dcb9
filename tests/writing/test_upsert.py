"""Rows that are made or merged, and links to others."""

from __future__ import annotations

import asyncio

from backsmith.blueprint.asker import NOBODY
from tests.writing.desk import BO, F1, READER, STAFF, Desk


async def test_rows_are_merged_or_made(desk: Desk) -> None:
    rows = [{"code": "oak", "title": "Oak!"}, {"code": "fir", "title": "Fir"}, {"code": "ash", "withdrawn": True}]
    assert await desk.upsert("Product", *rows, on=("code",), asker=STAFF, select="*") == {
        "keys": ["oak", "fir", "ash"],
        "shown": [
            {"code": "oak", "title": "Oak!", "withdrawn": False},
            {"code": "fir", "title": "Fir", "withdrawn": False},
            {"code": "ash", "title": "Ash", "withdrawn": True},
        ],
    }


async def test_rows_that_are_there_are_passed_over(desk: Desk) -> None:
    rows = [{"code": "oak", "title": "Oak?"}, {"code": "yew", "title": "Yew"}, {"code": "yew", "title": "Yew 2"}]
    told = await desk.upsert("Product", *rows, on=("code",), duplicates="ignore", asker=STAFF, select="code,title")
    assert told == {"keys": ["yew"], "shown": [{"code": "yew", "title": "Yew"}], "skipped": 2}


async def test_by_a_key_of_several_fields(desk: Desk) -> None:
    rows = [{"room": "A", "number": 2, "taken": False}, {"room": "C", "number": 2, "taken": True}]
    assert await desk.upsert("Place", *rows, on=("room", "number")) == {"keys": [("A", 2), ("C", 2)]}
    assert await desk.table("Place", "room", "number", "taken") == [
        ("A", 1, False), ("A", 2, False), ("B", 1, False), ("C", 2, True)
    ]  # fmt: skip


async def test_by_a_field_that_is_unique(desk: Desk) -> None:
    rows = [{"name": "Ada 2", "email": "ada@x.org"}, {"name": "new", "email": None}]
    told = await desk.upsert("Customer", *rows, on=("email",), asker=STAFF, select="id,name,person_id")
    assert told["shown"] == [
        {"id": 1, "name": "Ada 2", "person_id": 1}, {"id": 4, "name": "new", "person_id": None}
    ]  # fmt: skip


async def test_rules_of_what_comes_of_each(desk: Desk) -> None:
    assert await desk.upsert("Order", {"id": 1, "note": "x"}, on=("id",), select="id,note") == {
        "keys": [1], "shown": [{"id": 1, "note": "x"}]
    }  # fmt: skip
    told = await desk.upsert("Order", {"id": 1, "note": "y"}, {"id": 2, "note": "y"}, on=("id",))
    assert (told["status"], told["pointer"], told["rules"]) == (403, "/1", ["own_draft", "staff"])
    told = await desk.upsert("Order", {"id": 1, "customer_id": 2}, on=("id",), asker=READER)
    assert (told["status"], told["message"]) == (403, "No rule lets you update orders that are like this")
    told = await desk.upsert("Order", {"id": 1, "note": "y"}, {"customer_id": 2}, on=("id",), asker=READER)
    assert (told["status"], told["pointer"]) == (403, "/1")
    assert await desk.table("Order", "note") == [("x",), ("gone",), (None,)]
    assert (await desk.upsert("Product", {"code": "oak", "title": "x"}, on=("code",)))["status"] == 403
    assert (await desk.upsert("Product", {"code": "oak", "title": "x"}, on=("code",), asker=NOBODY))["status"] == 401


async def test_a_row_that_one_does_not_see(desk: Desk) -> None:
    told = [await desk.upsert("Order", {"id": number, "note": "x"}, on=("id",)) for number in (3, 99)]
    assert told[0] == told[1], "its number is as if it weren't there"
    assert (told[0]["status"], told[0]["code"]) == (422, "428C9")
    await desk.update("Folder", F1, name="mine")
    told = [await desk.upsert("Folder", {"id": F1, "name": "x"}, on=("id",), asker=BO)]
    assert (told[0]["status"], told[0]["code"], told[0]["message"]) == (409, "23505", "id of folders is taken")


async def test_a_number_that_the_database_hands_out(desk: Desk) -> None:
    told = await desk.upsert("Order", {"customer_id": 1}, {"id": 77, "customer_id": 1}, on=("id",))
    assert told == {
        "status": 422,
        "code": "428C9",
        "message": "There is no row of that id, which the database hands out",
        "details": "At /1/id.",
        "hint": "Leave 'id' out.",
        "errors": [
            {
                "pointer": "/1/id",
                "code": "428C9",
                "message": "There is no row of that id, which the database hands out",
                "hint": "Leave 'id' out.",
            }
        ],
    }


async def test_the_same_row_twice(desk: Desk) -> None:
    rows = [{"code": "oak", "title": "a"}, {"code": "oak", "title": "b"}]
    told = await desk.upsert("Product", *rows, on=("code",), asker=STAFF)
    assert (told["status"], told["code"], told["message"]) == (422, "21000", "Another row has the same code")


# Links --------------------------------------------------------------------------------------------------------------


async def test_a_row_is_linked_to_others(desk: Desk) -> None:
    assert "keys" in await desk.link("Order", 1, "tags", 3, 1)
    assert await desk.links() == [(1, 1), (1, 2), (1, 3)]
    assert "keys" in await desk.link("Order", 3, "tags", 1, asker=BO)
    assert await desk.links() == [(1, 1), (1, 2), (1, 3), (3, 1)]


async def test_links_to_rows_one_does_not_see_stay(desk: Desk) -> None:
    assert "keys" in await desk.link("Order", 1, "tags", 3, replace=True)
    assert await desk.links() == [(1, 2), (1, 3)]
    assert "keys" in await desk.link("Order", 1, "tags", replace=True)
    assert await desk.links() == [(1, 2)]
    assert "keys" in await desk.link("Order", 1, "tags", replace=True, asker=STAFF)
    assert await desk.links() == []


async def test_one_links_to_what_one_sees_only(desk: Desk) -> None:
    told = [await desk.link("Order", 1, "tags", 3, tag) for tag in (2, 22)]
    assert told[0] == told[1]
    assert (told[0]["status"], told[0]["details"], told[0]["message"]) == (
        409, "At /tags.", "tags leads to no row of tags"
    )  # fmt: skip
    assert await desk.links() == [(1, 1), (1, 2)]


async def test_one_links_what_a_rule_lets_one_change(desk: Desk) -> None:
    told = await desk.link("Order", 2, "tags", 1)
    assert (told["status"], told["rules"]) == (403, ["own_draft", "staff"])
    assert (await desk.link("Order", 3, "tags", 1))["status"] == 403
    assert (await desk.link("Order", 1, "tags", 1, asker=NOBODY))["status"] == 401
    assert await desk.links() == [(1, 1), (1, 2)]


# Races --------------------------------------------------------------------------------------------------------------


async def test_many_at_once_make_a_row_once(desk: Desk) -> None:
    told = await asyncio.gather(
        *(
            desk.upsert("Product", {"code": "fir", "title": str(number)}, on=("code",), asker=STAFF)
            for number in range(40)
        )
    )
    assert [each for each in told if each != {"keys": ["fir"]}] == []
    assert len(await desk.table("Product")) == 4


async def test_many_at_once_take_a_value_once(desk: Desk) -> None:
    told = await asyncio.gather(
        *(desk.create("Customer", {"name": "X", "email": "x@x.org"}, asker=STAFF) for _ in range(40))
    )
    assert sorted(each.get("code", "made") for each in told) == ["23505"] * 39 + ["made"]


async def test_many_at_once_change_a_row_one_after_another(desk: Desk) -> None:
    told = await asyncio.gather(
        *(desk.update("Order", "id=in.(1,3)", asker=STAFF, note=str(number)) for number in range(20)),
        *(desk.delete("Line", "id=gt.0", asker=STAFF) for _ in range(5)),
    )
    assert [each for each in told[:20] if each != {"keys": [1, 3]}] == []
    assert sum(len(each["keys"]) for each in told[20:]) == 2
