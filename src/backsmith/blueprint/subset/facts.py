"""What is known where an expression stands: which values aren't None there, which aren't zero.

`implied` reads it off the conditions that led there, as a type checker narrows types: after `x is not None and`,
in the branches of `if`, behind the `if` of a generator.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

import msgspec

from backsmith.blueprint.expressions import And, Compare, FieldOf, If, In, IsNull, Literal, Node, Not, Or
from backsmith.blueprint.subset.constants import value_of
from backsmith.blueprint.trees import changed, shape

MIRRORED = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}
OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}


@dataclass(frozen=True)
class Facts:
    """What holds at a place. `never` says that the place is never reached, so that everything holds there."""

    present: frozenset[Node] = frozenset()
    nonzero: frozenset[Node] = frozenset()
    never: bool = False

    def both(self, other: Facts) -> Facts:
        """What holds when both hold."""
        return Facts(self.present | other.present, self.nonzero | other.nonzero, self.never or other.never)

    def either(self, other: Facts) -> Facts:
        """What holds when one of them does, whichever."""
        if self.never or other.never:
            return other if self.never else self
        return Facts(self.present & other.present, self.nonzero & other.nonzero)

    def is_present(self, node: Node) -> bool:
        """Whether the node is known not to be None."""
        return self.never or key(node) in self.present

    def is_nonzero(self, node: Node) -> bool:
        """Whether the node is known not to be zero."""
        return self.never or key(node) in self.nonzero


NOTHING = Facts()
NEVER = Facts(never=True)


def key(node: Node) -> Node:
    """The node as facts name it, whether or not it has been found to be present since."""
    return shape(_settled(node))


def implied(condition: Node, truth: bool) -> Facts:
    """What is known once the condition came out as `truth`."""
    match condition:
        case Literal(bool() as value, _):
            return NOTHING if value is truth else NEVER
        case IsNull(of):
            return NOTHING if truth else _present(of)
        case Not(of):
            return implied(of, not truth)
        case And(items) if truth:
            return reduce(Facts.both, (implied(item, True) for item in items), NOTHING)
        case Or(items) if not truth:
            return reduce(Facts.both, (implied(item, False) for item in items), NOTHING)
        case And(items) | Or(items):
            return reduce(Facts.either, (implied(item, truth) for item in items), NEVER)
        case If(test, then, otherwise):
            first = implied(test, True).both(implied(then, truth))
            return first.either(implied(test, False).both(implied(otherwise, truth)))
        case Compare(operator, left, right):
            return _compared(operator if truth else OPPOSITE[operator], left, right)
        case In(item, options) if truth and all(_surely(option) for option in options):
            return _present(item)
        case _:
            return NOTHING


def _compared(operator: str, left: Node, right: Node) -> Facts:
    facts = NOTHING
    if operator == "eq":
        # A value equal to one that is present is present.
        if _surely(right):
            facts = facts.both(_present(left))
        if _surely(left):
            facts = facts.both(_present(right))
    for node, sign, other in ((left, operator, right), (right, MIRRORED[operator], left)):
        if isinstance(other, Literal) and _excludes_zero(sign, other):
            facts = facts.both(Facts(nonzero=frozenset({key(node)})))
    return facts


def _excludes_zero(sign: str, literal: Literal) -> bool:
    """Whether a number that compares so with the literal can't be zero."""
    number = value_of(literal)
    if isinstance(number, bool) or not isinstance(number, int | float | Decimal):
        return False
    match sign:
        case "ne":
            return number == 0
        case "eq":
            return number != 0
        case "gt":
            return number >= 0
        case "ge":
            return number > 0
        case "lt":
            return number <= 0
        case _:
            return number < 0


def _present(node: Node) -> Facts:
    return Facts(present=frozenset({key(node)}))


def _surely(node: Node) -> bool:
    """Whether a value is never None. A row is not asked: its relation would have to be."""
    match node:
        case Literal(value, _):
            return value is not None
        case FieldOf(nullable=nullable) | If(nullable=nullable):
            return not nullable
        case _:
            return False


def _settled(node: Node) -> Node:
    if isinstance(node, FieldOf) and node.nullable:
        node = msgspec.structs.replace(node, nullable=False)
    return changed(node, _settled)
