"""`/auth/teams`: make a team, invite to it, leave it, change who is what in it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from backsmith import errors
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.invitations import EmailText, Invitation, accept, forget_by, invite, look, open_ones, take_back
from backsmith.accounts.people import normal_email
from backsmith.accounts.problems import invalid
from backsmith.accounts.roles import by_caller
from backsmith.accounts.teams import Held, Teams, held, key_in_path, refuse_members
from backsmith.blueprint.naming import listed
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError
from backsmith.model.teams import ADMIN, MEMBER, OWNER

MOST_TEAMS = 200
"""Teams that an account may be in when it makes another one."""


class NewTeam(Body, frozen=True):
    """A team to make."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    fields: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    """Further fields of the application's own, as far as its rules let who asks create teams with them."""


class TeamShown(Body, frozen=True):
    """A team that one is in."""

    id: Any
    name: str
    role: str
    """What one is there."""


class TeamsShown(Body, frozen=True):
    """All teams that one is in, by name."""

    teams: list[TeamShown]


class NewInvitation(Body, frozen=True):
    """Whom to invite."""

    email: EmailText
    role: str = MEMBER


class InvitationShown(Body, frozen=True):
    """An invitation that nobody has accepted yet."""

    id: str
    email: str
    role: str
    created_at: datetime
    expires_at: datetime


class InvitationsShown(Body, frozen=True):
    """All open invitations, the last ones first."""

    invitations: list[InvitationShown]


class Accepting(Body, frozen=True):
    """The token of an invitation's link."""

    token: Annotated[str, msgspec.Meta(max_length=200)]


class Accepted(Body, frozen=True):
    """What one was invited to."""

    team: Any | None
    """The team that one is in now; null: the invitation was to the application."""


class NewRole(Body, frozen=True):
    """What a member is to be."""

    role: str


class NewOwner(Body, frozen=True):
    """Who is to own a team."""

    account: Any


async def create(call: Call, body: NewTeam) -> Answer:
    """Make a team, whose owner is who asks."""
    services, teams, me = call.services, _teams(call), call.asker.id

    async def work(transaction: Transaction) -> TeamShown:
        if len(await teams.of_account(transaction, me)) >= MOST_TEAMS:
            raise RequestError(errors.INVALID, f"You are in {MOST_TEAMS} teams already", hint="Leave one first.")
        if body.fields:
            values = {**body.fields, "name": body.name}
            team = await teams.create_by_rules(transaction, call.asker, values, call.request_id)
        else:
            team = await teams.create(transaction, call.asker, body.name, call.request_id)
        await teams.put(transaction, call.asker, team.key, me, OWNER, call.request_id)
        await by_caller(call).note(services, transaction, "team.created", me, team=team.key)
        return TeamShown(id=team.key, name=team.name, role=OWNER)

    return Answer(201, await services.database.transact(work, retry=True))


async def list_teams(call: Call) -> Answer:
    """The teams of who asks."""
    teams = _teams(call)

    async def work(transaction: Transaction) -> TeamsShown:
        found = await teams.of_account(transaction, call.asker.id)
        return TeamsShown(teams=[TeamShown(id=team.key, name=team.name, role=role) for team, role in found])

    return Answer(200, await call.services.database.transact(work, retry=True))


async def invite_to_team(call: Call, body: NewInvitation) -> Answer:
    """Invite somebody."""
    services, address = call.services, normal_email(body.email)
    _check_role(call, body.role)
    await services.throttle.take("mail", account=address, address=call.client.address)

    async def work(transaction: Transaction) -> InvitationShown:
        found = await _held(call, transaction)
        refuse_members(found, body.role)
        by = services.people.text(call.asker.id)
        invitation, _ = await invite(services, transaction, body.email, by, team=found.team, roles=(body.role,))
        await by_caller(call).note(
            services, transaction, "team.invited", None, team=found.team.key, role=body.role, invitation=invitation.id
        )
        return _shown(invitation)

    return Answer(201, await services.database.transact(work, retry=True))


