"""The headers that replies have: those of security on every one, request ids, timing, those of other origins."""

from __future__ import annotations

import re

import httpx
import pytest

from tests.http.live import Live

EVERY_KIND = [
    (200, "GET", "/api/teas"),
    (200, "GET", "/api/teas/a"),
    (200, "HEAD", "/api/teas"),
    (200, "GET", "/api/rpc/echo?text=x"),
    (204, "OPTIONS", "/api/teas"),
    (206, "GET", "/api/teas?limit=1"),
    (304, "GET", "/api/teas?limit=0"),
    (400, "GET", "/api/teas?name=x"),
    (401, "GET", "/api/notes"),
    (401, "GET", "/api/teas?id=eq.unauthorized"),
    (404, "GET", "/api/teas/none"),
    (404, "GET", "/api/nothing"),
    (404, "GET", "/"),
    (404, "GET", "/api"),
    (403, "DELETE", "/api/teas/a"),
    (406, "GET", "/api/teas?accept"),
    (413, "POST", "/api/rpc/echo"),
    (414, "GET", f"/api/teas?name=eq.{'x' * 3000}"),
    (416, "GET", "/api/teas?offset=100"),
    (500, "GET", "/api/rpc/fail"),
    (504, "GET", "/api/rpc/count_to?number=2000000000"),
    (200, "GET", "/health"),
    (200, "GET", "/ready"),
    (200, "GET", "/metrics"),
    (200, "GET", "/errors"),
    (200, "GET", "/errors/not-found"),
]


def ask(server: Live, status: int, method: str, target: str, **headers: str) -> httpx.Response:
    """The reply of that status, if need be by a header that brings it about."""
    match status:
        case 206 | 416:
            headers["Prefer"] = "count=exact"
        case 304:
            headers["If-None-Match"] = server.get(target).headers["etag"]
        case 401:
            headers["Authorization"] = "Bearer none"
        case 406:
            headers["Accept"] = "image/png"
        case _:
            pass
    reply = server.client.request(method, target, headers=headers, content=b"x" * 5_000_000 if status == 413 else None)
    assert reply.status_code == status
    return reply


@pytest.mark.parametrize(("status", "method", "target"), EVERY_KIND)
def test_every_reply_is_safe_and_can_be_found_in_the_log(server: Live, status: int, method: str, target: str) -> None:
    reply = ask(server, status, method, target, **{"X-Request-Id": "mine.1", "Origin": "https://app.example"})
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert reply.headers["referrer-policy"] == "no-referrer"
    assert reply.headers["cross-origin-resource-policy"] == "same-origin"
    assert reply.headers["x-request-id"] == "mine.1"
    assert reply.headers["access-control-allow-origin"] == "https://app.example"
    assert "Origin" in reply.headers["vary"]
    assert "content-encoding" not in reply.headers, "compressing is for the proxy in front"
    line = f'"request":"mine.1","method":"{method}","path":"{target.partition("?")[0]}","status":{status},'
    server.wait_until(lambda: line in server.said())
    if status >= 400:
        problem = reply.json()
        assert (problem["status"], problem["instance"]) == (status, "urn:request:mine.1")
        assert reply.headers["content-type"] == "application/problem+json; charset=utf-8"
        assert reply.headers["cache-control"] == "no-store"
        assert "secret" not in reply.text


def test_nothing_is_compressed(server: Live) -> None:
    assert "content-encoding" not in server.get("/api/teas", Accept_Encoding="gzip, br").headers


def test_each_request_has_an_id_of_its_own(server: Live) -> None:
    ids = [server.get("/api/teas?limit=0").headers["x-request-id"] for _ in range(3)]
    assert len(set(ids)) == 3
    assert all(re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", one) for one in ids)


@pytest.mark.parametrize("given", ["<script>", "a b", "x" * 200, ""])
def test_an_id_that_is_not_plain_is_not_taken_over(server: Live, given: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", server.get("/health", X_Request_Id=given).headers["x-request-id"])


def test_server_timing_names_the_steps_of_the_spine(server: Live) -> None:
    timing = server.get("/api/teas").headers["server-timing"]
    assert re.sub(r"\d+\.\d{3}", "1", timing) == ("read;dur=1, authorize;dur=1, plan;dur=1, run;dur=1, reply;dur=1")
    assert "server-timing" not in server.get("/health").headers


def test_a_failure_says_nothing_of_its_cause_but_where_to_look(server: Live) -> None:
    reply = server.get("/api/rpc/fail", X_Request_Id="broken-1")
    assert reply.json() == {
        "type": "/errors/internal",
        "title": "Backsmith made a mistake",
        "status": 500,
        "detail": "This is a mistake of the server, not of the request.",
        "instance": "urn:request:broken-1",
        "code": "XX000",
        "message": "This is a mistake of the server, not of the request.",
        "details": None,
        "hint": "The log of the server says more under broken-1.",
    }
    assert "the secret of the house" in server.said()


def test_a_preflight_of_a_page_that_is_let_in(server: Live) -> None:
    asked = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization,prefer",
    }
    reply = server.client.options("/api/teas", headers=asked)
    assert (reply.status_code, reply.content) == (204, b"")
    assert reply.headers["access-control-allow-origin"] == "https://app.example"
    assert reply.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    assert {"authorization", "prefer", "x-client-info"} <= set(
        reply.headers["access-control-allow-headers"].lower().split(", ")
    )
    assert reply.headers["access-control-max-age"] == "7200"
    assert len(reply.headers.get_list("access-control-allow-origin")) == 1


def test_a_preflight_of_another_page(server: Live) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    reply = server.client.options("/api/teas", headers=asked)
    assert reply.status_code == 204
    assert not [name for name in reply.headers if name.startswith("access-control-")]


def test_a_page_that_is_let_in_may_read_what_it_needs(server: Live) -> None:
    reply = server.get("/api/teas?limit=1", Origin="https://app.example", Prefer="count=exact")
    assert reply.headers["access-control-allow-origin"] == "https://app.example"
    exposed = set(reply.headers["access-control-expose-headers"].lower().split(", "))
    assert {"content-range", "etag", "link", "preference-applied", "x-request-id", "retry-after"} <= exposed
    assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "https://app.example.evil", "http://app.example", "null"])
def test_other_pages_may_not_read(server: Live, origin: str) -> None:
    reply = server.get("/api/teas", Origin=origin)
    assert reply.status_code == 200
    assert not [name for name in reply.headers if name.startswith("access-control-")]


def test_preferences_in_two_headers_are_one_list(server: Live) -> None:
    twice = [("Prefer", "count=exact"), ("Prefer", "handling=strict")]
    reply = server.client.get("/api/teas?limit=1", headers=twice)
    assert reply.headers["preference-applied"] == "count=exact, handling=strict"
