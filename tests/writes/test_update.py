"""PATCH: of one row at its address, of all that a filter finds, and what comes back."""

from __future__ import annotations

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.writes.conftest import Both

ADA, BO = Asker(1), Asker(2)
STAFF = Asker(3, frozenset({"staff"}))
SHOWN = "return=representation"


def test_a_row_is_changed_at_its_address(both: Both) -> None:
    changed = both.ask("PATCH", "/api/projects/1", '{"budget": "7.50", "due": null}', ADA)
    assert (changed.status, changed.body) == (204, b"")
    assert "content-type" not in changed.headers
    assert "content-length" not in changed.headers
    assert changed.headers["content-range"] == "0-0/*"
    assert both.rows()["Project"][0] == (
        '{"id": 1, "name": "Boat", "owner_id": 1, "budget": 7.50, "open": true, "due": null,'
        ' "notes": {"wood":"oak"}, "margin": 12.5}'
    )


def test_a_row_that_was_changed_is_shown_as_one(both: Both) -> None:
    target = "/api/projects/1?select=name,tasks(title)&tasks.order=title"
    changed = both.ask("PATCH", target, '{"name": "Ship"}', ADA, prefer=SHOWN)
    assert (changed.status, changed.text) == (200, '{"name":"Ship","tasks":[{"title":"glue"},{"title":"saw"}]}')
    assert changed.headers["preference-applied"] == SHOWN
    assert changed.headers["etag"] == both.ask("GET", target, asker=ADA).headers["etag"]


def test_all_that_a_filter_finds_are_changed(both: Both) -> None:
    target = "/api/tasks?project_id=eq.1&select=id,title,points&order=id.desc"
    changed = both.ask("PATCH", target, '{"points": 5}', ADA, prefer=f"{SHOWN}, count=exact")
    assert (changed.status, changed.json) == (
        200, [{"id": 2, "title": "glue", "points": 5}, {"id": 1, "title": "saw", "points": 5}],
    )  # fmt: skip
    assert changed.headers["content-range"] == "0-1/2"
    assert changed.headers["preference-applied"] == f"{SHOWN}, count=exact"
    none = both.ask("PATCH", "/api/tasks?id=eq.99", '{"points": 5}', ADA, prefer=SHOWN)
    assert (none.status, none.text, none.headers["content-range"]) == (200, "[]", "*/*")
    assert both.ask("PATCH", "/api/tasks?id=eq.99", '{"points": 5}', ADA).status == 204


def test_rows_are_shown_though_the_filter_fits_them_no_more(both: Both) -> None:
    changed = both.ask("PATCH", "/api/tasks?points=eq.3&select=points", '{"points": 4}', ADA, prefer=SHOWN)
    assert changed.json == [{"points": 4}]


def test_a_change_means_the_rows_that_a_get_would_find(both: Both) -> None:
    """Filters on embedded rows, order and limit among them."""
    target = "/api/tasks?select=id,project!inner(id)&project.name=eq.Boat&order=id.desc&limit=1"
    found = both.ask("GET", target, asker=ADA).json
    changed = both.ask("PATCH", target, '{"points": 9}', ADA, prefer=SHOWN).json
    assert changed == found == [{"id": 2, "project": {"id": 1}}]
    assert both.ask("GET", "/api/tasks?points=eq.9&select=id", asker=ADA).json == [{"id": 2}]
    both.ask("PATCH", "/api/tasks?order=id&limit=1&offset=1", '{"title": "second"}', ADA)
    assert both.ask("GET", "/api/tasks?title=eq.second&select=id", asker=ADA).json == [{"id": 2}]


