"""POST: one row, many, CSV, what comes back of them, and where they are."""

from __future__ import annotations

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.writes.conftest import Both

ADA, BO = Asker(1), Asker(2)
STAFF = Asker(3, frozenset({"staff"}))
SHOWN = "return=representation"


def test_a_row_is_made_and_says_where_it_is(both: Both) -> None:
    made = both.ask("POST", "/api/projects", '{"name": "Raft", "budget": 12.5}', ADA)
    assert (made.status, made.body) == (201, b"")
    assert made.headers["location"] == "/api/projects/4"
    assert made.headers["content-range"] == "*/*"
    assert made.headers["content-length"] == "0"
    assert "content-type" not in made.headers
    assert "preference-applied" not in made.headers
    assert both.ask("GET", made.headers["location"], asker=ADA).text == (
        '{"id":4,"name":"Raft","owner_id":1,"budget":12.50,"open":true,"due":null,"notes":null,"points":0}'
    )
    assert both.rows()["Project"][3] == (
        '{"id": 4, "name": "Raft", "owner_id": 1, "budget": 12.50, "open": true, "due": null, "notes": null,'
        ' "margin": null}'
    )


def test_what_was_made_is_shown_if_asked_for(both: Both) -> None:
    made = both.ask("POST", "/api/projects?select=id,name", '{"name": "Raft"}', ADA, prefer=SHOWN)
    assert (made.status, made.text) == (201, '[{"id":4,"name":"Raft"}]')
    assert made.headers["content-type"] == "application/json; charset=utf-8"
    assert made.headers["preference-applied"] == SHOWN
    assert made.headers["location"] == "/api/projects/4"


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("return=minimal", "return=minimal"),
        ("return=headers-only", "return=headers-only"),
        ("return=minimal, count=exact, tx=commit", "return=minimal, count=exact, tx=commit"),
        ("missing=default,handling=lenient,max-affected=1", "missing=default, handling=lenient"),
        ("resolution=merge-duplicates,  something=else", "resolution=merge-duplicates"),
    ],
)
def test_preferences_that_counted_are_named(both: Both, prefer: str, applied: str) -> None:
    made = both.ask("POST", "/api/places", '[{"room": "B", "number": 1}]', prefer=prefer)
    assert (made.status, made.body, made.headers["preference-applied"]) == (201, b"", applied)
    assert made.headers["location"] == "/api/places/B,1"


def test_a_key_is_written_into_the_location_so_that_it_leads_there(both: Both) -> None:
    for room in ("a/b", "a,b", "ä ?#%", "-"):
        made = both.ask("POST", "/api/places", f'{{"room": "{room}", "number": -7}}')
        shown = both.ask("GET", f"/api/places?room=eq.{room}".replace("%", "%25").replace("#", "%23")).json
        assert shown == [{"room": room, "number": -7, "taken": False, "note": None}]
        if "/" not in room:
            assert both.ask("GET", made.headers["location"]).json == shown[0]


def test_several_rows_have_no_location(both: Both) -> None:
    body = '[{"room": "B", "number": 2}, {"room": "B", "number": 1}]'
    made = both.ask("POST", "/api/places?select=number", body, prefer=f"{SHOWN}, count=exact")
    assert (made.status, made.text) == (201, '[{"number":2},{"number":1}]'), "in the order they were given"
    assert "location" not in made.headers
    assert made.headers["content-range"] == "*/2"
    assert made.headers["preference-applied"] == f"{SHOWN}, count=exact"


def test_no_rows_are_no_mistake(both: Both) -> None:
    before = both.rows()
    assert (both.ask("POST", "/api/places", "[]").status) == 201
    shown = both.ask("POST", "/api/places", "[]", prefer=SHOWN)
    assert (shown.status, shown.text) == (201, "[]")
    assert both.rows() == before


def test_what_is_shown_can_be_ordered_and_cut(both: Both) -> None:
    body = '[{"room": "B", "number": 2}, {"room": "B", "number": 3}, {"room": "B", "number": 1}]'
    made = both.ask("POST", "/api/places?select=number&order=number.desc&limit=1&offset=1", body, prefer=SHOWN)
    assert made.text == '[{"number":2}]'
    assert len(both.rows()["Place"]) == 5


