"""Denials of the API for the audit trail: refused requests -> a row a minute for each asker and place, with a count.

Whoever is refused could fill the disk with rows; so they are added up, and of one minute at most MOST rows are kept and
one for all others.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, NamedTuple

from backsmith import errors
from backsmith.accounts.sessions import Client
from backsmith.accounts.trail import Trail
from backsmith.blueprint.asker import Asker
from backsmith.databases.database import Database
from backsmith.databases.transaction import Transaction
from backsmith.errors import BacksmithError, RequestError
from backsmith.http.addresses import network_of, plain_address
from backsmith.http.request import Request

PERIOD = 60.0
"""Seconds between two writes."""
MOST = 30
"""Rows of a period."""
KINDS = frozenset({errors.UNAUTHENTICATED, errors.BAD_TOKEN, errors.FORBIDDEN, errors.CROSS_SITE, errors.SPENT})
"""Refusals that count as denials; SPENT are wrong codes by mail. Failed sign-ins are noted where they happen."""
_log = logging.getLogger("backsmith.accounts")


class Denied(NamedTuple):
    """What denials have in common that are added up."""

    account: Any
    via: str
    network: str
    method: str
    route: str
    kind: str


class Seen:
    """How often, and the last of them."""

    __slots__ = ("client", "count", "request_id")

    def __init__(self) -> None:
        self.count = 0
        self.client = Client("", "")
        self.request_id = ""


class Denials:
    """Adds up denials and notes them. `start` before and `close` after serving."""

    def __init__(self, database: Database, trail: Trail) -> None:
        self._database = database
        self._trail = trail
        self._seen: dict[Denied | None, Seen] = {}
        self._writing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to write."""
        self._writing = asyncio.ensure_future(self._write_often())

    async def close(self) -> None:
        """Write what is left."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
            self._writing = None
            await self.write()

    def add(self, request: Request, request_id: str, route: str, asker: Asker, error: RequestError) -> None:
        """A request that was refused."""
        if error.kind not in KINDS:
            return
        address = plain_address(request.client)
        denied = Denied(asker.id, asker.via, network_of(address), request.method, route, error.kind.slug)
        seen = self._seen.get(denied)
        if seen is None:
            seen = self._seen.setdefault(denied if len(self._seen) < MOST else None, Seen())
        seen.count += 1
        seen.client = Client(address, (request.header("user-agent") or "")[:200])
        seen.request_id = request_id

    async def write(self) -> None:
        """Note what was added up."""
        noted, self._seen = self._seen, {}
        if not noted:
            return

        async def work(transaction: Transaction) -> None:
            for denied, seen in noted.items():
                details: dict[str, Any] = {"count": seen.count}
                if denied is not None:
                    details |= {"method": denied.method, "route": denied.route, "reason": denied.kind}
                await self._trail.note(
                    transaction,
                    "denied" if denied is not None else "denied.others",
                    client=seen.client if denied is not None else Client("", ""),
                    request_id=seen.request_id,
                    account=None if denied is None else denied.account,
                    details=details,
                )

        try:
            await self._database.transact(work, retry=True)
        except BacksmithError as error:
            _log.warning("Denials couldn't be noted in the audit trail: %s", error)

    async def _write_often(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            await self.write()
