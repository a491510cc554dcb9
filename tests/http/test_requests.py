"""Requests as they come over the wire: connections, methods, addresses, bodies, slow clients."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import quote

import pytest

from tests.http.live import Live


def raw(server: Live, *parts: bytes) -> bytes:
    """What the server sends to who sends these parts, up to the end of the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def test_a_connection_serves_many_requests(server: Live) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.connect()
    first = connection.sock
    for status, target in [(200, "/api/teas?id=eq.a"), (404, "/api/tees"), (200, "/health"), (200, "/api/teas/a")]:
        connection.request("GET", target)
        reply = connection.getresponse()
        reply.read()
        assert reply.status == status
        assert connection.sock is first
    connection.close()


def test_requests_in_a_row_are_answered_in_order(server: Live) -> None:
    one = b"GET /api/rpc/echo?text=%d HTTP/1.1\r\nHost: x\r\n%s\r\n"
    received = raw(server, one % (1, b"") + one % (2, b"") + one % (3, b"Connection: close\r\n"))
    assert [received.index(b'\r\n\r\n"%d"' % number) for number in (1, 2, 3)] == sorted(
        received.index(b'\r\n\r\n"%d"' % number) for number in (1, 2, 3)
    )


@pytest.mark.parametrize(
    "target", ["/api/teas?id=eq.a", "/api/teas/a", "/api/teas/none", "/api/rpc/echo?text=x", "/health"]
)
def test_head_is_get_without_the_body(server: Live, target: str) -> None:
    changing = ("date", "x-request-id", "server-timing")
    get, head = server.client.get(target), server.client.head(target)
    assert head.status_code == get.status_code
    assert head.content == b""
    known = {name: value for name, value in get.headers.items() if name not in changing}
    if get.status_code < 400:
        assert {name: value for name, value in head.headers.items() if name not in changing} == known
    assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize("target", ["/api/teas", "/api/teas/a", "/api/rpc/echo", "/health", "*"])
def test_options_says_what_may_be_done(server: Live, target: str) -> None:
    reply = server.client.options(target)
    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers["allow"] == ("GET, HEAD, POST, OPTIONS" if "/rpc/" in target else "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_to_write_what_no_rule_opens_is_refused(server: Live, method: str) -> None:
    assert server.client.request(method, "/api/teas").status_code == 403


@pytest.mark.parametrize("method", ["TRACE", "PURGE"])
def test_other_methods_are_refused(server: Live, method: str) -> None:
    reply = server.client.request(method, "/api/teas")
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/api/teas/a", "Assam"),
        ("/api/t%65as/%61", "Assam"),
        ("/api/teas/a/", "Assam"),
        ("/api/teas/100%2541", "1 + 1 = 2 & 100%"),
        ("/api/teas/%C3%BC", "Grüner"),
        ("/api/teas/ü", "Grüner"),
    ],
)
def test_paths_are_decoded_once(server: Live, path: str, found: str) -> None:
    assert server.get(f"{path}?select=name").json() == {"name": found}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (quote("玄米茶"), "g"),
        ("玄米茶", "g"),
        ("1+%2B+1+%3D+2+%26+100%25", "100%41"),
        ("1%20%2b%201%20=%202%20%26%20100%25", "100%41"),
        ("1+++1+=+2+%26+100%25", None),
    ],
)
def test_plus_is_a_space_and_2b_a_plus(server: Live, value: str, found: str | None) -> None:
    reply = server.get(f"/api/teas?select=id&name=eq.{value}")
    assert reply.json() == ([] if found is None else [{"id": found}])


def test_bytes_that_are_not_utf_8_are_refused(server: Live) -> None:
    for value in ("%ff", "%C3", "%ED%A0%80"):
        reply = server.get(f"/api/teas?name=eq.{value}")
        assert (reply.status_code, reply.json()["code"]) == (400, "PGRST100")
    assert server.get("/api/teas/%FF").status_code in (400, 404)


@pytest.mark.parametrize(
    "header", [b"Prefer: \xe9", b"X-Request-Id: \xe9", b"Accept: \xff", b"Authorization: Bearer \xe9"]
)
def test_bytes_in_headers_that_are_not_ascii_do_no_harm(server: Live, header: bytes) -> None:
    received = raw(server, b"GET /api/teas?limit=0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + b"\r\n\r\n")
    assert int(received.split()[1]) in (200, 400, 401, 406)


def test_a_long_address_is_refused(server: Live) -> None:
    assert server.get(f"/api/teas?name=eq.{'x' * 1900}").status_code == 200
    reply = server.get(f"/api/teas?name=eq.{'x' * 2048}")
    assert reply.status_code == 414
    assert reply.json()["message"] == "The address is longer than 2048 bytes"
    assert server.get(f"/api/teas?name=eq.{'x' * 60_000}").status_code == 414
    assert server.get("/api/teas?limit=0").status_code == 200


def test_something_that_is_not_http_is_refused(server: Live) -> None:
    assert raw(server, b"HELO there\r\n\r\n").startswith(b"HTTP/1.1 400 ")


# Bodies ---------------------------------------------------------------------------------------------------------------


def test_a_body_of_known_length(server: Live) -> None:
    text = "ü" * 1000
    assert server.client.post("/api/rpc/echo", json={"text": text}).json() == text


def test_a_body_in_pieces(server: Live) -> None:
    body = json.dumps({"text": "x" * 300_000}).encode()

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 10_000):
            yield body[start : start + 10_000]

    assert server.client.post("/api/rpc/echo", content=pieces()).json() == "x" * 300_000


@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_body_that_is_too_large_is_refused(server: Live, in_pieces: bool) -> None:
    body = b'{"text":"' + b"x" * 4_194_304 + b'"}'
    reply = server.client.post("/api/rpc/echo", content=iter([body]) if in_pieces else body)
    assert reply.status_code == 413
    assert reply.json()["message"] == "The body may have 4,194,304 bytes at most"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert server.client.post("/api/rpc/echo", json={"text": "x"}).json() == "x"


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b'{"text": 1e999}', b"\xff", b'{"text":"\\ud800"}'])
def test_a_body_that_does_not_fit_is_the_sender_s_mistake(server: Live, body: bytes) -> None:
    assert server.client.post("/api/rpc/echo", content=body).status_code in (400, 404)


def test_a_client_that_is_slow_to_send_keeps_nobody_waiting(server: Live) -> None:
    body = b'{"text":"slow"}'
    head = b"POST /api/rpc/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as slow:
        slow.sendall(head[:20])
        assert server.get("/api/teas?limit=0").status_code == 200
        slow.sendall(head[20:] + body[:5])
        assert server.get("/api/teas?limit=0").status_code == 200
        assert server.metric("in_flight") == 0
        slow.sendall(body[5:])
        assert slow.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_a_client_that_goes_away_does_no_harm(server: Live) -> None:
    for said in (b"GET /api/te", b"POST /api/rpc/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{", b""):
        with socket.create_connection(("127.0.0.1", server.port)) as leaving:
            leaving.sendall(said)
    assert server.get("/api/teas?limit=0").status_code == 200
