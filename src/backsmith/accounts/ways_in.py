"""The ways into an account beside its mail: passkeys, other providers, API keys, and the second factor.

In: an account that its owner takes back from somebody who had a session of it. Out: what that one may have left behind
to come back by is gone. A new password alone would keep nobody out who has a passkey of their own there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backsmith.accounts.services import Services
from backsmith.databases.own_rows import After
from backsmith.databases.transaction import Transaction


async def take_away(
    services: Services, transaction: Transaction, account: str, *, since: datetime | None = None
) -> None:
    """Take them away: those that were made after `since`, or all. Sessions and the password are the caller's."""
    tables = services.tables
    where: dict[str, Any] = {"account": account} if since is None else {"account": account, "created_at": After(since)}
    await tables.passkeys.delete(transaction, **where)
    await tables.identities.delete(transaction, **where)
    if await tables.totp.delete(transaction, **where):
        await tables.recovery_codes.delete(transaction, account=account)
    for row in await tables.api_keys.update(transaction, {**where, "revoked_at": None}, revoked_at=services.clock()):
        await services.revocations.note(transaction, "key", row["id"])
