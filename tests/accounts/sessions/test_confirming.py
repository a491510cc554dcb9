"""Proving again who one is (`accounts.changing`), as far as it is about the session: its secrets change."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.accounts.application import Served
from tests.accounts.sessions.people import Browser, account, change, services, sign_in

PASSWORD = "correct horse battery staple"


async def with_password(shop: Served, name: str) -> int:
    found, key = services(shop), await account(shop, name)
    hash = await found.passwords.hash(PASSWORD)
    row: dict[str, Any] = {"account": found.people.text(key), "hash": hash, "changed_at": found.clock()}
    await found.database.transact(lambda transaction: found.tables.passwords.put(transaction, **row))
    return key


async def a_while_ago(shop: Served, id: str) -> None:
    await change(shop, "sessions", {"id": id}, confirmed_at=services(shop).clock() - timedelta(hours=1))


async def test_who_proves_it_may_again_and_the_cookie_is_another(shop: Served):
    browser = Browser(shop, await sign_in(shop, await with_password(shop, "proves"), "cookie"))
    await a_while_ago(shop, browser.id)
    new_key = {"name": "x", "scopes": ["*:*"]}
    assert (await browser.ask("POST", "/auth/keys", new_key)).json["type"] == "/errors/confirm-first"
    before = browser.cookie
    answer = await browser.ask("POST", "/auth/confirm", {"password": PASSWORD})
    assert (answer.status, answer.json["session"], answer.json["transport"]) == (200, browser.id, "cookie")
    assert "access_token" not in answer.json
    assert browser.cookie != before
    assert (await browser.ask("POST", "/auth/keys", new_key)).status == 201
    assert (await shop.ask("GET", "/api/customers", cookie=f"__Host-session={before}")).status == 401


async def test_a_client_with_tokens_gets_new_ones(shop: Served):
    before = await sign_in(shop, await with_password(shop, "proves_by_token"))
    await a_while_ago(shop, before.id)
    bearer = {"authorization": f"Bearer {before.access_token}"}
    answer = await shop.ask("POST", "/auth/confirm", {"password": PASSWORD}, **bearer)
    assert (answer.status, answer.json["session"], answer.cookies) == (200, before.id, {})
    renewed = await shop.ask("POST", "/auth/token", {"refresh_token": answer.json["refresh_token"]})
    assert renewed.status == 200


async def test_a_wrong_one_proves_nothing_(shop: Served):
    key = await with_password(shop, "proves_not")
    browser = Browser(shop, await sign_in(shop, key, "cookie"))
    await a_while_ago(shop, browser.id)
    for body in ({"password": "wrong"}, {}, {"code": "123456"}):
        answer = await browser.ask("POST", "/auth/confirm", body)
        assert (answer.status, answer.json["type"], answer.cookies) == (422, "/errors/invalid", {})
    assert (await browser.ask("POST", "/auth/keys", {"name": "x", "scopes": ["*:*"]})).status == 403
    assert (await browser.ask("GET", "/api/customers")).status == 200


async def test_guessing_it_with_a_stolen_session_has_to_wait(shop: Served):
    browser = Browser(shop, await sign_in(shop, await with_password(shop, "guessed"), "cookie"))
    statuses = [(await browser.ask("POST", "/auth/confirm", {"password": f"{n}"})).status for n in range(7)]
    assert statuses[:5] == [422] * 5
    assert statuses[-1] == 429


async def test_without_a_password_none_fits(shop: Served):
    browser = Browser(shop, await sign_in(shop, await account(shop, "no_password"), "cookie"))
    assert (await browser.ask("POST", "/auth/confirm", {"password": ""})).status == 422
    assert (await shop.ask("POST", "/auth/confirm", {"password": PASSWORD})).status == 401
