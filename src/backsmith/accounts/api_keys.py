"""API keys of accounts: made with scopes and an end, shown once, kept as a hash.

A key acts for its account, with the roles that this has at the time; its scopes only narrow what that may do. It makes
no sessions and no keys, and administers nothing: `serving` lets only sessions do that.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from backsmith import errors
from backsmith.accounts.problems import invalid
from backsmith.accounts.services import Services
from backsmith.blueprint.scopes import mistake_in
from backsmith.databases.database import Database
from backsmith.databases.own_rows import After, Found
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError

PREFIX = "bsk_"
"""How API keys begin, so that leaked ones can be found by their looks."""
DEFAULT_DAYS = 90
MOST_DAYS = 366
MOST_KEYS = 100
"""Keys of an account, at most."""
MOST_SCOPES = 100
_NAME = re.compile(r"[\w](?:[\w .:@/+-]{0,62}[\w])?")


class ApiKey(NamedTuple):
    """A key as its account sees it in the list."""

    id: str
    name: str
    account: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_on: str | None


async def make(
    services: Services, transaction: Transaction, account: str, name: str, scopes: Sequence[str], days: int | None
) -> tuple[ApiKey, str]:
    """A new key of an account (as `People.text` writes it), and its text, which is kept nowhere.

    Raises RequestError INVALID, with the place in the body, and REFUSED.
    """
    rows, now = services.tables.api_keys, services.clock()
    _check(services, name, scopes, days)
    open = await rows.find(transaction, account=account, revoked_at=None, expires_at=After(now))
    if any(row["name"] == name for row in open):
        raise RequestError(errors.DUPLICATE, f"There is a key {name!r} already", hint="Take another name.")
    if len(open) >= MOST_KEYS:
        raise RequestError(
            errors.REFUSED, f"An account has at most {MOST_KEYS} keys", hint="Revoke one that isn't used any more."
        )
    key = PREFIX + secrets.token_urlsafe(32)
    row: dict[str, Any] = {
        "id": secrets.token_urlsafe(16),
        "name": name,
        "digest": sha256(key.encode()).digest(),
        "account": account,
        "scopes": msgspec.json.encode(sorted(set(scopes))).decode(),
        "created_at": now,
        "expires_at": now + timedelta(days=days or DEFAULT_DAYS),
        "used_on": None,
        "revoked_at": None,
    }
    await rows.insert(transaction, **row)
    return _shown(row), key


async def list_keys(services: Services, source: Transaction | Database, account: str) -> list[ApiKey]:
    """The keys of an account that are good, the newest first."""
    found = await services.tables.api_keys.find(
        source, order="-created_at", account=account, revoked_at=None, expires_at=After(services.clock())
    )
    return [_shown(row) for row in found]


async def revoke(services: Services, transaction: Transaction, account: str, id: str) -> ApiKey | None:
    """End a key of an account at once; None where there is none of that id."""
    rows = await services.tables.api_keys.update(
        transaction, {"id": id, "account": account, "revoked_at": None}, revoked_at=services.clock()
    )
    if not rows:
        return None
    await services.revocations.note(transaction, "key", id)
    return _shown(rows[0])


def _check(services: Services, name: str, scopes: Sequence[str], days: int | None) -> None:
    if not _NAME.fullmatch(name):
        raise invalid(
            "/name",
            "That is no name for a key",
            "A name has up to 64 letters, digits, spaces and . : @ / + - _ and begins and ends with a letter or digit.",
        )
    if not scopes:
        raise invalid("/scopes", "A key without scopes is good for nothing", 'Write ["read:*"], or "*:*" for all.')
    if len(scopes) > MOST_SCOPES:
        raise invalid("/scopes", f"A key has at most {MOST_SCOPES} scopes", "Write read:* or *:orders.")
    for number, scope in enumerate(scopes):
        mistake = mistake_in(scope[:200], services.blueprint)
        if mistake is not None:
            raise invalid(f"/scopes/{number}", *mistake)
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise invalid("/expires_in_days", f"A key is good for 1 to {MOST_DAYS} days")


def _shown(row: Found) -> ApiKey:
    return ApiKey(
        row["id"],
        row["name"],
        row["account"],
        msgspec.json.decode(row["scopes"], type=tuple[str, ...]),
        row["created_at"],
        row["expires_at"],
        row["used_on"],
    )
