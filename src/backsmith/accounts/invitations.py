"""Invitations: to a team, or by an administrator to sign up with certain roles. Good once, for seven days, for whoever
gets the mail.

In: an e-mail address and what it is invited to. Out: a mail with a link. Nothing tells whether somebody signs in by
that address already. Who accepts proves to get its mail: by an account whose verified e-mail address is the one that
was invited, or by signing up with the link's token (`look` before, `accept` once the account is there).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec

from backsmith import errors
from backsmith.accounts.browsers import own_address
from backsmith.accounts.credentials import ADMINISTRATOR
from backsmith.accounts.endpoint import Call
from backsmith.accounts.flows import Kind, spent
from backsmith.accounts.people import normal_email
from backsmith.accounts.roles import By, grant
from backsmith.accounts.services import Services
from backsmith.accounts.states import is_open
from backsmith.accounts.teams import Teams
from backsmith.blueprint.asker import Asker, TeamRow
from backsmith.databases.own_rows import After, Before, Found
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError
from backsmith.model.teams import ADMIN, OWNER

LIFETIME = timedelta(days=7)
MOST = 200
"""Invitations of one team, or of all administrators, that may be open at a time."""
EmailText = Annotated[
    str, msgspec.Meta(max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f<>,;:\"]+@[^@\s\x00-\x1f\x7f<>,;:\"]+$")
]
"""The form of an e-mail address as far as it matters that nothing else gets into a mail's headers."""


class Invitation(NamedTuple):
    """An invitation that is open, or was accepted this moment."""

    id: str
    email: str
    """In normal form."""
    team: Any | None
    """The key of the team; None: to sign up."""
    roles: tuple[str, ...]
    """What they will be: their role in the team, or roles of the account."""
    by: str | None
    """The account of who invites, as `People.text` writes it; None: from the command line."""
    created_at: datetime
    expires_at: datetime


async def invite(
    services: Services,
    transaction: Transaction,
    email: str,
    by: str | None,
    *,
    team: TeamRow | None = None,
    roles: tuple[str, ...] = (),
) -> tuple[Invitation, str]:
    """Invite an address, by a mail; an earlier invitation of it to the same is good no more. With it comes its link.

    Raises RequestError INVALID where too many are open.
    """
    now, address = services.clock(), normal_email(email)
    rows, text = services.tables.invitations, None if team is None else _teams(services).text(team.key)
    await rows.delete(transaction, expires_at=Before(now))
    for earlier in await rows.delete(transaction, team=text, email=address):
        await services.tables.flows.delete(transaction, id=earlier["id"])
    if len(await rows.find(transaction, team=text, limit=MOST)) >= MOST:
        raise RequestError(
            errors.INVALID, f"{MOST} invitations are open already", hint="Wait for some, or take some back."
        )
    begun = await services.flows.begin(transaction, _kind(text), now, lifetime=LIFETIME)
    row = {
        "id": begun.handle,
        "team": text,
        "email": address,
        "roles": msgspec.json.encode(roles).decode(),
        "account": by,
        "created_at": now,
        "expires_at": now + LIFETIME,
    }
    await rows.insert(transaction, **row)
    link = f"{own_address(services.settings)}/auth/invitation#{begun.token}"
    values = {"link": link, "team": None if team is None else team.name}
    await services.outbox.put(transaction, "team-invitation" if team else "invitation", address, values)
    return _invitation(services, row), link


async def open_ones(services: Services, transaction: Transaction, team: Any | None) -> list[Invitation]:
    """The open invitations to a team, or to sign up; the last ones first."""
    text = None if team is None else _teams(services).text(team)
    now = services.clock()
    rows = await services.tables.invitations.find(transaction, order="-created_at", team=text, expires_at=After(now))
    return [_invitation(services, row) for row in rows]


