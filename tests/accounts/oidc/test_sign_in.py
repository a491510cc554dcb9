"""Signing in by another provider, and what attackers try on the way there and back. The provider says what a test makes
it say."""

from __future__ import annotations

import asyncio
import base64
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.accounts.application import Answer, Served
from tests.accounts.factors.people import CLOCK, begun, code_of, joined, services_of, with_totp
from tests.accounts.oidc.browser import Browser, asked_of
from tests.accounts.oidc.provider import CLIENT, LyingProvider

NOT_UNDER_WAY = (400, "No such sign-in is under way in this browser")
FAILED = "Signing in by the other provider didn't work: "


@pytest.fixture
def browser(shop: Served) -> Browser:
    return Browser(shop)


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["message"]


def says(liar: LyingProvider, subject: str, email: str | None = None, verified: Any = True, **more: Any) -> None:
    liar.claims = {"sub": subject, "email": email, "email_verified": verified, **more}


# The way


async def test_the_providers_are_listed_without_what_is_secret(shop: Served):
    answer = await shop.ask("GET", "/auth/oidc")
    assert answer.json["providers"][:2] == [
        {"name": "liar", "title": "The Liar", "address": "/auth/oidc/liar"},
        {"name": "twin", "title": "twin", "address": "/auth/oidc/twin"},
    ]


async def test_a_browser_is_sent_there(liar: LyingProvider, browser: Browser):
    answer = await browser.ask("GET", "/auth/oidc/liar")
    address = urlsplit(answer.header("location") or "")
    assert (answer.status, f"{address.scheme}://{address.netloc}{address.path}") == (303, f"{liar.address}/authorize")
    asked = asked_of(answer.header("location") or "")
    assert {**asked, "state": "", "nonce": "", "code_challenge": ""} == {
        "response_type": "code",
        "client_id": CLIENT,
        "redirect_uri": "http://localhost:8000/auth/oidc/liar/callback",
        "scope": "openid email profile",
        "state": "",
        "nonce": "",
        "code_challenge": "",
        "code_challenge_method": "S256",
    }
    cookie = next(value for name, value in answer.headers if name == "set-cookie")
    assert cookie.startswith("__Host-sign-in=")
    assert cookie.endswith("; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Lax")
    assert answer.header("cache-control") == "no-store"


async def test_who_is_new_gets_an_account_and_comes_again(liar: LyingProvider, browser: Browser):
    says(liar, "new-1", "new-1@shop.example", name="New")
    first = await browser.sign_in(liar, "/orders?tab=1")
    assert (first.status, first.header("location"), first.body) == (303, "/orders?tab=1", first.body)
    assert "__Host-session" in first.cookies
    assert b"token" not in first.body
    services = services_of(browser.shop)
    person = await services.database.transact(lambda tx: services.people.by_email(tx, "new-1@shop.example"))
    assert person is not None and person.name == "New"
    again = Browser(browser.shop)
    assert (await again.sign_in(liar)).header("location") == "/"
    assert await again.me() == await browser.me() == ["new-1@shop.example"]


