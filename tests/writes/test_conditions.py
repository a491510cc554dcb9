"""ETag, If-Match, If-None-Match: a change is made to the row that was seen, or not at all."""

from __future__ import annotations

import pytest

from backsmith.blueprint.asker import Asker
from tests.writes.conftest import Both

ADA, BO = Asker(1), Asker(2)
SHOWN = "return=representation"


def tag(both: Both, target: str, asker: Asker = ADA, **headers: str) -> str:
    return both.ask("GET", target, asker=asker, **headers).headers["etag"]


@pytest.mark.parametrize("query", ["", "?select=name", "?select=name,tasks(title)"])
@pytest.mark.parametrize(("method", "body"), [("PATCH", '{"budget": 5}'), ("PUT", '{"name": "Ship"}')])
def test_a_change_is_made_to_the_version_that_was_seen(both: Both, method: str, body: str, query: str) -> None:
    target = f"/api/projects/1{query}"
    first = tag(both, target)
    assert both.ask("PATCH", "/api/projects/1", '{"name": "Other"}', ADA).status == 204
    before = both.rows()
    lost = both.ask(method, target, body, ADA, if_match=first)
    assert (lost.status, lost.json["code"], lost.json["type"]) == (412, "55000", "/errors/precondition-failed")
    assert lost.headers["etag"] == tag(both, target)
    assert both.rows() == before
    for form in ("{}", '"x", {}', "*"):
        condition = form.replace("{}", tag(both, target))
        changed = both.ask(method, target, body, ADA, if_match=condition, prefer=SHOWN)
        assert changed.status == 200
        assert changed.headers["etag"] == tag(both, target)


def test_a_weak_tag_is_not_strong_enough(both: Both) -> None:
    target = "/api/projects/1"
    assert both.ask("DELETE", target, asker=ADA, if_match=f"W/{tag(both, target)}").status == 412


def test_a_tag_is_that_of_the_same_form(both: Both) -> None:
    stripped = {"accept": "application/vnd.pgrst.object+json;nulls=stripped"}
    csv = {"accept": "text/csv"}
    target = "/api/places/A,1"
    for form in (stripped, csv, {}):
        assert both.ask("PATCH", target, '{"taken": false}', if_match=tag(both, target, **form), **form).status == 204
    assert both.ask("PATCH", target, '{"taken": true}', if_match=tag(both, target, **csv)).status == 412


def test_a_row_is_deleted_only_as_it_was_seen(both: Both) -> None:
    target = "/api/places/A,1"
    first = tag(both, target)
    both.ask("PATCH", target, '{"taken": true}')
    assert both.ask("DELETE", target, if_match=first).status == 412
    assert both.ask("DELETE", target, if_match=tag(both, target)).status == 204
    assert both.ask("DELETE", target, if_match="*").status == 404, "that there is none says more"


def test_a_row_is_made_only_if_there_is_none(both: Both) -> None:
    once = {"if_none_match": "*"}
    assert both.ask("PUT", "/api/places/A,1", '{"taken": true}', **once).status == 412
    made = both.ask("PUT", "/api/places/B,1", '{"taken": true}', prefer=SHOWN, **once)
    assert (made.status, made.json["taken"]) == (201, True)
    assert both.ask("PUT", "/api/places/B,1", '{"taken": true}', **once).status == 412
    assert both.ask("PUT", "/api/places/C,1", '{"taken": true}', if_match="*").status == 412


def test_a_row_that_one_may_not_see_has_no_version(both: Both) -> None:
    seen = tag(both, "/api/projects/3", ADA)
    for condition in (seen, "*", '"guess"'):
        assert both.ask("PATCH", "/api/projects/3", '{"name": "x"}', BO, if_match=condition).status == 404


def test_versions_are_of_rows_not_of_lists(both: Both) -> None:
    before = both.rows()
    for method in ("PATCH", "DELETE"):
        refused = both.ask(method, "/api/places?room=eq.A", '{"taken": true}', if_match="*")
        assert (refused.status, refused.json["code"]) == (412, "55000")
    assert both.rows() == before