@pytest.mark.parametrize(
    ("select", "shown"),
    [
        ("title,project(name,owner_id)", '[{"title":"paint","project":{"name":"Boat","owner_id":1}}]'),
        ("what:title,p:points::text", '[{"what":"paint","p":"1"}]'),
        ("title,...project(project:name)", '[{"title":"paint","project":"Boat"}]'),
        ("title,project(tasks(title))&project.tasks.title=like.p*",
         '[{"title":"paint","project":{"tasks":[{"title":"paint"}]}}]'),
        ("title,project!inner(name)&project.name=eq.Chair", "[]"),
        ("project(points)", '[{"project":{"points":5}}]'),
    ],
)  # fmt: skip
def test_embeds_aliases_casts_and_spreads_of_what_was_made(both: Both, select: str, shown: str) -> None:
    body = '{"title": "paint", "project_id": 1, "labels": ["x"]}'
    made = both.ask("POST", f"/api/tasks?select={select}", body, ADA, prefer=SHOWN)
    assert (made.status, made.text) == (201, shown)


def test_one_row_as_an_object(both: Both) -> None:
    one = {"accept": "application/vnd.pgrst.object+json"}
    made = both.ask("POST", "/api/places?select=room", '[{"room": "B", "number": 1}]', prefer=SHOWN, **one)
    assert (made.status, made.text) == (201, '{"room":"B"}')
    assert made.headers["content-type"] == "application/vnd.pgrst.object+json; charset=utf-8"
    before = both.rows()
    two = '[{"room": "C", "number": 1}, {"room": "C", "number": 2}]'
    for prefer in (SHOWN, "return=minimal", "tx=commit"):
        for body, count in ((two, 2), ("[]", 0)):
            refused = both.ask("POST", "/api/places", body, prefer=prefer, **one)
            assert (refused.status, refused.json["code"]) == (406, "PGRST116")
            assert refused.json["details"] == f"The result contains {count} rows"
    assert both.rows() == before, "and nothing of it is kept"


def test_nulls_can_be_left_out(both: Both) -> None:
    stripped = {"accept": "application/vnd.pgrst.array+json;nulls=stripped"}
    made = both.ask("POST", "/api/places", '{"room": "B", "number": 1}', prefer=SHOWN, **stripped)
    assert made.text == '[{"room":"B","number":1,"taken":false}]'


def test_csv_in_and_out(both: Both) -> None:
    body = 'room,number,note\nB,1,NULL\nB,2,"a ""b"", c"\n'
    made = both.ask(
        "POST", "/api/places?select=number,note", body, prefer=SHOWN, accept="text/csv", content_type="text/csv"
    )
    assert (made.status, made.text) == (201, 'number,note\n1,\n2,"a ""b"", c"')
    assert made.headers["content-type"] == "text/csv; charset=utf-8"
    assert both.rows()["Place"][2:] == [
        '{"room": "B", "number": 1, "taken": false, "note": null}',
        '{"room": "B", "number": 2, "taken": false, "note": "a \\"b\\", c"}',
    ]


def test_columns_say_what_counts_of_a_body(both: Both) -> None:
    body = '[{"room": "B", "number": 1, "taken": true, "junk": 1}, {"room": "B", "number": 2, "note": "x"}]'
    made = both.ask("POST", "/api/places?columns=room,number,note", body, prefer=SHOWN)
    assert made.json == [
        {"room": "B", "number": 1, "taken": False, "note": None},
        {"room": "B", "number": 2, "taken": False, "note": "x"},
    ]
    refused = both.ask("POST", "/api/places?columns=room,number,colour", body)
    assert (refused.status, refused.json["code"]) == (400, "PGRST204")
    assert refused.json["message"].startswith("Could not find the 'colour' column of 'places'")


def test_what_a_row_lacks_is_null_or_its_default(both: Both) -> None:
    body = '[{"slug": "a", "title": "A", "colour": "red"}, {"slug": "b", "title": "B"}]'
    assert both.ask("POST", "/api/tags", body, ADA).json["code"] == "PGRST102"
    target = "/api/tags?columns=slug,title,colour&select=colour"
    assert both.ask("POST", target, body, ADA).status == 422, "null is no colour"
    made = both.ask("POST", target, body, ADA, prefer=f"{SHOWN}, missing=default")
    assert (made.status, made.json) == (201, [{"colour": "red"}, {"colour": "grey"}])
    assert made.headers["preference-applied"] == f"missing=default, {SHOWN}"