async def test_the_verifier_belongs_to_the_challenge(liar: LyingProvider, browser: Browser):
    says(liar, "verifier-1")
    asked = await browser.begin()
    liar.nonce = asked["nonce"]
    assert (await browser.come_back(state=asked["state"], code="c-verifier")).status == 303
    sent = next(each for each in liar.asked if each.path == "/token").form
    digest = base64.urlsafe_b64encode(sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    assert digest == asked["code_challenge"]
    assert 43 <= len(sent["code_verifier"]) <= 128
    assert sent["redirect_uri"] == asked["redirect_uri"]


async def test_the_address_of_the_way_back_is_that_of_the_settings(liar: LyingProvider, browser: Browser):
    answer = await browser.ask("GET", "/auth/oidc/liar", host="127.0.0.1:9", x_forwarded_host="evil.example")
    asked = asked_of(answer.header("location") or "")
    assert asked["redirect_uri"] == "http://localhost:8000/auth/oidc/liar/callback"


@pytest.mark.parametrize(
    "to", ["//evil.example", "/\\evil.example", "https://evil.example", "/%2F/evil.example", "/\tx"]
)
async def test_nobody_is_sent_to_another_site_afterwards(liar: LyingProvider, browser: Browser, to: str):
    says(liar, "redirect-1")
    assert (await browser.sign_in(liar, to)).header("location") == "/"


async def test_another_session_of_the_browser_ends(liar: LyingProvider, browser: Browser):
    says(liar, "session-1")
    await browser.sign_in(liar)
    before = Browser(browser.shop, dict(browser.cookies))
    says(liar, "session-2")
    await browser.sign_in(liar)
    assert (await before.ask("GET", "/auth/identities")).status == 401


async def test_by_form_a_browser_comes_twice(liar: LyingProvider, browser: Browser):
    says(liar, "form-1")
    asked = await browser.begin(provider="form")
    assert asked["response_mode"] == "form_post"
    liar.nonce = asked["nonce"]
    form = urlencode({"state": asked["state"], "code": "by form", "user": '{"name": "x"}', "to": "//evil.example"})
    # From another site, so that no cookie of ours comes along.
    sent = await browser.shop.ask(
        "POST", "/auth/oidc/form/callback", form=form, origin=liar.address, sec_fetch_site="cross-site"
    )
    query = urlencode({"state": asked["state"], "code": "by form"})
    assert (sent.status, sent.header("location")) == (303, f"/auth/oidc/form/callback?{query}")
    assert (await browser.ask("GET", sent.header("location") or "")).status == 303
    refused = await browser.shop.ask("POST", "/auth/oidc/liar/callback", form=form)
    assert refused.status == 405


# Attacks on the way back


async def test_another_browser_can_not_finish_it(liar: LyingProvider, browser: Browser):
    """Login CSRF: the victim's browser is made to come back with what the attacker began."""
    says(liar, "attacker")
    asked, victim = await browser.begin(), Browser(browser.shop)
    liar.nonce = asked["nonce"]
    assert refusal(await victim.come_back(state=asked["state"], code="x")) == NOT_UNDER_WAY
    await victim.begin()
    assert refusal(await victim.come_back(state=asked["state"], code="x")) == NOT_UNDER_WAY
    assert "/token" not in [each.path for each in liar.asked]
    assert (await browser.come_back(state=asked["state"], code="x")).status == 303


@pytest.mark.parametrize("state", ["", "unknown", "x" * 5000])
async def test_an_invented_state_is_none(liar: LyingProvider, browser: Browser, state: str):
    await browser.begin()
    assert (await browser.come_back(state=state, code="x")).status in {400, 413}
    assert (await browser.come_back(code="x")).status == 400
    assert "/token" not in [each.path for each in liar.asked]


async def test_a_state_is_good_once(liar: LyingProvider, browser: Browser):
    says(liar, "once-1")
    asked = await browser.begin()
    liar.nonce = asked["nonce"]
    answers = await asyncio.gather(*(browser.come_back(state=asked["state"], code=f"c{i}") for i in range(20)))
    assert sorted(answer.status for answer in answers) == [303, *[400] * 19]


async def test_two_tabs_do_not_disturb_each_other(liar: LyingProvider, browser: Browser):
    says(liar, "tabs-1")
    tabs = [await browser.begin(f"/{number}") for number in range(2)]
    for number, asked in enumerate(tabs):
        liar.nonce = asked["nonce"]
        answer = await browser.come_back(state=asked["state"], code=f"tab {number}")
        assert answer.header("location") == f"/{number}"


async def test_a_code_goes_to_no_other_provider_than_the_one_it_is_of(liar: LyingProvider, browser: Browser):
    """Mix-up: a provider has the browser come back with the code of another one."""
    asked = await browser.begin()
    assert refusal(await browser.come_back("twin", state=asked["state"], code="x")) == NOT_UNDER_WAY
    asked = await browser.begin()
    answer = await browser.come_back(state=asked["state"], code="x", iss="https://accounts.google.com")
    assert refusal(answer) == (
        502, f"{FAILED}another provider sent you back than the one that you were sent to (`iss`)",
    )  # fmt: skip
    assert "/token" not in [each.path for each in liar.asked]


async def test_a_provider_that_says_who_it_is_says_so_each_time(shop: Served, liar: LyingProvider):
    liar.document["authorization_response_iss_parameter_supported"] = True
    services = services_of(shop)
    provider = services.providers.find("liar")
    assert provider is not None
    provider._document = None  # as an hour later
    try:
        browser = Browser(shop)
        asked = await browser.begin()
        assert refusal(await browser.come_back(state=asked["state"], code="x"))[1] == (
            f"{FAILED}it doesn't say that it is itself who sends you back (`iss`)"
        )
        says(liar, "iss-1")
        asked = await browser.begin()
        liar.nonce = asked["nonce"]
        assert (await browser.come_back(state=asked["state"], code="y", iss=liar.address)).status == 303
    finally:
        provider._document = None


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("access_denied", "you said no there"),
        ("server_error", "it refused (server_error)"),
        ("<script>alert(1)</script>", "it refused (unknown)"),
        ("Call_0900_123456_now", "it refused (unknown)"),
    ],
)
async def test_what_a_provider_refuses_with_is_shown_safely(
    liar: LyingProvider, browser: Browser, error: str, said: str
):
    asked = await browser.begin()
    answer = await browser.come_back(state=asked["state"], error=error, error_description="<b>Pay here</b>")
    assert refusal(answer) == (502, f"{FAILED}{said}")
    assert "Pay here" not in answer.text
    assert "script" not in answer.text


