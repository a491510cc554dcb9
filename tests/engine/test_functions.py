"""The application's own reads: /api/rpc/{name}."""

from backsmith.blueprint.asker import Asker
from tests.engine.client import Client

STAFF = Asker(3, frozenset({"staff"}))


def test_a_query_with_the_data_api_obeys_the_rules(client: Client) -> None:
    answer = client.get("/api/rpc/cheap?most=9.90")
    assert [row["id"] for row in answer.json] == [1, 6, 2]
    assert answer.json[0]["price"] == 9.9
    assert [row["id"] for row in client.get("/api/rpc/cheap?most=9.90&limit=2", Asker(1)).json] == [1, 6]
    assert [row["id"] for row in client.get("/api/rpc/cheap?most=2", Asker(2)).json] == [5, 2]


def test_a_query_by_post(client: Client) -> None:
    answer = client.get("/api/rpc/cheap", method="POST", body=b'{"most": 1, "limit": 1}')
    assert [row["id"] for row in answer.json] == [2]
    assert client.get("/api/rpc/cheap", method="POST", body=b"[1]").status == 400
    assert client.get("/api/rpc/cheap", method="POST", body=b'{"most": "x"}').status == 400


def test_a_query_in_sql_binds_its_parameters(client: Client) -> None:
    answer = client.get("/api/rpc/pages_by_genre?at_least=120", STAFF)
    assert answer.text == '[{"genre":"essay","pages":999},{"genre":"novel","pages":251}]'


def test_who_may_call(client: Client) -> None:
    assert client.get("/api/rpc/pages_by_genre").status == 401
    assert client.get("/api/rpc/pages_by_genre", Asker(1)).status == 403
    assert client.get("/api/rpc/whoami").status == 401
    assert client.get("/api/rpc/whoami", STAFF).json == {"id": 3, "roles": ["staff"]}


def test_what_is_wrong_with_a_call_is_said(client: Client) -> None:
    missing = client.get("/api/rpc/cheap")
    assert (missing.status, missing.json["message"], missing.json["hint"]) == (
        404,
        "Could not call the function cheap: the parameter 'most' is missing",
        "Its parameters are: most, limit.",
    )
    assert client.get("/api/rpc/cheap?most=1&limt=2").json["hint"] == "Did you mean 'limit'?"
    assert client.get("/api/rpc/cheep").json["hint"] == "Did you mean 'cheap'?"
    assert client.get("/api/rpc/cheap?most=abc").json["code"] == "22P02"
    assert client.get("/api/rpc/cheap", method="DELETE").status == 405
