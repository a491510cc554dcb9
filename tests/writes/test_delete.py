"""DELETE: of one row, of all that a filter finds, and what they were."""

from __future__ import annotations

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.writes.conftest import Both

ADA, BO = Asker(1), Asker(2)
STAFF = Asker(3, frozenset({"staff"}))
SHOWN = "return=representation"


def test_a_row_is_deleted_at_its_address(both: Both) -> None:
    deleted = both.ask("DELETE", "/api/places/A,2")
    assert (deleted.status, deleted.body, deleted.headers["content-range"]) == (204, b"", "*/*")
    assert "content-type" not in deleted.headers
    assert both.ask("DELETE", "/api/places/A,2").status == 404
    assert len(both.rows()["Place"]) == 1


def test_what_was_deleted_is_shown_as_it_was(both: Both) -> None:
    deleted = both.ask("DELETE", "/api/tasks/2?select=id,title,project(name),follows(title)", asker=ADA, prefer=SHOWN)
    assert (deleted.status, deleted.text) == (
        200, '{"id":2,"title":"glue","project":{"name":"Boat"},"follows":{"title":"saw"}}',
    )  # fmt: skip
    assert "etag" not in deleted.headers


def test_all_that_a_filter_finds_are_deleted(both: Both) -> None:
    target = "/api/places?room=eq.A&select=number&order=number.desc"
    deleted = both.ask("DELETE", target, prefer=f"{SHOWN}, count=exact")
    assert (deleted.status, deleted.text, deleted.headers["content-range"]) == (
        200,
        '[{"number":2},{"number":1}]',
        "*/2",
    )
    assert both.rows()["Place"] == []
    assert both.ask("DELETE", target, prefer=SHOWN).text == "[]"


def test_the_first_of_an_order_are_deleted(both: Both) -> None:
    deleted = both.ask("DELETE", "/api/places?order=number.desc&limit=1&select=number", prefer=SHOWN)
    assert deleted.json == [{"number": 2}]
    assert both.rows()["Place"] == ['{"room": "A", "number": 1, "taken": false, "note": null}']


def test_rows_of_others_stay(both: Both) -> None:
    deleted = both.ask("DELETE", "/api/tags?slug=not.is.null&select=slug", asker=ADA, prefer=SHOWN)
    assert (deleted.json, deleted.headers["backsmith-skipped"]) == ([{"slug": "wood"}], "1")
    refused = both.ask("DELETE", "/api/tags/rush", asker=ADA)
    assert (refused.status, refused.json["code"]) == (403, "42501")
    assert both.ask("DELETE", "/api/tags/wool", asker=ADA).status == 404


def test_what_others_point_at_stays(both: Both) -> None:
    before = both.rows()
    refused = both.ask("DELETE", "/api/projects/1", asker=ADA)
    assert (refused.status, refused.json["code"]) == (409, "23503")
    assert both.rows() == before


def test_no_more_rows_than_allowed(both: Both) -> None:
    before = both.rows()
    refused = both.ask("DELETE", "/api/places?room=eq.A", prefer="handling=strict, max-affected=1")
    assert (refused.status, refused.json["code"]) == (400, "PGRST124")
    one = {"accept": "application/vnd.pgrst.object+json"}
    assert both.ask("DELETE", "/api/places?room=eq.A", **one).status == 406
    assert both.rows() == before
    deleted = both.ask("DELETE", "/api/places?room=eq.A&number=eq.2&select=note", prefer=SHOWN, **one)
    assert (deleted.status, deleted.text) == (200, '{"note":"by the door"}')


def test_a_body_says_nothing(both: Both) -> None:
    assert both.ask("DELETE", "/api/places/A,1", "}{").status == 204


@pytest.mark.parametrize(
    ("target", "asker", "status"),
    [("/api/projects/1", NOBODY, 401), ("/api/prices?id=eq.1", ADA, 403), ("/api/wishes/1", ADA, 403)],
)
def test_who_may_delete_nothing_hears_so(both: Both, target: str, asker: Asker, status: int) -> None:
    assert both.ask("DELETE", target, asker=asker).status == status
