"""Single-use things under many at once: of a thousand that bring the same code, link or handle exactly one succeeds,
and no more than MOST_ATTEMPTS wrong codes are ever compared. BACKSMITH_PARALLEL says how many at once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from backsmith.accounts.flows import MOST_ATTEMPTS, Begun, Flow, Flows
from backsmith.databases.transaction import Transaction
from backsmith.errors import SPENT, RequestError
from tests.accounts.signing.post import Post

PARALLEL = int(os.environ.get("BACKSMITH_PARALLEL", "1000"))


async def begun(post: Post, lifetime: timedelta = timedelta(minutes=10)) -> Begun:
    services = post.services
    return await services.database.transact(
        lambda tx: services.flows.begin(tx, "code", services.clock(), content={"a": "secret"}, lifetime=lifetime)
    )


async def at_once(post: Post, use: Callable[[Flows, Transaction], Awaitable[Flow | None]]) -> list[Flow]:
    """What many get who do the same at once, some hundred at a time as a server would let them."""
    services, turn = post.services, asyncio.Semaphore(200)

    async def one() -> Flow | None:
        async with turn:
            try:
                return await services.database.transact(lambda tx: use(services.flows, tx), retry=True)
            except RequestError as error:
                assert error.kind is SPENT
                return None

    return [flow for flow in await asyncio.gather(*(one() for _ in range(PARALLEL))) if flow is not None]


async def test_a_handle_is_taken_once(post: Post):
    flow = await begun(post)
    now = post.services.clock()
    found = await at_once(post, lambda flows, tx: flows.take(tx, "code", flow.handle, now))
    assert [each.content for each in found] == [{"a": "secret"}]


async def test_a_link_is_taken_once(post: Post):
    flow = await begun(post)
    now = post.services.clock()
    found = await at_once(post, lambda flows, tx: flows.take_by_token(tx, "code", flow.token, now))
    assert [each.content for each in found] == [{"a": "secret"}]


async def test_a_code_is_taken_once(post: Post):
    flow = await begun(post)
    now = post.services.clock()
    found = await at_once(post, lambda flows, tx: flows.take_by_code(tx, "code", flow.handle, flow.code, now))
    assert [each.content for each in found] == [{"a": "secret"}]


async def test_of_many_guesses_at_once_only_a_few_are_compared(post: Post, monkeypatch: pytest.MonkeyPatch):
    flow = await begun(post)
    now, compared = post.services.clock(), list[str]()
    secrets = post.services.secrets
    digest = secrets.digest

    def counted(purpose: str, *parts: str) -> bytes:
        if purpose == "code of a flow":
            compared.append(parts[-1])
        return digest(purpose, *parts)

    monkeypatch.setattr(secrets, "digest", counted)
    wrong = f"{(int(flow.code) + 1) % 10**8:08d}"
    assert await at_once(post, lambda flows, tx: flows.take_by_code(tx, "code", flow.handle, wrong, now)) == []
    assert compared == [wrong] * MOST_ATTEMPTS
    assert await at_once(post, lambda flows, tx: flows.take_by_code(tx, "code", flow.handle, flow.code, now)) == []


async def test_a_code_is_typed_with_spaces_or_dashes(post: Post):
    flow, services = await begun(post), post.services
    typed = f" {flow.code[:4]} {flow.code[4:6]}-{flow.code[6:]}"
    found = await services.database.transact(
        lambda tx: services.flows.take_by_code(tx, "code", flow.handle, typed, services.clock())
    )
    assert found is not None


@pytest.mark.parametrize("code", ["", "1", "٣" * 8, "\0", "x" * 60_000])
async def test_codes_of_another_form_are_wrong(post: Post, code: str):
    flow, services = await begun(post), post.services
    found = await services.database.transact(
        lambda tx: services.flows.take_by_code(tx, "code", flow.handle, code, services.clock())
    )
    assert found is None


@pytest.mark.parametrize("change", ["kind", "late", "token", "no token", "handle alone"])
async def test_links_that_arent_good(post: Post, change: str):
    flow, services = await begun(post), post.services
    now = services.clock() + timedelta(minutes=11 if change == "late" else 0)
    token = {"token": flow.token[:-1] + ("a" if flow.token[-1] != "a" else "b"), "no token": f"{flow.handle}."}
    token |= {"handle alone": flow.handle}
    with pytest.raises(RequestError) as caught:
        await services.database.transact(
            lambda tx: services.flows.take_by_token(
                tx, "reset" if change == "kind" else "code", token.get(change, flow.token), now
            )
        )
    assert caught.value.message == "This code or link isn't good (any more)."


async def test_neither_code_nor_token_nor_content_stand_in_the_database(post: Post):
    flow = await begun(post)
    rows = await post.services.tables.flows.find(post.services.database, id=flow.handle)
    kept = repr(rows)
    assert "secret" not in kept
    assert flow.code not in kept
    assert flow.token.partition(".")[2] not in kept