async def list_invitations(call: Call) -> Answer:
    """The open invitations of a team."""

    async def work(transaction: Transaction) -> InvitationsShown:
        found = await _held(call, transaction)
        refuse_members(found)
        return InvitationsShown(
            invitations=[_shown(each) for each in await open_ones(call.services, transaction, found.team.key)]
        )

    return Answer(200, await call.services.database.transact(work, retry=True))


async def take_back_invitation(call: Call) -> Answer:
    """End an invitation."""

    async def work(transaction: Transaction) -> None:
        found = await _held(call, transaction)
        refuse_members(found)
        ended = await take_back(call.services, transaction, found.team.key, call.parameters["invitation"])
        refuse_members(found, *ended.roles)
        await by_caller(call).note(
            call.services, transaction, "team.invitation-ended", None, team=found.team.key, invitation=ended.id
        )

    await call.services.database.transact(work, retry=True)
    return Answer(204)


async def accept_invitation(call: Call, body: Accepting) -> Answer:
    """Accept an invitation as the account that was invited."""
    services, asker = call.services, call.asker
    await services.throttle.take("code", address=call.client.address)
    if asker.id is None:
        raise RequestError(
            errors.UNAUTHENTICATED,
            "Sign in as who was invited, or sign up",
            hint="POST /auth/sign-up takes the token as `invitation`.",
            headers=(("www-authenticate", "Bearer"),),
        )
    if asker.session is None or asker.impersonator is not None:
        raise RequestError(errors.FORBIDDEN, "Only who is signed in here themselves may do that")

    async def work(transaction: Transaction) -> Accepted:
        invitation = await look(services, transaction, body.token)
        if invitation is not None and not await _is_mine(call, transaction, invitation):
            raise RequestError(
                errors.FORBIDDEN,
                "The invitation is for another e-mail address, or yours isn't verified",
                hint="Sign in as who was invited.",
            )
        return Accepted(team=(await accept(call, transaction, body.token, asker.id)).team)

    accepted = await services.database.transact(work, retry=True)
    await services.throttle.succeeded("code", address=call.client.address)
    return Answer(200, accepted)


async def leave(call: Call) -> Answer:
    """Leave a team."""
    await _remove(call, call.asker.id)
    return Answer(204)


async def remove_member(call: Call) -> Answer:
    """Take a member out of a team."""
    await _remove(call, _member(call))
    return Answer(204)


async def change_role(call: Call, body: NewRole) -> Answer:
    """Give a member another role."""
    services, account = call.services, _member(call)
    _check_role(call, body.role)

    async def work(transaction: Transaction) -> None:
        found = await _held(call, transaction)
        refuse_members(found, body.role, _role_of(found, account))
        await _put(call, transaction, found, account, body.role)

    await services.database.transact(work, retry=True)
    return Answer(204)


async def transfer(call: Call, body: NewOwner) -> Answer:
    """Make another member the owner in one's own place."""
    services, entity = call.services, call.services.blueprint.account
    account = key_in_path(services.blueprint, entity, str(body.account))

    async def work(transaction: Transaction) -> None:
        found = await _held(call, transaction)
        refuse_members(found, OWNER)
        _role_of(found, account)
        if account != call.asker.id:
            await _put(call, transaction, found, account, OWNER)
            await _put(call, transaction, found, call.asker.id, ADMIN)

    await services.database.transact(work, retry=True)
    return Answer(204)


async def _put(call: Call, transaction: Transaction, found: Held, account: Any, role: str) -> None:
    services, before = call.services, found.members[account]
    await _teams(call).put(transaction, call.asker, found.team.key, account, role, call.request_id)
    if role not in (OWNER, ADMIN):
        await forget_by(services, transaction, services.people.text(account), found.team.key)
    await by_caller(call).note(
        services, transaction, "team.role", account, team=found.team.key, before=before, after=role
    )


