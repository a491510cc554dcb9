"""Requests with a cookie have to come from our own pages (CSRF); others don't."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.accounts.application import NOTES, Served, serve
from tests.accounts.sessions.people import OWN, Browser, account, sign_in

TO_WRITE = [
    ("POST", "/api/customers"),
    ("PATCH", "/api/customers?id=eq.0"),
    ("PUT", "/api/customers/0"),
    ("DELETE", "/api/customers?id=eq.0"),
    ("POST", "/api/batch"),
    ("POST", "/api/rpc/pay"),
    ("POST", "/api/rpc/totals"),
    ("POST", "/api/orders/0/place"),
    ("POST", "/auth/sign-out"),
    ("POST", "/auth/sign-out-everywhere"),
    ("POST", "/auth/keys"),
    ("DELETE", "/auth/sessions/x"),
]


FROM_ANOTHER_SITE: list[dict[str, str]] = [
    {},
    {"origin": "https://attacker.example"},
    {"origin": "null"},
    {"origin": "http://localhost:8000.attacker.example"},
    {"origin": "HTTP://LOCALHOST:8000"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"sec_fetch_site": "none"},
    {"sec_fetch_site": "cross-site", "origin": "https://attacker.example"},
    {"referer": OWN + "/"},
]


async def test_what_another_site_sends_is_refused(shop: Served):
    browser = Browser(shop, await sign_in(shop, await account(shop, "victim"), "cookie"))
    for method, target in TO_WRITE:
        for headers in FROM_ANOTHER_SITE:
            answer = await browser.ask(method, target, {}, **{"origin": None, **headers})
            assert (answer.status, answer.json["type"]) == (403, "/errors/cross-site"), (method, target, headers)
    assert (await browser.ask("GET", "/api/customers")).status == 200


@pytest.mark.parametrize("headers", [{"sec_fetch_site": "same-origin"}, {"origin": OWN}])
async def test_what_our_own_pages_send_is_taken(shop: Served, headers: dict[str, str]):
    key = await account(shop, f"own{len(headers)}{'origin' in headers}")
    browser = Browser(shop, await sign_in(shop, key, "cookie"))
    sent = {"origin": None, **headers}
    assert (await browser.ask("POST", "/api/customers", {"account_id": key, "name": "x"}, **sent)).status == 201


async def test_a_get_with_the_cookie_may_come_from_everywhere(shop: Served):
    browser = Browser(shop, await sign_in(shop, await account(shop, "get"), "cookie"))
    for method in ("GET", "HEAD"):
        answer = await browser.ask(
            method, "/api/customers", origin="https://other.example", sec_fetch_site="cross-site"
        )
        assert answer.status == 200


async def test_a_token_may_come_from_everywhere(shop: Served):
    key = await account(shop, "anywhere")
    token = await sign_in(shop, key)
    answer = await shop.ask(
        "POST",
        "/api/customers",
        {"account_id": key, "name": "x"},
        authorization=f"Bearer {token.access_token}",
        origin="https://other.example",
        sec_fetch_site="cross-site",
    )
    assert answer.status == 201


async def test_a_token_goes_before_a_cookie(shop: Served):
    ann, bo = await account(shop, "ann_token"), await account(shop, "bo_cookie")
    token, browser = await sign_in(shop, ann), Browser(shop, await sign_in(shop, bo, "cookie"))
    made = await browser.ask(
        "POST", "/api/customers", {"account_id": ann, "name": "x"}, authorization=f"Bearer {token.access_token}"
    )
    assert made.status == 201
    assert (await browser.ask("GET", "/api/customers")).json == []


@pytest.mark.parametrize("headers", [{}, {"origin": "https://attacker.example"}, {"sec_fetch_site": "cross-site"}])
async def test_another_site_cannot_sign_its_visitor_in(shop: Served, headers: dict[str, str]):
    """Login CSRF: there is no cookie yet, and one is to be set."""
    answer = await shop.ask("POST", "/auth/token?transport=cookie", {"refresh_token": "x"}, **headers)
    assert (answer.status, answer.json["type"]) == (403, "/errors/cross-site")


@pytest.mark.parametrize("credentials", [False, True])
async def test_in_production_the_host_header_makes_no_origin_ours(database_url: str, tmp_path: Path, credentials: bool):
    settings: dict[str, Any] = {
        "environment": "production",
        "address": "https://shop.example",
        "cors_origins": ("https://app.example",),
        "cors_credentials": credentials,
        "mail": "smtps://shop:a-password@mail.example:465",
        "secret_file": str(tmp_path / "root_secret"),
    }
    served = await serve(NOTES, database_url, tmp_path, **settings)
    key = await account(served, "ann")
    browser = Browser(served, await sign_in(served, key, "cookie"))

    async def status(origin: str, host: str = "shop.example") -> int:
        body = {"owner_id": key, "text": "x"}
        return (await browser.ask("POST", "/api/notes", body, origin=origin, host=host)).status

    assert await status("https://shop.example") == 201
    assert await status("https://app.example") == (201 if credentials else 403)
    assert await status("https://attacker.example") == 403
    assert await status("http://attacker.example", "attacker.example") == 403
    await served.application.close()


async def test_a_developer_reaches_it_by_any_name(served: Served):
    key = await account(served, "ann")
    browser = Browser(served, await sign_in(served, key, "cookie"))
    body = {"owner_id": key, "text": "x"}
    answer = await browser.ask("POST", "/api/notes", body, origin="http://192.168.0.7:8000", host="192.168.0.7:8000")
    assert answer.status == 201
    answer = await browser.ask("POST", "/api/notes", body, origin="http://192.168.0.7:8000", host="localhost:8000")
    assert answer.status == 403
