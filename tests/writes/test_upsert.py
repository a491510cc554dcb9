"""POST of rows that may be there: merged into them, or passed over."""

from __future__ import annotations

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.writes.conftest import Both

ADA, BO = Asker(1), Asker(2)
MERGE, IGNORE, SHOWN = "resolution=merge-duplicates", "resolution=ignore-duplicates", "return=representation"


def test_rows_are_made_or_merged(both: Both) -> None:
    body = '[{"room": "A", "number": 2, "taken": false}, {"room": "B", "number": 1, "taken": true}]'
    made = both.ask("POST", "/api/places?select=number,taken,note", body, prefer=f"{SHOWN}, {MERGE}")
    assert (made.status, made.json) == (
        201,
        [{"number": 2, "taken": False, "note": "by the door"}, {"number": 1, "taken": True, "note": None}],
    )
    assert made.headers["preference-applied"] == f"{MERGE}, {SHOWN}"
    again = both.ask("POST", "/api/places", body, prefer=MERGE)
    assert (again.status, again.body, again.headers["preference-applied"]) == (200, b"", MERGE)


def test_no_rows_are_none_that_are_new(both: Both) -> None:
    assert both.ask("POST", "/api/places", "[]", prefer=MERGE).status == 200
    assert both.ask("POST", "/api/places", "[]", prefer=IGNORE).status == 201


def test_rows_that_are_there_are_passed_over(both: Both) -> None:
    body = '[{"room": "A", "number": 2, "taken": false}, {"room": "B", "number": 1, "taken": true}]'
    made = both.ask("POST", "/api/places?select=room,number", body, prefer=f"{SHOWN}, {IGNORE}, count=exact")
    assert (made.status, made.json) == (201, [{"room": "B", "number": 1}])
    assert made.headers["content-range"] == "*/1"
    again = both.ask("POST", "/api/places", body, prefer=f"{SHOWN}, {IGNORE}")
    assert (again.status, again.text) == (201, "[]")
    assert '{"room": "A", "number": 2, "taken": true, "note": "by the door"}' in both.rows()["Place"]


def test_rows_are_found_by_what_is_unique(both: Both) -> None:
    body = '[{"name": "Boat", "budget": 1}, {"name": "Raft", "budget": 2}]'
    target = "/api/projects?on_conflict=name&select=id,name,budget"
    made = both.ask("POST", target, body, ADA, prefer=f"{SHOWN}, {MERGE}")
    assert (made.status, made.text) == (
        201, '[{"id":1,"name":"Boat","budget":1.00},{"id":4,"name":"Raft","budget":2.00}]',
    )  # fmt: skip


def test_numbered_rows_are_merged_by_their_numbers(both: Both) -> None:
    body = '[{"id": 1, "name": "Ship"}, {"name": "Raft"}]'
    target = "/api/projects?columns=id,name&select=id,name,budget"
    made = both.ask("POST", target, body, ADA, prefer=f"{SHOWN}, {MERGE}, missing=default")
    assert (made.status, made.json) == (
        201, [{"id": 1, "name": "Ship", "budget": 1000.0}, {"id": 4, "name": "Raft", "budget": 0.0}],
    )  # fmt: skip
    assert made.headers["preference-applied"] == f"{MERGE}, missing=default, {SHOWN}"


@pytest.mark.parametrize("fields", ["budget", "name,budget", "owner_id"])
def test_rows_are_not_found_by_what_is_not_unique(both: Both, fields: str) -> None:
    refused = both.ask("POST", f"/api/projects?on_conflict={fields}", '{"name": "x"}', ADA, prefer=MERGE)
    assert (refused.status, refused.json["code"]) == (400, "42P10")
    assert refused.json["hint"] == "Unique are: id; name."


def test_rows_of_others_are_not_merged(both: Both) -> None:
    before = both.rows()
    for target, body in (
        ("/api/projects?on_conflict=name", '[{"name": "Raft", "budget": 5}, {"name": "Chair", "budget": 5}]'),
        ("/api/projects", '{"id": 2, "name": "Mine"}'),
        ("/api/projects?on_conflict=name", '{"name": "Chair", "owner_id": 1}'),
    ):
        refused = both.ask("POST", target, body, ADA, prefer=MERGE)
        assert (refused.status, refused.json["code"]) == (403, "42501"), target
    assert both.rows() == before


def test_a_row_that_is_made_needs_the_rule_for_making(both: Both) -> None:
    """Everybody may recolour a tag; only who is signed in makes one."""
    merged = both.ask("POST", "/api/tags", '{"slug": "wood", "title": "W", "colour": "red"}', BO, prefer=MERGE)
    assert merged.status == 200
    assert '{"slug": "wood", "title": "W", "colour": "red", "creator_id": 1}' in both.rows()["Tag"]
    assert both.ask("POST", "/api/tags", '{"slug": "oak", "title": "W"}', NOBODY, prefer=MERGE).status == 401
    taken = both.ask("POST", "/api/tags", '{"slug": "wood", "title": "W", "creator_id": 2}', BO, prefer=MERGE)
    assert taken.status == 403, "the creator is nobody's to change"


def test_the_same_row_twice_is_a_mistake(both: Both) -> None:
    before = both.rows()
    body = '[{"room": "B", "number": 1, "taken": true}, {"room": "B", "number": 1, "taken": false}]'
    refused = both.ask("POST", "/api/places", body, prefer=MERGE)
    assert refused.status in (409, 422), refused.text
    assert both.rows() == before
    ignored = both.ask("POST", "/api/places", body, prefer=f"{IGNORE}, {SHOWN}")
    assert (ignored.status, ignored.json) == (201, [{"room": "B", "number": 1, "taken": True, "note": None}])


def test_without_a_resolution_a_row_that_is_there_is_an_error(both: Both) -> None:
    refused = both.ask("POST", "/api/places?on_conflict=room,number", '{"room": "A", "number": 1}')
    assert (refused.status, refused.json["code"]) == (409, "23505")
