"""What all endpoints of /auth have in common: methods, bodies, transports, who may call them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.accounts.application import Served
from tests.accounts.sessions.people import HERE, OWN, Browser, Program, account, change, services, sign_in


async def test_there_is_nothing_at_other_paths(shop: Served):
    for target in (
        "/auth",
        "/auth/",
        "/auth/nothing",
        "/auth/sessions/",
        "/auth//sessions",
        "/auth/sessions/a/b",
        "/auth/%2e%2e",
    ):
        answer = await shop.ask("GET", target)
        assert (answer.status, answer.json["type"]) == (404, "/errors/nothing-here"), target


@pytest.mark.parametrize(
    ("target", "allow"),
    [
        ("/auth/token", "OPTIONS, POST"),
        ("/auth/sessions", "GET, HEAD, OPTIONS"),
        ("/auth/sessions/x", "DELETE, OPTIONS"),
        ("/auth/keys", "GET, HEAD, OPTIONS, POST"),
        ("/.well-known/jwks.json", "GET, HEAD, OPTIONS"),
    ],
)
async def test_other_methods_are_not_allowed(shop: Served, target: str, allow: str):
    answer = await shop.ask("PATCH", target)
    assert (answer.status, answer.header("allow")) == (405, allow)
    options = await shop.ask("OPTIONS", target)
    assert (options.status, options.header("allow"), options.body) == (204, allow, b"")


async def test_head_is_as_get_without_the_body(shop: Served):
    get, head = await shop.ask("GET", "/auth/jwks.json"), await shop.ask("HEAD", "/auth/jwks.json")
    assert (head.status, head.body, head.header("content-length")) == (200, b"", str(len(get.body)))


@pytest.mark.parametrize(
    ("content", "kind", "status", "slug"),
    [
        (b"refresh_token=x", "text/plain", 415, "unsupported-body"),
        (b"<a/>", "application/xml", 415, "unsupported-body"),
        (b"", "application/json", 400, "bad-body"),
        (b"{", "application/json", 400, "bad-body"),
        (b"[" * 50_000, "application/json", 422, "invalid"),
        (b"\xff", "application/json", 400, "bad-body"),
        (b"[]", "application/json", 422, "invalid"),
        (b"{}", "application/json", 422, "invalid"),
        (b'{"refresh_token": "x", "admin": true}', "application/json", 422, "invalid"),
        (b'{"refresh_token": "' + b"x" * 70_000 + b'"}', "application/json", 413, "too-large"),
        (b'{"refresh_token": "x"}', "application/json; charset=utf-8", 401, "bad-token"),
    ],
)
async def test_bodies_that_cant_be_read(shop: Served, content: bytes, kind: str, status: int, slug: str):
    answer = await shop.ask("POST", "/auth/token", content, content_type=kind)
    assert (answer.status, answer.json["type"]) == (status, f"/errors/{slug}")
    assert answer.header("cache-control") == "no-store"


@pytest.mark.parametrize(
    ("content", "pointer", "message"),
    [
        ({}, "/refresh_token", "refresh_token is missing"),
        ({"refresh_token": None}, "/refresh_token", "Expected `str`, got `null`"),
        ({"refresh_token": "x", "a/b~": 1}, "/a~1b~0", "There is no a/b~"),
        ([], "", "Expected `object`, got `array`"),
    ],
)
async def test_values_that_cant_be_are_named_by_a_pointer(shop: Served, content: Any, pointer: str, message: str):
    answer = await shop.ask("POST", "/auth/token", content)
    assert answer.json["errors"] == [{"pointer": pointer, "code": "22023", "message": message}]


async def test_there_are_two_transports(shop: Served):
    answer = await shop.ask("POST", "/auth/token?transport=header", {"refresh_token": "x"})
    assert (answer.status, answer.json["hint"]) == (400, "Write ?transport=cookie or ?transport=token.")


@pytest.mark.parametrize("target", ["/auth/sessions", "/auth/keys"])
async def test_nobody_has_to_sign_in_first(shop: Served, target: str):
    answer = await shop.ask("GET", target)
    assert (answer.status, answer.json["type"], answer.header("www-authenticate")) == (
        401,
        "/errors/unauthenticated",
        "Bearer",
    )


async def test_who_acts_as_somebody_else_sees_their_rows_but_not_their_account(shop: Served):
    admin, key = await account(shop, "acting_admin", "admin"), await account(shop, "acted_as")
    found = services(shop)
    acting = await found.database.transact(
        lambda transaction: found.sessions.begin(
            transaction, key, ("impersonation",), HERE, "token", impersonator=admin
        )
    )
    asker = Program(shop, acting.access_token)
    assert (await asker.ask("GET", "/api/customers")).status == 200
    for method, target, body in (
        ("GET", "/auth/sessions", None),
        ("POST", "/auth/keys", {"name": "x", "scopes": ["*:*"]}),
        ("POST", "/auth/sign-out-everywhere", None),
    ):
        answer = await asker.ask(method, target, body)
        assert (answer.status, answer.json["message"]) == (403, "Who acts as somebody else can't do that in their name")

    async def demote(transaction: Any) -> None:
        await found.tables.roles.delete(transaction, account=found.people.text(admin))
        await found.sessions.changed(transaction, admin)

    await found.database.transact(demote)
    assert (await asker.ask("GET", "/api/customers")).status == 401


async def test_administrators_prove_who_they_are_before_they_administer(shop: Served):
    key = await account(shop, "unproven", "admin")
    session = await sign_in(shop, key)
    admin = Program(shop, session.access_token)
    assert (await admin.ask("GET", "/auth/admin/service-accounts")).status == 200
    await change(shop, "sessions", {"id": session.id}, confirmed_at=services(shop).clock() - timedelta(minutes=10))
    answer = await admin.ask("GET", "/auth/admin/service-accounts")
    assert (answer.status, answer.json["type"]) == (403, "/errors/confirm-first")


async def test_a_cookie_that_is_over_is_no_obstacle_to_what_everybody_may(shop: Served):
    browser = Browser(shop, await sign_in(shop, await account(shop, "stale"), "cookie"))
    await change(shop, "sessions", {"id": browser.id}, ended_at=services(shop).clock())
    assert (await browser.ask("GET", "/auth/jwks.json", origin=OWN)).status == 200


async def test_the_host_header_is_in_no_reply(shop: Served):
    for target in ("/auth/jwks.json", "/auth/sessions", "/auth/nothing"):
        answer = await shop.ask("GET", target, host="attacker.example", x_forwarded_host="attacker.example")
        assert "attacker" not in answer.text + str(answer.headers)
