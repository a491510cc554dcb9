"""Whose pages may call the API: in development those of this machine, in production none that isn't named."""

from __future__ import annotations

import pytest

from backsmith.engine.serving.cors import EXPOSED_HEADERS, REQUEST_HEADERS, Cors
from backsmith.http.origins import is_local_origin, is_nobodys_name
from tests.http.live import Live

OWN_PAGES = [
    "http://localhost:5173",
    "http://localhost",
    "https://localhost:5173",
    "http://127.0.0.1:3000",
    "http://[::1]:5173",
]
OTHER_PAGES = [
    "null",
    "",
    "*",
    "http://localhost.evil.example",
    "http://localhost.evil.example:5173",
    "http://evil.example:5173",
    "http://localhost@evil.example",
    "http://localhost:5173@evil.example",
    "http://127.0.0.1.nip.io",
    "http://127.0.0.1.nip.io:5173",
    "http://127.0.0.10:5173",
    "http://127.1",
    "http://2130706433",
    "http://0.0.0.0:5173",
    "http://[::]:5173",
    "http://[::1].evil.example",
    "http://xlocalhost:5173",
    "http://app.localhost:5173",
    "HTTP://LOCALHOST:5173",
    "http://localhost:5173/",
    "http://localhost:5173, http://evil.example",
    "http://localhost:",
    "http://localhost:०",
    "http://localhost:5173\n",
    "file://localhost",
    "chrome-extension://localhost",
]


@pytest.mark.parametrize("origin", OWN_PAGES)
def test_pages_of_this_machine(origin: str) -> None:
    assert is_local_origin(origin)
    assert Cors((), False, local=True).headers(origin) == [
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", EXPOSED_HEADERS),
        ("access-control-allow-credentials", "true"),
    ]
    assert Cors((), False).headers(origin) == []


@pytest.mark.parametrize("origin", OTHER_PAGES)
def test_other_pages(origin: str) -> None:
    assert Cors((), False, local=True).headers(origin) == []


def test_the_named_origins_stay_what_they_are_in_development() -> None:
    cors = Cors(("https://shop.example",), False, local=True)
    assert ("access-control-allow-credentials", "true") not in cors.headers("https://shop.example")
    assert ("access-control-allow-credentials", "true") in cors.headers("http://localhost:5173")
    assert Cors(("*",), False, local=True).headers("https://any.example")[0] == ("access-control-allow-origin", "*")
    assert Cors(("*",), False, local=True).vary("Accept") == "Accept, Origin"


def test_a_preflight_of_a_development_server(developers: Live) -> None:
    asked = {
        "Origin": "http://localhost:5173",
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-profile,idempotency-key,if-match,prefer,range",
    }
    reply = developers.client.options("/api/notes?id=eq.1", headers=asked)
    named = set(reply.headers["access-control-allow-headers"].lower().split(", "))
    assert (reply.status_code, reply.headers["access-control-allow-origin"]) == (204, "http://localhost:5173")
    assert set(asked["Access-Control-Request-Headers"].split(",")) <= named
    assert reply.headers["access-control-allow-credentials"] == "true"
    assert reply.headers["access-control-allow-headers"] == REQUEST_HEADERS
    refused = developers.client.options("/api/notes", headers=asked | {"Origin": "http://evil.example:5173"})
    assert not [name for name in refused.headers if name.startswith("access-control-")]


def test_a_page_reads_what_it_needs(developers: Live) -> None:
    reply = developers.get("/api/notes", Origin="http://127.0.0.1:5173")
    exposed = set(reply.headers["access-control-expose-headers"].lower().split(", "))
    assert exposed >= {
        "content-range", "etag", "location", "link", "preference-applied", "retry-after", "ratelimit",
        "ratelimit-policy", "deprecation", "sunset", "x-request-id", "content-disposition", "www-authenticate",
    }  # fmt: skip
    assert "Origin" in reply.headers["vary"]


@pytest.mark.parametrize("origin", [*OWN_PAGES, "null", "https://evil.example"])
def test_in_production_nobody_is_let_in_who_is_not_named(server: Live, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    for reply in (server.client.options("/api/notes", headers=asked), server.get("/api/notes", Origin=origin)):
        assert not [name for name in reply.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://localhost:5173", "sec-fetch-site": "same-site"},
        {"origin": "http://localhost:5173"},
        {"origin": "http://localhost:5173", "sec-fetch-site": "same-origin"},
        {"origin": "http://localhost:5173", "sec-fetch-site": "same-origin", "host": "localhost:5173"},
    ],
    ids=["another port", "an old browser", "a proxy that changes Host", "a proxy that leaves Host"],
)
def test_a_development_servers_page_may_act_with_a_cookie(developers: Live, headers: dict[str, str]) -> None:
    body = {"email": "ann@example.org", "password": "not the password"}
    reply = developers.client.post("/auth/sign-in?transport=cookie", json=body, headers=headers)
    assert reply.json()["type"] != "/errors/cross-site"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example:5173", "sec-fetch-site": "cross-site"},
        {"origin": "http://localhost.evil.example:5173"},
        {"origin": "null"},
        {"sec-fetch-site": "same-site"},
        {},
    ],
    ids=["another site", "a name like ours", "a sandbox", "no origin", "no browser"],
)
def test_other_pages_may_not(developers: Live, headers: dict[str, str]) -> None:
    reply = developers.client.post("/auth/sign-in?transport=cookie", json={}, headers=headers)
    assert (reply.status_code, reply.json()["type"]) == (403, "/errors/cross-site")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.nip.io:8000", "localhost.evil.example"]
)
def test_a_name_that_was_led_here_is_refused(developers: Live, host: str) -> None:
    """DNS rebinding: to the browser, the page of that name is this server's own."""
    for path in ("/api/notes", "/docs", "/openapi.json", "/health", "/metrics"):
        reply = developers.get(path, Host=host, Sec_Fetch_Site="same-origin")
        assert (reply.status_code, reply.json()["type"]) == (403, "/errors/cross-site")
    assert "answers at this machine's own names only" in reply.json()["detail"]
    assert host not in reply.text


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:8000", "app.localhost:8000", "127.0.0.1:8000", "[::1]:8000", "api:8000", "10.0.0.7"],
)
def test_names_that_are_nobodys(developers: Live, host: str) -> None:
    assert is_nobodys_name(host)
    assert developers.get("/health", Host=host).status_code == 200


def test_in_production_the_proxy_in_front_decides_on_names(server: Live) -> None:
    assert server.get("/health", Host="shop.example").status_code == 200
