"""`@route`: addresses of any shape, and everything that a request can bring."""

from __future__ import annotations

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.engine.code.runtime import ip_of
from tests.code.conftest import ADA, Market

JSON = "application/json; charset=utf-8"


def test_a_page(client: Market) -> None:
    answer = client.get("/shop")
    assert (answer.status, answer.headers["content-type"], answer.text) == (
        200,
        "text/html; charset=utf-8",
        "<h1>Green Tea, tea</h1>",
    )
    assert "content-security-policy" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"
    head = client.get("/shop", method="HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, str(len(answer.body)), b"")


def test_a_slug_in_the_path_and_an_envelope(client: Market) -> None:
    answer = client.get("/shop/green-tea")
    assert answer.headers["content-type"] == JSON
    assert answer.text == ('{"product":{"id":2,"name":"Green Tea","price":10.00,"stock":1,"slug":"green-tea"}}')
    assert client.get("/shop/green%2Dtea").status == 200
    assert client.get("/shop/blue-tea").status == 404
    assert client.get("/shop/green-tea?most=9.99").json["message"] == "Too dear."
    wrong = client.get("/shop/green-tea?most=-1")
    assert (wrong.status, wrong.json["errors"]) == (
        422,
        [{"pointer": "/most", "code": "23514", "message": "most must be at least 0"}],
    )


def test_a_fixed_segment_goes_before_a_parameter(client: Market) -> None:
    assert client.get("/shop/new", ADA).json == "new"
    assert client.get("/shop/new").status == 401


def test_members_of_the_body_and_a_status(client: Market) -> None:
    body = {"text": "good", "gift": {"text": "x", "more": 1}, "unknown": True}
    answer = client.post("/shop/tea/reviews", ADA, body)
    assert (answer.status, answer.json) == (
        201,
        {"review": {"of": "tea", "text": "good", "gift": {"text": "x", "wrapped": False}, "by": 1}},
    )
    assert float(client.value("SELECT price FROM products WHERE id = 1")) in (1.0, 100.0)  # SQLite keeps cents
    assert client.post("/shop/tea/reviews", NOBODY, body).status == 401
    wrong = client.post("/shop/tea/reviews", ADA, {"gift": 1})
    assert [each["pointer"] for each in wrong.json["errors"]] == ["/text", "/gift"]


def test_a_route_that_writes_is_one_transaction(client: Market) -> None:
    answer = client.post("/shop/green-tea/reviews", ADA, {"text": "undo", "gift": {"text": "x"}})
    assert (answer.status, answer.json["message"]) == (400, "Undone.")
    assert client.get("/shop/green-tea").json["product"]["price"] == 10


def test_all_places_of_a_request(client: Market) -> None:
    answer = client.get(
        "/echo/7/a/b%20c?p=3&tag=x&tag=y",
        method="PUT",
        body=b'{"street": "s", "zip_code": "12345"}',
        user_agent="me",
        x_trace="t",
        cookie="session=abc; other=1",
    )
    assert answer.json == [
        7,
        "a/b c",
        {"street": "s", "zip_code": "12345", "country": "NL"},
        "me",
        "t",
        "abc",
        3,
        ["x", "y"],
    ]
    plain = client.get("/echo/7/x", method="PUT", body=b'{"street": "s", "zip_code": "12345"}')
    assert plain.json[3:] == ["", None, None, 1, []]


@pytest.mark.parametrize(("target", "status"), [("/echo/x/y", 404), ("/echo/0/y", 404)])
def test_what_the_path_can_not_be_is_nowhere(client: Market, target: str, status: int) -> None:
    assert client.get(target, method="PUT", body=b'{"street": "s", "zip_code": "12345"}').status == status


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"street": 1}', b"\xff"])
def test_bodies_that_are_none(client: Market, body: bytes) -> None:
    assert client.get("/echo/7/x", method="PUT", body=body).status in (400, 422)


