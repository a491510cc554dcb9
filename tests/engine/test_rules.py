"""Who reads what: rows, fields, and every way around them that other systems left open."""

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.engine.client import Client

ADA, BO, STRANGER = Asker(1), Asker(2), Asker(3)
STAFF = Asker(3, frozenset({"staff"}))


@pytest.mark.parametrize(
    ("asker", "ids"),
    [(NOBODY, [1, 2, 3, 6]), (ADA, [1, 2, 3, 4, 6]), (BO, [1, 2, 3, 5, 6]), (STRANGER, [1, 2, 3, 6])],
)
def test_rows_that_no_rule_allows_are_not_there(client: Client, asker: Asker, ids: list[int]) -> None:
    assert [row["id"] for row in client.get("/api/books?select=id&order=id", asker).json] == ids
    for number in range(1, 7):
        assert client.get(f"/api/books/{number}", asker).status == (200 if number in ids else 404)
    counted = client.get("/api/books?select=id&limit=1", asker, prefer="count=exact")
    assert counted.headers["content-range"] == f"0-0/{len(ids)}"
    assert client.get("/api/books?select=count()", asker).json == [{"count": len(ids)}]
    assert client.get("/api/books?select=draft,count()&draft=is.true", asker).text == (
        '[{"draft":true,"count":1}]' if len(ids) == 5 else "[]"
    )


def test_rows_hide_in_embeds_too(client: Client) -> None:
    assert client.get("/api/authors/1?select=books(id)").text == '{"books":[{"id":1},{"id":2}]}'
    assert client.get("/api/authors/1?select=books(id)", ADA).text == '{"books":[{"id":1},{"id":2},{"id":4}]}'
    assert client.get("/api/books/1?select=sequels(id)").text == '{"sequels":[{"id":2}]}'
    assert client.get("/api/shelves?select=books(id)&id=eq.1", ADA).text == '[{"books":[{"id":1},{"id":2},{"id":4}]}]'
    assert client.get("/api/shelves?select=books(id)&id=eq.1", BO).text == '[{"books":[{"id":1},{"id":2}]}]'
    assert client.get("/api/authors/2?select=...books(id)").text == '{"id":[3]}'
    assert client.get("/api/authors/2?select=books(count())").text == '{"books":[{"count":1}]}'


def test_rows_that_are_hidden_do_not_answer_questions(client: Client) -> None:
    """A filter through an embed tells nothing of rows that can't be read."""
    for query in ("books.draft=is.true", "books.title=like.Draft*", "books.or=(title.eq.Draft of Ada,id.eq.0)"):
        assert client.get(f"/api/authors?select=id,books!inner(id)&{query}").json == []
    assert client.get("/api/books?select=id,sequels!inner(id)&sequels.id=eq.4").json == []
    assert client.get("/api/books?select=id,sequels()&sequels.id=eq.4&sequels=not.is.null").json == []
    assert client.get("/api/books?select=id,sequels!inner(id)&sequels.id=eq.4", ADA).json != []


@pytest.mark.parametrize(
    "query",
    [
        "select=email",
        "select=id,email",
        "select=mail:email",
        "select=email::text",
        "select=email.count()",
        "select=email.max()",
        "select=count(),email",
        "email=eq.ada@x.org",
        "email=not.is.null",
        "email=like.a*",
        "or=(email.eq.a,id.eq.1)",
        "and=(not.or(id.eq.0,email.like.*))",
        "order=email",
        "order=id,email.desc",
        "select=account(id)",
        "select=account_id",
        "account_id=eq.1",
        "select=id,account!inner()&account.id=eq.1",
    ],
)
def test_a_field_that_no_rule_shows_is_refused_everywhere(client: Client, query: str) -> None:
    answer = client.get(f"/api/authors?{query}")
    assert answer.status in (400, 403), answer.text  # 400: what leads to a private entity doesn't exist
    assert "ada@x.org" not in answer.text


@pytest.mark.parametrize(
    "query",
    ["select=name,author(email)", "select=name,...author(email)", "select=id,author(id)&author.email=eq.ada@x.org",
     "select=id,author!inner()&author.email=like.a*", "select=id,author(id)&order=author(email)",
     "select=id,author(email.max())", "select=id,author(id)&author.or=(email.eq.a,id.eq.1)"],
)  # fmt: skip
def test_nor_is_it_shown_through_an_embed(client: Client, query: str) -> None:
    answer = client.get(f"/api/books?{query.replace('name,', 'id,')}")
    assert (answer.status, answer.json["code"]) == (403, "42501"), answer.text


