"""Teams and their members as `/auth/teams` needs them: rows of the application's own entities, and who may change them.

`Teams` is implemented by `engine.teams`: what is written there goes through defaults, checks, hooks and the change log.
Rights are decided here, after the team was held, so that nobody loses or gains them in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from backsmith import errors
from backsmith.accounts.claims import account_reader
from backsmith.blueprint.asker import Asker, TeamRow
from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError
from backsmith.model.teams import ADMIN, OWNER


class Teams(Protocol):
    """The rows of teams and memberships. No rules apply: callers decide who may do it.

    `asker` is who does it, for the change log.
    """

    roles: tuple[str, ...]
    """What a member may be."""

    def text(self, key: Any) -> str:
        """A team's key as own tables keep it: JSON."""
        ...

    def key(self, text: str) -> Any:
        """The key that was kept so."""
        ...

    async def create(self, transaction: Transaction, asker: Asker, name: str, request_id: str) -> TeamRow:
        """A new team, without members. Raises RequestError as a POST to the collection does."""
        ...

    async def create_by_rules(
        self, transaction: Transaction, asker: Asker, values: Mapping[str, Any], request_id: str
    ) -> TeamRow:
        """A new team as far as the application's rules let the asker make it, without members. Raises RequestError."""
        ...

    async def hold(self, transaction: Transaction, key: Any) -> TeamRow | None:
        """The team of that key, whose members nobody else changes until the transaction ends."""
        ...

    async def of_account(self, transaction: Transaction, account: Any) -> list[tuple[TeamRow, str]]:
        """The teams that an account is in, and as what, by name."""
        ...

    async def members(self, transaction: Transaction, team: Any) -> dict[Any, str]:
        """The roles of a team's members by account."""
        ...

    async def put(
        self, transaction: Transaction, asker: Asker, team: Any, account: Any, role: str, request_id: str
    ) -> None:
        """Make an account a member, or give it another role. Raises RequestError."""
        ...

    async def remove(self, transaction: Transaction, asker: Asker, team: Any, account: Any, request_id: str) -> None:
        """Take a member out. Raises RequestError."""
        ...


def key_in_path(blueprint: Blueprint, entity: str | None, segment: str) -> Any | None:
    """The key of a row of the entity that stands in a path; None for what is none."""
    found = next(each for each in blueprint.entities if each.name == entity)
    return account_reader(next(field.type for field in found.fields if field.name == found.key[0]))(segment)


class Held(NamedTuple):
    """A team that is held, as one of its members sees it."""

    team: TeamRow
    members: Mapping[Any, str]
    role: str
    """What the one who asks is there."""


async def held(teams: Teams, blueprint: Blueprint, transaction: Transaction, segment: str, account: Any) -> Held:
    """The team of a path's segment. Raises RequestError NOT_FOUND where the account isn't in it, or there is none."""
    key = key_in_path(blueprint, blueprint.team, segment)
    team = None if key is None else await teams.hold(transaction, key)
    members = {} if team is None else await teams.members(transaction, team.key)
    if team is None or account not in members:
        raise RequestError(errors.NOT_FOUND, f"There is no team {segment} that you are in")
    return Held(team, members, members[account])


def refuse_members(held: Held, *roles: str) -> None:
    """Raise RequestError FORBIDDEN where a member may not do what concerns these roles: owners may do everything,
    admins what concerns no owner, others nothing."""
    if held.role == OWNER or (held.role == ADMIN and OWNER not in roles):
        return
    if held.role == ADMIN:
        raise RequestError(errors.FORBIDDEN, "Only owners of a team decide about owners")
    raise RequestError(errors.FORBIDDEN, "Only owners and admins of a team may do that")


def last_owner() -> RequestError:
    """The refusal of what would leave a team without an owner."""
    return RequestError(
        errors.REFERENCE,
        "A team needs an owner, and this is its last.",
        hint="Make somebody else an owner of it first.",
    )
