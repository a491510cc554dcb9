"""Asking without seeing: errors, estimates, cursors, tags and guards that would tell of what may not be read."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.adversary import shifts
from tests.adversary.conftest import open_client
from tests.engine.client import Client

ADA, CY = Asker(1), Asker(3)


def cursor(values: str) -> str:
    return urlsafe_b64encode(values.encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "test",
    ["area=gt.1", "area=not.eq.1", "or=(area.gt.1,area.is.null)", "data=gt.1", "data->>a=match.^1", "title=match.a\\y",
     "title=match.(", "title=imatch.[", "title=fts.a", "not.and=(area.gt.1,id.gt.0)"],
)  # fmt: skip
def test_an_error_does_not_tell_that_a_hidden_row_is_there(client: Client, test: str) -> None:
    """The area of Layoffs, which Ada can't see, is more than a number holds; Nothing is not there at all."""
    for _ in range(8):  # PostgreSQL plans a statement anew a few times, then keeps one plan for all values
        there = client.get(f"/api/documents?select=id&title=eq.Layoffs&{test}", ADA)
        not_there = client.get(f"/api/documents?select=id&title=eq.Nothing&{test}", ADA)
        assert (there.status, there.json if there.status == 200 else there.json["message"]) == (
            not_there.status,
            not_there.json if not_there.status == 200 else not_there.json["message"],
        )


def test_a_hidden_row_does_not_spoil_the_query_of_others(client: Client) -> None:
    assert client.get("/api/documents?select=id&area=gt.1&order=id", ADA).json == [{"id": 1}, {"id": 3}]
    assert client.get("/api/documents?select=area.sum()", ADA).json == [{"sum": 110}]
    assert client.get("/api/rpc/documents_larger?area=1").json[0]["title"] == "Menu"
    assert client.get("/api/documents?select=area", CY).status == 400, "but it does its owner's"


@pytest.fixture(scope="module")
def crowd(servers: Any, run: Any) -> Iterator[Client]:
    """Half of a thousand documents are secret, on PostgreSQL with statistics."""
    from tests.adversary import office  # noqa: PLC0415  (beside the rows that are made here)

    server = servers("postgres18")
    rows = {
        "Account": [{"id": 1, "email": None, "name": None}],
        "Company": [{"id": 1, "name": "Acme"}],
        "Person": [{"id": 1, "name": "Ada", "email": "a", "salary": 1, "grade": 1, "company_id": 1}],
    }
    fill = (
        "INSERT INTO documents (id, title, body, words, size, published, owner_id)"
        " SELECT g, CASE WHEN g % 2 = 0 THEN 'Plain' ELSE 'Secret' END, '', 1, 1, g % 2 = 0, 1"
        " FROM generate_series(1, 1000) AS g"
    )
    url = server.new_database()
    one = open_client(office, rows, url, run, fill, "ANALYZE")
    yield one
    run(one.application.close())
    server.give_back(url)


@pytest.mark.parametrize("count", ["planned", "estimated", "exact"])
def test_a_planned_count_does_not_count_hidden_rows(crowd: Client, count: str) -> None:
    """The planner's statistics are over all rows: it would expect some 250 of them."""
    header = {"prefer": f"count={count}"}
    for title in ("Secret", "Nothing"):
        answer = crowd.get(f"/api/documents?select=id&title=eq.{title}", **header)
        assert answer.headers["content-range"] == "*/0"
        through = crowd.get(f"/api/persons?select=id,documents!inner()&documents.title=eq.{title}", **header)
        assert through.headers["content-range"] == "*/0"
    assert crowd.get("/api/documents?select=id&limit=1", **header).headers["content-range"] == "0-0/500"


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("salary=gt.0", [1]),
        ("salary=not.gt.0", []),
        ("salary=is.null", [2, 3]),
        ("salary=not.is.null", [1]),
        ("salary=isdistinct.9000", [1, 2, 3]),
        ("salary=not.isdistinct.9000", []),
        ("salary=neq.9000", [1]),
        ("salary=not.in.(1,2)", [1]),
        ("salary=eq(any).{4000,9000}", []),
        ("salary=gt(all).{}", [1, 2, 3]),
        ("not.or=(salary.eq.9000,grade.eq.4)", [1]),
        ("or=(salary.eq.9000,and(grade.gte.4,email.like.*))", [1]),
        ("profile->iq=eq.99", []),
        ("profile->>iq=eq.140", [1]),
        ("profile=is.null", [2, 3]),
        ("yearly=gt.0", [1]),
        ("manager_id=eq.3", [1]),
        ("manager_id=is.null", [2, 3]),
    ],
)
def test_a_guarded_field_is_null_whatever_is_asked_of_it(client: Client, query: str, ids: list[int]) -> None:
    assert client.get(f"/api/persons?select=id&order=id&{query}", ADA).json == [{"id": number} for number in ids]
    assert client.get(f"/api/persons?select=id&{query}").status == 403


