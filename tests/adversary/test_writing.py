"""Writing what one may not: every way in that other systems left open, on both databases at once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.writes.conftest import Both

ADA, BO = Asker(1), Asker(2)
STAFF = Asker(3, frozenset({"staff"}))
SHOWN = "return=representation"
MERGE, IGNORE = "resolution=merge-duplicates", "resolution=ignore-duplicates"


def told(answer: Any) -> tuple[Any, ...]:
    """What a refusal tells, without what the request said itself."""
    return answer.status, answer.json["code"], answer.json["message"], answer.json["hint"], answer.json.get("errors")


# Many rows at once (Hasura CVE-2022-46792) -----------------------------------------------------------------------


def test_a_bulk_change_reaches_no_row_that_a_single_one_would_not(both: Both) -> None:
    for method, body in (("PATCH", '{"budget": 9}'), ("DELETE", "")):
        both.ask(method, "/api/projects?id=gt.0", body, BO, prefer="tx=commit")
    rows = [json.loads(row) for row in both.rows()["Project"]]
    assert [(row["id"], row["budget"]) for row in rows if row["owner_id"] == 1] == [(1, 1000), (3, 0)]


@pytest.mark.parametrize("prefer", ["return=minimal", SHOWN, MERGE, IGNORE, "missing=default", "tx=rollback"])
def test_one_row_of_many_that_is_not_allowed_stops_them_all(both: Both, prefer: str) -> None:
    before = both.rows()
    body = '[{"name": "Mine", "owner_id": 1}, {"name": "Yours", "owner_id": 2}]'
    assert both.ask("POST", "/api/projects", body, ADA, prefer=prefer).status == 403
    assert both.rows() == before


@pytest.mark.parametrize("query", ["", "?on_conflict=name", "?columns=id,name,budget"])
def test_an_upsert_is_no_way_to_the_rows_of_others(both: Both, query: str) -> None:
    before = both.rows()
    for body in (
        '[{"id": 1, "name": "Boat", "budget": 1}]',
        '[{"id": 3, "name": "Secret", "budget": 1}]',
    ):
        refused = both.ask("POST", f"/api/projects{query}", body, BO, prefer=f"{MERGE}, missing=default")
        assert refused.status in (403, 409, 422), refused.text
    assert both.rows() == before


# Old and new parents (Wekan CVE-2026-55234) ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("PATCH", "/api/tasks/1", '{"project_id": 2}'),
        ("PATCH", "/api/tasks/1", '{"project": 2}'),
        ("PATCH", "/api/tasks/3", '{"project_id": 1}'),
        ("PATCH", "/api/tasks?id=eq.1", '{"project_id": 2, "points": 1}'),
        ("PUT", "/api/tasks/1", '{"project_id": 2, "title": "saw"}'),
        ("PUT", "/api/tasks/3", '{"project_id": 1, "title": "sit"}'),
        ("PATCH", "/api/projects/1", '{"owner_id": 2}'),
        ("PATCH", "/api/projects/1", '{"owner": {"id": 2}}'),
    ],
)
def test_a_row_goes_to_no_parent_of_another(both: Both, method: str, target: str, body: str) -> None:
    before = both.rows()
    refused = both.ask(method, target, body, ADA)
    assert (refused.status, refused.json["code"]) == (403, "42501")
    merged = both.ask("POST", "/api/tasks", '{"id": 1, "project_id": 2, "title": "saw"}', ADA, prefer=MERGE)
    assert merged.status == 403
    assert both.rows() == before


# Mass assignment -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("POST", "/api/projects", '{"name": "x", "owner_id": 2}', 403),
        ("POST", "/api/projects", '{"name": "x", "id": 50}', 422),
        ("POST", "/api/projects", '{"name": "x", "points": 50}', 422),
        ("POST", "/api/projects", '{"name": "x", "is_admin": true}', 422),
        ("POST", "/api/projects", '{"name": "x", "__proto__": {"owner_id": 1}}', 422),
        ("PATCH", "/api/projects/1", '{"points": 50}', 422),
        ("PATCH", "/api/projects/1", '{"id": 50}', 422),
        ("PATCH", "/api/tags/wood", '{"creator_id": 1}', 403),
        ("PATCH", "/api/tags/wood", '{"colour": "red", "creator_id": 1}', 403),
        ("PATCH", "/api/tags/wood", '{"slug": "mine"}', 403),
    ],
)
def test_only_fields_that_a_rule_covers_are_written(
    both: Both, method: str, target: str, body: str, status: int
) -> None:
    before = both.rows()
    assert both.ask(method, target, body, ADA).status == status
    assert both.rows() == before


def test_a_field_said_twice_is_refused(both: Both) -> None:
    """Of two readers of one text, each might believe another."""
    before = both.rows()
    for body in ('{"owner_id": 1, "owner_id": 2, "name": "x"}', '{"name": "x", "n\\u0061me": "y"}'):
        assert both.ask("POST", "/api/projects", body, ADA).status in (400, 422)
    assert both.rows() == before


# Nested rows -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "body", "statuses"),
    [
        ("/api/tasks", '{"title": "x", "project": {"name": "New", "owner_id": 2}}', {403}),
        ("/api/projects", '{"name": "New", "tasks": [{"title": "x", "assignee": {"email": "x@y.org"}}]}', {403}),
        ("/api/projects", '{"name": "New", "owner": {"email": "x@y.org", "name": "x"}}', {403}),
        ("/api/projects", '{"name": "New", "tasks": [{"title": "x", "project_id": 2}]}', {422}),
        ("/api/projects", '{"name": "New", "tasks": [{"title": "x", "id": 1}]}', {422}),
        ("/api/projects", '{"name": "New", "tasks": [{"title": "x", "tasks": [{"title": "y", "project_id": 2}]}]}',
         {403}),
        ("/api/tags", '{"slug": "x", "title": "x", "projects": [99]}', {409}),
    ],
)  # fmt: skip
def test_what_is_nested_needs_its_own_rules(both: Both, target: str, body: str, statuses: set[int]) -> None:
    before = both.rows()
    refused = both.ask("POST", target, body, ADA)
    assert refused.status in statuses, refused.text
    assert both.rows() == before


def test_a_change_of_a_row_changes_none_inside_it(both: Both) -> None:
    before = both.rows()
    for body in ('{"tasks": [{"id": 3, "title": "x"}]}', '{"owner": {"id": 1, "name": "x"}}', '{"tasks": []}'):
        assert both.ask("PATCH", "/api/projects/1", body, ADA).status == 422
    assert both.rows() == before


# Fields that aren't to be seen -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("PATCH", "/api/projects?margin=gt.1"),
        ("DELETE", "/api/projects?margin=gt.1"),
        ("PATCH", "/api/projects?or=(margin.gt.1,id.eq.1)"),
        ("PATCH", "/api/projects?order=margin&limit=1"),
        ("PATCH", "/api/tasks?select=id,project!inner(id)&project.margin=gt.1"),
        ("PATCH", "/api/projects/1?margin=gt.1"),
        ("PATCH", "/api/projects?id=eq.1&select=margin"),
        ("POST", "/api/projects?on_conflict=margin"),
        ("PUT", "/api/projects?margin=eq.1"),
    ],
)
def test_a_hidden_field_decides_nothing_that_is_written(both: Both, method: str, target: str) -> None:
    before = both.rows()
    refused = both.ask(method, target, '{"name": "x"}', ADA, prefer=f"{SHOWN}, {MERGE}")
    assert refused.status in (400, 405), refused.text
    assert "12.5" not in refused.text
    assert both.rows() == before


def test_a_hidden_field_is_written_by_whom_a_rule_lets_and_shown_to_nobody(both: Both) -> None:
    changed = both.ask("PATCH", "/api/projects/1", '{"margin": 7.5}', ADA, prefer=SHOWN)
    assert changed.status == 200
    assert "margin" not in changed.text
    assert '"margin": 7.5' in both.rows()["Project"][0]
    for asker in (BO, STAFF):
        refused = both.ask("PATCH", "/api/projects/1", '{"margin": 1}', asker)
        assert refused.status in (403, 422)
    wrong = both.ask("POST", "/api/projects", '{"name": "x", "margin": "much"}', ADA)
    assert wrong.status == 422


# Finding out what one may not see --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "there", "missing", "body", "prefer"),
    [
        ("PATCH", "/api/projects/3", "/api/projects/99", '{"budget": 1}', ""),
        ("PATCH", "/api/projects/3", "/api/projects/99", '{"name": "Boat"}', ""),
        ("PATCH", "/api/projects/3", "/api/projects/99", "{}", SHOWN),
        ("PATCH", "/api/tasks/4", "/api/tasks/99", '{"state": "done"}', ""),
        ("DELETE", "/api/projects/3", "/api/projects/99", "", ""),
        ("DELETE", "/api/projects/3", "/api/projects/99", "", "tx=rollback"),
        ("PUT", "/api/projects/3", "/api/projects/99", '{"name": "x"}', ""),
        ("PATCH", "/api/projects?id=eq.3", "/api/projects?id=eq.99", '{"budget": 1}', "count=exact"),
        ("DELETE", "/api/projects?name=eq.Secret", "/api/projects?name=eq.None", "", f"count=exact, {SHOWN}"),
        ("PATCH", "/api/projects?name=eq.Secret", "/api/projects?name=eq.None", '{"budget": 1}',
         "handling=strict, max-affected=0"),
        ("PATCH", "/api/projects?order=budget&limit=1&name=eq.Secret", "/api/projects?order=budget&limit=1&name=eq.x",
         '{"budget": 1}', SHOWN),
    ],
)  # fmt: skip
def test_a_row_that_is_hidden_and_one_that_is_not_there_are_the_same(
    both: Both, method: str, there: str, missing: str, body: str, prefer: str
) -> None:
    before = both.rows()
    one = both.ask(method, there, body, BO, prefer=prefer)
    other = both.ask(method, missing, body, BO, prefer=prefer)
    assert one.status == other.status
    assert one.headers.get("backsmith-skipped") == other.headers.get("backsmith-skipped")
    if one.status >= 400:
        assert one.json["message"].replace("3", "99").replace("4", "99") == other.json["message"]
        assert (one.json["code"], one.json["details"], one.json["hint"]) == (
            other.json["code"], other.json["details"], other.json["hint"],
        )  # fmt: skip
    else:
        assert (one.text, one.headers["content-range"]) == (other.text, other.headers["content-range"])
    assert both.rows() == before


@pytest.mark.parametrize("name", ["project_id", "follows_id", "assignee_id"])
def test_to_point_at_a_hidden_row_and_at_none_is_the_same(both: Both, name: str) -> None:
    """Ada sees no task 4 of hers to Bo; members are seen by those who are signed in."""
    hidden = {"project_id": 3, "follows_id": 4, "assignee_id": 77}[name]
    for method, target in (("POST", "/api/tasks"), ("PATCH", "/api/tasks/3")):
        one = both.ask(method, target, json.dumps({"title": "x", "project_id": 2, name: hidden}), BO)
        other = both.ask(method, target, json.dumps({"title": "x", "project_id": 2, name: 99}), BO)
        assert one.status == other.status
        assert one.status >= 400
        assert told(one)[1:] == tuple(
            json.loads(json.dumps(part).replace("99", str(hidden))) for part in told(other)[1:]
        )  # fmt: skip


def test_a_value_that_is_taken_tells_only_that_it_is(both: Both) -> None:
    refused = both.ask("POST", "/api/projects", '{"name": "Secret"}', BO)
    assert (refused.status, refused.json["code"]) == (409, "23505")
    for prefer in (MERGE, f"{MERGE}, {SHOWN}", IGNORE):
        answer = both.ask("POST", "/api/projects?on_conflict=name", '{"name": "Secret"}', BO, prefer=prefer)
        assert answer.status in (201, 409)
        for secret in ('"id":3', '"owner_id":1', '"budget"', "2026"):
            assert secret not in answer.text
    assert len(both.rows()["Project"]) == 3


def test_who_can_only_write_reads_nothing_by_writing(both: Both) -> None:
    """Wishes are dropped in by everybody and read by staff."""
    for prefer in (SHOWN, f"{SHOWN}, {IGNORE}", f"{SHOWN}, {MERGE}"):
        target = "/api/wishes?on_conflict=mail"
        refused = both.ask("POST", target, '{"text": "x", "mail": "eve@example.org"}', ADA, prefer=prefer)
        assert refused.status == 403
        assert "coffee" not in refused.text
    for method in ("PATCH", "DELETE", "PUT"):
        assert both.ask(method, "/api/wishes/1", '{"text": "x"}', ADA).status in (403, 404, 422)
    assert both.ask("PATCH", "/api/wishes/1", '{"text": "x"}', NOBODY, if_match="*").status in (401, 403)


# Sizes -----------------------------------------------------------------------------------------------------------


def test_bodies_that_are_too_large_or_too_deep_are_refused(both: Both) -> None:
    before = both.rows()
    wide = '{"name": "' + "x" * 5_000_000 + '"}'
    assert both.ask("POST", "/api/projects", wide, ADA).status == 413
    for deep in ("[" * 100_000 + "]" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000, "[" * 200_000):
        assert both.ask("POST", "/api/projects", f'{{"name": "x", "notes": {deep}}}', ADA).status in (400, 413, 422)
        assert both.ask("POST", "/api/projects", deep, ADA).status in (400, 413, 422)
    nested = '{"title": "x", "tasks": [' * 50 + "]}" * 50
    assert both.ask("POST", "/api/tasks", nested, ADA).status in (400, 422)
    many = json.dumps([{"room": "B", "number": number} for number in range(30_000)])
    assert both.ask("POST", "/api/places", many).status in (400, 413)
    number = '{"room": "B", "number": ' + "9" * 100_000 + "}"
    assert both.ask("POST", "/api/places", number).status in (400, 422)
    names = json.dumps({f"n{number}": 1 for number in range(50_000)})
    wrong = both.ask("POST", "/api/places", names)
    assert wrong.status in (400, 413, 422)
    assert len(wrong.body) < 100_000, "nor is the refusal much larger than it has to be"
    assert both.rows() == before


@pytest.mark.parametrize(
    "body",
    [b'{"room": "\xff", "number": 1}', b'{"room": "a\\u0000b", "number": 1}', b'{"room": "\\ud800", "number": 1}',
     b'\xef\xbb\xbf{"room": "B", "number": 1', b'{"room": NaN, "number": 1}', b"{'room': 'B'}"],
)  # fmt: skip
def test_bytes_that_are_no_text_are_refused(both: Both, body: bytes) -> None:
    before = both.rows()
    assert both.ask("POST", "/api/places", body).status in (400, 422)
    assert both.rows() == before


# Races -----------------------------------------------------------------------------------------------------------


def parallel(both: Both, run: Any, many: int, method: str, target: str, body: str, who: Asker, **headers: str) -> Any:
    """The statuses that each database answers `many` equal requests at once with, and how often."""
    found: list[dict[int, int]] = []
    for client in both.clients.values():

        async def ask(client: Any = client) -> list[int]:
            asked = (
                client.ask(target, who, method, body.encode(), content_type="application/json", **headers)
                for _ in range(many)
            )
            return [answer.status for answer in await asyncio.gather(*asked)]

        statuses = run(ask())
        found.append({status: statuses.count(status) for status in set(statuses)})
    return found


def test_of_a_thousand_rows_with_a_value_that_is_unique_one_is_made(both: Both, run: Any) -> None:
    for statuses in parallel(both, run, 1000, "POST", "/api/projects", '{"name": "Race"}', ADA):
        assert statuses.pop(201) == 1
        assert sum(statuses.values()) == 999
        assert statuses.keys() <= {409, 503}, "those that had to wait for too long were told so"
    assert sum('"Race"' in row for row in both.rows()["Project"]) == 1


def test_of_a_hundred_changes_of_one_version_one_is_made(both: Both, run: Any) -> None:
    etag = both.ask("GET", "/api/places/A,1").headers["etag"]
    for statuses in parallel(both, run, 100, "PATCH", "/api/places/A,1", '{"note": "me"}', NOBODY, if_match=etag):
        assert statuses == {204: 1, 412: 99}


def test_of_a_hundred_puts_that_are_to_make_a_row_one_does(both: Both, run: Any) -> None:
    for statuses in parallel(both, run, 100, "PUT", "/api/places/R,1", "{}", NOBODY, if_none_match="*"):
        assert statuses.pop(204) == 1
        assert statuses.keys() <= {409, 412}


def test_upserts_at_once_make_one_row(both: Both, run: Any) -> None:
    body = '{"room": "U", "number": 1, "taken": true}'
    for statuses in parallel(both, run, 200, "POST", "/api/places", body, NOBODY, prefer=MERGE):
        assert statuses == {201: 1, 200: 199}
    assert sum('"U"' in row for row in both.rows()["Place"]) == 1


def test_deletions_at_once_delete_once(both: Both, run: Any) -> None:
    for statuses in parallel(both, run, 100, "DELETE", "/api/places/A,1", "", NOBODY):
        assert statuses == {204: 1, 404: 99}
