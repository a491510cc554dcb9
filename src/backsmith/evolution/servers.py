"""Servers that are told of a new shape: each looks which blueprint is the head's, and says which one it serves.

While nothing changes a server only looks, with one small statement a second. From an expansion to its contraction it
also keeps a row in `backsmith_servers`, so that who contracts can wait until no server uses what is taken away.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

from msgspec import Struct

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.database import Database
from backsmith.databases.own_tables import BLUEPRINTS, SERVERS, make_own, without_own
from backsmith.errors import BacksmithError
from backsmith.evolution.expansion.serving import contracted_on_old_names, on_to_new, previous_on_expanded
from backsmith.evolution.history import Head, fingerprint
from backsmith.evolution.records import read_head

LOOK = 1.0
"""Seconds between two looks at the head."""
BEAT = 3.0
"""Seconds between two signs of life."""
ALIVE = 15.0
"""Seconds after its last sign of life for which a server counts as running."""
AGAIN = 30.0
"""Seconds between two looks whether there is a head at all, where there was none."""
_HEAD = f"SELECT id, state, at FROM {BLUEPRINTS.name} ORDER BY id DESC LIMIT 1"
_TYPES = {column.name: column.type for column in SERVERS.columns}
_NAMES = ("id", "name", "fingerprint", "epoch", "seen_at")
_log = logging.getLogger("backsmith.evolution")

Serve = Callable[[Blueprint], Awaitable[None]]
"""Serves a blueprint from the next request on."""
Settled = Callable[[], Awaitable[None]]
"""Returns once no request is answered by a blueprint that was served before."""


class Running(Struct, frozen=True):
    """A server that gave a sign of life lately."""

    name: str
    """`host, process 4711`."""
    fingerprint: str
    """Of its own model."""
    epoch: str
    """`epoch_of` the head that it serves."""


class Server:
    """This process, as one of the servers of a database."""

    def __init__(self, database: Database, own: Blueprint, serve: Serve, settled: Settled) -> None:
        """`own` is the blueprint of its model."""
        self._database = database
        self._own = own
        self._fingerprint = fingerprint(own)
        self._serve = serve
        self._settled = settled
        self._id = secrets.token_hex(8)
        self._name = f"{socket.gethostname()}, process {os.getpid()}"
        self._task: asyncio.Task[None] | None = None
        self._following = asyncio.Lock()
        self._seen: tuple[int, str] | None = None
        self._known = False
        self._registered = False
        self._beaten = 0.0
        self._renewed = -LOOK
        self._changed = -LOOK
        self.head: Head | None = None
        """The head that is served."""
        self.blueprint = own
        """What is served."""
        self.since = datetime.now(UTC)
        """The moment of the head."""

    async def begin(self) -> Blueprint:
        """The blueprint that is to be served at first."""
        self.head = await read_head(self._database)
        self._known = self.head is not None
        if self._known:
            self._seen = await self._look()
        self.blueprint = await self._shape(self.head)
        return self.blueprint

    def start(self) -> None:
        """Look from now on."""
        self._task = asyncio.ensure_future(self._run())

    async def close(self) -> None:
        """Say goodbye and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait((self._task,))
            self._task = None
        if self._registered:
            try:
                await self._leave()
            except BacksmithError as error:
                _log.warning("This server can't say goodbye: %s", error)

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except BacksmithError as error:
                _log.warning("The version that is to be served can't be looked up now: %s", error)
            except Exception:
                _log.exception("The version that is to be served can't be looked up.")
            await asyncio.sleep(LOOK if self._known else AGAIN)

    async def look(self) -> None:
        """Serve what is to be served now, and give a sign of life where that is asked for."""
        if not self._known:
            self._known = await read_head(self._database) is not None
        if not self._known:
            return
        seen = await self._look()
        if seen != self._seen:
            async with self._following:
                await self._follow()
            self._seen, self._beaten = seen, 0.0
        head = self.head
        wanted = head is not None and head.state != "applied"
        if wanted and self._registered and monotonic() - self._beaten < BEAT:
            return
        if wanted:
            await self._settled()
            if self.head is head:
                await self._beat()
        elif self._registered:
            await self._leave()

    async def renew(self) -> bool:
        """Look anew after a table or column wasn't there; whether something else is served now.

        It doesn't wait for requests to be answered: it is one of them that asks.
        """
        asked = monotonic()
        before = self.blueprint
        async with self._following:
            if self._renewed < asked:  # else another request has just found it out
                await self._follow()
                self._renewed = monotonic()
        return self.blueprint is not before or monotonic() - self._changed < LOOK

    async def _look(self) -> tuple[int, str] | None:
        for id, state, at in await self._database.fetch(_HEAD, ()):  # type: ignore[misc]  # a row of three
            decode = self._database.dialect.stores.decoder(_TYPES["seen_at"])
            self.since = at if decode is None else decode(at)
            return id, state
        return None

    async def _follow(self) -> None:
        self.head = await read_head(self._database)
        blueprint = await self._shape(self.head)
        if blueprint != self.blueprint:
            _log.info("Serving %s from now on.", _said(self.head))
            self.blueprint = blueprint
            await self._serve(blueprint)
            self._changed = monotonic()

    async def _shape(self, head: Head | None) -> Blueprint:
        """What is to be served of this server's model while that is the head."""
        if head is None or head.state == "applied":
            return self._own
        if self._fingerprint == head.target:
            if head.state == "expanded":
                return head.blueprint
            actual = without_own(await self._database.inspect())
            return contracted_on_old_names(*on_to_new(head.blueprint, self._own), actual)
        if self._fingerprint == head.previous:
            return previous_on_expanded(self._own, head.blueprint)
        return self._own

    async def _beat(self) -> None:
        dialect = self._database.dialect
        if not self._registered:
            await make_own(self._database, SERVERS)
        marks = ", ".join(dialect.placeholder(number, _TYPES[name]) for number, name in enumerate(_NAMES, 1))
        now = dialect.encoder(_TYPES["seen_at"])(datetime.now(UTC))
        await self._database.execute(
            f"INSERT INTO {SERVERS.name} ({', '.join(_NAMES)}) VALUES ({marks})"
            " ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch, seen_at = excluded.seen_at",
            (self._id, self._name, self._fingerprint, epoch_of(self.head), now),
        )
        self._registered, self._beaten = True, monotonic()

    async def _leave(self) -> None:
        mark = self._database.dialect.placeholder(1, _TYPES["id"])
        await self._database.execute(f"DELETE FROM {SERVERS.name} WHERE id = {mark}", (self._id,))
        self._registered = False