async def _remove(call: Call, account: Any) -> None:
    services = call.services

    async def work(transaction: Transaction) -> None:
        found = await _held(call, transaction)
        role = _role_of(found, account)
        if account != call.asker.id:
            refuse_members(found, role)
        await _teams(call).remove(transaction, call.asker, found.team.key, account, call.request_id)
        await forget_by(services, transaction, services.people.text(account), found.team.key)
        event = "team.left" if account == call.asker.id else "team.removed"
        await by_caller(call).note(services, transaction, event, account, team=found.team.key, role=role)

    await services.database.transact(work, retry=True)


async def _held(call: Call, transaction: Transaction) -> Held:
    return await held(_teams(call), call.services.blueprint, transaction, call.parameters["team"], call.asker.id)


def _member(call: Call) -> Any:
    """The account that the path names."""
    return key_in_path(call.services.blueprint, call.services.blueprint.account, call.parameters["account"])


def _role_of(found: Held, account: Any) -> str:
    """What a member is. Raises RequestError NOT_FOUND for who isn't one."""
    if account not in found.members:
        raise RequestError(errors.NOT_FOUND, "The team has no such member")
    return found.members[account]


async def _is_mine(call: Call, transaction: Transaction, invitation: Invitation) -> bool:
    """Whether who asks gets the mail of the address that was invited."""
    services = call.services
    person = await services.people.find(transaction, call.asker.id)
    state = await services.tables.states.one(transaction, account=services.people.text(call.asker.id))
    verified = None if state is None else state["verified_email"]
    own = None if person is None or person.email is None else normal_email(person.email)
    return invitation.email == verified == own


def _check_role(call: Call, role: str) -> None:
    """Raise RequestError INVALID for what no member can be."""
    known = _teams(call).roles
    if role not in known:
        raise invalid("/role", f"There is no role '{role}' in teams", f"Roles are {listed(known, 'and')}.")


def _teams(call: Call) -> Teams:
    """The application's teams. Raises RequestError NOTHING_HERE where it has none."""
    if call.services.teams is None:
        raise RequestError(errors.NOTHING_HERE, f"There is nothing at {call.request.target}")
    return call.services.teams


def _shown(invitation: Invitation) -> InvitationShown:
    return InvitationShown(
        id=invitation.id,
        email=invitation.email,
        role=invitation.roles[0],
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
    )


_INVITATIONS = "/teams/{team}/invitations"
_MEMBER = "/teams/{team}/members/{account}"
ENDPOINTS = (
    Endpoint("POST", "/teams", "Make a team", create, NewTeam, TeamShown, 201, "account"),
    Endpoint("GET", "/teams", "The teams that you are in", list_teams, reply=TeamsShown, access="account"),
    Endpoint(
        "POST",
        _INVITATIONS,
        "Invite somebody to a team",
        invite_to_team,
        NewInvitation,
        InvitationShown,
        201,
        "account",
    ),
    Endpoint(
        "GET", _INVITATIONS, "Open invitations to a team", list_invitations, reply=InvitationsShown, access="account"
    ),
    Endpoint(
        "DELETE",
        f"{_INVITATIONS}/{{invitation}}",
        "Take an invitation back",
        take_back_invitation,
        status=204,
        access="account",
    ),
    Endpoint("POST", "/invitations/accept", "Accept an invitation", accept_invitation, Accepting, Accepted),
    Endpoint("POST", "/teams/{team}/leave", "Leave a team", leave, status=204, access="account"),
    Endpoint("DELETE", _MEMBER, "Take a member out of a team", remove_member, status=204, access="account"),
    Endpoint("PATCH", _MEMBER, "Give a member another role", change_role, NewRole, status=204, access="account"),
    Endpoint("POST", "/teams/{team}/owner", "Hand a team over", transfer, NewOwner, status=204, access="confirmed"),
)
