"""Those who take part in writing: hooks and logs hear of each row, and may change what is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from backsmith.blueprint.blueprint import Entity
from backsmith.engine.writing.work import Given, RowChange, Verb, Work
from tests.writing.desk import F1, F2, F3, STAFF, Desk


class Recorder:
    """Writes down what it hears of some entities."""

    def __init__(self, *entities: str) -> None:
        self.entities = entities
        self.heard: list[Any] = []

    def observes(self, entity: Entity, verb: Verb) -> bool:
        return entity.name in self.entities

    async def before(self, work: Work, entity: Entity, verb: Verb, rows: Sequence[Given], old: Sequence[Any]) -> None:
        self.heard.append(("before", entity.name, verb, [dict(row.values) for row in rows], [dict(row) for row in old]))

    async def after(self, work: Work, changes: Sequence[RowChange]) -> None:
        self.heard.extend(
            ("after", change.entity.name, change.verb, change.key, change.before, change.after) for change in changes
        )


class Shouting(Recorder):
    """Writes in capitals, and refuses a word."""

    async def before(self, work: Work, entity: Entity, verb: Verb, rows: Sequence[Given], old: Sequence[Any]) -> None:
        for row in rows:
            if "text" in row.values:
                row.values["text"] = row.values["text"].upper()
            if verb == "update":
                row.values["folder_id"] = F1

    async def after(self, work: Work, changes: Sequence[RowChange]) -> None:
        if any(change.after is not None and change.after["text"] == "NO" for change in changes):
            raise ValueError("not that word")


async def test_a_new_row_is_told_with_its_defaults(desk: Desk) -> None:
    recorder = Recorder("Place")
    assert await desk.observed(recorder).create("Place", {"room": "C", "number": 3}, {"room": "C", "number": 4}) == {
        "keys": [("C", 3), ("C", 4)]
    }
    c3, c4 = ({"room": "C", "number": number, "taken": False} for number in (3, 4))
    assert recorder.heard == [
        ("before", "Place", "create", [c3, c4], []),
        ("after", "Place", "create", ("C", 3), None, c3),
        ("after", "Place", "create", ("C", 4), None, c4),
    ]


async def test_a_change_is_told_with_the_row_before_and_after(desk: Desk) -> None:
    recorder = Recorder("Place")
    told = await desk.observed(recorder).update("Place", ("A", 1), number=9, options={"select": "*"})
    assert told == {"keys": [("A", 9)], "shown": [{"room": "A", "number": 9, "taken": False}]}
    before, after = ({"room": "A", "number": number, "taken": False} for number in (1, 9))
    assert recorder.heard == [
        ("before", "Place", "update", [{"number": 9}], [before]),
        ("after", "Place", "update", ("A", 9), before, after),
    ]


async def test_rows_that_are_skipped_are_not_told(desk: Desk) -> None:
    recorder = Recorder("Order")
    assert await desk.observed(recorder).update("Order", "id=gt.0", note="all") == {"keys": [1], "skipped": 1}
    assert [(told[0], told[2], told[3]) for told in recorder.heard] == [
        ("before", "update", [{"note": "all"}]),
        ("after", "update", (1,)),
    ]


async def test_an_observer_changes_what_is_written(desk: Desk) -> None:
    shouting = desk.observed(Shouting("Note"))
    assert await shouting.create("Note", {"text": "new"}, select="id,text") == {
        "keys": [3], "shown": [{"id": 3, "text": "NEW"}]
    }  # fmt: skip
    await shouting.update("Note", "id=in.(1,2)", text="old")
    assert await desk.table("Note", "id", "text", "folder_id") == [(1, "OLD", F1), (2, "OLD", F1), (3, "NEW", None)]


async def test_an_observer_that_raises_undoes_it(desk: Desk) -> None:
    shouting = desk.observed(Shouting("Note"))
    with pytest.raises(ValueError, match="not that word"):
        await shouting.create("Note", {"text": "yes"}, {"text": "no"})
    with pytest.raises(ValueError, match="not that word"):
        await shouting.update("Note", 1, text="no")
    assert await desk.table("Note", "id", "text") == [(1, "a"), (2, "b")]


async def test_what_a_delete_takes_along_is_told(desk: Desk) -> None:
    recorder = Recorder("Folder", "Note")
    assert await desk.observed(recorder).delete("Folder", F1) == {"keys": [F1]}
    top = {"id": F1, "name": "top", "owner_id": 1, "parent_id": None}
    inner = {"id": F2, "name": "in", "owner_id": 1, "parent_id": F1}
    note = {"id": 1, "text": "a"}
    deep = {"id": F3, "name": "deep", "owner_id": 1, "parent_id": F2}
    assert recorder.heard == [
        ("before", "Folder", "delete", [], [top]),
        ("after", "Folder", "delete", (F1,), top, None),
        ("after", "Folder", "delete", (F2,), inner, None),
        ("after", "Folder", "delete", (F3,), deep, None),
        ("after", "Note", "update", (1,), {**note, "folder_id": F3}, {**note, "folder_id": None}),
    ]
    assert await desk.table("Folder") == []


async def test_rows_taken_along_are_told_though_nobody_observes_the_one_deleted(desk: Desk) -> None:
    recorder = Recorder("Line")
    assert await desk.observed(recorder).delete("Order", 1) == {"keys": [1]}
    assert [told[:4] for told in recorder.heard] == [("after", "Line", "delete", (1,))]


async def test_folders_in_a_circle_are_told_once(desk: Desk) -> None:
    await desk.update("Folder", F1, parent_id=F3, options={"system": True})
    recorder = Recorder("Folder")
    assert await desk.observed(recorder).delete("Folder", F2) == {"keys": [F2]}
    assert [told[3] for told in recorder.heard if told[0] == "after"] == [(F2,), (F3,), (F1,)]
    assert await desk.table("Folder") == []


async def test_a_merge_is_told_as_what_it_was(desk: Desk) -> None:
    recorder = Recorder("Product")
    rows = [{"code": "oak", "title": "Oak!"}, {"code": "fir", "title": "Fir"}]
    await desk.observed(recorder).upsert("Product", *rows, on=("code",), asker=STAFF)
    assert [(told[0], told[2], told[3]) for told in recorder.heard] == [
        ("before", "update", [{"title": "Oak!"}]),
        ("after", "update", ("oak",)),
        ("before", "create", [{"code": "fir", "title": "Fir", "withdrawn": False}]),
        ("after", "create", ("fir",)),
    ]


async def test_what_rules_refuse_is_not_told(desk: Desk) -> None:
    recorder = Recorder("Order")
    observed = desk.observed(recorder)
    assert (await observed.update("Order", 3, note="x"))["status"] == 404
    assert (await observed.update("Order", 2, note="x"))["status"] == 403
    assert (await observed.delete("Order", 2))["status"] == 403
    assert recorder.heard == []
    assert (await observed.create("Order", {"customer_id": 2}))["status"] == 403
    assert [told[0] for told in recorder.heard] == ["before"]


class Tidying(Recorder):
    """Hears of nothing afterwards, and trims texts before."""

    def hears_after(self, entity: Entity, verb: Verb) -> bool:
        return False

    async def before(self, work: Work, entity: Entity, verb: Verb, rows: Sequence[Given], old: Sequence[Any]) -> None:
        await super().before(work, entity, verb, rows, old)
        for row in rows:
            row.values["text"] = row.values["text"].strip()


async def test_an_observer_may_hear_only_of_what_is_about_to_be_done(desk: Desk) -> None:
    tidying = Tidying("Note")
    other = desk.observed(tidying)
    created = await other.create("Note", {"text": " new "}, select="id,text")
    assert created == {"keys": [3], "shown": [{"id": 3, "text": "new"}]}
    assert await other.update("Note", 3, text=" newer ") == {"keys": [3]}
    assert await desk.table("Note", "id", "text") == [(1, "a"), (2, "b"), (3, "newer")]
    assert await other.delete("Note", 3) == {"keys": [3]}
    assert await desk.table("Note", "id") == [(1,), (2,)]
    assert [(told[0], told[2]) for told in tidying.heard] == [
        ("before", "create"), ("before", "update"), ("before", "delete")
    ]  # fmt: skip


async def test_those_who_hear_afterwards_do_so_beside_those_who_do_not(desk: Desk) -> None:
    recorder = Recorder("Note")
    await desk.observed(Tidying("Note"), recorder).create("Note", {"text": " new "})
    assert [(told[0], told[2]) for told in recorder.heard] == [("before", "create"), ("after", "create")]
    assert recorder.heard[1][5]["text"] == "new"
