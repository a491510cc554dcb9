"""The same work is done for an address with an account and for one without: statements and transactions are counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Any

import pytest

from backsmith.accounts import throttle
from backsmith.databases import Database
from backsmith.databases.transaction import Transaction
from tests.accounts.people import sign_in
from tests.accounts.signing.post import PASSWORD, Post

_asking = ContextVar("asking", default=False)
"""Whether it is the test that asks, and not what sends mails beside it."""


class Counted:
    """What reaches a database for a request: `transaction` for one that began, and the statements."""

    def __init__(self, database: Database, patch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        transact, fetch = database.transact, database.fetch_named

        async def counted(work: Callable[[Transaction], Awaitable[Any]], *, retry: bool = False) -> Any:
            if not _asking.get():
                return await transact(work, retry=retry)

            async def watched(transaction: Transaction) -> Any:
                self._watch(transaction, patch)
                return await work(transaction)

            self.done.append("transaction")
            return await transact(watched, retry=retry)

        async def looked(sql: str, params: Sequence[Any]) -> Any:
            if _asking.get():
                self.done.append(sql)
            return await fetch(sql, params)

        patch.setattr(database, "transact", counted)
        patch.setattr(database, "fetch_named", looked)

    def _watch(self, transaction: Transaction, patch: pytest.MonkeyPatch) -> None:
        fetch = transaction.fetch

        async def watched(sql: str, *rest: Any, **more: Any) -> Any:
            self.done.append(sql)
            return await fetch(sql, *rest, **more)

        patch.setattr(transaction, "fetch", watched)

    def taken(self, email: str) -> list[str]:
        """What was done since the last time, the address left out of it."""
        done, self.done = self.done, []
        return [each.replace(email, "ADDRESS") for each in done]


@pytest.mark.parametrize("what", ["sign-in", "code", "reset"])
async def test_known_and_unknown_addresses_take_the_same_statements(
    post: Post, what: str, monkeypatch: pytest.MonkeyPatch
):
    services = post.services
    ann = await sign_in(post.shop, post.email)
    row = {"hash": await services.passwords.hash(PASSWORD), "changed_at": services.clock()}
    await services.database.transact(
        lambda transaction: services.tables.passwords.put(transaction, account=services.people.text(ann.key), **row)
    )
    monkeypatch.setattr(throttle, "PURGE", 0)  # done now and then, by chance
    found = Counted(services.database, monkeypatch)
    body = {"password": "not the one"} if what == "sign-in" else {}
    done: list[list[str]] = []
    for email in (post.email, f"un{post.email}"):
        token = _asking.set(True)
        answer = await post.ask("POST", what, {"email": email, **body})
        _asking.reset(token)
        assert answer.status == (401 if what == "sign-in" else 202)
        done.append(found.taken(email))
    assert done[0] == done[1]
    assert done[0].count("transaction") >= 2
    assert len(done[0]) > 10
