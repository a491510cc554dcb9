"""Folding trees: what a kind of asker decides, constants, and what follows from both.

In: a tree, whether nobody is signed in, the roles the asker has. Out: a tree that says the same for all such askers,
`TRUE` or `FALSE` where it is decided. For nobody no part of it speaks of the user any more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import msgspec

from backsmith.blueprint.expressions import (
    FALSE,
    TRUE,
    Aggregate,
    And,
    Call,
    Compare,
    CurrentUser,
    FieldOf,
    Follow,
    HasRole,
    If,
    In,
    InList,
    IsNull,
    Literal,
    Node,
    Not,
    Or,
    Row,
)
from backsmith.blueprint.subset.constants import value_of, zero
from backsmith.blueprint.trees import changed, is_row, may_be_null, root, type_of, walk
from backsmith.blueprint.types import Boolean, Enum, Text

NULL = Literal(None, None)

ORDER: dict[str, Callable[[int], bool]] = {
    "eq": lambda sign: sign == 0,
    "ne": lambda sign: sign != 0,
    "lt": lambda sign: sign < 0,
    "le": lambda sign: sign <= 0,
    "gt": lambda sign: sign > 0,
    "ge": lambda sign: sign >= 0,
}


def simplify(node: Node, *, anonymous: bool, roles: frozenset[str]) -> Node:
    """The tree with everything decided that is the same for all askers who are `anonymous` or have just these of the
    roles that it mentions."""

    def fold(part: Node) -> Node:
        if anonymous and _of_user(part):
            return NULL
        match part:
            case HasRole(Literal(str() as role, _)):
                return TRUE if not anonymous and role in roles else FALSE
            case HasRole() if anonymous:
                return FALSE
            case IsNull(CurrentUser()) if not anonymous:
                return FALSE
            case _:
                return _folded(changed(part, fold))

    return fold(node)


def mentioned_roles(node: Node) -> frozenset[str]:
    """The roles that the tree asks for by name."""
    found: set[str] = set()
    for part in walk(node):
        if isinstance(part, HasRole) and isinstance(part.role, Literal):
            found.add(str(part.role.value))
    return frozenset(found)


def uses_user(node: Node) -> bool:
    """Whether a (simplified) tree depends on who asks."""
    return any(isinstance(part, CurrentUser | HasRole) for part in walk(node))


def _of_user(node: Node) -> bool:
    """Whether a value or row is one of the user's."""
    row = node.of if isinstance(node, FieldOf) else node
    return isinstance(row, CurrentUser | Follow) and isinstance(root(row), CurrentUser)


def _folded(node: Node) -> Node:
    """A node whose parts are folded."""
    match node:
        case Not(Literal(bool() as value, _)):
            return FALSE if value else TRUE
        case Not(Not(of)):
            return of
        case And(items):
            return _junction(items, And, TRUE, FALSE)
        case Or(items):
            return _junction(items, Or, FALSE, TRUE)
        case IsNull(Literal(value, _)):
            return TRUE if value is None else FALSE
        case Compare():
            return _compared(node)
        case In(item, options):
            return _in(item, options)
        case If():
            return _chosen(node)
        case Call(function="lower" | "upper" | "strip", arguments=(Literal(str() as text, Text() | Enum() as type),)):
            return Literal({"lower": text.lower, "upper": text.upper, "strip": text.strip}[node.function](), type)
        case Aggregate():
            return _over_rows(node)
        case InList(item, listed) if NULL in (item, listed):
            return FALSE
        case _:
            return node


def _junction(items: tuple[Node, ...], kind: type[And | Or], neutral: Literal, decisive: Literal) -> Node:
    flat: dict[Node, None] = {}
    for item in items:
        for part in item.items if isinstance(item, kind) else (item,):
            if part == decisive:
                return decisive
            if part != neutral:
                flat[part] = None
    rest = tuple(flat)
    if not rest:
        return neutral
    return rest[0] if len(rest) == 1 else kind(rest)


def _compared(node: Compare) -> Node:
    left, right = node.left, node.right
    if NULL in (left, right):
        if node.operator not in ("eq", "ne"):
            return FALSE  # Python wouldn't have come here
        other = right if left == NULL else left
        found = _folded(IsNull(other))
        if not is_row(other) and not may_be_null(other):
            found = FALSE
        return found if node.operator == "eq" else _folded(Not(found))
    if left == right and is_row(left) and node.operator in ("eq", "ne"):
        return TRUE if node.operator == "eq" else FALSE
    if isinstance(left, Literal) and isinstance(right, Literal):
        a, b = value_of(left), value_of(right)
        return TRUE if ORDER[node.operator]((a > b) - (a < b)) else FALSE
    return _truth(node)


def _truth(node: Compare) -> Node:
    """`x == True` as x, `x != True` as not x."""
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if one in (TRUE, FALSE) and type_of(other) == Boolean() and not may_be_null(other):
            plain = (one == TRUE) is (node.operator == "eq")
            return other if plain else _folded(Not(other))
    return node


def _in(item: Node, options: tuple[Node, ...]) -> Node:
    if item == NULL:
        nulls = [_folded(IsNull(option)) for option in options if option == NULL or may_be_null(option)]
        return _folded(Or(tuple(nulls)))
    if isinstance(item, Literal) and all(isinstance(option, Literal) for option in options):
        return TRUE if any(_compared(Compare("eq", item, option)) == TRUE for option in options) else FALSE
    return In(item, options) if options else FALSE


def _chosen(node: If) -> Node:
    test, then, otherwise = node.condition, node.then, node.otherwise
    if test in (TRUE, FALSE):
        return then if test == TRUE else otherwise
    if then == otherwise:
        return then
    if node.type != Boolean() or node.nullable:
        return node
    if then == TRUE:
        return _folded(Or((test, otherwise)))
    if then == FALSE:
        return _folded(And((_folded(Not(test)), otherwise)))
    if otherwise == TRUE:
        return _folded(Or((_folded(Not(test)), then)))
    return _folded(And((test, then))) if otherwise == FALSE else node


def _over_rows(node: Aggregate) -> Node:
    of: Node = cast("Row | Literal", node.of)
    if of == NULL or node.where == FALSE:  # no rows, or those of a user who isn't there: Python wouldn't have come here
        return _over_nothing(node)
    if (node.function, node.value) == ("any", FALSE):
        return FALSE
    if (node.function, node.value) == ("all", TRUE):
        return TRUE
    return msgspec.structs.replace(node, where=None) if node.where == TRUE else node


def _over_nothing(node: Aggregate) -> Node:
    match node.function:
        case "any":
            return FALSE
        case "all":
            return TRUE
        case "count" | "sum":
            return zero(node.type)
        case "min" | "max":
            return node.default or NULL