@pytest.mark.parametrize("query", ["", "?select=id", "?order=id", "?select=id,project(id)&project.name=eq.Boat"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_without_a_filter_nothing_is_meant(both: Both, method: str, query: str) -> None:
    before = both.rows()
    refused = both.ask(method, f"/api/tasks{query}", '{"points": 5}', ADA)
    assert (refused.status, refused.json["code"]) == (400, "21000")
    assert refused.json["hint"] == "For all of them write one that always holds: id=not.is.null"
    assert both.rows() == before


def test_a_filter_that_always_holds_means_all(both: Both) -> None:
    changed = both.ask("PATCH", "/api/places?room=not.is.null", '{"taken": true}', prefer="count=exact")
    assert changed.headers["content-range"] == "0-1/2"


def test_rows_that_no_rule_lets_one_change_are_skipped_and_counted(both: Both) -> None:
    """Ada sees Bo's project and its task, but only her own is hers to change."""
    changed = both.ask("PATCH", "/api/projects?id=not.is.null&select=id&order=id", '{"budget": 1}', ADA, prefer=SHOWN)
    assert (changed.status, changed.json) == (200, [{"id": 1}, {"id": 3}])
    assert changed.headers["backsmith-skipped"] == "1"
    one = both.ask("PATCH", "/api/projects/2", '{"budget": 1}', ADA)
    assert (one.status, one.json["code"]) == (403, "42501")
    assert "own" in one.json["hint"]


def test_a_row_that_one_may_not_see_is_not_there(both: Both) -> None:
    before = both.rows()
    assert both.ask("PATCH", "/api/projects/3", '{"budget": 1}', BO).status == 404
    assert both.ask("PATCH", "/api/projects/99", '{"budget": 1}', BO).status == 404
    skipped = both.ask("PATCH", "/api/projects?id=eq.3", '{"budget": 1}', BO)
    assert (skipped.status, skipped.headers.get("backsmith-skipped")) == (204, None), "nor is it counted"
    assert both.rows() == before


def test_a_filter_at_an_address_counts_too(both: Both) -> None:
    assert both.ask("PATCH", "/api/projects/1?name=eq.Chair", '{"budget": 1}', ADA).status == 404
    assert both.ask("PATCH", "/api/projects/1?name=eq.Boat", '{"budget": 1}', ADA).status == 204


def test_a_row_may_not_be_changed_into_one_that_is_not_allowed(both: Both) -> None:
    before = both.rows()
    for target in ("/api/projects/1", "/api/projects?id=eq.1"):
        refused = both.ask("PATCH", target, '{"owner_id": 2}', ADA)
        assert (refused.status, refused.json["code"]) == (403, "42501"), "giving it away"
        assert both.ask("PATCH", target, '{"owner_id": 2}', BO).status in (204, 403), "taking it"
    assert both.rows() == before


def test_fields_are_changed_by_whom_a_rule_names(both: Both) -> None:
    assert both.ask("PATCH", "/api/tasks/1", '{"state": "doing"}', BO).status == 204
    refused = both.ask("PATCH", "/api/tasks/1", '{"state": "doing", "title": "mine"}', BO)
    assert refused.status == 403
    assert both.ask("PATCH", "/api/projects/2", '{"due": null}', STAFF).status == 204
    assert both.ask("PATCH", "/api/projects/2", '{"name": "x"}', STAFF).status == 403
    done = both.ask("PATCH", "/api/tasks/3", '{"state": "todo"}', ADA)
    assert done.status == 403, "the rule holds for the row before too"
    doing = both.ask("PATCH", "/api/tasks/1", '{"state": "done"}', BO)
    assert doing.status == 403, "and for the row after"


def test_nothing_is_changed_by_an_empty_object(both: Both) -> None:
    before = both.rows()
    changed = both.ask("PATCH", "/api/tasks?project_id=eq.1", "{}", ADA)
    assert (changed.status, changed.headers["content-range"]) == (204, "*/*")
    shown = both.ask("PATCH", "/api/tasks?project_id=eq.1", "{}", ADA, prefer=SHOWN)
    assert (shown.status, shown.text) == (200, "[]")
    assert both.rows() == before


def test_a_key_is_changed_and_the_row_is_shown_under_the_new_one(both: Both) -> None:
    changed = both.ask("PATCH", "/api/places/A,1?select=room,number", '{"number": 9}', prefer=SHOWN)
    assert (changed.status, changed.json) == (200, {"room": "A", "number": 9})
    assert both.ask("GET", "/api/places/A,1").status == 404
    taken = both.ask("PATCH", "/api/places/A,9", '{"number": 2}')
    assert (taken.status, taken.json["code"]) == (409, "23505")


def test_what_leaves_ones_sight_is_done_and_not_shown(both: Both) -> None:
    closed = both.ask("PATCH", "/api/projects/2", '{"open": false}', STAFF, prefer=SHOWN)
    assert closed.status == 200, "staff sees all"
    done = both.ask("PATCH", "/api/tasks/1", '{"assignee_id": null}', ADA, prefer=SHOWN)
    assert done.status == 200


def test_no_more_rows_than_allowed(both: Both) -> None:
    before = both.rows()
    target = "/api/tasks?project_id=eq.1"
    strict = "handling=strict, max-affected="
    refused = both.ask("PATCH", target, '{"points": 5}', ADA, prefer=f"{strict}1")
    assert (refused.status, refused.json["code"]) == (400, "PGRST124")
    assert refused.json["details"] == "The query affects 2 rows"
    assert both.rows() == before
    changed = both.ask("PATCH", target, '{"points": 5}', ADA, prefer=f"{strict}2")
    assert (changed.status, changed.headers["preference-applied"]) == (204, f"{strict}2")
    lenient = both.ask("PATCH", target, '{"points": 6}', ADA, prefer="max-affected=1")
    assert (lenient.status, lenient.headers.get("preference-applied")) == (204, None), "as in PostgREST"


def test_one_row_as_an_object_or_none_is_changed(both: Both) -> None:
    one = {"accept": "application/vnd.pgrst.object+json"}
    changed = both.ask("PATCH", "/api/tasks?id=eq.1&select=points", '{"points": 8}', ADA, prefer=SHOWN, **one)
    assert (changed.status, changed.text) == (200, '{"points":8}')
    before = both.rows()
    for query, count in (("project_id=eq.1", 2), ("id=eq.99", 0)):
        for prefer in (SHOWN, "return=minimal"):
            refused = both.ask("PATCH", f"/api/tasks?{query}", '{"points": 5}', ADA, prefer=prefer, **one)
            assert (refused.status, refused.json["code"]) == (406, "PGRST116")
            assert refused.json["details"] == f"The result contains {count} rows"
    assert both.rows() == before
    minimal = both.ask("PATCH", "/api/tasks?id=eq.1", '{"points": 5}', ADA, prefer="return=minimal", **one)
    assert minimal.status == 204


def test_several_objects_are_no_change(both: Both) -> None:
    assert both.ask("PATCH", "/api/tasks?id=eq.1", '[{"points": 5}]', ADA).status == 204
    refused = both.ask("PATCH", "/api/tasks?id=eq.1", '[{"points": 5}, {"points": 6}]', ADA)
    assert (refused.status, refused.json["code"]) == (400, "PGRST102")


@pytest.mark.parametrize("content_type", ["application/merge-patch+json", "application/json; charset=utf-8"])
def test_a_merge_patch(both: Both, content_type: str) -> None:
    both.ask("PATCH", "/api/projects/1", '{"notes": {"a": null}, "due": null}', ADA, content_type=content_type)
    assert both.ask("GET", "/api/projects/1?select=notes,due", asker=ADA).text == '{"notes":{"a":null},"due":null}'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"points": -1}', "23514"),
        ('{"points": null}', "23502"),
        ('{"points": "x"}', "22P02"),
        ('{"state": "gone"}', "22P02"),
        ('{"size": 3000000000}', "22003"),
        ('{"nothing": 1}', "PGRST204"),
        ('{"id": 7}', "428C9"),
    ],
)
def test_a_change_that_can_not_be_is_refused(both: Both, body: str, code: str) -> None:
    before = both.rows()
    refused = both.ask("PATCH", "/api/tasks/1", body, ADA)
    assert (refused.status, refused.json["errors"][0]["code"]) == (422, code)
    assert both.rows() == before


@pytest.mark.parametrize(
    ("target", "asker", "status"),
    [("/api/projects/1", NOBODY, 401), ("/api/prices/1", ADA, 403), ("/api/prices?id=eq.1", NOBODY, 403),
     ("/api/wishes/1", STAFF, 403)],
)  # fmt: skip
def test_who_may_change_nothing_hears_so_whatever_they_send(both: Both, target: str, asker: Asker, status: int) -> None:
    assert both.ask("PATCH", target, "}{", asker).status == status
