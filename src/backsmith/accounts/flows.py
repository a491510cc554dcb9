"""What is begun and can be finished once: a code or link by mail, an invitation, a second factor, a challenge.

In: a kind, the account and what has to be remembered. Out: a handle for who begins it, and a code or a link's token for
whoever gets the mail. Only hashes of these are kept, and what is remembered is sealed. `take` consumes: of many who
bring the same code at once exactly one gets the flow. A wrong code counts, and after MOST_ATTEMPTS the flow is gone.
"""

from __future__ import annotations

import hmac
import secrets as random
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, NamedTuple, get_args

import msgspec

from backsmith.accounts.tables import Tables
from backsmith.databases.own_rows import After, Before, Found
from backsmith.databases.transaction import Transaction
from backsmith.errors import SPENT, RequestError
from backsmith.secrets import Secrets

Kind = Literal[
    "sign-up", "code", "reset", "verify", "email", "undo", "invitation", "factor", "passkey", "passkey-registration",
    "oidc", "totp", "team",
]  # fmt: skip
"""What a flow is for. Each is good for its own endpoint only."""
CODE_DIGITS = 8
MOST_ATTEMPTS = 5
"""Codes that may be tried: a guess then succeeds once in 20 million."""
CODE_LIFETIME = timedelta(minutes=10)
"""Codes and links by mail are good for at most 10 minutes (NIST SP 800-63B, 3.1.3)."""

_CODE = "code of a flow"
_SEAL = "flow"


class Begun(NamedTuple):
    """A flow that was begun."""

    handle: str
    """For who began it; no secret, but nobody else knows it: 128 random bits."""
    code: str
    """Eight digits to type in; they are good together with the handle only."""
    token: str
    """For a link: the handle and 256 random bits; good by itself."""


class Flow(NamedTuple):
    """A flow as it was kept."""

    id: str
    kind: str
    account: str | None
    """As `People.text` writes it."""
    content: dict[str, Any]
    expires_at: datetime


class Flows:
    """Begins and ends flows."""

    def __init__(self, tables: Tables, secrets: Secrets) -> None:
        self._rows = tables.flows
        self._secrets = secrets

    async def begin(
        self,
        transaction: Transaction,
        kind: Kind,
        now: datetime,
        *,
        account: str | None = None,
        content: dict[str, Any] | None = None,
        lifetime: timedelta = CODE_LIFETIME,
    ) -> Begun:
        """Remember something that can be finished once, within `lifetime`."""
        handle, token = random.token_urlsafe(16), random.token_urlsafe(32)
        code = f"{random.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
        await self._rows.delete(transaction, expires_at=Before(now - timedelta(days=1)))
        await self._rows.insert(
            transaction,
            id=handle,
            kind=kind,
            account=account,
            code=self._secrets.digest(_CODE, handle, code),
            token=sha256(token.encode()).digest(),
            attempts=0,
            content=self._secrets.seal(_SEAL, msgspec.json.encode(content or {}), about=handle),
            expires_at=now + lifetime,
        )
        return Begun(handle, code, f"{handle}.{token}")

    async def look(self, transaction: Transaction, kind: Kind, handle: str, now: datetime) -> Flow | None:
        """The flow of that handle, which stays; None where it is spent or too old."""
        row = await self._rows.one(transaction, id=handle, kind=kind, expires_at=After(now))
        return None if row is None else self._flow(row)

    async def take(self, transaction: Transaction, kind: Kind, handle: str, now: datetime) -> Flow:
        """The flow of that handle, which is spent with it. For flows whose handle alone is enough.

        Raises RequestError SPENT.
        """
        rows = await self._rows.delete(transaction, id=handle, kind=kind, expires_at=After(now))
        if not rows:
            raise spent()
        return self._flow(rows[0])

    async def take_by_code(
        self, transaction: Transaction, kind: Kind, handle: str, code: str, now: datetime
    ) -> Flow | None:
        """The flow of that handle, which is spent with it; None where the code is another, which counts: the caller
        lets the transaction end well, so that the count stays, and refuses with `spent()` afterwards.
        """
        for row in await self._rows.find(transaction, lock=True, id=handle, kind=kind, expires_at=After(now)):
            if hmac.compare_digest(row["code"] or b"", self._secrets.digest(_CODE, handle, _plain(code))):
                return await self.take(transaction, kind, handle, now)
            await self.miss(transaction, row["id"])
        return None

    async def take_by_token(self, transaction: Transaction, kind: Kind, token: str, now: datetime) -> Flow:
        """The flow of a link's token, which is spent with it. Raises RequestError SPENT."""
        handle, _, secret = token.partition(".")
        digest = sha256(secret.encode()).digest()
        rows = await self._rows.delete(transaction, id=handle, kind=kind, token=digest, expires_at=After(now))
        if not rows:
            raise spent()
        return self._flow(rows[0])

    async def look_by_token(self, transaction: Transaction, kind: Kind, token: str, now: datetime) -> Flow | None:
        """The flow of a link's token, which stays: for a page that asks before it goes on."""
        handle, _, secret = token.partition(".")
        digest = sha256(secret.encode()).digest()
        row = await self._rows.one(transaction, id=handle, kind=kind, token=digest, expires_at=After(now))
        return None if row is None else self._flow(row)

    async def miss(self, transaction: Transaction, handle: str) -> None:
        """Count a wrong code; the last one that may be tried ends the flow."""
        row = await self._rows.one(transaction, lock=True, id=handle)
        if row is None:
            return
        if row["attempts"] + 1 >= MOST_ATTEMPTS:
            await self._rows.delete(transaction, id=handle)
        else:
            await self._rows.update(transaction, {"id": handle}, attempts=row["attempts"] + 1)

    async def forget(self, transaction: Transaction, account: str, *kinds: Kind) -> None:
        """End all flows of an account of these kinds, or of every kind but one: a link by which the owner takes the
        account back is good until it is used, whatever a thief does in the meantime."""
        every = tuple(kind for kind in get_args(Kind) if kind != "undo")
        await self._rows.delete(transaction, account=account, kind=kinds or every)

    def _flow(self, row: Found) -> Flow:
        content = self._secrets.open(_SEAL, row["content"], about=row["id"])
        decoded: dict[str, Any] = msgspec.json.decode(content)
        return Flow(row["id"], row["kind"], row["account"], decoded, row["expires_at"])


def spent() -> RequestError:
    """The refusal of a code, link or handle that isn't good: in the same words whatever the reason is."""
    hint = "Compare it with the mail; after a few tries, or some minutes, begin again to get a new one."
    return RequestError(SPENT, "This code or link isn't good (any more).", hint=hint)


def _plain(code: str) -> str:
    """A code as people type it: spaces and dashes left out."""
    return "".join(letter for letter in code if letter not in " -")
