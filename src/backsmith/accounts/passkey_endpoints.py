"""`/auth/passkeys`: passkeys are made, named, and taken away.

Making one takes two requests: options with a challenge, which is good once, and the browser's answer. That is checked
outside of transactions.
"""

from __future__ import annotations

import secrets as random
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from backsmith import errors
from backsmith.accounts.by_password import need_way
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.factors import person_of, tell
from backsmith.accounts.flows import spent
from backsmith.accounts.passkeys import (
    CHALLENGE_BYTES,
    HANDLE_BYTES,
    BadPasskey,
    NewPasskey,
    registered,
    registration_options,
)
from backsmith.accounts.services import Services
from backsmith.databases.own_rows import Found
from backsmith.databases.transaction import Transaction, ViolationError
from backsmith.errors import RequestError

MOST = 30
"""Passkeys of one account; their ids go with each registration."""
Name = Annotated[str, Meta(min_length=1, max_length=100)]


class Ceremony(Body, frozen=True):
    """What the browser is asked for."""

    flow: str
    options: dict[str, Any]
    """For `PublicKeyCredential.parseCreationOptionsFromJSON`, or `parseRequestOptionsFromJSON`."""


class Registration(Body, frozen=True):
    """The browser's answer."""

    flow: str
    credential: dict[str, Any]
    """`PublicKeyCredential.toJSON()`"""
    name: Name | None = None


class Naming(Body, frozen=True):
    """A new name."""

    name: Name


class Passkey(Body, frozen=True):
    """A passkey, as its account sees it."""

    id: str
    name: str
    backed_up: bool
    """Whether it is kept on several devices, by whoever made it."""
    created_at: datetime
    used_at: datetime | None


class Passkeys(Body, frozen=True):
    """All of an account."""

    passkeys: list[Passkey]


async def begin_registration(call: Call) -> Answer:
    """Options for a new passkey of who asks."""
    services, account = call.services, call.services.people.text(call.asker.id)
    challenge = random.token_bytes(CHALLENGE_BYTES)
    need_way(call, "passkey")

    async def work(transaction: Transaction) -> Ceremony:
        person = await person_of(services, transaction, account)
        rows = await services.tables.passkeys.find(transaction, account=account)
        if len(rows) >= MOST:
            raise RequestError(errors.REFUSED, f"An account has at most {MOST} passkeys", hint="Take one away first.")
        begun = await services.flows.begin(
            transaction,
            "passkey-registration",
            services.clock(),
            account=account,
            content={"challenge": b64encode(challenge).decode()},
        )
        name = person.email or person.name or account
        handle = await _handle(services, transaction, account)
        options = registration_options(
            services.settings, challenge, handle, name, person.name or name, [_new(row) for row in rows]
        )
        return Ceremony(flow=begun.handle, options=options)

    return Answer(200, await services.database.transact(work, retry=True))


async def register(call: Call, body: Registration) -> Answer:
    """Keep a new passkey."""
    services, account = call.services, call.services.people.text(call.asker.id)

    async def spend(transaction: Transaction) -> bytes:
        now = services.clock()
        flow = await services.flows.look(transaction, "passkey-registration", body.flow, now)
        if flow is None or flow.account != account:
            raise spent()
        await services.flows.take(transaction, "passkey-registration", flow.id, now)
        return b64decode(flow.content["challenge"])

    challenge = await services.database.transact(spend, retry=True)
    try:
        made = registered(services.settings, challenge, body.credential)
    except BadPasskey as reason:
        raise RequestError(
            errors.INVALID, "That isn't the answer of a passkey to these options", hint="Begin again."
        ) from reason

    async def keep(transaction: Transaction) -> Passkey:
        person = await person_of(services, transaction, account)
        count = len(await services.tables.passkeys.find(transaction, account=account))
        shown = Passkey(
            id=made.id,
            name=body.name or f"Passkey {count + 1}",
            backed_up=made.backed_up,
            created_at=services.clock(),
            used_at=None,
        )
        await services.tables.passkeys.insert(
            transaction,
            **msgspec.structs.asdict(shown),
            account=account,
            public_key=made.public_key,
            sign_count=made.sign_count,
            transports=msgspec.json.encode(made.transports).decode(),
        )
        await tell(call, transaction, person, "passkey.added", passkey=shown.name)
        return shown

    try:
        return Answer(201, await services.database.transact(keep, retry=True))
    except ViolationError as error:
        raise RequestError(errors.DUPLICATE, "This passkey is registered already") from error


async def show(call: Call) -> Answer:
    """The passkeys of who asks."""
    services, account = call.services, call.services.people.text(call.asker.id)
    rows = await services.tables.passkeys.find(services.database, order="created_at", account=account)
    return Answer(200, Passkeys(passkeys=[_shown(row) for row in rows]))


async def rename(call: Call, body: Naming) -> Answer:
    """Name a passkey."""
    services, account = call.services, call.services.people.text(call.asker.id)

    async def work(transaction: Transaction) -> list[Found]:
        where = {"id": call.parameters["id"], "account": account}
        return await services.tables.passkeys.update(transaction, where, name=body.name)

    rows = await services.database.transact(work, retry=True)
    if not rows:
        raise _none()
    return Answer(200, _shown(rows[0]))


async def remove(call: Call) -> Answer:
    """Take a passkey away."""
    services, account = call.services, call.services.people.text(call.asker.id)

    async def work(transaction: Transaction) -> None:
        rows = await services.tables.passkeys.delete(transaction, id=call.parameters["id"], account=account)
        if not rows:
            raise _none()
        person = await person_of(services, transaction, account)
        await tell(call, transaction, person, "passkey.removed", passkey=rows[0]["name"])

    await services.database.transact(work, retry=True)
    return Answer(204)


async def _handle(services: Services, transaction: Transaction, account: str) -> bytes:
    """What authenticators know the account by; made with its first passkey."""
    handles = services.tables.passkey_handles
    row = await handles.one(transaction, account=account)
    if row is None:
        try:
            async with transaction.savepoint():
                await handles.insert(transaction, account=account, handle=random.token_bytes(HANDLE_BYTES))
        except ViolationError:
            pass  # another request of the same account was faster
        row = await handles.one(transaction, account=account)
    assert row is not None
    return row["handle"]


def _new(row: Found) -> NewPasskey:
    transports = msgspec.json.decode(row["transports"], type=tuple[str, ...])
    return NewPasskey(row["id"], row["public_key"], row["sign_count"], transports, row["backed_up"])


def _shown(row: Found) -> Passkey:
    return Passkey(
        id=row["id"],
        name=row["name"],
        backed_up=row["backed_up"],
        created_at=row["created_at"],
        used_at=row["used_at"],
    )


def _none() -> RequestError:
    return RequestError(errors.NOT_FOUND, "Your account has no such passkey", hint="GET /auth/passkeys lists them.")


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/passkeys", "Your passkeys", show, reply=Passkeys, access="account"),
    Endpoint(
        "POST", "/passkeys/options", "Begin to make a passkey", begin_registration, reply=Ceremony, access="confirmed"
    ),
    Endpoint(
        "POST", "/passkeys", "Keep the passkey that the browser made", register, Registration, Passkey, 201,
        access="confirmed",
    ),
    Endpoint("PATCH", "/passkeys/{id}", "Name a passkey", rename, Naming, Passkey, access="account"),
    Endpoint("DELETE", "/passkeys/{id}", "Take a passkey away", remove, status=204, access="confirmed"),
)  # fmt: skip
