"""Limits of attempts: how often somebody may try to sign in, ask for mails and the like, for all processes together.

In: what is attempted, the account or e-mail address that was named, the client's address. Out: nothing, or TOO_MANY.
Attempts are counted before it is known whether they succeed, in one statement that is a transaction of its own: of a
thousand that come at once exactly as many get through as may. There is no lockout: each attempt beyond the allowance
makes the wait before the next one longer (`limits.policies`). One that comes too early costs a read and no write.

Nothing here depends on whether there is such an account: names become keyed hashes, and the statements are the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from backsmith import errors
from backsmith.accounts.limits.policies import KNOWN_FOR, Policy, policies_of
from backsmith.accounts.limits.statements import Statements
from backsmith.accounts.people import normal_email
from backsmith.databases.database import Database
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError
from backsmith.http.addresses import network_of, wide_network_of
from backsmith.secrets import Secrets

PURGE = 1 / 200
"""How often an attempt takes away rows that are of no use any more."""

_LIMIT = "limit of attempts"


class Counters(NamedTuple):
    """What an attempt counts for: in each, pairs of a key and its policy, in the order in which rows are locked."""

    places: list[tuple[bytes, Policy]]
    """The address and its network."""
    pair: list[tuple[bytes, Policy]]
    """The account from that address."""
    account: list[tuple[bytes, Policy]]
    """The account from all addresses where it hasn't signed in before."""
    known: bytes | None
    """The key under which it is remembered that it has signed in there."""


class Throttle:
    """Counts attempts, for all workers and machines together."""

    def __init__(self, database: Database, secrets: Secrets, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._secrets = secrets
        self._clock = clock
        self._statements = Statements(database.dialect)

    async def take(self, what: str, *, account: str | None = None, address: str | None = None) -> None:
        """One more attempt at `what` (`limits.policies`) for that account or e-mail address, from that address.

        Raises RequestError TOO_MANY with Retry-After, without telling which of them it was; UsageError within a
        transaction: an attempt counts even where nothing else of it is kept.
        """
        counters, now = self._counters(what, account, address), self._now()
        wait = await self._attempt(counters, now, charge=policies_of(what).charged == "before")
        if wait:
            raise too_many(wait)

    async def failed(self, what: str, *, account: str | None = None, address: str | None = None) -> float:
        """That attempt failed. Most are counted before already; what hardly ever fails is counted here. Returns the
        seconds for which the next one has to wait. Raises as `take` does, but not TOO_MANY."""
        if policies_of(what).charged == "before":
            return 0
        counters, now = self._counters(what, account, address), self._now()
        return await self._attempt(counters, now, charge=True) or await self._attempt(counters, now, charge=False)

    async def succeeded(self, what: str, *, account: str | None = None, address: str | None = None) -> None:
        """That attempt succeeded: it is given back, and what failed before from that address counts no more for this
        account, which is known there from now on. Raises as `failed` does."""
        counters, now = self._counters(what, account, address), self._now()
        pair = [key for key, _ in counters.pair]
        others = [] if policies_of(what).charged == "failed" else [*counters.places, *counters.account]

        async def work(transaction: Transaction) -> None:
            await self._statements.give_back(transaction, [key for key, _ in others], now)
            await self._statements.forget(transaction, pair)
            if counters.known is not None:
                await self._statements.remember(transaction, counters.known, now + KNOWN_FOR)

        await self._database.transact(work, retry=True)

    async def _attempt(self, counters: Counters, now: int, *, charge: bool) -> float:
        """Count an attempt; the seconds for which it has to wait instead."""
        every = [*counters.places, *counters.pair, *counters.account]
        if not every:
            return 0
        keys = [key for key, _ in every] if counters.known is None else [*(key for key, _ in every), counters.known]
        found = await self._statements.free_from(self._database, keys)
        if counters.known in found:  # what others do at this account doesn't keep its owner out
            every = [*counters.places, *counters.pair]
        wait = max((found.get(key, 0) - now for key, _ in every), default=0)
        if wait > 0 or not charge:
            return max(0, wait) / 1000
        charged = await self._database.transact(lambda tx: self._statements.charge(tx, every, now), retry=True)
        if random.random() < PURGE:
            await self._database.transact(lambda tx: self._statements.purge(tx, now), retry=True)
        if charged == len(every):
            return 0
        found = await self._statements.free_from(self._database, keys)  # others were faster
        return max(1, *(found.get(key, 0) - now for key, _ in every)) / 1000

    def _counters(self, what: str, account: str | None, address: str | None) -> Counters:
        limits = policies_of(what)
        near = None if address is None else network_of(address)
        wide = None if address is None else wide_network_of(address)
        name = None if account is None else normal_email(account)
        found = Counters([], [], [], None if near is None or name is None else self._key("known", name, near))
        if wide is not None and limits.network is not None:
            found.places.append((self._key(what, "network", wide), limits.network))
        if near is not None and limits.address is not None:
            found.places.append((self._key(what, "address", near), limits.address))
        if near is not None and name is not None and limits.pair is not None:
            found.pair.append((self._key(what, "pair", name, near), limits.pair))
        if name is not None and limits.account is not None:
            found.account.append((self._key(what, "account", name), limits.account))
        return found

    def _key(self, *parts: str) -> bytes:
        return self._secrets.digest(_LIMIT, *parts)[:16]

    def _now(self) -> int:
        return int(self._clock().timestamp() * 1000)


def too_many(seconds: float) -> RequestError:
    """The refusal of what is done too often, in the same words whatever it is that was done."""
    wait = max(1, int(-(-seconds // 1)))
    return RequestError(
        errors.TOO_MANY,
        "That was tried too often.",
        hint=f"Try again in {wait} seconds." if wait > 1 else "Try again in a second.",
        headers=(("Retry-After", str(wait)),),
        retry_after=wait,
    )