async def take_back(services: Services, transaction: Transaction, team: Any | None, id: str) -> Invitation:
    """End an invitation to that team, or to sign up. Raises RequestError NOT_FOUND."""
    text = None if team is None else _teams(services).text(team)
    rows = await services.tables.invitations.delete(transaction, id=id, team=text)
    if not rows:
        raise RequestError(errors.NOT_FOUND, "There is no such invitation")
    await services.tables.flows.delete(transaction, id=id)
    return _invitation(services, rows[0])


async def forget_by(services: Services, transaction: Transaction, account: str, team: Any | None) -> None:
    """End what somebody invited to who may not do so any more."""
    text = None if team is None else _teams(services).text(team)
    for row in await services.tables.invitations.delete(transaction, account=account, team=text):
        await services.tables.flows.delete(transaction, id=row["id"])


async def look(services: Services, transaction: Transaction, token: str) -> Invitation | None:
    """The open invitation of a link's token, which stays: for a page, and for who signs up by it."""
    row = await _of_token(services, transaction, token)
    if row is None:
        return None
    found = await services.flows.look_by_token(transaction, _kind(row["team"]), token, services.clock())
    return None if found is None else _invitation(services, row)


async def accept(call: Call, transaction: Transaction, token: str, account: Any) -> Invitation:
    """Spend an invitation for an account, which gets what it says. The caller knows that the account's is the address.

    Raises RequestError SPENT; of many who bring the same token at once for all but one.
    """
    services = call.services
    row = await _of_token(services, transaction, token)
    if row is None:
        raise spent()
    await services.flows.take_by_token(transaction, _kind(row["team"]), token, services.clock())
    if not await services.tables.invitations.delete(transaction, id=row["id"]):
        raise spent()
    invitation = _invitation(services, row)
    actor = None if invitation.by is None else services.people.key(invitation.by)
    by = By(actor, call.client, call.request_id)
    if invitation.team is None:
        for role in invitation.roles:
            await grant(services, transaction, account, role, by)
    else:
        await _join(services, transaction, invitation, account, by)
    return invitation


async def _join(services: Services, transaction: Transaction, invitation: Invitation, account: Any, by: By) -> None:
    """Make the account a member; who is one already stays what they are."""
    teams = _teams(services)
    if await teams.hold(transaction, invitation.team) is None:
        raise spent()
    if account in await teams.members(transaction, invitation.team):
        return
    (role,) = invitation.roles
    await teams.put(transaction, Asker(account), invitation.team, account, role, by.request_id)
    await by.note(services, transaction, "team.joined", account, team=invitation.team, role=role)


async def _of_token(services: Services, transaction: Transaction, token: str) -> Found | None:
    row = await services.tables.invitations.one(transaction, id=token.partition(".")[0])
    return row if row is not None and await _still_invites(services, transaction, row) else None


async def _still_invites(services: Services, transaction: Transaction, row: Found) -> bool:
    """Whether who invited might do so now too. They may have been disabled since, have lost the role or left the team
    by the application's own rules; and the team may be another one that got the key of theirs."""
    invitation = _invitation(services, row)
    if invitation.by is None:
        return True
    if not is_open(await services.tables.states.one(transaction, account=invitation.by)):
        return False
    if invitation.team is None:
        return await services.tables.roles.one(transaction, account=invitation.by, role=ADMINISTRATOR) is not None
    role = (await _teams(services).members(transaction, invitation.team)).get(services.people.key(invitation.by))
    return role == OWNER or (role == ADMIN and OWNER not in invitation.roles)


def _kind(team: str | None) -> Kind:
    return "invitation" if team is None else "team"


def _invitation(services: Services, row: Found) -> Invitation:
    return Invitation(
        row["id"],
        row["email"],
        None if row["team"] is None else _teams(services).key(row["team"]),
        tuple(msgspec.json.decode(row["roles"], type=list[str])),
        row["account"],
        row["created_at"],
        row["expires_at"],
    )


def _teams(services: Services) -> Teams:
    assert services.teams is not None  # there are no invitations to teams otherwise
    return services.teams
