"""`Outbox`: takes mails in the transaction of what they are about, and sends them once it is kept.

In: the name of a template, an address, values. The mail is made at once, so that a mistake in a template is an error
where it was caused, and a server of another version sends what this one wrote. It is sealed: it may hold a code.
"""

from __future__ import annotations

import secrets as random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from backsmith.databases.account_tables import OUTBOX
from backsmith.databases.database import Database
from backsmith.databases.own_rows import OwnRows
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError, UsageError
from backsmith.mail.addresses import Address, parse_address, parse_sender
from backsmith.mail.sender import SEAL, Sealer, Sender
from backsmith.mail.texts import Texts, application_name
from backsmith.mail.transports import transport_of
from backsmith.settings import Settings


def now() -> datetime:
    """The present instant, aware and in UTC."""
    return datetime.now(UTC)


class Outbox:
    """Takes mails. `start` comes first, and `close` at the end."""

    def __init__(
        self, settings: Settings, database: Database, secrets: Sealer, clock: Callable[[], datetime] = now
    ) -> None:
        self._settings = settings
        self._database = database
        self._secrets = secrets
        self._clock = clock
        self._rows = OwnRows(database.dialect, OUTBOX)
        self._texts = Texts(settings)
        self._sender: Sender | None = None

    async def start(self) -> None:
        """Look at the settings and templates, and begin to send. Raises UsageError with what is wrong in them."""
        if self._sender is not None:
            return
        self._texts.check()
        sender = sender_of(self._settings)
        transport = transport_of(self._settings, local=sender.domain)
        self._sender = Sender(self._database, self._secrets, transport, sender, self._clock)
        self._sender.start()

    async def put(self, transaction: Transaction, template: str, to: str, values: dict[str, Any]) -> None:
        """A mail made of a template, to an address. It is sent once the transaction is kept, and tried again.

        Raises RequestError INVALID where `to` is no address that mail can go to.
        """
        parse_address(to)
        mail = self._texts.mail(template, to, values)
        id, at = f"{self._clock():%Y%m%dT%H%M%S%f}.{random.token_hex(8)}", self._clock()
        await self._rows.insert(
            transaction,
            id=id,
            template=template,
            content=self._secrets.seal(SEAL, msgspec.json.encode(mail), about=id),
            attempts=0,
            created_at=at,
            due_at=at,
        )
        sender = self._sender
        if sender is not None:

            async def nudge() -> None:
                sender.nudge()

            transaction.at_end(nudge)

    async def close(self) -> None:
        """Send what was put a moment ago, and end."""
        sender, self._sender = self._sender, None
        if sender is not None:
            await sender.close()


def sender_of(settings: Settings) -> Address:
    """Who mails are from. Raises UsageError."""
    host = urlsplit(settings.address).hostname or "localhost"
    try:
        found = parse_sender(settings.mail_from or f"no-reply@{host}")
    except RequestError as error:
        raise UsageError(
            f"Mails have no sender: {settings.mail_from or f'no-reply@{host}'} is no address. Set mail_from to an "
            "address, or to Name <address>."
        ) from error
    return found if found.name else found._replace(name=application_name(settings))
