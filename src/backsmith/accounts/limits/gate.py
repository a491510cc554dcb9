"""Who asks, as the API finds it out where requests are limited: by the Authenticator, then counted.

Wrong API keys are counted by address, and where there were too many, other keys of that address aren't looked up for a
while; those that were good a moment ago still are, so that a neighbour behind the same address does no harm. Wrong and
expired tokens aren't counted: a signature isn't guessed, and every client has an expired one from time to time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from time import monotonic

from backsmith.accounts.limits.requests import RequestLimits
from backsmith.accounts.throttle import Throttle, too_many
from backsmith.blueprint.asker import Asker
from backsmith.errors import BAD_TOKEN, RequestError
from backsmith.http.addresses import network_of, plain_address
from backsmith.http.request import Request

MOST_REMEMBERED = 10_000
"""Good keys, and addresses of wrong ones, at most."""
_SCHEMES = ("bearer bsk_", "apikey ")
"""How Authorization begins where it has an API key."""

Identify = Callable[[Request], Awaitable[Asker]]


class Gate:
    """Lets requests in."""

    def __init__(
        self,
        identify: Identify,
        limits: RequestLimits | None,
        throttle: Throttle | None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`limits` where the setting says some; `throttle` where accounts are kept, which counts wrong keys."""
        self._identify = identify
        self._limits = limits
        self._throttle = throttle
        self._clock = clock
        self._waits: OrderedDict[str, float] = OrderedDict()
        """Until when addresses of wrong keys have to wait."""
        self._good: OrderedDict[int, None] = OrderedDict()
        """Hashes of the keys that were good."""

    async def of(self, request: Request) -> Asker:
        """Who asks. Raises as `Authenticator.of` does, and TOO_MANY."""
        if self._waits:
            self._refuse_guesses(request)
        try:
            asker = await self._identify(request)
        except RequestError as error:
            if error.kind is BAD_TOKEN:
                await self._failed(request)
            raise
        if asker.via == "key":
            self._remember(request)
        if self._limits is not None and not self._limits.charge_now(asker, request, 1):
            await self._limits.charge(asker, request, 1)
        return asker

    def _refuse_guesses(self, request: Request) -> None:
        key = _key(request)
        if key is None or hash(key) in self._good:
            return
        network = _network(request)
        wait = self._waits.get(network, 0) - self._clock()
        if wait > 0:
            raise too_many(wait)
        self._waits.pop(network, None)

    async def _failed(self, request: Request) -> None:
        key = _key(request)
        if key is None or self._throttle is None:
            return
        self._good.pop(hash(key), None)
        wait = await self._throttle.failed("key", address=plain_address(request.client))
        if wait > 0:
            self._waits[_network(request)] = self._clock() + wait
            if len(self._waits) > MOST_REMEMBERED:
                self._waits.popitem(last=False)

    def _remember(self, request: Request) -> None:
        key = hash(_key(request))
        if key not in self._good:
            self._good[key] = None
            if len(self._good) > MOST_REMEMBERED:
                self._good.popitem(last=False)


def _key(request: Request) -> str | None:
    """The API key that a request shows."""
    key = request.header("x-api-key")
    if key is not None:
        return key
    header = request.header("authorization")
    return header if header is not None and header.lower().startswith(_SCHEMES) else None


def _network(request: Request) -> str:
    return network_of(plain_address(request.client))
