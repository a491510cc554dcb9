"""What administrators do with accounts: look at them, disable and enable them, end sessions, take a second factor away.

Used by `/auth/admin` and by `backsmith accounts`. Whatever changes something stands in the audit trail, with who did
it, and holds from the next request on.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from backsmith import errors
from backsmith.accounts.browsers import own_address
from backsmith.accounts.credentials import ADMINISTRATOR
from backsmith.accounts.endpoint import Body
from backsmith.accounts.invitations import forget_by
from backsmith.accounts.people import normal_email
from backsmith.accounts.roles import By, keep_an_administrator, roles_of
from backsmith.accounts.services import Services
from backsmith.accounts.states import standing_of, verified
from backsmith.accounts.teams import key_in_path
from backsmith.accounts.ways_in import take_away
from backsmith.blueprint.asker import Person
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError

LINK_LIFETIME = timedelta(hours=1)
"""How long a link is good that an administrator hands over."""
PAGE = 50
MOST_IN_PAGE = 200


class AccountShown(Body, frozen=True):
    """An account, as administrators see it."""

    id: Any
    email: str | None
    name: str | None
    kind: Literal["person", "service", "unknown"]
    """unknown: the application made the account by itself, and nobody has signed in as it."""
    disabled_at: datetime | None
    verified: bool
    """They get the mail of their e-mail address."""
    roles: tuple[str, ...]
    factors: tuple[str, ...]
    """How they sign in, and what they prove beside that: password, passkey, the names of providers, totp."""
    sessions: int
    seen_at: datetime | None
    """When they were last here, as far as a session tells that."""
    created_at: datetime | None


async def shown(services: Services, transaction: Transaction, person: Person) -> AccountShown:
    """An account with what is known of it."""
    tables, text = services.tables, services.people.text(person.key)
    state = await tables.states.one(transaction, account=text)
    sessions = await services.sessions.list(transaction, person.key)
    last = await tables.sessions.find(transaction, account=text, order="-seen_at", limit=1)
    email = None if person.email is None else normal_email(person.email)
    return AccountShown(
        id=person.key,
        email=person.email,
        name=person.name,
        kind="unknown" if state is None else state["kind"],
        disabled_at=None if state is None else state["disabled_at"],
        verified=state is not None and email is not None and state["verified_email"] == email,
        roles=await roles_of(services, transaction, person.key),
        factors=await _factors(services, transaction, text),
        sessions=len(sessions),
        seen_at=last[0]["seen_at"] if last else None,
        created_at=None if state is None else state["created_at"],
    )


async def _factors(services: Services, transaction: Transaction, account: str) -> tuple[str, ...]:
    tables = services.tables
    found: list[str] = []
    for name, rows in (("password", tables.passwords), ("passkey", tables.passkeys), ("totp", tables.totp)):
        if await rows.one(transaction, account=account) is not None:
            found.append(name)
    identities = await tables.identities.find(transaction, order="provider", account=account)
    return (*found, *dict.fromkeys(row["provider"] for row in identities))


async def find(services: Services, transaction: Transaction, segment: str) -> Person:
    """The account of a key as a path has it. Raises RequestError NOT_FOUND."""
    key = key_in_path(services.blueprint, services.blueprint.account, segment)
    person = None if key is None else await services.people.find(transaction, key)
    if person is None:
        raise RequestError(errors.NOT_FOUND, f"There is no account {segment}")
    return person


async def disable(services: Services, transaction: Transaction, account: Any, by: By) -> None:
    """Nobody signs in as the account any more, all its sessions end and its keys are refused.

    Raises RequestError REFERENCE of the last administrator.
    """
    await keep_an_administrator(services, transaction, account)
    if not await _set_disabled(services, transaction, account, services.clock()):
        return
    await end_sessions(services, transaction, account, by)
    await by.note(services, transaction, "account.disabled", account)


async def enable(services: Services, transaction: Transaction, account: Any, by: By) -> None:
    """The account may sign in again."""
    if await _set_disabled(services, transaction, account, None):
        await _forget_unclaimed(services, transaction, account)
        await services.sessions.changed(transaction, account)
        await by.note(services, transaction, "account.enabled", account)


async def _set_disabled(services: Services, transaction: Transaction, account: Any, at: datetime | None) -> bool:
    """Whether that changed anything."""
    states, text = services.tables.states, services.people.text(account)
    state = await states.one(transaction, account=text, lock=True)
    if state is None:
        state = {"account": text, "kind": "person", "verified_email": None, "created_at": services.clock()}
    elif (state["disabled_at"] is None) is (at is None):
        return False
    await states.put(transaction, **{**state, "disabled_at": at})
    return True


async def _forget_unclaimed(services: Services, transaction: Transaction, account: Any) -> None:
    """Of an account that nobody has ever signed in to nothing is known (`states`), but that it was disabled."""
    tables, text = services.tables, services.people.text(account)
    for rows in (tables.passwords, tables.passkeys, tables.identities, tables.sessions):
        if await rows.one(transaction, account=text) is not None:
            return
    await tables.states.delete(transaction, account=text, kind="person", verified_email=None)


async def end_sessions(services: Services, transaction: Transaction, account: Any, by: By) -> int:
    """End all sessions of an account, those in which it acts as others among them; how many."""
    text, sessions = services.people.text(account), services.sessions
    count = await sessions.end_all(transaction, account)
    for row in await services.tables.sessions.find(transaction, impersonator=text, ended_at=None):
        count += await sessions.end(transaction, services.people.key(row["account"]), row["id"])
    await by.note(services, transaction, "sessions.ended", account, sessions=count)
    return count


async def reset_second_factor(services: Services, transaction: Transaction, account: Any, by: By) -> bool:
    """Take the second factor and the recovery codes away, for who has lost them; whether there were any.

    Their sessions end, and a mail tells them.
    """
    tables, text = services.tables, services.people.text(account)
    gone = [*await tables.totp.delete(transaction, account=text)]
    gone += await tables.recovery_codes.delete(transaction, account=text)
    if not gone:
        return False
    await services.flows.forget(transaction, text, "factor", "totp")
    await end_sessions(services, transaction, account, by)
    await by.note(services, transaction, "second-factor.reset", account)
    person = await services.people.find(transaction, account)
    if person is not None and person.email is not None:
        await services.outbox.put(transaction, "second-factor.reset", person.email, {"name": person.name})
    return True


async def role_revoked(services: Services, transaction: Transaction, account: Any, role: str) -> None:
    """What goes with a role: who may not administer any more doesn't act as others, and whom they invited to sign up
    isn't any more."""
    if role != ADMINISTRATOR:
        return
    text = services.people.text(account)
    await forget_by(services, transaction, text, None)
    for row in await services.tables.sessions.find(transaction, impersonator=text, ended_at=None):
        await services.sessions.end(transaction, services.people.key(row["account"]), row["id"])


async def reset_link(services: Services, transaction: Transaction, person: Person) -> str:
    """A link to choose a new password, good once and for an hour, for who can't get a mail.

    Whoever makes it vouches for the address: where nobody has shown yet that it is theirs, whoever was signed in is
    signed out, and the password and all other ways in go first. Raises RequestError INVALID of an account that can't
    have one.
    """
    found = await standing_of(services, transaction, person)
    if person.email is None or not found.open:
        raise RequestError(errors.INVALID, "The account has no e-mail address, is disabled, or a program's")
    if found.by_mail is None:
        await services.tables.passwords.delete(transaction, account=found.account)
        await take_away(services, transaction, found.account)
        await services.sessions.end_all(transaction, person.key)
        await verified(services, transaction, found.account, person.email)
    begun = await services.flows.begin(
        transaction,
        "reset",
        services.clock(),
        account=found.account,
        content={"email": normal_email(person.email)},
        lifetime=LINK_LIFETIME,
    )
    return f"{own_address(services.settings)}/auth/reset/confirm#{begun.token}"
