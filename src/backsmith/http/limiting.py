"""What counts requests, as the server uses it (`accounts.limits.requests`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from backsmith.blueprint.asker import Asker
from backsmith.errors import RequestError
from backsmith.http.reply import Headers
from backsmith.http.request import Request

Denied = Callable[[Request, str, str, Asker, RequestError], None]
"""Is told of each refusal: the request, its id, its route, who asked, why (`accounts.denials`)."""


class Limits(Protocol):
    """How many requests an asker may send."""

    async def charge(self, asker: Asker, request: Request, parts: int) -> None:
        """Count so many requests. Raises RequestError TOO_MANY."""
        ...

    def headers(self, asker: Asker, request: Request) -> Headers:
        """What a reply says of how many are left: RateLimit-Policy and RateLimit."""
        ...