async def test_a_token_of_another_sign_in_is_refused(liar: LyingProvider, browser: Browser):
    asked, former = await browser.begin(), (await browser.begin())["nonce"]
    liar.nonce = former
    answer = await browser.come_back(state=asked["state"], code="x-nonce")
    assert refusal(answer) == (502, f"{FAILED}The ID token is of another sign-in (`nonce`)")
    assert "__Host-session" not in browser.cookies
    log = services_of(browser.shop).tables.audit_log
    rows = await log.find(services_of(browser.shop).database, event="sign-in.failed", order="-number", limit=1)
    assert '"provider":"liar"' in rows[0]["details"]


async def test_a_provider_that_is_away_or_unknown(browser: Browser):
    assert refusal(await browser.ask("GET", "/auth/oidc/away")) == (502, f"{FAILED}it can't be reached")
    assert (await browser.ask("GET", "/auth/oidc/nobody")).status == 404
    assert (await browser.ask("GET", "/auth/oidc/..%2fliar")).status == 404


# Whose account it is


async def test_an_account_whose_address_both_sides_have_verified_is_linked(liar: LyingProvider, browser: Browser):
    ann = await joined(browser.shop, "ann")
    says(liar, "link-1", ann.email.upper().replace("SHOP.EXAMPLE", "shop.example"))
    assert (await browser.sign_in(liar)).status == 303
    (shown,) = (await ann.ask("GET", "/auth/identities")).json["identities"]
    assert (shown["provider"], shown["email"].lower()) == ("liar", ann.email)
    says(liar, "link-1", "another@shop.example", verified=False)
    again = Browser(browser.shop)
    await again.sign_in(liar)
    assert await again.me() == ["another@shop.example"]
    assert (await ann.ask("GET", "/auth/identities")).json["identities"][0]["email"] == "another@shop.example"


@pytest.mark.parametrize("verified", [False, None, "false", 1, "True"])
async def test_an_address_that_the_provider_has_not_verified_gives_nobodys_account(
    liar: LyingProvider, browser: Browser, verified: Any
):
    """PocketBase CVE-2024-38351: whoever can write any address at a provider gets the account of that address."""
    ann = await joined(browser.shop, "ann")
    says(liar, f"unverified-{verified}", ann.email, verified)
    assert (await browser.sign_in(liar)).status == 303
    assert (await ann.ask("GET", "/auth/identities")).json == {"identities": []}
    assert (await browser.me()) == [
        ann.email
    ]  # what the provider calls it; the account is another one, without address


