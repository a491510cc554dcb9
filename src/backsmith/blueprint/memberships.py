"""The tree of "is a member of the team", made and recognised: `self.team.has(user, "admin")`, and what narrows the
rules of entities of a team.

In: the row of a team, that of an account, roles. Out: `any(m.account == account and m.role in roles for m in
team.memberships)`, the same tree as that of this source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.expressions import (
    Aggregate,
    And,
    Compare,
    CurrentUser,
    FieldOf,
    Follow,
    In,
    Literal,
    Node,
    Row,
    Variable,
)
from backsmith.blueprint.trees import is_row
from backsmith.blueprint.types import Boolean

MEMBERSHIPS, ACCOUNT, ROLE = "memberships", "account", "role"
"""Names in `model.teams`, which what extends it keeps."""


class Member(NamedTuple):
    """What such a tree says."""

    team: Row
    account: Row
    roles: tuple[Node, ...]
    """One of these; none: whatever the role."""


def member_of(team: Row, account: Node, membership: Entity, variable: str, roles: Iterable[Literal] = ()) -> Aggregate:
    """That an account is a member of a team. `variable` is a name that the tree has nowhere else."""
    each = Variable(variable, membership.name)
    to_account = next(relation for relation in membership.relations if relation.name == ACCOUNT)
    value: Node = Compare("eq", Follow(each, ACCOUNT, to_account.entity), account)
    given = tuple(roles)
    if given:
        field = next(field for field in membership.fields if field.name == ROLE)
        role = FieldOf(each, ROLE, field.type, nullable=False)
        value = And((value, Compare("eq", role, given[0]) if len(given) == 1 else In(role, given)))
    return Aggregate("any", team, MEMBERSHIPS, each, None, value, None, Boolean())


def member_in(node: Node) -> Member | None:
    """What such a tree says; None of any other."""
    if not isinstance(node, Aggregate) or (node.function, node.relation) != ("any", MEMBERSHIPS) or node.where:
        return None
    parts = node.value.items if isinstance(node.value, And) else (node.value,)
    match parts:
        case (Compare("eq", Follow(of, "account"), account), *rest) if of == node.variable and is_row(account):
            roles = _roles(rest, node.variable)
            return None if roles is None else Member(node.of, cast(Row, account), roles)
        case _:
            return None


def speaks_to_members(node: Node, team: Row) -> bool:
    """Whether the condition holds for members of that team alone, by its own words."""
    items = node.items if isinstance(node, And) else (node,)
    found = (member_in(item) for item in items)
    return any(each is not None and each.team == team and isinstance(each.account, CurrentUser) for each in found)


def _roles(rest: Sequence[Node | None], variable: Variable) -> tuple[Node, ...] | None:
    """The roles that are asked for; None where something else is, too."""
    match rest:
        case []:
            return ()
        case [Compare("eq", FieldOf(of, "role"), role)] if of == variable:
            return (role,)
        case [In(FieldOf(of, "role"), roles)] if of == variable:
            return roles
        case _:
            return None
