"""`explain`: the decision about a request, rule by rule, clause by clause."""

from __future__ import annotations

from typing import Any

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.engine.reading import read
from backsmith.engine.why import Clause, Explanation, explain
from backsmith.http.request import Request
from tests.engine.client import Client


def why(client: Client, run: Any, target: str, asker: Asker) -> Explanation:
    path, _, query = target.partition("?")
    request = Request("GET", tuple(path.removeprefix("/api/").split("/")), path, query, {})
    application = client.application
    engine = application.engine
    asked = read(request, engine.catalogue, engine.limits)
    return run(explain(engine, application.database, request, asked, asker))


def test_a_row_that_a_rule_shows(client: Client, run: Any) -> None:
    found = why(client, run, "/api/books/4", Asker(1))
    assert (found.status, found.decision, found.row_exists) == (200, "Shown by own.", True)
    assert [(rule.rule, rule.outcome) for rule in found.rules] == [("finished", "fails"), ("own", "holds")]
    assert found.rules[0].clauses == (Clause("it is not marked draft", False, {"draft": True}),)
    assert found.rules[0].reason == "not so: it is not marked draft (draft is True)"


def test_a_row_that_is_hidden(client: Client, run: Any) -> None:
    found = why(client, run, "/api/books/4", Asker(2))
    assert (found.status, found.row_exists) == (404, True)
    assert found.decision == "Hidden: the row is there, but no rule holds for it, so to this asker it does not exist."
    assert [(rule.rule, rule.outcome) for rule in found.rules] == [("finished", "fails"), ("own", "fails")]
    assert (found.sql is not None and "?1" in found.sql) or "$1" in (found.sql or "")
    assert found.query_plan


def test_a_row_that_is_not_there(client: Client, run: Any) -> None:
    found = why(client, run, "/api/books/99", NOBODY)
    assert (found.status, found.row_exists, found.decision) == (404, False, "Not found: there is no such row.")
    assert [(rule.rule, rule.outcome) for rule in found.rules] == [
        ("finished", "decides by row"),
        ("own", "can't apply"),
    ]


def test_a_filter_that_leaves_the_row_out(client: Client, run: Any) -> None:
    found = why(client, run, "/api/books/1?title=eq.x", NOBODY)
    assert found.decision == "Not found: a rule would show the row, but a filter of the request leaves it out."


def test_no_rule_at_all(client: Client, run: Any) -> None:
    found = why(client, run, "/api/invoices", NOBODY)
    assert (found.status, found.decision, found.sql) == (401, "Refused: no rule lets this asker read it.", None)
    assert found.rules[0].reason == "it asks who the user is, and nobody is signed in"


def test_a_list(client: Client, run: Any) -> None:
    found = why(client, run, "/api/books?select=id", NOBODY)
    assert found.decision == "Answered with 4 rows: those for which a rule holds."
    assert found.row_exists is None


def test_a_role(client: Client, run: Any) -> None:
    found = why(client, run, "/api/authors/1", Asker(3, frozenset({"staff"})))
    assert found.asker == "account 3 with roles staff"
    assert [(rule.rule, rule.outcome) for rule in found.rules] == [
        ("everyone", "holds"), ("own", "fails"), ("staff", "holds"),
    ]  # fmt: skip
