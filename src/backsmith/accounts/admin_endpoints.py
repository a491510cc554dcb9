"""`/auth/admin`: what administrators do with accounts, over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from backsmith import errors
from backsmith.accounts.administration import (
    MOST_IN_PAGE,
    PAGE,
    AccountShown,
    disable,
    enable,
    end_sessions,
    find,
    reset_second_factor,
    role_revoked,
    shown,
)
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.invitations import EmailText, Invitation, invite, open_ones, take_back
from backsmith.accounts.people import normal_email
from backsmith.accounts.proofs import begin
from backsmith.accounts.roles import by_caller, check_role, grant, revoke
from backsmith.accounts.states import standing_of
from backsmith.accounts.teams import key_in_path
from backsmith.blueprint.asker import Person
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError


class AccountsShown(Body, frozen=True):
    """A page of accounts, in the order of their keys."""

    accounts: list[AccountShown]
    after: Any | None
    """What to ask for next: `?after=`; null: these are the last ones."""


class RolesShown(Body, frozen=True):
    """The roles of an account."""

    roles: tuple[str, ...]


class NewInvitation(Body, frozen=True):
    """Whom to invite to sign up, and the roles that they will have."""

    email: EmailText
    roles: tuple[str, ...] = ()


class InvitationShown(Body, frozen=True):
    """An invitation that nobody has accepted yet."""

    id: str
    email: str
    roles: tuple[str, ...]
    created_at: datetime
    expires_at: datetime


class InvitationsShown(Body, frozen=True):
    """All open invitations to sign up, the last ones first."""

    invitations: list[InvitationShown]


async def list_accounts(call: Call) -> Answer:
    """A page of accounts."""
    services, query = call.services, call.query
    blueprint = services.blueprint
    after = key_in_path(blueprint, blueprint.account, query["after"]) if "after" in query else None
    limit = _limit(query.get("limit"))

    async def work(transaction: Transaction) -> AccountsShown:
        search = query.get("search", "").replace("\0", "")
        found = await services.people.list(transaction, search=search, after=after, limit=limit + 1)
        accounts = [await shown(services, transaction, person) for person in found[:limit]]
        return AccountsShown(accounts=accounts, after=accounts[-1].id if len(found) > limit else None)

    return Answer(200, await services.database.transact(work, retry=True))


async def show_account(call: Call) -> Answer:
    """One account."""

    async def work(transaction: Transaction) -> AccountShown:
        return await shown(call.services, transaction, await _account(call, transaction))

    return Answer(200, await call.services.database.transact(work, retry=True))


async def grant_role(call: Call) -> Answer:
    """Give an account a role."""

    async def work(transaction: Transaction, person: Person) -> None:
        await grant(call.services, transaction, person.key, call.parameters["role"], by_caller(call))

    return await _done(call, work)


async def revoke_role(call: Call) -> Answer:
    """Take a role from an account."""
    services, role = call.services, call.parameters["role"]

    async def work(transaction: Transaction, person: Person) -> None:
        if not await revoke(services, transaction, person.key, role, by_caller(call)):
            raise RequestError(errors.NOT_FOUND, f"The account hasn't got the role '{role}'")
        await role_revoked(services, transaction, person.key, role)

    return await _done(call, work)


async def disable_account(call: Call) -> Answer:
    """Disable an account."""

    async def work(transaction: Transaction, person: Person) -> None:
        await disable(call.services, transaction, person.key, by_caller(call))

    return await _done(call, work)


async def enable_account(call: Call) -> Answer:
    """Enable an account."""

    async def work(transaction: Transaction, person: Person) -> None:
        await enable(call.services, transaction, person.key, by_caller(call))

    return await _done(call, work)


async def sign_out(call: Call) -> Answer:
    """End all sessions of an account."""

    async def work(transaction: Transaction, person: Person) -> None:
        await end_sessions(call.services, transaction, person.key, by_caller(call))

    return await _done(call, work)


async def reset_factor(call: Call) -> Answer:
    """Take a second factor away."""

    async def work(transaction: Transaction, person: Person) -> None:
        if not await reset_second_factor(call.services, transaction, person.key, by_caller(call)):
            raise RequestError(errors.NOT_FOUND, "The account has no second factor")

    return await _done(call, work)


async def send_reset(call: Call) -> Answer:
    """Send a code and a link to choose a new password with."""
    services = call.services

    async def work(transaction: Transaction, person: Person) -> None:
        found = await standing_of(services, transaction, person)
        if found.by_mail is None or person.email is None:
            raise RequestError(errors.INVALID, "The account has no e-mail address that is known to be its own")
        address = normal_email(person.email)
        _, values = await begin(call, transaction, "reset", account=found.account, content={"email": address})
        await services.outbox.put(transaction, "reset", address, values)
        await by_caller(call).note(services, transaction, "reset.asked", person.key)

    return await _done(call, work)


async def invite_account(call: Call, body: NewInvitation) -> Answer:
    """Invite somebody to sign up."""
    services = call.services
    for role in body.roles:
        check_role(services.blueprint, role)
    await services.throttle.take("mail", account=normal_email(body.email), address=call.client.address)

    async def work(transaction: Transaction) -> InvitationShown:
        by, roles = services.people.text(call.asker.id), tuple(dict.fromkeys(body.roles))
        invitation, _ = await invite(services, transaction, body.email, by, roles=roles)
        await by_caller(call).note(
            services, transaction, "account.invited", None, roles=list(roles), invitation=invitation.id
        )
        return _invitation(invitation)

    return Answer(201, await services.database.transact(work, retry=True))


async def list_invitations(call: Call) -> Answer:
    """The open invitations to sign up."""

    async def work(transaction: Transaction) -> InvitationsShown:
        found = await open_ones(call.services, transaction, None)
        return InvitationsShown(invitations=[_invitation(each) for each in found])

    return Answer(200, await call.services.database.transact(work, retry=True))


async def take_back_invitation(call: Call) -> Answer:
    """End an invitation."""

    async def work(transaction: Transaction) -> None:
        ended = await take_back(call.services, transaction, None, call.parameters["invitation"])
        await by_caller(call).note(call.services, transaction, "account.invitation-ended", None, invitation=ended.id)

    await call.services.database.transact(work, retry=True)
    return Answer(204)


async def _account(call: Call, transaction: Transaction) -> Person:
    return await find(call.services, transaction, call.parameters["account"])


async def _done(call: Call, do: Callable[[Transaction, Person], Awaitable[None]]) -> Answer:
    """Do something with the account of the path."""

    async def work(transaction: Transaction) -> None:
        await do(transaction, await _account(call, transaction))

    await call.services.database.transact(work, retry=True)
    return Answer(204)


def _limit(text: str | None) -> int:
    if text is None:
        return PAGE
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= MOST_IN_PAGE):
        raise RequestError(errors.BAD_QUERY, f"limit is a number from 1 to {MOST_IN_PAGE}")
    return int(text)


def _invitation(each: Invitation) -> InvitationShown:
    return InvitationShown(
        id=each.id, email=each.email, roles=each.roles, created_at=each.created_at, expires_at=each.expires_at
    )


_ONE = "/admin/accounts/{account}"
_INVITATIONS = "/admin/invitations"


def _act(method: Any, path: str, summary: str, handle: Callable[[Call], Awaitable[Answer]]) -> Endpoint:
    return Endpoint(method, f"{_ONE}{path}", summary, handle, status=204, access="administrator")


ENDPOINTS = (
    Endpoint("GET", "/admin/accounts", "All accounts", list_accounts, reply=AccountsShown, access="administrator"),
    Endpoint("GET", _ONE, "An account", show_account, reply=AccountShown, access="administrator"),
    _act("POST", "/roles/{role}", "Give an account a role", grant_role),
    _act("DELETE", "/roles/{role}", "Take a role from an account", revoke_role),
    _act("POST", "/disable", "Disable an account", disable_account),
    _act("POST", "/enable", "Enable an account", enable_account),
    _act("POST", "/sign-out", "End all sessions of an account", sign_out),
    _act("POST", "/reset", "Send somebody a code to choose a new password with", send_reset),
    _act("POST", "/second-factor/reset", "Take a second factor away that somebody lost", reset_factor),
    Endpoint(
        "POST",
        _INVITATIONS,
        "Invite somebody to sign up",
        invite_account,
        NewInvitation,
        InvitationShown,
        201,
        "administrator",
    ),
    Endpoint(
        "GET",
        _INVITATIONS,
        "Open invitations to sign up",
        list_invitations,
        reply=InvitationsShown,
        access="administrator",
    ),
    Endpoint(
        "DELETE",
        f"{_INVITATIONS}/{{invitation}}",
        "Take an invitation back",
        take_back_invitation,
        status=204,
        access="administrator",
    ),
)
