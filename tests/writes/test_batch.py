"""/api/batch: several operations, one transaction; later ones refer to results of earlier ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.engine.client import Answer
from tests.writes.conftest import Both

ADA, BO = Asker(1, frozenset(), "token"), Asker(2, frozenset(), "token")


def batch(both: Both, *operations: dict[str, Any], asker: Asker = ADA, **headers: str) -> Answer:
    return both.ask("POST", "/api/batch", json.dumps({"operations": operations}), asker, **headers)


def of(answer: Answer) -> list[Any]:
    """The results without their headers."""
    assert answer.status == 200, answer.text
    return [{name: value for name, value in each.items() if name != "headers"} for each in answer.json["results"]]


def test_each_operation_is_replied_to_as_if_it_came_alone(both: Both) -> None:
    answer = batch(
        both,
        {"method": "POST", "path": "/projects", "body": {"name": "Bench"}},
        {"id": "boat", "method": "PATCH", "path": "/projects/1?select=id,name", "body": {"name": "Ship"},
         "headers": {"Prefer": "return=representation"}},
        {"method": "PUT", "path": "/places/A,1", "body": {"taken": True}},
        {"method": "DELETE", "path": "/tags?slug=eq.wood"},
        {"method": "GET", "path": "/projects?select=name&order=name&limit=2"},
        {"method": "GET", "path": "/projects/4?select=name"},
    )  # fmt: skip
    assert of(answer) == [
        {"status": 201},
        {"id": "boat", "status": 200, "body": {"id": 1, "name": "Ship"}},
        {"status": 204},
        {"status": 204},
        {"status": 200, "body": [{"name": "Bench"}, {"name": "Chair"}]},
        {"status": 200, "body": {"name": "Bench"}},
    ]
    first = answer.json["results"][0]["headers"]
    assert first == {"content-range": "*/*", "location": "/api/projects/4"}
    assert answer.json["results"][4]["headers"]["content-type"] == "application/json; charset=utf-8"


def test_later_operations_refer_to_results_of_earlier_ones(both: Both) -> None:
    answer = batch(
        both,
        {"id": "bench", "method": "POST", "path": "/projects?select=id,name", "body": {"name": "Bench"}},
        {"id": "saw", "method": "POST", "path": "/tasks?select=id", "body":
            {"project_id": {"$result": "bench.id"}, "title": {"$result": "bench.name"}}},
        {"method": "PATCH", "path": "/projects/${bench.id}", "body": {"notes": {"first": {"$result": "saw.id"}}}},
        {"method": "GET", "path": "/projects?select=id,notes,tasks(id,title)&id=eq.${bench.id}"},
        {"method": "DELETE", "path": "/tasks?project_id=eq.${bench.id}"},
    )  # fmt: skip
    assert of(answer)[3]["body"] == [{"id": 4, "notes": {"first": 5}, "tasks": [{"id": 5, "title": "Bench"}]}]
    assert of(answer)[4] == {"status": 204}


def test_of_many_rows_one_is_meant_by_its_number(both: Both) -> None:
    answer = batch(
        both,
        {"id": "made", "method": "POST", "path": "/projects?select=id", "body": [{"name": "A"}, {"name": "B"}]},
        {"method": "POST", "path": "/tasks", "body": {"project_id": {"$result": "made.1.id"}, "title": "b"}},
        {"method": "GET", "path": "/tasks?select=project(name)&title=eq.b"},
    )
    assert of(answer)[2]["body"] == [{"project": {"name": "B"}}]


def test_values_are_referred_to_to_the_letter(both: Both) -> None:
    answer = batch(
        both,
        {"id": "a", "method": "POST", "path": "/projects?select=notes,budget", "body":
            {"name": "A", "budget": 12345678.90, "notes": {"big": 12345678901234567890123, "e": 1.50}}},
        {"method": "POST", "path": "/projects?select=notes,budget", "headers": {"prefer": "return=representation"},
         "body": {"name": "B", "notes": {"$result": "a.notes"}, "budget": {"$result": "a.budget"}}},
    )  # fmt: skip
    assert b'"body":[{"notes":{"big":12345678901234567890123,"e":1.5},"budget":12345678.90}]}]}' in answer.body


def test_what_fails_takes_all_with_it_and_says_which_it_was(both: Both) -> None:
    before = both.rows()
    answer = batch(
        both,
        {"method": "POST", "path": "/projects", "body": {"name": "Bench"}},
        {"method": "DELETE", "path": "/tags/wood"},
        {"method": "POST", "path": "/projects", "body": [{"name": "Stool"}, {"name": "Boat"}]},
    )
    assert (answer.status, answer.json["code"], answer.json["operation"]) == (409, "23505", 2)
    assert [each["pointer"] for each in answer.json["errors"]] == ["/operations/2/body/1/name"]
    assert both.rows() == before


def test_mistakes_of_a_body_are_pointed_at_in_the_batch(both: Both) -> None:
    answer = batch(
        both,
        {"method": "POST", "path": "/projects", "body": {"name": "Bench"}},
        {"method": "POST", "path": "/tasks", "body": {"project_id": 1, "title": "x", "points": -1, "stat": "todo"}},
    )
    assert (answer.status, answer.json["operation"]) == (422, 1)
    assert [each["pointer"] for each in answer.json["errors"]] == [
        "/operations/1/body/points",
        "/operations/1/body/stat",
    ]


@pytest.mark.parametrize(
    ("operation", "asker", "status"),
    [
        ({"method": "DELETE", "path": "/projects/2"}, ADA, 403),
        ({"method": "DELETE", "path": "/projects/3"}, BO, 404),
        ({"method": "GET", "path": "/projects/3"}, BO, 404),
        ({"method": "GET", "path": "/wishes"}, NOBODY, 401),
        ({"method": "POST", "path": "/prices", "body": {"what": "a day"}}, ADA, 405),
        ({"method": "PATCH", "path": "/projects/2", "body": {"owner_id": 1}}, ADA, 403),
        ({"method": "PATCH", "path": "/projects/1", "body": {"owner_id": 2}}, ADA, 403),
        ({"method": "POST", "path": "/projects", "body": {"name": "Mine", "owner_id": 2}}, ADA, 403),
        ({"method": "POST", "path": "/tasks", "body": {"project_id": 2, "title": "sneak in"}}, ADA, 403),
    ],
)
def test_every_rule_is_asked_of_every_operation(
    both: Both, operation: dict[str, Any], asker: Asker, status: int
) -> None:
    before = both.rows()
    answer = batch(both, {"method": "POST", "path": "/wishes", "body": {"text": "tea"}}, operation, asker=asker)
    assert answer.status in (status, 403 if status == 405 else status)
    assert answer.json["operation"] == 1
    assert both.rows() == before


def test_rows_of_two_operations_may_need_each_other_only_in_their_order(both: Both) -> None:
    """A rule on the second sees what the first one did, and not what a later one would do."""
    made = {"id": "p", "method": "POST", "path": "/projects?select=id", "body": {"name": "Bench"}}
    task = {"method": "POST", "path": "/tasks", "body": {"project_id": {"$result": "p.id"}, "title": "x"}}
    given_away = {"method": "PATCH", "path": "/projects/${p.id}", "body": {"open": False}}
    assert [each["status"] for each in of(batch(both, made, task, given_away))] == [201, 201, 204]
    deleted = {"method": "DELETE", "path": "/tags/wood"}
    answer = batch(both, deleted, {"method": "GET", "path": "/tags/wood"})
    assert (answer.status, answer.json["operation"]) == (404, 1)


def test_preconditions_and_limits_of_single_operations_count(both: Both) -> None:
    etag = both.ask("GET", "/api/projects/1", asker=ADA).headers["etag"]
    changed = {"method": "PATCH", "path": "/projects/1", "body": {"budget": 1}, "headers": {"If-Match": etag}}
    answer = batch(both, changed, changed)
    assert (answer.status, answer.json["operation"]) == (412, 1)
    few = {"prefer": "handling=strict, max-affected=1"}
    answer = batch(both, {"method": "PATCH", "path": "/tasks?id=gt.0", "body": {"points": 2}, "headers": few})
    assert (answer.status, answer.json["code"], answer.json["operation"]) == (400, "PGRST124", 0)


def test_a_batch_may_be_tried_and_undone(both: Both) -> None:
    before = both.rows()
    answer = batch(
        both,
        {"id": "p", "method": "POST", "path": "/projects?select=name", "body": {"name": "Bench"}},
        {"method": "GET", "path": "/projects?select=name&name=eq.${p.name}"},
        prefer="tx=rollback",
    )
    assert of(answer)[1]["body"] == [{"name": "Bench"}]
    assert answer.headers["preference-applied"] == "tx=rollback"
    assert both.rows() == before


def test_csv_comes_and_goes_as_a_text(both: Both) -> None:
    answer = batch(
        both,
        {"method": "POST", "path": "/places", "headers": {"content-type": "text/csv"}, "body": "room,number\nC,1\nC,2"},
        {"method": "GET", "path": "/places?select=room,number&room=eq.C", "headers": {"accept": "text/csv"}},
    )
    assert of(answer) == [{"status": 201}, {"status": 200, "body": "room,number\nC,1\nC,2"}]


def test_an_empty_batch_does_nothing(both: Both) -> None:
    assert batch(both).json == {"results": []}


@pytest.mark.parametrize(
    ("body", "message", "pointer"),
    [
        ("{", "The body isn't JSON: Input data was truncated", ""),
        ("[]", "Expected `object`, got `array`", ""),
        ("{}", "Object missing required field `operations`", ""),
        ('{"operations": [], "requests": []}', "Object contains unknown field `requests`", ""),
        ('{"operations": [{"path": "/a"}]}', "Object missing required field `method`", "/operations/0"),
        ('{"operations": [{"method": "TRACE", "path": "/a"}]}', "Invalid enum value 'TRACE'", "/operations/0/method"),
        (
            '{"operations": [{"method": "GET", "path": "tags"}]}',
            "A path begins with / and lies below the API's own: /orders",
            "/operations/0/path",
        ),
        *(
            (
                f'{{"operations": [{{"method": "PUT", "path": "{path}", "body": {{}}}}]}}',
                "A path begins with / and lies below the API's own: /orders",
                "/operations/0/path",
            )
            for path in ("/", "//", "/?id=eq.1", "//metrics")
        ),
        (
            '{"operations": [{"method": "GET", "path": "/tags", "id": "a b"}]}',
            "An id has letters, digits, _ and -, 64 at most, and begins with a letter",
            "/operations/0/id",
        ),
        (
            '{"operations": [{"method": "GET", "path": "/t", "id": "a"}, {"method": "GET", "path": "/t", "id": "a"}]}',
            "There are two operations called 'a'",
            "/operations/1/id",
        ),
        (
            '{"operations": [{"method": "GET", "path": "/tags", "headers": {"Authorization": "Bearer x"}}]}',
            "An operation can't have the header 'authorization'",
            "/operations/0/headers/authorization",
        ),
        (
            '{"operations": [{"method": "GET", "path": "/tags", "body": {}}]}',
            "A GET has no body",
            "/operations/0/body",
        ),
        (
            '{"operations": [{"method": "GET", "path": "/${a.b}/1"}]}',
            "No reference stands for a collection",
            "/operations/0/path",
        ),
    ],
)
def test_what_is_no_batch_is_refused(both: Both, body: str, message: str, pointer: str) -> None:
    answer = both.ask("POST", "/api/batch", body, ADA)
    found = answer.json
    assert (answer.status, found["type"], found["message"]) == (400, "/errors/bad-batch", message)
    assert found["pointer"] == pointer


@pytest.mark.parametrize(
    ("operations", "message"),
    [
        ([{"id": "a", "method": "GET", "path": "/tags/${a.slug}"}], "No operation before it is called 'a'"),
        (
            [{"method": "GET", "path": "/tags/${b.slug}"}, {"id": "b", "method": "GET", "path": "/tags/wood"}],
            "No operation before it is called 'b'",
        ),
        (
            [{"id": "a", "method": "GET", "path": "/tags/wood"}, {"method": "GET", "path": "/tags/${a.colours}"}],
            "The reference to a.colours finds no 'colours'",
        ),
        (
            [
                {"id": "a", "method": "POST", "path": "/wishes", "body": {"text": "x"},
                 "headers": {"prefer": "return=minimal"}},
                {"method": "POST", "path": "/wishes", "body": {"text": {"$result": "a.text"}}},
            ],
            "The reference to a.text is of an operation that replied with nothing",
        ),
    ],
)  # fmt: skip
def test_a_reference_to_nothing_is_refused(both: Both, operations: list[dict[str, Any]], message: str) -> None:
    before = both.rows()
    answer = batch(both, *operations)
    assert (answer.status, answer.json["type"], answer.json["message"]) == (422, "/errors/bad-result", message)
    assert both.rows() == before


@pytest.mark.parametrize("path", ["/batch", "/rpc/x", "/nothing", "/", "//projects", "/projects/1/2/3", "/../metrics"])
def test_only_rows_and_collections_are_addressed(both: Both, path: str) -> None:
    for method in ("GET", "POST"):
        operation = {"method": method, "path": path, **({"body": {}} if method == "POST" else {})}
        assert batch(both, operation).status in (400, 404, 405)


def test_there_may_be_so_many_operations_and_no_more(both: Both) -> None:
    operation = {"method": "GET", "path": "/tags/wood?select=slug"}
    assert len(of(batch(both, *[operation] * 100))) == 100
    answer = batch(both, *[operation] * 101)
    assert (answer.status, answer.json["type"]) == (400, "/errors/too-complex")


def test_other_methods_are_refused(both: Both) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = both.ask(method, "/api/batch", asker=ADA)
        assert (answer.status, answer.headers["allow"]) == (405, "POST, OPTIONS")
    assert both.ask("OPTIONS", "/api/batch").headers["allow"] == "POST, OPTIONS"
    assert both.ask("POST", "/api/batch/1", "{}", ADA).status == 404
