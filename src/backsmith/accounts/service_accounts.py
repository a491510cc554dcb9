"""Service accounts: accounts of programs. They have no password and no sign-in; API keys alone act for them.

Administrators make them, give them keys, and end them. Such an account is a row like the others, so that rules and
relations know it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import field

from backsmith import errors
from backsmith.accounts import key_endpoints
from backsmith.accounts.claims import account_reader
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.key_endpoints import KeyShown, KeysShown, NewKey
from backsmith.accounts.problems import invalid
from backsmith.accounts.services import Services
from backsmith.databases.own_rows import Found
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError

MOST_ROLES = 50
_MOST_CHARACTERS = 100


class NewServiceAccount(Body, frozen=True):
    """A service account to be made."""

    name: str
    roles: tuple[str, ...] = ()
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    """Further fields of the account's row, as the application declares them."""


class ServiceAccount(Body, frozen=True):
    """A service account."""

    account: Any
    """Its key."""
    name: str | None
    roles: tuple[str, ...]
    created_at: datetime
    disabled_at: datetime | None


class ServiceAccounts(Body, frozen=True):
    """All service accounts, the oldest first."""

    accounts: list[ServiceAccount]


async def create(
    services: Services,
    transaction: Transaction,
    name: str,
    roles: tuple[str, ...],
    values: dict[str, Any],
    request_id: str,
) -> ServiceAccount:
    """A new service account. Raises RequestError INVALID, and whatever the application refuses."""
    if not name.strip() or len(name) > _MOST_CHARACTERS:
        raise invalid("/name", f"A name has 1 to {_MOST_CHARACTERS} characters")
    if "email" in values:
        raise invalid("/values/email", "A service account has no e-mail address: nobody reads its mail")
    for number, role in enumerate(roles):
        if number >= MOST_ROLES or not role.strip() or len(role) > _MOST_CHARACTERS:
            message = f"An account has up to {MOST_ROLES} roles of up to {_MOST_CHARACTERS} characters"
            raise invalid(f"/roles/{number}", message)
    person = await services.people.create(transaction, {**values, "name": name}, request_id)
    account, now = services.people.text(person.key), services.clock()
    state = {"account": account, "kind": "service", "disabled_at": None, "verified_email": None, "created_at": now}
    await services.tables.states.put(transaction, **state)
    for role in dict.fromkeys(roles):
        await services.tables.roles.put(transaction, account=account, role=role, granted_at=now)
    return await _shown(services, transaction, state)


async def make(call: Call, body: NewServiceAccount) -> Answer:
    """Make a service account."""
    services = call.services

    async def work(transaction: Transaction) -> ServiceAccount:
        made = await create(services, transaction, body.name, body.roles, body.values, call.request_id)
        await _note(call, transaction, "service-account.made", made.account, {"roles": list(made.roles)})
        return made

    return Answer(201, await services.database.transact(work, retry=True))


async def show(call: Call) -> Answer:
    """All service accounts."""
    services = call.services

    async def work(transaction: Transaction) -> list[ServiceAccount]:
        rows = await services.tables.states.find(transaction, order="created_at", kind="service")
        return [await _shown(services, transaction, row) for row in rows]

    return Answer(200, ServiceAccounts(accounts=await services.database.transact(work, retry=True)))


async def disable(call: Call) -> Answer:
    """Disable a service account and revoke its keys."""
    services, account = call.services, await _account(call)

    async def work(transaction: Transaction) -> None:
        now = services.clock()
        await services.tables.states.update(transaction, {"account": account, "disabled_at": None}, disabled_at=now)
        await services.tables.api_keys.update(transaction, {"account": account, "revoked_at": None}, revoked_at=now)
        key = services.people.key(account)
        await services.sessions.changed(transaction, key)
        await _note(call, transaction, "service-account.disabled", key, {})

    await services.database.transact(work, retry=True)
    return Answer(204)


async def make_key(call: Call, body: NewKey) -> Answer:
    """Make a key of a service account."""
    return await key_endpoints.make_for(call, await _account(call), body)


async def show_keys(call: Call) -> Answer:
    """The keys of a service account."""
    return await key_endpoints.show_of(call, await _account(call))


async def revoke_key(call: Call) -> Answer:
    """Revoke a key of a service account."""
    return await key_endpoints.revoke_of(call, await _account(call), call.parameters["key"])


async def _account(call: Call) -> str:
    """The service account in the path, as `People.text` writes it. Raises RequestError NOT_FOUND."""
    services, blueprint = call.services, call.services.blueprint
    entity = next(each for each in blueprint.entities if each.name == blueprint.account)
    key = account_reader(next(field.type for field in entity.fields if field.name == entity.key[0]))(
        call.parameters["account"]
    )
    if key is not None:
        text = services.people.text(key)
        if await services.tables.states.one(services.database, account=text, kind="service") is not None:
            return text
    raise RequestError(
        errors.NOT_FOUND, "There is no such service account", hint="GET /auth/admin/service-accounts lists them."
    )


async def _shown(services: Services, transaction: Transaction, state: Found) -> ServiceAccount:
    key = services.people.key(state["account"])
    person = await services.people.find(transaction, key)
    roles = await services.tables.roles.find(transaction, order="role", account=state["account"])
    return ServiceAccount(
        account=key,
        name=None if person is None else person.name,
        roles=tuple(row["role"] for row in roles),
        created_at=state["created_at"],
        disabled_at=state["disabled_at"],
    )


async def _note(call: Call, transaction: Transaction, event: str, account: Any, details: dict[str, Any]) -> None:
    await call.services.trail.note(
        transaction,
        event,
        client=call.client,
        request_id=call.request_id,
        account=account,
        actor=call.asker.id,
        details=details,
    )


_PATH = "/admin/service-accounts"
ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", _PATH, "Make an account of a program", make, NewServiceAccount, ServiceAccount, 201, "administrator"
    ),
    Endpoint("GET", _PATH, "All accounts of programs", show, reply=ServiceAccounts, access="administrator"),
    Endpoint(
        "DELETE",
        f"{_PATH}/{{account}}",
        "Disable an account of a program and revoke its keys",
        disable,
        status=204,
        access="administrator",
    ),
    Endpoint(
        "POST",
        f"{_PATH}/{{account}}/keys",
        "Make an API key of an account of a program",
        make_key,
        NewKey,
        KeyShown,
        201,
        "administrator",
    ),
    Endpoint(
        "GET",
        f"{_PATH}/{{account}}/keys",
        "The API keys of an account of a program",
        show_keys,
        reply=KeysShown,
        access="administrator",
    ),
    Endpoint(
        "DELETE",
        f"{_PATH}/{{account}}/keys/{{key}}",
        "Revoke an API key of an account of a program",
        revoke_key,
        status=204,
        access="administrator",
    ),
)
