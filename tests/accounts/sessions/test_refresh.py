"""Refresh tokens: good once, however many bring them at once; one that is used again ends the session."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from backsmith.accounts.sessions import Client, Reused, SignedIn
from tests.accounts.application import Answer, Served
from tests.accounts.sessions.people import HERE, account, change, services, sign_in

PARALLEL = 1_000
"""Uses of one refresh token at once."""


async def refresh(shop: Served, token: str | None, address: str = "192.0.2.1", agent: str = "test") -> Answer:
    return await shop.ask("POST", "/auth/token", {"refresh_token": token}, address=address, user_agent=agent)


async def read(shop: Served, token: str) -> int:
    return (await shop.ask("GET", "/api/customers", authorization=f"Bearer {token}")).status


async def test_a_refresh_token_gives_new_tokens(shop: Served):
    key = await account(shop, "renewed")
    before = await sign_in(shop, key)
    answer = await refresh(shop, before.refresh_token)
    assert answer.status == 200
    body = answer.json
    assert {name: body[name] for name in ("account", "session", "transport", "expires_in", "token_type")} == {
        "account": key,
        "session": before.id,
        "transport": "token",
        "expires_in": 300,
        "token_type": "Bearer",
    }
    assert body["refresh_token"] != before.refresh_token
    assert answer.header("cache-control") == "no-store"
    assert answer.cookies == {}
    assert await read(shop, body["access_token"]) == 200


async def test_a_stolen_refresh_token_ends_the_session_whoever_comes_second(shop: Served):
    before = await sign_in(shop, await account(shop, "stolen"))
    thief = await refresh(shop, before.refresh_token, "203.0.113.9", "thief")
    assert thief.status == 200
    assert await read(shop, thief.json["access_token"]) == 200
    victim = await refresh(shop, before.refresh_token)
    assert (victim.status, victim.json["message"]) == (
        401,
        "This refresh token was used before, so that somebody may have stolen it: the session has ended",
    )
    assert await read(shop, thief.json["access_token"]) == 401
    assert (await refresh(shop, thief.json["refresh_token"], "203.0.113.9", "thief")).status == 401


async def test_a_token_from_long_ago_ends_the_session_too(shop: Served):
    before = await sign_in(shop, await account(shop, "long_ago"))
    second = (await refresh(shop, before.refresh_token)).json
    third = (await refresh(shop, second["refresh_token"])).json
    assert (await refresh(shop, before.refresh_token)).status == 401
    assert await read(shop, third["access_token"]) == 401


async def test_two_tabs_that_refresh_at_the_same_moment_do_no_harm(shop: Served):
    before = await sign_in(shop, await account(shop, "tabs"))
    first = await refresh(shop, before.refresh_token)
    second = await refresh(shop, before.refresh_token)
    assert (second.status, second.json["message"]) == (401, "This refresh token was used a moment ago")
    assert await read(shop, first.json["access_token"]) == 200
    now = services(shop).clock()
    await change(shop, "sessions", {"id": before.id}, seen_at=now - timedelta(seconds=6))
    assert (await refresh(shop, before.refresh_token)).status == 401
    assert await read(shop, first.json["access_token"]) == 401


async def at_once(shop: Served, token: str | None, clients: list[Client]) -> list[SignedIn]:
    """What those get who bring a refresh token at once, past the limits of attempts."""
    found = services(shop)

    async def one(client: Client) -> SignedIn | Reused | None:
        return await found.database.transact(
            lambda transaction: found.sessions.refresh(transaction, token or "", client)
        )

    return [got for got in await asyncio.gather(*map(one, clients)) if isinstance(got, SignedIn)]


async def test_of_many_who_bring_it_at_once_exactly_one_gets_tokens(shop: Served):
    before = await sign_in(shop, await account(shop, "crowd"))
    (winner,) = await at_once(shop, before.refresh_token, [HERE] * PARALLEL)
    assert winner.access_token is not None
    assert await read(shop, winner.access_token) == 200


async def test_of_many_thieves_one_at_most_gets_tokens_and_the_session_ends(shop: Served):
    before = await sign_in(shop, await account(shop, "thieves"))
    thieves = [Client(f"203.0.113.{number % 250}", "thief") for number in range(PARALLEL)]
    (winner,) = await at_once(shop, before.refresh_token, thieves)
    assert winner.access_token is not None
    assert await read(shop, winner.access_token) == 401


async def test_who_knows_the_id_alone_cannot_end_the_session(shop: Served):
    before = await sign_in(shop, await account(shop, "known_id"))
    made_up = f"bsr_{before.id}.{'A' * 22}.{'A' * 43}"
    assert (await refresh(shop, made_up, "203.0.113.9")).json["message"] == "This session has ended."
    assert (await refresh(shop, before.refresh_token)).status == 200


async def test_a_refresh_token_isnt_good_after_the_session_or_for_one_who_is_disabled(shop: Served):
    found = services(shop)
    key = await account(shop, "gone")
    ended, idle, over, disabled = [await sign_in(shop, key) for _ in range(4)]
    now = found.clock()
    await change(shop, "sessions", {"id": ended.id}, ended_at=now)
    await change(shop, "sessions", {"id": idle.id}, seen_at=now - timedelta(days=8))
    await change(shop, "sessions", {"id": over.id}, expires_at=now)
    text = found.people.text(key)
    state = {"account": text, "kind": "person", "disabled_at": now, "verified_email": None, "created_at": now}
    messages = [(await refresh(shop, each.refresh_token)).json["message"] for each in (ended, idle, over)]
    await found.database.transact(lambda transaction: found.tables.states.put(transaction, **state))
    messages.append((await refresh(shop, disabled.refresh_token)).json["message"])
    assert messages == ["This session has ended."] * 4


async def test_what_is_no_refresh_token_is_refused(shop: Served):
    for wrong in ("", "x", "bsr_", "bsr_" + "A" * 10_000, "bsr_\u00e4", "bsr_' OR 1=1 --"):
        assert (await refresh(shop, wrong)).status == 401
    answer = await shop.ask("POST", "/auth/token", {"refresh_token": 7})
    assert (answer.status, answer.json["errors"]) == (
        422,
        [{"pointer": "/refresh_token", "code": "22023", "message": "Expected `str`, got `int`"}],
    )
