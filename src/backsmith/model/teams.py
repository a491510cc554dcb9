"""`Team`, `Membership` and `TeamEntity`: who works together, and what belongs to those who do.

An application may extend `Team` and `Membership`, as it may extend `Account`. What inherits from `TeamEntity` is kept
apart team by team: the compiler narrows each of its rules (`blueprint.resolve_teams`). Run as the Python that they are,
rules know nothing of that.
"""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import MaxLen, MinLen

from backsmith.model.account import Account
from backsmith.model.entity import Entity
from backsmith.model.markers import OnDelete
from backsmith.model.rules import allow

OWNER, ADMIN, MEMBER = "owner", "admin", "member"
"""Roles in a team. Owners may do everything, admins what doesn't concern owners."""


class Team(Entity):
    """Those who work together. A team is made at /auth/teams, and always has an owner."""

    name: Annotated[str, MinLen(1), MaxLen(200)]
    memberships: list[Membership]

    def has(self, account: Account | None, *roles: str) -> bool:
        """Whether the account is a member of the team, with one of the roles where any are given."""
        return any(each.account == account and (not roles or each.role in roles) for each in self.memberships)

    @allow("read")
    def seen_by_members(self, user: Account) -> bool:
        """Members see their team."""
        return self.has(user)

    @allow("update", fields=("name",))
    def named_by_admins(self, user: Account) -> bool:
        """Owners and admins give it another name."""
        return self.has(user, "owner", "admin")


class Membership(Entity, unique=[("team", "account")]):
    """An account is in a team. Memberships are made by invitation and changed at /auth/teams."""

    team: Annotated[Team, OnDelete("cascade")]
    account: Annotated[Account, OnDelete("cascade")]
    role: Literal["owner", "admin", "member"] = "member"

    @allow("read")
    def seen_by_members(self, user: Account) -> bool:
        """Members see who is in their team."""
        return self.team.has(user)


class TeamEntity(Entity, abstract=True):
    """The base of what belongs to a team: `class Project(TeamEntity)`. Nobody else ever sees it or changes it."""

    team: Team