async def test_nor_can_it_be_told_whether_there_is_such_an_account(liar: LyingProvider, browser: Browser):
    ann, stranger = await joined(browser.shop, "ann"), Browser(browser.shop)
    says(liar, "tell-1", ann.email, False)
    known = await browser.sign_in(liar)
    says(liar, "tell-2", "nobody-has-this@shop.example", False)
    unknown = await stranger.sign_in(liar)
    assert (known.status, known.header("location")) == (unknown.status, unknown.header("location")) == (303, "/")
    services = services_of(browser.shop)
    assert (
        await services.database.transact(lambda tx: services.people.by_email(tx, "nobody-has-this@shop.example"))
        is None
    )


async def test_an_address_that_our_account_has_not_verified_is_not_linked(liar: LyingProvider, browser: Browser):
    """Whoever signs up with another's address doesn't get what that person does later."""
    squatter = await joined(browser.shop, "squatter", verified=False)
    says(liar, "squat-1", squatter.email)
    answer = await browser.sign_in(liar)
    assert refusal(answer) == (
        409, "The account here with the e-mail address of your account at The Liar isn't linked to it",
    )  # fmt: skip
    assert answer.json["hint"].startswith("Sign in another way")
    assert (await squatter.ask("GET", "/auth/identities")).json == {"identities": []}
    assert "__Host-session" not in browser.cookies


async def test_an_address_is_as_good_as_verified_where_the_settings_say_so(liar: LyingProvider, browser: Browser):
    ann = await joined(browser.shop, "ann")
    says(liar, "trust-1", ann.email, None)
    asked = await browser.begin(provider="trusted")
    liar.nonce = asked["nonce"]
    assert (await browser.come_back("trusted", state=asked["state"], code="trust")).status == 303
    assert len((await ann.ask("GET", "/auth/identities")).json["identities"]) == 1


async def test_a_subject_of_another_issuer_is_somebody_else(shop: Served, liar: LyingProvider, browser: Browser):
    services = services_of(shop)
    ann = await joined(shop, "ann")

    async def elsewhere(transaction: Any) -> None:
        await services.tables.identities.insert(
            transaction, issuer="https://accounts.google.com", subject="same-1", id="an-id", account=ann.account,
            provider="google", email=None, created_at=services.clock(), used_at=None,
        )  # fmt: skip

    await services.database.transact(elsewhere)
    says(liar, "same-1", "same-1@shop.example")
    await browser.sign_in(liar)
    assert await browser.me() == ["same-1@shop.example"]


async def test_who_has_a_second_factor_is_asked_for_it(liar: LyingProvider, browser: Browser):
    CLOCK.stop(browser.shop)
    ann = await joined(browser.shop, "ann")
    secret, _ = await with_totp(ann)
    says(liar, "factor-1", ann.email)
    answer = await browser.sign_in(liar)
    assert "__Host-session" not in answer.cookies
    assert answer.json["next"] == "second-factor"
    body = {"flow": answer.json["flow"], "code": code_of(secret)}
    finished = await browser.ask("POST", "/auth/second-factor?transport=cookie", body)
    assert "__Host-session" in finished.cookies
    assert await begun(ann)


async def test_nobody_signs_in_to_a_disabled_account(liar: LyingProvider, browser: Browser):
    ann = await joined(browser.shop, "ann")
    says(liar, "disabled-1", ann.email)
    await browser.sign_in(liar)
    services = services_of(browser.shop)

    async def disable(transaction: Any) -> None:
        where = {"account": ann.account}
        await services.tables.states.update(transaction, where, disabled_at=services.clock())

    await services.database.transact(disable)
    assert (await Browser(browser.shop).sign_in(liar)).status == 401


async def test_the_same_new_person_in_many_tabs_gets_one_account(liar: LyingProvider, shop: Served):
    says(liar, "many-1", "many-1@shop.example")
    browsers = [Browser(shop) for _ in range(8)]
    asked = [await browser.begin() for browser in browsers]
    liar.nonces = {f"many {number}": each["nonce"] for number, each in enumerate(asked)}
    answers = await asyncio.gather(
        *(
            browser.come_back(state=each["state"], code=f"many {number}")
            for number, (browser, each) in enumerate(zip(browsers, asked, strict=True))
        )
    )
    assert [answer.status for answer in answers] == [303] * 8
    rows = await services_of(shop).tables.identities.find(services_of(shop).database, subject="many-1")
    assert len(rows) == 1
