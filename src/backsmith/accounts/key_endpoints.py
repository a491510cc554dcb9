"""API keys over HTTP: make one, list one's own, revoke one. Administrators do the same for service accounts."""

from __future__ import annotations

from datetime import datetime

from backsmith import errors
from backsmith.accounts import api_keys
from backsmith.accounts.api_keys import DEFAULT_DAYS, MOST_DAYS, ApiKey
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError


class NewKey(Body, frozen=True):
    """A key to be made."""

    name: str
    """For the list, the log and the metrics."""
    scopes: tuple[str, ...]
    """What it is good for at most: `read:orders`, `*:orders`, `read:*`, `place:orders`, `call:summary`."""
    expires_in_days: int | None = None


class KeyShown(Body, frozen=True, omit_defaults=True):
    """A key."""

    id: str
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_on: str | None
    """The day it was last used, in UTC."""
    key: str | None = None
    """The key itself: only in the reply to its making, and never again."""


class KeysShown(Body, frozen=True):
    """The keys that are good, the newest first."""

    keys: list[KeyShown]


async def make(call: Call, body: NewKey) -> Answer:
    """Make a key of who asks."""
    return await make_for(call, call.services.people.text(call.asker.id), body)


async def show(call: Call) -> Answer:
    """The keys of who asks."""
    return await show_of(call, call.services.people.text(call.asker.id))


async def revoke(call: Call) -> Answer:
    """Revoke a key of who asks."""
    return await revoke_of(call, call.services.people.text(call.asker.id), call.parameters["id"])


async def make_for(call: Call, account: str, body: NewKey) -> Answer:
    """Make a key of an account."""
    services = call.services

    async def work(transaction: Transaction) -> KeyShown:
        made, key = await api_keys.make(services, transaction, account, body.name, body.scopes, body.expires_in_days)
        await _note(call, transaction, "key.made", account, made)
        return _shown(made, key)

    return Answer(201, await services.database.transact(work, retry=True))


async def show_of(call: Call, account: str) -> Answer:
    """The keys of an account."""
    found = await api_keys.list_keys(call.services, call.services.database, account)
    return Answer(200, KeysShown(keys=[_shown(each) for each in found]))


async def revoke_of(call: Call, account: str, id: str) -> Answer:
    """Revoke a key of an account."""
    services = call.services

    async def work(transaction: Transaction) -> bool:
        revoked = await api_keys.revoke(services, transaction, account, id)
        if revoked is not None:
            await _note(call, transaction, "key.revoked", account, revoked)
        return revoked is not None

    if not await services.database.transact(work, retry=True):
        raise RequestError(errors.NOT_FOUND, "There is no such key", hint="A GET of the keys lists them.")
    return Answer(204)


async def _note(call: Call, transaction: Transaction, event: str, account: str, key: ApiKey) -> None:
    people, asker = call.services.people, call.asker
    await call.services.trail.note(
        transaction,
        event,
        client=call.client,
        request_id=call.request_id,
        account=people.key(account),
        actor=None if people.text(asker.id) == account else asker.id,
        details={"key": key.id, "name": key.name, "scopes": list(key.scopes)},
    )


def _shown(key: ApiKey, text: str | None = None) -> KeyShown:
    return KeyShown(
        id=key.id,
        name=key.name,
        scopes=key.scopes,
        created_at=key.created_at,
        expires_at=key.expires_at,
        used_on=key.used_on,
        key=text,
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST",
        "/keys",
        f"Make an API key, good for {DEFAULT_DAYS} days unless said otherwise, {MOST_DAYS} at most",
        make,
        NewKey,
        KeyShown,
        201,
        "confirmed",
    ),
    Endpoint("GET", "/keys", "Your API keys", show, reply=KeysShown, access="account"),
    Endpoint("DELETE", "/keys/{id}", "Revoke one of your API keys", revoke, status=204, access="account"),
)
