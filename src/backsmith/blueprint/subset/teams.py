"""`self.team.has(user, "admin")`: whether an account is a member of a team, perhaps in one of some roles."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, cast

from backsmith.blueprint.expressions import Literal, Node, Row
from backsmith.blueprint.memberships import ROLE, member_of
from backsmith.blueprint.subset import comparisons
from backsmith.blueprint.subset.places import Place
from backsmith.blueprint.trees import is_row

if TYPE_CHECKING:
    from backsmith.blueprint.subset.reader import Reader

METHOD = "has"


def is_team(reader: Reader, row: Node) -> bool:
    """Whether it is the row of a team."""
    return is_row(row) and cast(Row, row).entity == reader.context.team


def has(reader: Reader, node: ast.Call, team: Row, place: Place) -> Node:
    """`team.has(account)` and `team.has(account, "owner", "admin")`."""
    if not node.args or node.keywords:
        raise reader.fail(node, "wrong-type", "has() takes an account, and perhaps roles.")
    first, *others = node.args
    account = reader.present(first, place)
    if not is_row(account) or cast(Row, account).entity != reader.context.account:
        text = reader.text(first)
        raise reader.fail(first, "wrong-type", f"'{text}' is no account.", "Write `self.team.has(user)`.")
    many = next(each for each in reader.entity(team).relations if each.name == "memberships")
    membership = reader.context.entities[many.entity]
    role = next(field for field in membership.fields if field.name == ROLE)
    roles: list[Literal] = []
    for other in others:
        value = reader.value(other, place)
        if not isinstance(value, Literal) or not isinstance(value.value, str):
            message = f"'{reader.text(other)}' is no constant role."
            raise reader.fail(other, "wrong-type", message, 'Write `self.team.has(user, "admin")`.')
        comparisons.check_choice(reader, other, value, role.type)
        roles.append(value)
    return member_of(team, account, membership, reader.fresh("membership"), roles)
