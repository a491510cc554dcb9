"""The audit trail: what happened to accounts, appended to a chain of hashes (`trail_chain`).

In: an event, in the transaction of what it is about. Out: a row with the next number. The row is written as the last
thing of that transaction, since all who append want the head of the chain: so it is locked for two statements and the
commit, and who waits for it holds up nobody whom its holder could wait for. Numbers have no gaps, and their order is
that in which transactions were kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from backsmith import errors
from backsmith.accounts.people import normal_email
from backsmith.accounts.sessions import Client
from backsmith.accounts.tables import Tables
from backsmith.accounts.trail_chain import End, Entry, seal
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError
from backsmith.secrets import Secrets

SYSTEM = Client("", "")
"""The client of what the application or a command does by itself."""
LONGEST = 4_000
"""Characters of the details of an event, at most, so that nobody fills the disk with them."""

_SOMEBODY = "somebody unknown"


class Trail:
    """Appends to the audit trail."""

    def __init__(
        self, tables: Tables, text: Callable[[Any], str], secrets: Secrets, clock: Callable[[], datetime]
    ) -> None:
        """`text` is how the tables of accounts keep a key (`People.text`)."""
        self._rows = tables.audit_log
        self._chain = tables.audit_chain
        self._text = text
        self._secrets = secrets
        self._clock = clock

    async def note(
        self,
        transaction: Transaction,
        event: str,
        *,
        client: Client,
        request_id: str,
        account: Any | None = None,
        actor: Any | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Something that happened to an account (a key), as `sign-in`, `sign-in.failed`, `role.granted`; `actor` is who
        did it where that is another. `details` hold no secret and no e-mail address of somebody unknown (`unknown`).

        It is kept with the transaction, and only then. On PostgreSQL with isolation serializable, transactions that
        append at the same time conflict: let the work run again (`retry`).
        """
        said = msgspec.json.encode(details or {}, order="sorted").decode()
        texts = {
            "event": event,
            "account": None if account is None else self._text(account),
            "actor": None if actor is None else self._text(actor),
            "address": _plain(client.address),
            "user_agent": _plain(client.user_agent),
            "request_id": _plain(request_id),
            "details": said if len(said) <= LONGEST else '{"left_out":true}',
        }

        async def append() -> None:
            await self._append(transaction, texts)

        transaction.at_end(append)

    def unknown(self, who: str) -> str:
        """What stands in the trail for an e-mail address or name that may be nobody's here: always the same for the
        same one, and nothing that leads back to it without the root secret."""
        return self._secrets.digest(_SOMEBODY, normal_email(who)).hex()[:16]

    async def _append(self, transaction: Transaction, texts: dict[str, Any]) -> None:
        head = await self._chain.one(transaction, lock=True, kind="head")
        if head is None:
            raise RequestError(errors.INTERNAL, "The head of the audit trail is gone: backsmith audit-log verify")
        at = self._clock().isoformat(timespec="microseconds")
        entry = Entry(number=head["number"] + 1, at=at, previous=head["hash"], **texts)
        end = End(entry.number, entry.hash)
        row = {**entry._asdict(), "hash": end.hash, "seal": seal(self._secrets, "row", end)}
        await self._rows.insert(transaction, **row)
        sealed = seal(self._secrets, "head", end)
        await self._chain.update(transaction, {"kind": "head"}, number=end.number, hash=end.hash, seal=sealed)


def _plain(text: str) -> str:
    """A text as a database takes it: without NUL and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
