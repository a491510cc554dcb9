"""/health (the process lives) and /ready (send me requests): what load balancers and orchestrators ask.

/health asks nobody, so that a database that is down doesn't get healthy processes killed. /ready asks the database, at
most once a second however often it is asked itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic

from backsmith.http.reply import Headers, Reply, reply

_JSON = "application/json; charset=utf-8"
_NO_STORE: Headers = [("cache-control", "no-store")]
_KEEP = 1.0
"""Seconds for which an answer of the database is good."""
_TIMEOUT = 2.0
"""Seconds the database has to answer."""

_log = logging.getLogger("backsmith.engine")


def health(*, head: bool = False) -> Reply:
    """The reply of /health: whoever can send it lives."""
    return reply(200, _JSON, b'{"status":"alive"}', _NO_STORE, head=head)


class Readiness:
    """Whether requests are welcome. `drain` when shutdown begins."""

    def __init__(self, ping: Callable[[], Awaitable[object]]) -> None:
        """`ping` asks the database for a sign of life and raises where there is none."""
        self._ping = ping
        self._draining = False
        self._asked = float("-inf")
        self._answer = "the database wasn't asked yet"
        self._asking: asyncio.Task[None] | None = None

    def drain(self) -> None:
        """Say no from now on; requests that come nevertheless are answered."""
        self._draining = True

    async def reply(self, *, head: bool = False) -> Reply:
        """The reply of /ready: 200, or 503 with the reason."""
        reason = "shutting down" if self._draining else await self._database()
        if reason:
            body = b'{"status":"not ready","reason":"%s"}' % reason.encode()
            return reply(503, _JSON, body, [*_NO_STORE, ("retry-after", "1")], head=head)
        return reply(200, _JSON, b'{"status":"ready"}', _NO_STORE, head=head)

    async def _database(self) -> str:
        if self._asking is None and monotonic() - self._asked >= _KEEP:
            self._asking = asyncio.create_task(self._ask())
        if self._asking is not None:
            await asyncio.shield(self._asking)
        return self._answer

    async def _ask(self) -> None:
        try:
            await asyncio.wait_for(self._ping(), _TIMEOUT)
            self._answer = ""
        except Exception as error:  # whatever the driver raises, the answer is the same
            if not self._answer.startswith("the database doesn't"):
                _log.warning("The database doesn't answer.", exc_info=error)
            self._answer = "the database doesn't answer"
        finally:
            self._asked = monotonic()
            self._asking = None
