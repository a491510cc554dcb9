"""PUT: a row becomes what the body says, whether it is there or not."""

from __future__ import annotations

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.writes.conftest import Both

ADA, BO = Asker(1), Asker(2)
SHOWN = "return=representation"


@pytest.mark.parametrize("target", ["/api/tags/oak", "/api/tags?slug=eq.oak"])
def test_a_row_that_is_not_there_is_made(both: Both, target: str) -> None:
    made = both.ask("PUT", target, '{"slug": "oak", "title": "Oak"}', ADA)
    assert (made.status, made.body) == (204, b"")
    assert "content-range" not in made.headers
    assert '{"slug": "oak", "title": "Oak", "colour": "grey", "creator_id": 1}' in both.rows()["Tag"]


def test_what_was_made_is_shown(both: Both) -> None:
    made = both.ask("PUT", "/api/tags/oak", '{"slug": "oak", "title": "Oak"}', ADA, prefer=SHOWN)
    assert (made.status, made.text) == (201, '{"slug":"oak","title":"Oak","colour":"grey","creator_id":1}')
    assert made.headers["preference-applied"] == SHOWN
    assert made.headers["etag"] == both.ask("GET", "/api/tags/oak", asker=ADA).headers["etag"]
    again = both.ask("PUT", "/api/tags?slug=eq.oak&select=title", '[{"slug": "oak", "title": "O"}]', ADA, prefer=SHOWN)
    assert (again.status, again.text) == (200, '[{"title":"O"}]'), "a list, as PostgREST gives it"


def test_the_address_gives_the_key(both: Both) -> None:
    assert both.ask("PUT", "/api/places/C,4", '{"taken": true}').status == 204
    assert '{"room": "C", "number": 4, "taken": true, "note": null}' in both.rows()["Place"]
    assert both.ask("PUT", "/api/places?number=eq.5&room=eq.C", '{"taken": true}').status == 204
    assert both.ask("GET", "/api/places/C,5").status == 200


def test_a_row_that_is_there_is_replaced(both: Both) -> None:
    replaced = both.ask("PUT", "/api/places/A,2", '{"room": "A", "number": 2}', prefer=SHOWN)
    assert (replaced.status, replaced.json) == (200, {"room": "A", "number": 2, "taken": False, "note": None})


def test_what_is_made_with_a_row_stays(both: Both) -> None:
    """The creator of a tag is who made it, and its owner; Bo may word it anew."""
    replaced = both.ask("PUT", "/api/tags/wood", '{"title": "Timber"}', BO, prefer=SHOWN)
    assert (replaced.status, replaced.json) == (
        200, {"slug": "wood", "title": "Timber", "colour": "grey", "creator_id": 1},
    )  # fmt: skip


def test_what_is_hidden_stays(both: Both) -> None:
    replaced = both.ask("PUT", "/api/projects/1", '{"name": "Raft"}', ADA, prefer=SHOWN)
    assert replaced.status == 200, replaced.text
    assert both.rows()["Project"][0] == (
        '{"id": 1, "name": "Raft", "owner_id": 1, "budget": 0.00, "open": true, "due": null, "notes": null,'
        ' "margin": 12.5}'
    )


def test_a_number_that_the_database_hands_out_is_not_chosen(both: Both) -> None:
    before = both.rows()
    refused = both.ask("PUT", "/api/projects/77", '{"name": "Raft"}', ADA)
    assert (refused.status, refused.json["code"]) == (422, "428C9")
    assert both.rows() == before


def test_a_row_of_another_is_not_replaced(both: Both) -> None:
    before = both.rows()
    assert both.ask("PUT", "/api/projects/2", '{"name": "Raft"}', ADA).status == 403
    hidden = both.ask("PUT", "/api/projects/3", '{"name": "Raft"}', BO)
    missing = both.ask("PUT", "/api/projects/99", '{"name": "Raft"}', BO)
    assert (hidden.status, hidden.json["code"]) == (missing.status, missing.json["code"])
    assert both.rows() == before


def test_the_key_of_the_body_is_that_of_the_address(both: Both) -> None:
    before = both.rows()
    for target in ("/api/tags/oak", "/api/tags?slug=eq.oak"):
        refused = both.ask("PUT", target, '{"slug": "elm", "title": "Oak"}', ADA)
        assert (refused.status, refused.json["code"]) == (400, "PGRST115")
    assert both.rows() == before


@pytest.mark.parametrize(
    "query",
    ["", "?room=eq.A", "?room=eq.A&number=gt.1", "?room=eq.A&number=not.eq.1", "?room=in.(A)&number=eq.1",
     "?and=(room.eq.A,number.eq.1)", "?room=eq.A&number=eq.1&taken=is.false", "?room=eq.A&number=eq(any).{1}",
     "?room=eq.A&number=eq.1&number=eq.1", "?room=gt.A&limit=1", "?room=gt.A&after=WzIwXQ"],
)  # fmt: skip
def test_an_address_names_one_row_by_its_key(both: Both, query: str) -> None:
    refused = both.ask("PUT", f"/api/places{query}", '{"room": "A", "number": 1}')
    assert (refused.status, refused.json["code"]) == (405, "PGRST105")


def test_filters_and_limits_mean_nothing(both: Both) -> None:
    assert both.ask("PUT", "/api/places/A,1?taken=is.true", '{"room": "A", "number": 1}').json["code"] == "PGRST105"
    for query in ("limit=1", "offset=1"):
        refused = both.ask("PUT", f"/api/places?room=eq.A&number=eq.1&{query}", '{"room": "A", "number": 1}')
        assert (refused.status, refused.json["code"]) == (400, "PGRST114")


def test_one_row_is_put(both: Both) -> None:
    for body in ("[]", '[{"room": "A", "number": 1}, {"room": "A", "number": 2}]'):
        refused = both.ask("PUT", "/api/places/A,1", body)
        assert (refused.status, refused.json["code"]) == (400, "PGRST102")


def test_a_row_is_put_whole(both: Both) -> None:
    refused = both.ask("PUT", "/api/tags/wood", '{"colour": "red"}', ADA)
    assert (refused.status, refused.json["errors"]) == (
        422, [{"pointer": "/title", "code": "23502", "message": "title is missing"}],
    )  # fmt: skip


def test_nobody_puts_what_they_may_neither_make_nor_change(both: Both) -> None:
    assert both.ask("PUT", "/api/prices/1", "}{", ADA).status == 403
    assert both.ask("PUT", "/api/tags/oak", "}{", NOBODY).status == 401
