"""Sends what is in the outbox, in every process that serves: each mail is taken by one of them.

A mail is due at a moment. Whoever takes it moves that moment LEASE on, in one statement, so that nobody else takes it,
and it comes back by itself if that process dies. It is taken out once the server has it. Should the process die right
between, it is sent again with the same Message-ID, by which mail programs know it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from backsmith.databases.account_tables import OUTBOX
from backsmith.databases.database import Database
from backsmith.databases.own_rows import Before, Found, OwnRows
from backsmith.databases.transaction import Transaction
from backsmith.errors import BacksmithError, RequestError
from backsmith.mail.addresses import Address
from backsmith.mail.message import Envelope, Mail, envelope
from backsmith.mail.transports import TIMEOUT, LaterError, RefusedError, Transport

BATCH = 20
"""Mails that a process takes at once."""
LEASE = timedelta(minutes=3)
"""How long they are its own."""
PERIOD = 5.0
"""Seconds between two looks for mails that other processes left, or that are due again."""
GIVEN_UP = timedelta(days=1)
"""A mail that couldn't be sent for so long is given up: what it says isn't good any more."""
FIRST_PAUSE, LONGEST_PAUSE = 10.0, 7_200.0
"""Seconds before a mail is tried again: doubled each time, and up to a quarter more or less."""
DRAIN = 5.0
"""Seconds that the end of a process waits for mails that were put a moment ago."""
_SOON = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Seconds between looks for a mail whose transaction is about to end."""
SEAL = "mail"
_log = logging.getLogger("backsmith.mail")


class Sealer(Protocol):
    """Opens what was sealed (`secrets.Secrets`)."""

    def open(self, purpose: str, sealed: bytes, *, about: str = "") -> bytes:
        """The plain bytes. Raises BacksmithError."""
        ...

    def seal(self, purpose: str, plain: bytes, *, about: str = "") -> bytes:
        """The bytes sealed."""
        ...


class Sender:
    """Takes mails and sends them, until `close`."""

    def __init__(
        self,
        database: Database,
        secrets: Sealer,
        transport: Transport,
        sender: Address,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._transport = transport
        self._sender = sender
        self._clock = clock
        self._rows = OwnRows(database.dialect, OUTBOX)
        self._nudged = asyncio.Event()
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failing = False

    def start(self) -> None:
        """Begin to look for mails."""
        if self._task is None:
            self._task = asyncio.ensure_future(self._run())

    def nudge(self) -> None:
        """A mail was put, and its transaction is about to end."""
        self._nudged.set()

    async def close(self) -> None:
        """Send what was put a moment ago, for DRAIN at most, and end."""
        task, self._task = self._task, None
        if task is None:
            return
        self._closing.set()
        self._nudged.set()
        await asyncio.wait([task], timeout=DRAIN)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await self._transport.rest()

    async def _run(self) -> None:
        while True:
            soon = self._nudged.is_set()
            self._nudged.clear()
            closing = self._closing.is_set()
            for pause in _SOON if soon and not closing else (0,):
                await self._pause(pause)
                if await self._guarded() or self._closing.is_set():
                    break
            await self._transport.rest()
            if closing:
                return
            try:
                async with asyncio.timeout(PERIOD * random.uniform(0.75, 1.25)):
                    await self._nudged.wait()
            except TimeoutError:
                pass

    async def _pause(self, seconds: float) -> None:
        """Wait, but not for anything that is to end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()

    async def _guarded(self) -> bool:
        """Send all that is due; whether there was anything. A database that is away is asked again later."""
        try:
            found = await self.send_due()
            self._failing = False
        except (BacksmithError, OSError, TimeoutError) as error:
            if not self._failing:
                _log.warning("Mails can't be taken from the database: %s", str(error) or type(error).__name__)
            self._failing = True
            return True
        return found

    async def send_due(self) -> bool:
        """Take mails that are due and send them, until there are none; whether there were any."""
        found = False
        while batch := await self._take():
            found = True
            if not await self._send(batch):
                break
        return found

    async def _take(self) -> list[Found]:
        now = self._clock()

        async def work(transaction: Transaction) -> list[Found]:
            due = await self._rows.find(transaction, order="due_at", limit=BATCH, due_at=Before(now))
            if not due:
                return []
            mine: list[Found] = []
            for attempts in {row["attempts"] for row in due}:
                ids = tuple(row["id"] for row in due if row["attempts"] == attempts)
                where = {"id": ids, "attempts": attempts, "due_at": Before(now)}
                mine += await self._rows.update(transaction, where, attempts=attempts + 1, due_at=now + LEASE)
            return mine

        if not await self._rows.find(self._database, limit=1, due_at=Before(now)):
            return []
        taken = await self._database.transact(work, retry=True)
        return sorted(taken, key=lambda row: row["created_at"])

    async def _send(self, batch: list[Found]) -> bool:
        """Send mails that were taken; whether it makes sense to go on with others."""
        until = self._clock() + LEASE - timedelta(seconds=2 * TIMEOUT)
        for number, row in enumerate(batch):
            if self._clock() > until:
                return True  # the rest comes back when its lease ends
            try:
                await self._send_one(row)
            except LaterError as error:
                late = batch[number:] if error.all else [row]
                for each in late:
                    await self._later(each, str(error))
                if error.all:
                    return False
            except RefusedError as error:
                await self._give_up(row, str(error))
        return True

    async def _send_one(self, row: Found) -> None:
        """Raises LaterError, RefusedError."""
        made = self._open(row)
        try:
            async with asyncio.timeout(2 * TIMEOUT):
                await self._transport.send(made)
        except TimeoutError as error:
            raise LaterError("The mail server didn't answer in time", all=True) from error
        if said := self._transport.said(made):
            _log.info("%s", said)
        await self._end(row)

    def _open(self, row: Found) -> Envelope:
        try:
            content = self._secrets.open(SEAL, row["content"], about=row["id"])
        except BacksmithError as error:  # a key that is very new is read in a moment
            raise LaterError("The mail can't be opened with the keys there are") from error
        try:
            return envelope(row["id"], msgspec.json.decode(content, type=Mail), self._sender, row["created_at"])
        except RequestError as error:
            raise RefusedError(error.message) from error

    async def _later(self, row: Found, reason: str) -> None:
        if self._clock() - row["created_at"] > GIVEN_UP:
            await self._give_up(row, reason)
            return
        pause = min(FIRST_PAUSE * 2 ** (row["attempts"] - 1), LONGEST_PAUSE) * random.uniform(0.75, 1.25)
        _log.warning("A mail (%s, %s) waits for %.0f seconds. %s", row["template"], row["id"], pause, reason)
        due = self._clock() + timedelta(seconds=pause)
        where = {"id": row["id"], "attempts": row["attempts"]}
        await self._database.transact(lambda tx: self._rows.update(tx, where, due_at=due), retry=True)

    async def _give_up(self, row: Found, reason: str) -> None:
        _log.error("A mail (%s, %s) is given up. %s", row["template"], row["id"], reason)
        await self._end(row)

    async def _end(self, row: Found) -> None:
        where = {"id": row["id"], "attempts": row["attempts"]}
        await self._database.transact(lambda tx: self._rows.delete(tx, **where), retry=True)
