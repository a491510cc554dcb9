"""What ends or changes in one process takes effect in another one, which shares the database alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from backsmith.accounts import revocations
from backsmith.accounts.revocations import Revocations
from backsmith.databases.transaction import Transaction
from backsmith.errors import DatabaseError
from tests.accounts.application import NOTES, Served, serve
from tests.accounts.sessions.people import Browser, account, services, sign_in

WITHIN = 1.0
"""Seconds after which it has to be so."""


@pytest.fixture
def two(served: Served, database_url: str, tmp_path: Path, run: Callable[..., Any]) -> Iterator[tuple[Served, Served]]:
    """Two processes, as far as they can tell."""
    other = run(serve(NOTES, database_url, tmp_path))
    yield served, other
    run(other.application.close())


async def becomes(status: int, ask: Callable[[], Any]) -> None:
    """That is answered so within a second."""
    begun = monotonic()
    while (found := (await ask()).status) != status:
        assert monotonic() - begun < WITHIN, f"still {found}"
        await asyncio.sleep(0.02)


def reads(served: Served, token: str | None) -> Callable[[], Any]:
    return lambda: served.ask("GET", "/api/notes", authorization=f"Bearer {token}")


async def test_a_session_that_ends_here_ends_there(two: tuple[Served, Served]):
    here, there = two
    key = await account(here, "ann")
    token, stays = await sign_in(here, key), await sign_in(here, key)
    browser = Browser(there, await sign_in(here, key, "cookie"))
    for each in (token, stays):
        assert (await reads(there, each.access_token)()).status == 200
    assert (await browser.ask("GET", "/api/notes")).status == 200
    found = services(here)

    async def end(transaction: Transaction) -> None:
        assert await found.sessions.end(transaction, key, token.id)
        assert await found.sessions.end(transaction, key, browser.id)

    await found.database.transact(end)
    await becomes(401, reads(there, token.access_token))
    await becomes(401, lambda: browser.ask("GET", "/api/notes", cookie=f"__Host-session={browser.cookie}"))
    assert (await reads(there, stays.access_token)()).status == 200


async def test_all_sessions_of_an_account_end_there(two: tuple[Served, Served]):
    here, there = two
    key = await account(here, "ann")
    token = await sign_in(there, key)
    assert (await reads(there, token.access_token)()).status == 200
    found = services(here)
    await found.database.transact(lambda transaction: found.sessions.end_all(transaction, key))
    await becomes(401, reads(there, token.access_token))


async def test_rights_that_change_here_change_there(two: tuple[Served, Served]):
    here, there = two
    key, found = await account(here, "ann"), services(here)
    token = await sign_in(here, key)

    async def administers() -> Any:
        return await there.ask("GET", "/auth/admin/service-accounts", authorization=f"Bearer {token.access_token}")

    assert (await administers()).status == 403

    async def grant(transaction: Transaction) -> None:
        await found.tables.roles.put(transaction, account=str(key), role="admin", granted_at=found.clock())
        await found.sessions.changed(transaction, key)

    async def take(transaction: Transaction) -> None:
        await found.tables.roles.delete(transaction, account=str(key))
        await found.sessions.changed(transaction, key)

    await found.database.transact(grant)
    await becomes(200, administers)
    await found.database.transact(take)
    await becomes(403, administers)


async def test_a_key_that_leaked_there_signs_and_checks_nothing_here(two: tuple[Served, Served]):
    here, there = two
    token = await sign_in(here, await account(here, "ann"))
    assert (await reads(here, token.access_token)()).status == 200
    await services(there).signing.rotate(at_once=True)
    await becomes(401, reads(here, token.access_token))


async def test_a_note_that_is_kept_after_a_later_one_is_heard_too(two: tuple[Served, Served]):
    """Transactions are kept in another order than their notes were written in."""
    here, there = two
    key, found = await account(here, "ann"), services(here)
    if found.database.dialect.name == "sqlite":
        pytest.skip("SQLite's transactions come one by one")
    first, second = await sign_in(here, key), await sign_in(here, key)
    for each in (first, second):
        assert (await reads(there, each.access_token)()).status == 200
    written, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(transaction: Transaction) -> None:
        await found.sessions.end(transaction, key, first.id)
        written.set()
        await go_on.wait()

    slow = asyncio.ensure_future(found.database.transact(slowly))
    await written.wait()
    await found.database.transact(lambda transaction: found.sessions.end(transaction, key, second.id))
    await becomes(401, reads(there, second.access_token))
    assert (await reads(there, first.access_token)()).status == 200
    go_on.set()
    await slow
    await becomes(401, reads(there, first.access_token))


async def test_what_was_read_before_the_note_isnt_remembered_after_it(two: tuple[Served, Served]):
    """A request reads that the session is open, the session ends, and only then the request goes on."""
    here, there = two
    key, found, theirs = await account(here, "ann"), services(here), services(there)
    token = await sign_in(here, key)
    exists = theirs.people.exists
    read, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(key: Any) -> bool:
        there_is = await exists(key)
        read.set()
        await go_on.wait()
        return there_is

    theirs.people.exists = slowly  # type: ignore[method-assign]
    slow = asyncio.ensure_future(reads(there, token.access_token)())
    await read.wait()
    await found.database.transact(lambda transaction: found.sessions.end(transaction, key, token.id))
    await theirs.revocations.look()
    go_on.set()
    assert (await slow).status == 200  # it was open when that was looked up
    assert (await reads(there, token.access_token)()).status == 401


async def test_who_cannot_hear_trusts_nothing_that_they_remember(
    two: tuple[Served, Served], monkeypatch: pytest.MonkeyPatch
):
    here, there = two
    key, found, theirs = await account(here, "ann"), services(here), services(there)
    token = await sign_in(here, key)
    assert (await reads(there, token.access_token)()).status == 200

    async def deaf(self: Revocations) -> None:
        raise DatabaseError("cut off")

    monkeypatch.setattr(Revocations, "look", deaf)
    await found.database.transact(lambda transaction: found.sessions.end(transaction, key, token.id))
    assert (await reads(there, token.access_token)()).status == 200
    theirs.revocations.trusted_until = monotonic()  # TRUSTED seconds later
    assert (await reads(there, token.access_token)()).status == 401
    assert revocations.TRUSTED <= 3


async def test_an_application_in_which_nobody_signs_in_asks_nothing(served: Served):
    assert (await served.ask("GET", "/api/notes")).status in (200, 401)
    assert services(served).revocations.trusted_until == 0