def epoch_of(head: Head | None) -> str:
    """What a server says that serves by that head."""
    return "" if head is None else f"{head.hash} {head.state}"


def _said(head: Head | None) -> str:
    match head:
        case Head(state="expanded"):
            return "the old and the new version together"
        case Head(state="contracting"):
            return "the new version alone, on tables of both"
        case _:
            return "its own model"


async def running_servers(database: Database) -> list[Running]:
    """The servers that gave a sign of life lately. They only do while the head isn't `applied`."""
    if not any(table.name == SERVERS.name for table in (await database.inspect()).tables):
        return []
    dialect = database.dialect
    since = dialect.encoder(_TYPES["seen_at"])(datetime.now(UTC) - timedelta(seconds=ALIVE))
    rows = await database.fetch(
        f"SELECT name, fingerprint, epoch FROM {SERVERS.name}"
        f" WHERE seen_at > {dialect.placeholder(1, _TYPES['seen_at'])} ORDER BY name, id",
        (since,),
    )
    return [Running(row[0], row[1], row[2]) for row in rows]


class StillRunningError(BacksmithError):
    """Servers use what is to be taken away. `servers` are their names."""

    def __init__(self, message: str, servers: list[str]) -> None:
        super().__init__(message)
        self.servers = servers


async def wait_for_servers(database: Database, head: Head, *, timeout: float = 60.0, grace: float = 2 * LOOK) -> None:
    """Return once all running servers serve by that head, and no sooner than each has had the time to hear of it.

    `timeout` and `grace` are seconds. Raises StillRunningError for servers of the old version while the head is
    contracting, and for those that haven't followed in time.
    """
    begun = monotonic()
    await asyncio.sleep(grace)
    while True:
        servers = await running_servers(database)
        if head.state == "contracting":
            old = [each.name for each in servers if each.fingerprint != head.target]
            if old:
                raise StillRunningError(f"Servers of the old version still run: {'; '.join(old)}.", old)
        late = [each.name for each in servers if each.epoch != epoch_of(head)]
        if not late:
            return
        if monotonic() - begun > timeout:
            raise StillRunningError(f"Servers haven't taken up the new shape: {'; '.join(late)}.", late)
        await asyncio.sleep(LOOK / 4)
