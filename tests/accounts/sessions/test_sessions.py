"""Sessions in cookies: how they are set, how long they last, where they are seen and how they end."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from backsmith.accounts.cookies import ConfusedCookiesError, cookies_of, value_of
from backsmith.accounts.sessions import MOST_SESSIONS, Client
from backsmith.engine.serving.carriers import AsgiHeaders
from backsmith.http.request import Request
from tests.accounts.application import Served
from tests.accounts.sessions.people import OWN, Browser, account, change, services, sign_in

ENDED = "__Host-session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax"


async def test_a_cookie_is_for_this_host_alone_out_of_reach_for_scripts_and_kept_as_a_hash(shop: Served):
    key = await account(shop, "cookie")
    browser = Browser(shop, await sign_in(shop, key, "cookie"))
    assert browser.cookie is not None
    id, secret = browser.cookie.split(".")
    assert (id, len(secret)) == (browser.id, 43)
    row = await services(shop).tables.sessions.one(services(shop).database, id=id)
    assert row is not None
    assert row["secret"] == sha256(secret.encode()).digest()
    assert secret not in str(row)
    answer = await browser.ask("POST", "/auth/sign-out")
    assert (answer.status, answer.header("set-cookie"), answer.header("cache-control")) == (204, ENDED, "no-store")


async def test_a_cookie_shows_who_asks(shop: Served):
    key = await account(shop, "ann")
    browser = Browser(shop, await sign_in(shop, key, "cookie"))
    made = await browser.ask(
        "POST", "/api/customers?select=name", {"account_id": key, "name": "Ann"}, prefer="return=representation"
    )
    assert (made.status, made.json) == (201, [{"name": "Ann"}])
    read = await browser.ask("GET", "/api/customers?select=name")
    assert (read.status, read.json) == (200, [{"name": "Ann"}])
    assert read.header("cache-control") == "private, no-cache"
    assert "Cookie" in (read.header("vary") or "").split(", ")


@pytest.mark.parametrize(
    "cookie",
    [
        "__Host-session=",
        "__Host-session=x",
        "__Host-session={cookie}x",
        "__Host-session={id}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "__Host-session={cookie}; __Host-session={cookie}",
        "__Host-session={cookie}; a=b; __Host-session=other",
        "a=" + "x" * 20_000 + "; __Host-session={cookie}",
    ],
)
async def test_a_cookie_that_isnt_good_is_refused_and_taken_away(shop: Served, cookie: str):
    signed_in = await sign_in(shop, await account(shop, f"wrong{hash(cookie)}"), "cookie")
    answer = await shop.ask("GET", "/api/customers", cookie=cookie.format(cookie=signed_in.cookie, id=signed_in.id))
    if cookie == "__Host-session=":  # there is none
        assert answer.status == 401
        assert answer.json["title"] == "Sign in first"
        return
    assert (answer.status, answer.json["type"]) == (401, "/errors/bad-token")
    assert answer.header("set-cookie") == ENDED


@pytest.mark.parametrize(
    "cookie", ["session={cookie}", "__host-session={cookie}", "x__Host-session={cookie}", "=__Host-session={cookie}"]
)
async def test_a_cookie_of_another_name_is_none(shop: Served, cookie: str):
    signed_in = await sign_in(shop, await account(shop, f"named{hash(cookie)}"), "cookie")
    answer = await shop.ask("GET", "/api/customers", cookie=cookie.format(cookie=signed_in.cookie))
    assert (answer.status, answer.json["title"]) == (401, "Sign in first")


async def test_the_cookie_of_one_session_with_the_secret_of_another_is_refused(shop: Served):
    key = await account(shop, "mixed")
    one, other = await sign_in(shop, key, "cookie"), await sign_in(shop, key, "cookie")
    assert one.cookie is not None
    assert other.cookie is not None
    mixed = f"{one.id}.{other.cookie.split('.')[1]}"
    assert (await shop.ask("GET", "/api/customers", cookie=f"__Host-session={mixed}")).status == 401


async def test_the_refresh_token_of_a_session_is_no_cookie_and_its_cookie_no_token(shop: Served):
    key = await account(shop, "carried")
    token, cookie = await sign_in(shop, key), await sign_in(shop, key, "cookie")
    assert token.refresh_token is not None
    id, _, secret = token.refresh_token.removeprefix("bsr_").split(".")
    assert (await shop.ask("GET", "/api/customers", cookie=f"__Host-session={id}.{secret}")).status == 401
    for credential in (token.refresh_token, cookie.cookie):
        assert (await shop.ask("GET", "/api/customers", authorization=f"Bearer {credential}")).status == 401


@pytest.mark.parametrize(
    "values",
    [
        {"expires_at": timedelta(seconds=-1)},
        {"seen_at": timedelta(days=-7, seconds=-1)},
        {"ended_at": timedelta()},
    ],
)
async def test_a_session_that_is_over_idle_or_ended_is_no_session(shop: Served, values: dict[str, timedelta]):
    key = await account(shop, f"over{next(iter(values))}")
    browser = Browser(shop, await sign_in(shop, key, "cookie"))
    now = services(shop).clock()
    await change(shop, "sessions", {"id": browser.id}, **{name: now + delta for name, delta in values.items()})
    answer = await browser.ask("GET", "/api/customers")
    assert (answer.status, answer.json["message"]) == (401, "This session has ended.")
    assert browser.cookie == ""


async def test_its_use_is_noted_at_most_once_a_minute_and_never_while_the_reply_waits(shop: Served):
    key = await account(shop, "seen")
    browser = Browser(shop, await sign_in(shop, key, "cookie"))
    before = services(shop).clock() - timedelta(minutes=2)
    await change(shop, "sessions", {"id": browser.id}, seen_at=before)

    async def seen() -> Any:
        row = await services(shop).tables.sessions.one(services(shop).database, id=browser.id)
        return None if row is None else row["seen_at"]

    await browser.ask("GET", "/api/customers")
    assert await seen() == before
    assert shop.application.accounts is not None
    await shop.application.accounts.credentials.write()
    noted = await seen()
    assert noted > before
    await browser.ask("GET", "/api/customers")
    await shop.application.accounts.credentials.write()
    assert await seen() == noted


async def test_sessions_are_listed_and_ended_one_by_one(shop: Served):
    key, other = await account(shop, "list"), await account(shop, "stranger")
    first = Browser(shop, await sign_in(shop, key, "cookie", Client("192.0.2.7", "Firefox")))
    second = Browser(shop, await sign_in(shop, key, "cookie", Client("192.0.2.8", "Safari")))
    strangers = await sign_in(shop, other, "cookie")
    listed = (await first.ask("GET", "/auth/sessions")).json["sessions"]
    assert [(each["id"], each["current"], each["address"], each["user_agent"], each["methods"]) for each in listed] == [
        (second.id, False, "192.0.2.8", "Safari", ["password"]),
        (first.id, True, "192.0.2.7", "Firefox", ["password"]),
    ]
    assert set(listed[0]) == {
        "id", "current", "transport", "methods", "impersonated", "created_at", "confirmed_at", "seen_at", "expires_at",
        "address", "user_agent",
    }  # fmt: skip
    assert (await second.ask("GET", "/api/customers")).status == 200
    assert (await first.ask("DELETE", f"/auth/sessions/{second.id}")).status == 204
    assert (await second.ask("GET", "/api/customers")).status == 401
    assert (await first.ask("DELETE", f"/auth/sessions/{second.id}")).status == 404
    assert (await first.ask("DELETE", f"/auth/sessions/{strangers.id}")).status == 404
    assert (await shop.ask("GET", "/api/customers", cookie=f"__Host-session={strangers.cookie}")).status == 200


async def test_signing_out_everywhere_ends_all_sessions_of_the_account_and_no_others(shop: Served):
    key, other = await account(shop, "everywhere"), await account(shop, "elsewhere")
    browsers = [Browser(shop, await sign_in(shop, key, "cookie")) for _ in range(3)]
    token, strangers = await sign_in(shop, key), Browser(shop, await sign_in(shop, other, "cookie"))
    bearer = f"Bearer {token.access_token}"
    assert [(await each.ask("GET", "/api/customers")).status for each in browsers] == [200, 200, 200]
    assert (await shop.ask("GET", "/api/customers", authorization=bearer)).status == 200
    answer = await browsers[0].ask("POST", "/auth/sign-out-everywhere")
    assert (answer.status, answer.json, answer.header("set-cookie")) == (200, {"ended": 4}, ENDED)
    for each in browsers[1:]:
        assert (await each.ask("GET", "/api/customers")).status == 401
    assert (await shop.ask("GET", "/api/customers", authorization=bearer)).status == 401
    assert (await shop.ask("POST", "/auth/token", {"refresh_token": token.refresh_token})).status == 401
    assert (await strangers.ask("GET", "/api/customers")).status == 200


async def test_signing_out_without_a_session_is_no_mistake(shop: Served):
    answer = await shop.ask("POST", "/auth/sign-out")
    assert (answer.status, answer.header("set-cookie")) == (204, ENDED)
    stale = await shop.ask("POST", "/auth/sign-out", cookie="__Host-session=x", origin=OWN)
    assert (stale.status, stale.header("set-cookie")) == (204, ENDED)


async def test_proving_who_one_is_changes_the_cookie_so_that_one_fixed_before_is_worth_nothing(shop: Served):
    key = await account(shop, "fixed")
    browser = Browser(shop, await sign_in(shop, key, "cookie"))
    known = browser.cookie
    assert (await browser.ask("GET", "/api/customers")).status == 200
    found = services(shop)
    raised = await found.database.transact(
        lambda transaction: found.sessions.proven(transaction, browser.id, ("totp",))
    )
    assert (raised.id, raised.cookie == known) == (browser.id, False)
    assert (await shop.ask("GET", "/api/customers", cookie=f"__Host-session={known}")).status == 401
    after = Browser(shop, raised)
    listed = (await after.ask("GET", "/auth/sessions")).json["sessions"]
    assert [each["methods"] for each in listed] == [["password", "totp"]]


async def test_an_account_has_so_many_sessions_and_the_oldest_ends_for_a_new_one(shop: Served):
    key, found = await account(shop, "many"), services(shop)
    oldest = await sign_in(shop, key, "cookie")
    await change(shop, "sessions", {"id": oldest.id}, seen_at=found.clock() - timedelta(hours=1))
    text = found.people.text(key)

    async def fill(transaction: Any) -> None:
        row = await found.tables.sessions.one(transaction, id=oldest.id)
        assert row is not None
        for number in range(MOST_SESSIONS - 1):
            await found.tables.sessions.insert(transaction, **{**row, "id": f"{number}", "seen_at": found.clock()})

    await found.database.transact(fill)
    newest = await sign_in(shop, key, "cookie")
    open = await found.tables.sessions.find(found.database, account=text, ended_at=None)
    assert len(open) == MOST_SESSIONS
    assert newest.id in {row["id"] for row in open}
    assert oldest.id not in {row["id"] for row in open}


async def test_signing_in_leaves_nothing_of_a_session_that_the_browser_had_before(shop: Served):
    """Fixation: whatever cookie somebody planted in the browser, the one after signing in is another."""
    found, password = services(shop), "correct horse battery staple"
    key, other = await account(shop, "planted_on"), await account(shop, "planter")
    hash = await found.passwords.hash(password)
    text = found.people.text(key)

    async def keep(transaction: Any) -> None:
        now = found.clock()
        await found.tables.passwords.put(transaction, account=text, hash=hash, changed_at=now)
        await found.tables.states.put(
            transaction,
            account=text,
            kind="person",
            disabled_at=None,
            verified_email="planted_on@example.org",
            created_at=now,
        )

    await found.database.transact(keep)
    for planted in (await sign_in(shop, other, "cookie"), await sign_in(shop, key, "cookie")):
        browser = Browser(shop, planted)
        body = {"email": "planted_on@example.org", "password": password}
        answer = await browser.ask("POST", "/auth/sign-in?transport=cookie", body)
        assert (answer.status, answer.json["account"], answer.json["transport"]) == (200, key, "cookie")
        assert "token" not in answer.text.replace("transport", "")
        assert browser.cookie != planted.cookie
        assert answer.json["session"] != planted.id
        assert (await browser.ask("GET", "/api/customers")).status == 200
        assert (await shop.ask("GET", "/api/customers", cookie=f"__Host-session={planted.cookie}")).status == 401


def test_cookies_may_come_in_headers_of_their_own():
    """As HTTP/2 sends them."""
    pairs = [(b"cookie", b"a=b"), (b"cookie", b"__Host-session=x"), (b"cookie", b"c=d")]
    request = Request("GET", ("",), "/", "", AsgiHeaders(pairs))
    assert value_of(cookies_of(request) or "") == "x"
    twice = Request("GET", ("",), "/", "", AsgiHeaders([*pairs, (b"cookie", b"__Host-session=y")]))
    with pytest.raises(ConfusedCookiesError):
        value_of(cookies_of(twice) or "")
