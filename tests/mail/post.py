"""An outbox on a database, and what to look at in tests of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from backsmith.databases import Database
from backsmith.databases.account_tables import OUTBOX
from backsmith.databases.own_rows import Found, OwnRows
from backsmith.databases.transaction import Transaction
from backsmith.mail.addresses import parse_sender
from backsmith.mail.outbox import Outbox
from backsmith.mail.sender import Sender
from backsmith.mail.transports import Smtp, Transport
from backsmith.secrets import Secrets
from backsmith.settings import Settings

CODE = {"code": "12345678", "link": "https://notes.example/auth/code#handle.token"}


class Clock:
    """The time, which tests move on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Post(NamedTuple):
    """An outbox and what belongs to it."""

    database: Database
    secrets: Secrets
    settings: Settings
    outbox: Outbox

    async def put(self, to: str = "ada@example.org", template: str = "code", **values: Any) -> None:
        """Put a mail, in a transaction of its own."""
        await self.database.transact(lambda tx: self.outbox.put(tx, template, to, values or CODE))

    async def put_many(self, count: int) -> None:
        """Put mails to 0@example.org, 1@example.org, …"""

        async def work(transaction: Transaction) -> None:
            for number in range(count):
                await self.outbox.put(transaction, "code", f"{number}@example.org", CODE)

        await self.database.transact(work)

    async def rows(self) -> list[Found]:
        """What is left to be sent."""
        return await OwnRows(self.database.dialect, OUTBOX).find(self.database, order="created_at")

    def sender(self, transport: Transport, clock: Clock | None = None) -> Sender:
        """A sender, as another process would have it."""
        return Sender(
            self.database, self.secrets, transport, parse_sender("Notes <no-reply@notes.example>"), clock or Clock()
        )

    def smtp(self, port: int, clock: Clock | None = None) -> Sender:
        """One that sends to a server here."""
        return self.sender(Smtp(urlsplit(f"smtp://localhost:{port}"), local="notes.example", timeout=5), clock)
