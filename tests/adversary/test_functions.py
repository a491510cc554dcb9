"""`Data.find` with values that a request brought, and what functions return."""

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.engine.client import Client

ADA, STAFF = Asker(1), Asker(9, frozenset({"staff"}))


@pytest.mark.parametrize("asker", [NOBODY, ADA])
@pytest.mark.parametrize("email", ["bo@x.org", "no@x.org"])
def test_find_does_not_tell_whether_a_field_that_is_not_shown_has_a_value(
    client: Client, asker: Asker, email: str
) -> None:
    assert client.get(f"/api/rpc/by_email?email={email}", asker).json == []
    assert client.get(f"/api/rpc/count_of?email={email}", asker).json == 0
    assert [row["id"] for row in client.get(f"/api/rpc/not_by_email?email={email}", asker).json] == [1, 2, 3]


def test_it_finds_where_the_field_is_shown(client: Client) -> None:
    assert [row["id"] for row in client.get("/api/rpc/by_email?email=ada@x.org", ADA).json] == [1]
    assert [row["id"] for row in client.get("/api/rpc/by_email?email=bo@x.org", STAFF).json] == [2]
    assert [row["id"] for row in client.get("/api/rpc/not_by_email?email=bo@x.org", STAFF).json] == [1, 3]


def test_find_follows_relations_under_the_rules_of_where_they_lead(client: Client) -> None:
    assert client.get("/api/rpc/remarks_on?title=Layoffs").json == []
    assert [row["id"] for row in client.get("/api/rpc/remarks_on?title=Layoffs", Asker(3)).json] == [2]
    assert [row["id"] for row in client.get("/api/rpc/remarks_on?title=Menu").json] == [1, 3]
    assert client.get("/api/rpc/documents_of?email=ada@x.org").json == []
    assert [row["id"] for row in client.get("/api/rpc/documents_of?email=ada@x.org", ADA).json] == [1, 3]


def test_find_by_a_relation_is_under_the_rule_of_its_foreign_key(client: Client) -> None:
    assert client.get("/api/rpc/remarks_of?critic=2").json == []
    assert client.get("/api/rpc/remarks_of?critic=2", ADA).json == []
    assert [row["id"] for row in client.get("/api/rpc/remarks_of?critic=1", ADA).json] == [3]


def test_a_hidden_field_does_not_leave_by_a_function(client: Client) -> None:
    for asker in (NOBODY, ADA, STAFF):
        assert client.get("/api/rpc/badges", asker).text == '[{"id":1,"number":"007"},{"id":2,"number":"008"}]'
        assert "desk" not in client.get("/api/rpc/not_by_email?email=x", asker).text


def test_a_limit_from_a_request_is_no_way_to_all_rows(client: Client) -> None:
    assert client.get("/api/rpc/some?limit=-1", ADA).json == []
    assert [row["id"] for row in client.get("/api/rpc/some?limit=1&offset=-5", ADA).json] == [1]
    assert client.get("/api/rpc/some?limit=9223372036854775807&offset=9223372036854775807", ADA).json == []
    assert client.get("/api/rpc/some?limit=99999999999999999999").status == 400


def test_sql_of_a_function_for_reading_does_not_write(client: Client) -> None:
    assert client.get("/api/rpc/sneaky").status == 500
    assert len(client.get("/api/persons").json) == 3


@pytest.mark.parametrize(
    "body",
    [b'{"what":' + b"[" * 400_000 + b"]" * 400_000 + b"}", b'{"what":' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
     b'{"number":' + b"1" * 1_000_000 + b"}", b'{"number":"' + b"1" * 1_000_000 + b'"}', b'{"number":1e999999999}',
     b'{"number":', b"\xff\xfe", b"[]", b'"x"', b'{"number":[1]}', b'{"number":{}}', b'{"what":"\\ud800"}'],
    ids=range(12),
)  # fmt: skip
def test_a_body_can_only_be_refused(client: Client, body: bytes) -> None:
    for name in ("echo", "double"):
        answer = client.get(f"/api/rpc/{name}", method="POST", body=body)
        assert 400 <= answer.status < 500, answer.text[:200]
