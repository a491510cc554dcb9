"""`explain_write`: which rules a write was tried by, on the row before and after; and that nothing comes of asking."""

from __future__ import annotations

from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.engine.why import Clause, Explanation
from backsmith.engine.why_writes import explain_write
from backsmith.http.request import Request
from tests.writes.conftest import Both

ADA, BO = Asker(1), Asker(2)
STAFF = Asker(3, frozenset({"staff"}))


def why(both: Both, run: Any, method: str, target: str, asker: Asker, body: str = "", **headers: str) -> Explanation:
    path, _, query = target.partition("?")
    request = Request(method, tuple(path.removeprefix("/api/").split("/")), path, query, headers, body.encode())
    before = both.rows()
    found: list[Explanation] = []
    for client in both.clients.values():
        application = client.application
        found.append(run(explain_write(application.engine, application.database, request, asker)))
    one, other = found
    assert (one.rules, one.decision, one.status, one.error) == (other.rules, other.decision, other.status, other.error)
    assert all(each.sql is None for each in found)
    assert both.rows() == before, "nothing is changed by asking why"
    return one


def tried(found: Explanation) -> list[tuple[str, str, str]]:
    return [(rule.stage, rule.rule, rule.outcome) for rule in found.rules]


def test_a_change_that_is_allowed(both: Both, run: Any) -> None:
    found = why(both, run, "PATCH", "/api/projects/1", ADA, '{"budget": 5}')
    assert (found.status, found.decision) == (200, "Allowed: 1 row would be changed. Nothing was kept.")
    assert tried(found) == [
        ("read", "opened", "holds"),
        ("read", "own", "holds"),
        ("read", "staff", "fails"),
        ("before", "own", "holds"),
        ("before", "staff_closes", "can't apply"),
        ("after", "own", "holds"),
        ("after", "staff_closes", "can't apply"),
    ]
    assert found.statements[0].sql.startswith("UPDATE")


def test_a_rule_that_fails_on_the_row_as_it_would_be(both: Both, run: Any) -> None:
    found = why(both, run, "PATCH", "/api/projects/1", ADA, '{"owner_id": 2}')
    assert (found.status, found.decision) == (403, "Refused: no rule lets this asker do it.")
    own = [rule for rule in found.rules if rule.rule == "own"]
    assert [(rule.stage, rule.outcome) for rule in own] == [("read", "holds"), ("before", "holds"), ("after", "fails")]
    assert own[2].clauses == (Clause("the owner is you", False, {}),)


def test_a_rule_that_fails_on_the_row_as_it_is(both: Both, run: Any) -> None:
    found = why(both, run, "PATCH", "/api/tasks/3", ADA, '{"state": "todo"}')
    doing = next(rule for rule in found.rules if (rule.stage, rule.rule) == ("before", "doing"))
    assert (doing.outcome, doing.reason) == ("fails", "not so: the state is not 'done' (state is 'done')")


@pytest.mark.parametrize(
    ("asker", "key", "decision"),
    [
        (BO, 3, "Hidden: the row is there, but no rule lets this asker read it, so to them it does not exist."),
        (BO, 99, "Not found: there is no such row."),
        (NOBODY, 1, "Refused: no rule lets this asker do it."),
    ],
)
def test_a_row_that_is_not_to_be_seen(both: Both, run: Any, asker: Asker, key: int, decision: str) -> None:
    found = why(both, run, "DELETE", f"/api/projects/{key}", asker)
    assert (found.decision, found.row_exists) == (decision, key != 99)


def test_of_many_rows_the_one_that_is_refused(both: Both, run: Any) -> None:
    body = '[{"name": "x", "owner_id": 1}, {"name": "y", "owner_id": 2}]'
    found = why(both, run, "POST", "/api/projects", ADA, body)
    assert (found.status, tried(found)) == (403, [("after", "own", "fails")])


def test_a_put_is_a_creation_or_a_change(both: Both, run: Any) -> None:
    made = why(both, run, "PUT", "/api/tags/oak", BO, '{"title": "Oak"}')
    assert tried(made) == [("after", "everyone_signed_in", "holds")]
    changed = why(both, run, "PUT", "/api/tags/wood", BO, '{"title": "Oak"}')
    assert ("before", "colouring", "holds") in tried(changed)


def test_a_change_of_many_is_counted(both: Both, run: Any) -> None:
    found = why(both, run, "PATCH", "/api/projects?id=gt.0", ADA, '{"budget": 9}')
    assert found.decision == "Allowed: 2 rows would be changed, and 1 left alone. Nothing was kept."
    assert ("before", "own", "decides by row") in tried(found)


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "decision"),
    [
        ("POST", "/api/projects", '{"name": "Boat"}', 409, "Refused: it conflicts with what is there."),
        ("POST", "/api/projects", '{"nam": "x"}', 422, "Refused: the request itself is wrong."),
        ("DELETE", "/api/projects/1", "", 409, "Refused: it conflicts with what is there."),
        ("DELETE", "/api/projects", "", 400, "Refused: the request itself is wrong."),
    ],
)
def test_what_no_rule_is_the_reason_of(
    both: Both, run: Any, method: str, target: str, body: str, status: int, decision: str
) -> None:
    found = why(both, run, method, target, ADA, body)
    assert (found.status, found.decision) == (status, decision)
    assert found.error