def test_nor_does_it_decide_orders_groups_and_extremes(client: Client) -> None:
    ordered = client.get("/api/persons?select=id&order=salary.desc.nullslast,id", ADA)
    assert ordered.json == [{"id": 1}, {"id": 2}, {"id": 3}], "the others' salaries are null"
    assert client.get("/api/persons?select=id&order=yearly.nullsfirst,id.desc", ADA).json == [
        {"id": 3}, {"id": 2}, {"id": 1},
    ]  # fmt: skip
    assert client.get("/api/persons?select=grade,count()&order=grade", ADA).text == (
        '[{"grade":5,"count":1},{"grade":null,"count":2}]'
    )
    assert client.get("/api/persons?select=salary.sum(),a:salary.max(),b:grade.avg(),c:email.count()", ADA).text == (
        '[{"sum":5000.00,"a":5000.00,"b":5,"c":1}]'
    )  # fmt: skip
    assert client.get("/api/documents?select=id,owner(id)&order=owner(salary)").status == 403


def test_a_cursor_holds_and_compares_only_what_is_shown(client: Client) -> None:
    page = client.get("/api/persons?select=id&order=salary.desc.nullslast&limit=2", ADA)
    after = page.headers["link"].partition("after=")[2].partition(">")[0]
    assert urlsafe_b64decode(after + "==") == b"[null,3]"
    for place in ("[8999,0]", "[9001,0]", "[0,0]"):  # Cy earns 9000
        rest = client.get(f"/api/persons?select=id&order=salary.nullslast&after={cursor(place)}", ADA)
        assert [row["id"] for row in rest.json if row["id"] != 1] == [2, 3]
    assert client.get(f"/api/persons?select=id&order=salary&after={cursor('[8999,0]')}").status == 403


@pytest.mark.parametrize(
    "values",
    ["", "1", "{}", "[", "[]", "[1,2]", "[[1]]", '["x"]', "[1e999]", "[" * 3000 + "]" * 3000, '["\\ud800"]',
     "[" + "1" * 3000 + "]", '["1 OR 1=1"]', "[NaN]", "[true]"],
)  # fmt: skip
def test_a_cursor_that_was_made_up_is_refused(client: Client, values: str) -> None:
    answer = client.get(f"/api/documents?select=id&after={cursor(values)}")
    assert answer.status == 400, answer.text


def test_a_cursor_without_a_value_ends_the_list(client: Client) -> None:
    assert client.get(f"/api/documents?select=id&after={cursor('[null]')}").text == "[]"


def test_pages_by_json_go_on_after_any_value(client: Client) -> None:
    seen: list[int] = []
    target: str | None = "/api/documents?select=id&order=data.desc.nullslast&limit=1"
    while target is not None and len(seen) < 9:
        page = client.get(target, CY)
        seen += [row["id"] for row in page.json]
        target = page.headers["link"][1:].partition(">")[0] if "link" in page.headers else None
    assert seen == [2, 1]


def test_a_tag_is_of_what_the_asker_sees(client: Client) -> None:
    ada = client.get("/api/persons/1?select=email", ADA)
    for asker in (NOBODY, CY):
        for tag in (ada.headers["etag"], "*", f"W/{ada.headers['etag']}"):
            answer = client.get("/api/persons/1?select=email", asker, if_none_match=tag)
            assert answer.status == (403 if asker is NOBODY else 304 if tag == "*" else 200)
            assert "ada@x.org" not in answer.text
        assert client.get("/api/documents/3", asker, if_none_match="*").status == 404


def test_a_range_that_is_guarded_is_null_to_range_operators_too(new_url: Callable[[str], str], run: Any) -> None:
    """On PostgreSQL, the only one that has them."""
    accounts = [{"id": 1, "email": None, "name": None}, {"id": 2, "email": None, "name": None}]
    rows = "INSERT INTO shifts (id, name, hours, account_id) VALUES (1, 'a', '[1,5)', 1), (2, 'b', '[10,20)', 2)"
    client = open_client(shifts, {"Account": accounts}, new_url("postgres18"), run, rows)
    assert client.get("/api/shifts?select=id&hours=sl.[30,40)", ADA).json == [{"id": 1}]
    assert client.get("/api/shifts?select=id&hours=sr.[8,9)", ADA).json == []
    assert client.get("/api/shifts?select=id&hours=adj.[20,21)", ADA).json == []
    assert client.get("/api/shifts?select=id&hours=sl.[30,40)").status == 403
    run(client.application.close())
