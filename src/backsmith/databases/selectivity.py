"""Which conditions hold for few rows: those that compare something of the row with the user.

What is a user's own can be looked up by an index, once for a whole list, where asking each row in turn would read them
all. Nothing is guessed of other conditions: `status == "draft"` may hold for every row there is.
"""

from __future__ import annotations

from typing import cast

from backsmith.blueprint.expressions import (
    Aggregate,
    And,
    Compare,
    CurrentUser,
    FieldOf,
    Follow,
    Node,
    Not,
    Or,
    Row,
    This,
    Variable,
)
from backsmith.blueprint.trees import is_row, parts, root


def is_own(node: Node, negated: bool) -> bool:
    """Whether the condition (or its negation) can hold only for rows that an equality ties to the user."""
    match node:
        case Not(of):
            return is_own(of, not negated)
        case And(items) | Or(items):
            return (all if isinstance(node, And) is negated else any)(is_own(item, negated) for item in items)
        case Compare("eq" | "ne" as operator, left, right) if (operator == "ne") is negated:
            return _is_users(left) is not _is_users(right)
        case Aggregate(function="any", value=value, where=where) if not negated:
            return any(part is not None and is_own(part, False) for part in (value, where))
        case _:
            return False


def is_about(node: Node, row: Row, known: frozenset[Row] = frozenset()) -> bool:
    """Whether a condition speaks of no rows but `row`, those it leads to, and the user's."""
    if is_row(node):
        here = cast(Row, node)
        while here != row and here not in known and isinstance(here, Follow):
            here = here.of
        return here == row or here in known or isinstance(here, CurrentUser)
    if isinstance(node, Aggregate):
        inner = known | {node.variable}
        rest = (part for part in (node.where, node.value, node.default) if part is not None)
        return is_about(node.of, row, known) and all(is_about(part, row, inner) for part in rest)
    return all(is_about(part, row, known) for part in parts(node))


def _is_users(node: Node) -> bool:
    """Whether a value or row is one of the user's; constants and rows of others are not."""
    row = node.of if isinstance(node, FieldOf) else node
    return isinstance(row, This | Variable | Follow | CurrentUser) and isinstance(root(row), CurrentUser)