def test_a_body_that_is_wrong_is_refused_with_all_its_mistakes(both: Both) -> None:
    before = both.rows()
    body = '[{"room": "B", "number": "x", "taken": 7}, {"room": null, "number": 1, "taken": true}]'
    refused = both.ask("POST", "/api/places", body)
    assert refused.status == 422
    assert [error["pointer"] for error in refused.json["errors"]] == ["/0/number", "/0/taken", "/1/room"]
    assert refused.headers["content-type"] == "application/problem+json; charset=utf-8"
    assert both.rows() == before


@pytest.mark.parametrize("body", ["", "}{", "7", '"a"', "[1]", '[{"room": "B", "number": 1}, 7]', "null", "[[]]"])
def test_a_body_that_is_no_rows_is_refused(both: Both, body: str) -> None:
    before = both.rows()
    refused = both.ask("POST", "/api/places", body)
    assert (refused.status, refused.json["code"]) == (400, "PGRST102")
    assert both.rows() == before


def test_a_value_that_has_to_be_the_only_one_is_not_taken_twice(both: Both) -> None:
    before = both.rows()
    refused = both.ask("POST", "/api/projects", '[{"name": "New"}, {"name": "Boat"}]', BO)
    assert (refused.status, refused.json["code"]) == (409, "23505")
    assert both.rows() == before, "not even the first of them"


def test_a_foreign_key_leads_to_a_row_that_is_there(both: Both) -> None:
    refused = both.ask("POST", "/api/tasks", '{"title": "x", "project_id": 99}', ADA)
    assert refused.status in (403, 409)


def test_a_check_of_the_model_is_asked(both: Both) -> None:
    refused = both.ask("POST", "/api/projects", '{"name": "Due", "due": "2026-05-01"}', ADA)
    assert (refused.status, refused.json["code"]) == (422, "23514")


def test_a_filter_of_a_post_means_nothing(both: Both) -> None:
    refused = both.ask("POST", "/api/places?room=eq.B", '{"room": "B", "number": 1}')
    assert (refused.status, refused.json["code"]) == (400, "PGRST100")
    for query in ("after=x", "select=count()"):
        refused = both.ask("POST", f"/api/places?{query}", '{"room": "B", "number": 1}', prefer=SHOWN)
        assert refused.status == 400


def test_who_may_not_see_what_they_made_may_make_it(both: Both) -> None:
    made = both.ask("POST", "/api/wishes", '{"text": "tea"}')
    assert (made.status, made.headers["location"]) == (201, "/api/wishes/2")
    refused = both.ask("POST", "/api/wishes", '{"text": "tea"}', ADA, prefer=SHOWN)
    assert (refused.status, refused.json["code"]) == (403, "42501")
    assert len(both.rows()["Wish"]) == 2, "what is refused isn't made"
    assert both.ask("GET", "/api/wishes?select=text", asker=STAFF).json == [{"text": "coffee"}, {"text": "tea"}]


def test_what_is_made_out_of_sight_is_not_shown(both: Both) -> None:
    """Ada makes a project, staff may not."""
    made = both.ask("POST", "/api/projects?select=name,open", '{"name": "Quiet", "open": false}', ADA, prefer=SHOWN)
    assert made.json == [{"name": "Quiet", "open": False}]
    assert both.ask("GET", made.headers["location"]).status == 404
    assert both.ask("GET", made.headers["location"], asker=ADA).status == 200


@pytest.mark.parametrize(
    ("target", "asker", "status", "code"),
    [
        ("/api/projects", NOBODY, 401, "PGRST302"),
        ("/api/prices", ADA, 403, "42501"),
        ("/api/prices", NOBODY, 403, "42501"),
        ("/api/nothings", ADA, 404, "PGRST205"),
        ("/api/places/A,1", ADA, 405, "PGRST117"),
        ("/api/places/A,1/x", ADA, 404, "PGRST125"),
    ],
)
def test_who_may_not_make_rows_hears_so_whatever_they_send(
    both: Both, target: str, asker: Asker, status: int, code: str
) -> None:
    for body in ("}{", '{"name": "x"}'):
        refused = both.ask("POST", target, body, asker)
        assert refused.status == status, refused.text
        assert refused.json["code"] == code
