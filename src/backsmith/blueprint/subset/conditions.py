"""Conditions joined: and, or, not, and conditional expressions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from backsmith.blueprint.expressions import FALSE, TRUE, And, If, Node, Not, Or
from backsmith.blueprint.subset import kinds
from backsmith.blueprint.subset.places import Failed, Place
from backsmith.blueprint.trees import is_row, type_of
from backsmith.blueprint.types import Boolean

if TYPE_CHECKING:
    from backsmith.blueprint.subset.reader import Reader


def junction(reader: Reader, node: ast.BoolOp, place: Place) -> Node:
    """`a and b`, `a or b`: each item knows what the ones before it said."""
    truth = isinstance(node.op, ast.And)
    items: list[Node] = []
    failed = False
    for value in node.values:
        try:
            item = reader.condition(value, place)
        except Failed:
            failed, place = True, place.doubtful()
        else:
            items.append(item)
            place = place.knowing(item, truth)
    if failed:
        raise Failed
    return both(*items) if truth else either(*items)


def both(*items: Node) -> Node:
    """All of the conditions, in one And."""
    return And(tuple(part for item in items for part in (item.items if isinstance(item, And) else (item,))))


def either(*items: Node) -> Node:
    """Any of the conditions, in one Or."""
    return Or(tuple(part for item in items for part in (item.items if isinstance(item, Or) else (item,))))


def opposite(item: Node) -> Node:
    """The condition negated."""
    return item.of if isinstance(item, Not) else Not(item)


def negation(reader: Reader, node: ast.UnaryOp, place: Place) -> Node:
    """`not a`."""
    return opposite(reader.condition(node.operand, place))


def choice(reader: Reader, node: ast.IfExp, place: Place) -> Node:
    """`a if condition else b`."""
    try:
        test = reader.condition(node.test, place)
    except Failed:
        reader.each(
            *(lambda branch=branch: reader.value(branch, place.doubtful()) for branch in (node.body, node.orelse))
        )
        raise
    then, otherwise = reader.each(
        lambda: reader.value(node.body, place.knowing(test, True)),
        lambda: reader.value(node.orelse, place.knowing(test, False)),
    )
    return chosen(reader, node, test, (then, place.knowing(test, True)), (otherwise, place.knowing(test, False)))


def chosen(
    reader: Reader, node: ast.expr | ast.stmt, test: Node, then: tuple[Node, Place], otherwise: tuple[Node, Place]
) -> Node:
    """One of two values, each read at its place. Conditions become and and or where one branch is constant."""
    (a, at_a), (b, at_b) = then, otherwise
    if is_row(a) or is_row(b):
        instead = "Choose between their fields, or write `condition and self.a == user or …`."
        raise reader.fail(node, "unsupported-expression", "An expression can't choose between rows.", instead)
    left, right = type_of(a), type_of(b)
    nullable = reader.may_be_none(a, at_a) or reader.may_be_none(b, at_b)
    type = left if right is None else right if left is None else kinds.common(left, right)
    if left is not None and right is not None and type is None:
        message = f"The two branches don't fit: {kinds.name(left)} and {kinds.name(right)}."
        raise reader.fail(node, "wrong-type", message, "Give both the same type.")
    if type == Boolean() and not nullable and (TRUE in (a, b) or FALSE in (a, b)):
        return _decided(test, a, b)
    return If(test, a, b, type, nullable)


def _decided(test: Node, then: Node, otherwise: Node) -> Node:
    if then == TRUE:
        return either(test, otherwise) if otherwise != FALSE else test
    if then == FALSE:
        return both(opposite(test), otherwise) if otherwise != TRUE else opposite(test)
    return both(test, then) if otherwise == FALSE else either(opposite(test), then)