def test_bytes_in_any_form_and_headers_out(client: Market) -> None:
    answer = client.get("/raw", method="POST", body=b"\x00\xff", content_type="application/x-any")
    assert (answer.status, answer.body, answer.headers["content-type"], answer.headers["x-own"]) == (
        202,
        b"\xff\x00",
        "application/x-own",
        "yes",
    )


def test_a_redirect_with_a_cookie(client: Market) -> None:
    answer = client.get("/redirect")
    assert (answer.status, answer.headers["location"], answer.body) == (303, "/shop/%C3%A4%20tea?x=1", b"")
    assert answer.headers["set-cookie"] == "seen=1; HttpOnly; Max-Age=60; Path=/; SameSite=Lax; Secure"


def test_a_generator_is_sent_line_by_line(client: Market) -> None:
    answer = client.get("/numbers")
    assert answer.headers["content-type"] == "application/x-ndjson; charset=utf-8"
    assert answer.text == '{"n":0,"orders":0}\n{"n":1,"orders":0}\n{"n":2,"orders":0}\n'
    assert client.get("/numbers?most=0").text == ""
    refused = client.get("/numbers?most=101")
    assert (refused.status, refused.json["message"]) == (400, "Too many.")


def test_a_file_of_a_form(client: Market) -> None:
    form = (
        b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nA title\r\n'
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
        b"some text\r\n--b--\r\n"
    )
    answer = client.get("/upload", method="POST", body=form, content_type="multipart/form-data; boundary=b")
    assert answer.json == {
        "title": "A title",
        "name": "a.txt",
        "type": "text/plain",
        "size": 9,
        "text": "some text",
        "others": 0,
    }
    missing = client.get("/upload", method="POST", body=b"--b--\r\n", content_type="multipart/form-data; boundary=b")
    assert sorted(each["pointer"] for each in missing.json["errors"]) == ["/file", "/title"]
    assert client.post("/upload", NOBODY, {"title": "x"}).status == 415


def test_a_form_of_texts(client: Market) -> None:
    kind = "application/x-www-form-urlencoded"
    body = b"street=High+Street&zip_code=12345&newsletter=on&other=1"
    answer = client.get("/contact", method="POST", body=body, content_type=kind)
    assert answer.json == [{"street": "High Street", "zip_code": "12345", "country": "NL"}, True]
    wrong = client.get("/contact", method="POST", body=b"street=x&country=FR", content_type=kind)
    assert [each["pointer"] for each in wrong.json["errors"]] == ["/zip_code", "/country"]


def test_a_row_in_the_path(client: Market) -> None:
    answer = client.get("/nothing/1", ADA, "DELETE")
    assert (answer.status, answer.body) == (204, b"")
    assert client.get("/nothing/2", ADA, "DELETE").status == 404


def test_a_path_below_the_prefix(client: Market) -> None:
    assert client.get("/api/stats").json == {"products": 2}
    assert client.get("/api/products?select=id").status == 200


def test_methods(client: Market) -> None:
    answer = client.get("/shop", method="DELETE")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert client.get("/shop", method="OPTIONS").headers["allow"] == "GET, HEAD, OPTIONS"
    assert client.get("/shopp").status == 404
    assert client.get("/health").status == 200


def test_what_may_be_kept_by_whom(client: Market) -> None:
    assert client.get("/shop/tea").headers["cache-control"] == "no-cache"
    assert client.get("/shop/tea", ADA).headers["cache-control"] == "private, no-cache"


def test_who_may_call_a_route(client: Market) -> None:
    assert client.get("/ip").status == 401
    assert client.get("/ip", ADA).status == 403
    assert client.get("/ip?x=1", Asker(4, frozenset({"boss"}))).json == ["", "GET", "/ip"]


@pytest.mark.parametrize(
    ("client", "ip"), [("10.0.0.7:51234", "10.0.0.7"), ("[::1]:51234", "::1"), ("::1", "::1"), ("", "")]
)
def test_the_address_of_the_client(client: str, ip: str) -> None:
    assert ip_of(client) == ip