@pytest.mark.parametrize("asker", [NOBODY, ADA, STAFF])
@pytest.mark.parametrize(
    "query",
    ["select=diary", "diary=eq.dear", "order=diary", "select=diary.count()", "or=(diary.like.*,id.eq.1)",
     "select=id,diary->a"],
)  # fmt: skip
def test_a_hidden_field_does_not_exist_for_anybody(client: Client, asker: Asker, query: str) -> None:
    answer = client.get(f"/api/authors?{query}", asker)
    assert (answer.status, answer.json["message"]) == (400, "column authors.diary does not exist")
    assert "diary" not in client.get("/api/authors/1", asker).text


def test_a_field_is_shown_on_the_rows_whose_rule_shows_it(client: Client) -> None:
    rows = client.get("/api/authors?select=id,name,email,account_id&order=id", ADA)
    assert rows.text == (
        '[{"id":1,"name":"Ada","email":"ada@x.org","account_id":1},{"id":2,"name":"Bo","email":null,"account_id":null},'
        '{"id":3,"name":"Émile","email":null,"account_id":null}]'
    )
    assert client.get("/api/authors?select=id&email=like.*x.org", ADA).json == [{"id": 1}]
    assert client.get("/api/authors?select=id&email=not.like.*zz*", ADA).json == [{"id": 1}]
    assert client.get("/api/authors?select=email.count(),mail:email.max()", ADA).json == [
        {"count": 1, "mail": "ada@x.org"}
    ]
    assert client.get("/api/authors?select=id&order=email.desc.nullslast,id", ADA).json == [
        {"id": 1}, {"id": 2}, {"id": 3},
    ]  # fmt: skip
    assert [row["email"] for row in client.get("/api/authors?order=id", STAFF).json] == ["ada@x.org", "bo@x.org", None]


def test_all_fields_are_all_that_a_rule_shows(client: Client) -> None:
    assert client.get("/api/authors/1").text == '{"id":1,"name":"Ada","born":"1980-05-01"}'
    assert client.get("/api/authors/1", ADA).text == (
        '{"id":1,"name":"Ada","born":"1980-05-01","email":"ada@x.org","account_id":1}'
    )


def test_a_link_is_shown_only_where_its_foreign_key_may_be_read(client: Client) -> None:
    assert client.get("/api/reviews?select=id,reviewer_id&order=id", BO).text == (
        '[{"id":1,"reviewer_id":2},{"id":2,"reviewer_id":null},{"id":3,"reviewer_id":null},{"id":4,"reviewer_id":2}]'
    )
    assert client.get("/api/reviews?select=reviewer_id").status == 403


def test_no_rule_no_access(client: Client) -> None:
    anonymous = client.get("/api/invoices")
    assert (anonymous.status, anonymous.headers["www-authenticate"]) == (401, "Bearer")
    assert client.get("/api/invoices/1").status == 401
    assert client.get("/api/invoices", ADA).text == '[{"id":1,"total":12.50,"account_id":1}]'
    assert client.get("/api/invoices/2", ADA).status == 404
    assert client.get("/api/vaults", ADA).status == 404
    assert client.get("/api/books?select=vaults(code)", ADA).status == 400


def test_a_plan_is_never_shared_with_another_kind_of_asker(client: Client) -> None:
    target = "/api/authors?select=id,email&order=id"
    for _ in range(2):
        assert client.get(target).status == 403
        assert client.get(target, STAFF).json[1]["email"] == "bo@x.org"
        assert client.get(target, BO).json == [
            {"id": 1, "email": None}, {"id": 2, "email": "bo@x.org"}, {"id": 3, "email": None},
        ]  # fmt: skip
        assert client.get(target, ADA).json[1]["email"] is None


def test_a_reply_to_somebody_is_not_kept_by_shared_caches(client: Client) -> None:
    assert client.get("/api/books").headers["cache-control"] == "no-cache"
    reply = client.get("/api/books", ADA)
    assert reply.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in reply.headers["vary"]
