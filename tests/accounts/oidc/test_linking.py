"""Linking a provider's account to one's own while signed in, and taking the link away."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from backsmith.accounts.sessions import Client
from tests.accounts.application import Answer, Served
from tests.accounts.factors.people import Member, joined, services_of
from tests.accounts.factors.test_totp import an_hour_later
from tests.accounts.oidc.browser import Browser, asked_of
from tests.accounts.oidc.provider import LyingProvider
from tests.accounts.oidc.test_sign_in import NOT_UNDER_WAY, refusal, says


async def with_browser(shop: Served, name: str) -> tuple[Member, Browser]:
    """Somebody who is signed in, in a browser too."""
    member, services = await joined(shop, name), services_of(shop)

    async def work(transaction: Any) -> str:
        client = Client("192.0.2.1", "tests")
        return (await services.sessions.begin(transaction, member.key, ("password",), client, "cookie")).cookie or ""

    return member, Browser(shop, {"__Host-session": await services.database.transact(work)})


async def begin(browser: Browser, to: str = "/") -> dict[str, str]:
    answer = await browser.ask("POST", "/auth/oidc/liar/link", {"to": to})
    assert answer.status == 200, answer.text
    return asked_of(answer.json["address"])


async def link(liar: LyingProvider, browser: Browser, to: str = "/") -> Answer:
    asked = await begin(browser, to)
    liar.nonce = asked["nonce"]
    return await browser.come_back(state=asked["state"], code=f"link {asked['state']}")


async def test_who_is_signed_in_links_an_account_whatever_its_address(liar: LyingProvider, shop: Served):
    ann, browser = await with_browser(shop, "ann")
    says(liar, "l-1", "quite-another@example.org", False)
    answer = await link(liar, browser, "/settings")
    assert (answer.status, answer.header("location")) == (303, "/settings")
    assert "__Host-session" not in answer.cookies
    (shown,) = (await ann.ask("GET", "/auth/identities")).json["identities"]
    assert (shown["provider"], shown["email"]) == ("liar", "quite-another@example.org")
    elsewhere = Browser(shop)
    await elsewhere.sign_in(liar)
    assert await elsewhere.me() == ["quite-another@example.org"]
    assert (await link(liar, browser)).status == 303  # once more does no harm


async def test_an_account_there_is_linked_to_one_here(liar: LyingProvider, shop: Served):
    _, browser = await with_browser(shop, "ann")
    bob, other = await with_browser(shop, "bob")
    says(liar, "l-2")
    await link(liar, browser)
    assert refusal(await link(liar, other)) == (409, "That account at The Liar is linked to another account here")
    assert (await bob.ask("GET", "/auth/identities")).json == {"identities": []}


async def test_only_who_proved_who_they_are_a_moment_ago_links(liar: LyingProvider, shop: Served):
    assert (await shop.ask("POST", "/auth/oidc/liar/link", {})).status == 401
    ann = await joined(shop, "ann")
    await an_hour_later(ann)
    assert (await ann.ask("POST", "/auth/oidc/liar/link", {})).json["type"] == "/errors/confirm-first"


async def test_no_other_site_begins_to_link(liar: LyingProvider, shop: Served):
    _, browser = await with_browser(shop, "ann")
    answer = await browser.ask("POST", "/auth/oidc/liar/link", {}, sec_fetch_site="cross-site")
    assert (answer.status, answer.json["type"]) == (403, "/errors/cross-site")


async def test_a_link_is_finished_in_the_browser_and_for_the_account_that_began_it(liar: LyingProvider, shop: Served):
    ann, browser = await with_browser(shop, "ann")
    _, mallory = await with_browser(shop, "mallory")
    says(liar, "l-3")
    asked = await begin(browser)
    liar.nonce = asked["nonce"]
    # In another browser.
    assert refusal(await mallory.come_back(state=asked["state"], code="x")) == NOT_UNDER_WAY
    # In the same one, in which another account is signed in meanwhile.
    browser.cookies["__Host-session"] = mallory.cookies["__Host-session"]
    assert refusal(await browser.come_back(state=asked["state"], code="x")) == NOT_UNDER_WAY
    assert (await ann.ask("GET", "/auth/identities")).json == {"identities": []}


async def test_a_link_ends_with_the_session_that_began_it(liar: LyingProvider, shop: Served):
    ann, browser = await with_browser(shop, "ann")
    says(liar, "l-4")
    asked = await begin(browser)
    liar.nonce = asked["nonce"]
    services = services_of(shop)
    await services.database.transact(lambda transaction: services.sessions.end_all(transaction, ann.key))
    assert refusal(await browser.come_back(state=asked["state"], code="x")) == NOT_UNDER_WAY
    assert await services.tables.identities.find(services.database, account=ann.account) == []


async def test_a_program_with_tokens_begins_and_its_browser_finishes(liar: LyingProvider, shop: Served):
    ann, browser = await joined(shop, "ann"), Browser(shop)
    says(liar, "l-5")
    answer = await ann.ask("POST", "/auth/oidc/liar/link", {})
    browser.cookies = answer.cookies
    asked = asked_of(answer.json["address"])
    liar.nonce = asked["nonce"]
    assert (await browser.come_back(state=asked["state"], code="x-token")).status == 303
    assert len((await ann.ask("GET", "/auth/identities")).json["identities"]) == 1


async def test_a_link_is_taken_away(liar: LyingProvider, shop: Served):
    ann, browser = await with_browser(shop, "ann")
    bob, _ = await with_browser(shop, "bob")
    says(liar, "l-6", "l-6@shop.example")
    await link(liar, browser)
    (shown,) = (await ann.ask("GET", "/auth/identities")).json["identities"]
    assert (await bob.ask("DELETE", f"/auth/identities/{shown['id']}")).status == 404
    assert (await ann.ask("DELETE", f"/auth/identities/{shown['id']}")).status == 204
    assert (await ann.ask("GET", "/auth/identities")).json == {"identities": []}
    elsewhere = Browser(shop)
    assert (await elsewhere.sign_in(liar)).status == 303  # as somebody new
    assert (await ann.ask("GET", "/auth/identities")).json == {"identities": []}


async def test_the_last_way_to_sign_in_stays(liar: LyingProvider, shop: Served):
    browser = Browser(shop)
    says(liar, "l-7", "l-7@shop.example", False)
    await browser.sign_in(liar)
    (shown,) = (await browser.ask("GET", "/auth/identities")).json["identities"]
    refused = await browser.ask("DELETE", f"/auth/identities/{shown['id']}")
    assert refusal(refused) == (409, "Nobody could sign in to this account any more")
    assert len((await browser.ask("GET", "/auth/identities")).json["identities"]) == 1


@pytest.mark.parametrize("sign_up", ["invited", "closed"])
async def test_where_not_everybody_may_sign_up_nobody_does_so_here(
    liar: LyingProvider, shop: Served, monkeypatch: pytest.MonkeyPatch, sign_up: str
):
    accounts, services = shop.application.accounts, services_of(shop)
    assert accounts is not None
    settings = msgspec.structs.replace(services.settings, sign_up=sign_up)
    monkeypatch.setattr(accounts.endpoints, "_services", services._replace(settings=settings))
    says(liar, f"l-8-{sign_up}", f"l-8-{sign_up}@shop.example")
    assert refusal(await Browser(shop).sign_in(liar)) == (
        409, "No account here is linked to your account at The Liar, and not everybody may sign up",
    )  # fmt: skip
    ann = await joined(shop, "ann")
    says(liar, f"l-9-{sign_up}", ann.email)
    assert (await Browser(shop).sign_in(liar)).status == 303


async def test_where_nobody_signs_in_by_providers(liar: LyingProvider, shop: Served, monkeypatch: pytest.MonkeyPatch):
    accounts, services = shop.application.accounts, services_of(shop)
    assert accounts is not None
    settings = msgspec.structs.replace(services.settings, sign_in=("code",))
    monkeypatch.setattr(accounts.endpoints, "_services", services._replace(settings=settings))
    assert (await shop.ask("GET", "/auth/oidc")).json == {"providers": []}
    assert (await shop.ask("GET", "/auth/oidc/liar")).status == 403
    assert (await shop.ask("POST", "/auth/sign-in/passkey/options")).status == 403
