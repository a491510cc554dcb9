"""Counts requests for the setting `limits`: here at once, and with the other processes through a table.

In: who asks, and how many requests that is. Out: nothing, or TOO_MANY. Time is cut into periods (each minute, each
hour); within one an asker has so many requests. What is counted here goes to the table twice a second, for all askers
in one statement, which gives back what all processes have counted. In between a process lets through only a share of
what was left then: the fourth part, divided by the workers of this server, rounded down. When that is used up it asks
the table before each request, in a statement that counts it only if there is room.

How far that may be overshot: by what processes let through without asking, while others use up the rest. That is one
share each, of what was left when the process asked last, half a second before at most: on a machine a quarter of the
limit at the very worst, where everything comes in the first half second of a period, and next to nothing once a limit
is nearly reached. Processes that have exchanged their counts overshoot nothing.

Where the table can't be reached, requests go on, each process counting for itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import time
from typing import Any

from backsmith import errors
from backsmith.accounts.limits.counts import Count, CountTable
from backsmith.accounts.limits.rates import Rate, Rates, key_of
from backsmith.blueprint.asker import Asker
from backsmith.databases.database import Database
from backsmith.databases.guard_tables import REQUESTS
from backsmith.databases.own_tables import make_own
from backsmith.databases.transaction import Transaction
from backsmith.errors import BacksmithError, RequestError
from backsmith.http.addresses import network_of, plain_address
from backsmith.http.reply import Headers
from backsmith.http.request import Request

PERIOD = 0.5
"""Seconds between two exchanges with the table."""
AT_ONCE = 200
"""Counts in one statement."""
MACHINES = 4
"""For how many machines the bound above holds without more ado."""
MOST_REMEMBERED = 20_000
"""Askers of whom counts are remembered at once."""
PURGE = 200
"""After so many exchanges a process takes away the counts of former periods."""
_NEVER = (None, None)
_log = logging.getLogger("backsmith.accounts")


class RequestLimits:
    """Counts requests (`http.limiting.Limits`). `start` before and `close` after serving."""

    def __init__(self, rates: Rates, database: Database, workers: int, clock: Callable[[], float] = time) -> None:
        self._rates = rates
        self._database = database
        self._shares = MACHINES * workers
        self._clock = clock
        self._counts: dict[bytes, Count] = {}
        self._askers: dict[int, tuple[Asker, Count]] = {}
        """Where somebody's requests are counted, by the identity of the object that is kept along."""
        self._nobodies: dict[str, Count] = {}
        """Where those of nobody are, by the client's address and port."""
        self._unsent: dict[Count, None] = {}
        self._exchanging: asyncio.Task[None] | None = None
        self._sent = 0
        self._table = CountTable(database)

    async def start(self) -> None:
        """Make the table where it is missing, and begin to exchange counts. Raises DatabaseError."""
        await make_own(self._database, REQUESTS)
        self._exchanging = asyncio.ensure_future(self._exchange_often())

    async def close(self) -> None:
        """Hand over what was counted."""
        if self._exchanging is not None:
            self._exchanging.cancel()
            await asyncio.gather(self._exchanging, return_exceptions=True)
            self._exchanging = None
            await self.exchange()

    async def charge(self, asker: Asker, request: Request, parts: int) -> None:
        """As Limits."""
        if not self.charge_now(asker, request, parts):
            count = self._count(asker, request)
            if count is not None:
                await self._ask(count, parts)

    def charge_now(self, asker: Asker, request: Request, parts: int) -> bool:
        """Count so many requests; whether that could be done without asking, which is nearly always."""
        count = self._count(asker, request)
        if count is None:
            return True
        if count.left < parts:
            return False
        self._let_through(count, parts)
        return True

    def headers(self, asker: Asker, request: Request) -> Headers:
        """As Limits."""
        count = self._count(asker, request)
        if count is None:
            return []
        rate = count.rate
        left = rate.most - count.everywhere - count.sending - count.unsent
        reset = count.ends - int(self._clock())
        return [rate.header, ("ratelimit", f"{rate.quoted};r={left if left > 0 else 0};t={reset}")]

    async def exchange(self) -> None:
        """Hand over all that was counted here, and learn what others have."""
        while self._unsent and await self._exchange([*self._unsent][:AT_ONCE]):
            pass

    def _count(self, asker: Asker, request: Request) -> Count | None:
        """The count of an asker; None: no limit. It is asked for twice a request, so it costs two looks at most."""
        if asker.id is None:
            count = self._nobodies.get(request.client)
        else:  # who asks again is the same object nearly always, remembered by the token or key
            seen, count = self._askers.get(id(asker), _NEVER)
            if seen is not asker:
                count = None
        if count is not None and self._clock() < count.ends:
            return count
        rate = self._rates.of(asker)
        if rate is None:
            return None
        count = self._new(rate, asker, request, int(self._clock()) // rate.seconds)
        if asker.id is None:
            self._nobodies[request.client] = count
        else:
            self._askers[id(asker)] = (asker, count)
        return count

    def _new(self, rate: Rate, asker: Asker, request: Request, period: int) -> Count:
        """The count of an asker; all connections of an address share one."""
        key = key_of(rate, asker, network_of(plain_address(request.client)) if asker.id is None else "")
        shared = self._counts.get(key)
        if len(self._counts) + len(self._askers) + len(self._nobodies) > MOST_REMEMBERED:
            for each in (self._counts, self._askers, self._nobodies):
                each.clear()  # what wasn't sent is still remembered, and what was can be asked for
        if shared is None or shared.period != period:
            shared = self._counts[key] = Count(rate, key, period, rate.most // self._shares)
        return shared

    def _let_through(self, count: Count, parts: int) -> None:
        count.left -= parts
        if not count.unsent:
            self._unsent[count] = None
        count.unsent += parts

    async def _ask(self, count: Count, parts: int) -> None:
        """Count requests that this process may not let through by itself. Raises RequestError TOO_MANY."""
        if count.lock is None:
            count.lock = asyncio.Lock()
        async with count.lock:
            if count.left >= parts:  # somebody has asked meanwhile
                self._let_through(count, parts)
                return
            if count.remaining < parts:
                raise self._refusal(count, parts)
            self._unsent.pop(count, None)
            handed = count.hand_over()

            async def work(transaction: Transaction) -> int | None:
                if handed:
                    await self._table.add(transaction, [(count, handed)])
                return await self._table.add_within(transaction, count, parts)

            try:
                total = await self._database.transact(work, retry=True)
            except BacksmithError as error:
                self._failed([(count, handed)], error)
                return
            if total is None:
                count.arrived(handed, count.rate.most if parts == 1 else count.everywhere + handed, self._shares)
                raise self._refusal(count, parts)
            count.arrived(handed, total, self._shares)

    def _refusal(self, count: Count, parts: int) -> RequestError:
        rate = count.rate
        wait = rate.seconds - int(self._clock()) % rate.seconds
        many = "" if parts == 1 else f", of which this one is {parts}"
        violated: dict[str, Any] = {"violated-policies": [rate.name]}
        again = "Try again in a second." if wait == 1 else f"Try again in {wait} seconds."
        return RequestError(
            errors.TOO_MANY,
            f"These are more than {rate.most} requests in {rate.seconds} seconds{many}",
            hint="Send fewer operations at once." if parts > rate.most else again,
            headers=(
                ("Retry-After", str(wait)),
                rate.header,
                ("RateLimit", f"{rate.quoted};r={count.remaining};t={wait}"),
            ),
            **violated,
        )

    async def _exchange_often(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            await self.exchange()

    async def _exchange(self, counts: list[Count]) -> bool:
        """Hand over what was counted; whether that could be done."""
        # All processes lock rows in the same order.
        handed = [(count, count.hand_over()) for count in sorted(counts, key=lambda each: (each.key, each.period))]
        for count in counts:
            self._unsent.pop(count, None)
        self._sent += 1

        async def work(transaction: Transaction) -> list[int]:
            found = await self._table.add(transaction, handed)
            if self._sent % PURGE == 0:
                await self._table.purge(transaction, int(self._clock()))
            return found

        try:
            totals = await self._database.transact(work, retry=True)
        except BacksmithError as error:
            self._failed(handed, error)
            return False
        for (count, sent), total in zip(handed, totals, strict=True):
            count.arrived(sent, total, self._shares)
        return True

    def _failed(self, handed: list[tuple[Count, int]], error: BacksmithError) -> None:
        """What was to be handed over wasn't: it is kept, and requests go on."""
        _log.warning("Requests can't be counted for all processes together at the moment: %s", error)
        for count, sent in handed:
            count.sending -= sent
            count.unsent += sent
            count.left = max(1, count.remaining // self._shares)
            self._unsent[count] = None
