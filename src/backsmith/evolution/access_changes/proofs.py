"""Whether one condition holds wherever another does, shown by going through all cases.

A condition is taken apart into what it asks of single values: each value has a few cases (null, each constant that it
is compared with, what lies between them), anything else is so or not so. Where no case speaks against it, it is proved;
a case that does may be one that no row can come to, so that proves nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from backsmith.blueprint.expressions import And, Compare, FieldOf, If, In, IsNull, Literal, Node, Not, Or
from backsmith.blueprint.subset.constants import value_of
from backsmith.blueprint.subset.facts import MIRRORED
from backsmith.blueprint.trees import is_row, may_be_null, type_of
from backsmith.blueprint.types import Boolean, Enum, Integer

MOST_CASES = 20_000

Case = dict[Node, Any]
Test = Callable[[Case], bool]


@dataclass
class _Value:
    """What conditions ask of one value."""

    of: Node
    constants: set[Any] = field(default_factory=set[Any])
    ordered: bool = False
    nullable: bool = False

    def cases(self) -> list[Any]:
        """None for null; a pair of the place among the constants and whether it is on it."""
        found: list[Any] = [None] if self.nullable else []
        type = type_of(self.of)
        if is_row(self.of):
            return [*found, True]
        if type == Boolean():
            return [*found, True, False]
        if isinstance(type, Enum):
            return [*found, *type.values, *(each for each in self.constants if each not in type.values)]
        ranked = sorted(self.constants)
        found += [(rank, True) for rank in range(len(ranked))]
        if not self.ordered:
            return [*found, (len(ranked), False)]
        for rank in range(len(ranked) + 1):
            between = 0 < rank < len(ranked) and isinstance(type, Integer)
            if not (between and ranked[rank] - ranked[rank - 1] == 1):
                found.append((rank, False))  # below the constant of that rank
        return found


def implies(first: Node, second: Node) -> bool:
    """Whether `second` was proved to hold wherever `first` does."""
    if first == second or _contained(first, second):
        return True
    reading = _Reading()
    try:
        a, b = reading.test(first), reading.test(second)
        cases = [value.cases() for value in reading.values.values()]
    except TypeError:  # constants that can't be put in order
        return False
    count = 1
    for each in cases:
        count *= len(each)
        if count > MOST_CASES:
            return False
    reading.rank()
    names = list(reading.values)
    return not any(
        a(case) and not b(case)
        for case in (dict(zip(names, drawn, strict=True)) for drawn in itertools.product(*cases))
    )


def disjuncts(node: Node) -> tuple[Node, ...]:
    """The conditions of which one has to hold."""
    return tuple(part for item in node.items for part in disjuncts(item)) if isinstance(node, Or) else (node,)


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The conditions of which all have to hold."""
    return tuple(part for item in node.items for part in conjuncts(item)) if isinstance(node, And) else (node,)


def _contained(first: Node, second: Node) -> bool:
    """Whether each alternative of `first` is one of `second` with perhaps more to it."""
    theirs = [set(conjuncts(each)) for each in disjuncts(second)]
    return all(any(one <= set(conjuncts(each)) for one in theirs) for each in disjuncts(first))


class _Reading:
    """Takes conditions apart."""

    def __init__(self) -> None:
        self.values: dict[Node, _Value] = {}
        self._ranks: dict[Node, dict[Any, int]] = {}

    def rank(self) -> None:
        """To be called once all conditions were read: the places of the constants are known."""
        for node, value in self.values.items():
            if not isinstance(type_of(node), Enum | Boolean) and not is_row(node):
                self._ranks[node] = {constant: rank for rank, constant in enumerate(sorted(value.constants))}

    def test(self, node: Node) -> Test:
        """The condition as a function of a case."""
        match node:
            case Literal(value):
                return lambda _: bool(value)
            case And(items):
                return _all([self.test(item) for item in items])
            case Or(items):
                return _any([self.test(item) for item in items])
            case Not(of):
                inner = self.test(of)
                return lambda case: not inner(case)
            case If(condition, then, otherwise):
                when, a, b = self.test(condition), self.test(then), self.test(otherwise)
                return lambda case: a(case) if when(case) else b(case)
            case In(item, options):
                return _any([self._compared(Compare("eq", item, option)) for option in options])
            case IsNull(of):
                self._value(of).nullable = True
                return lambda case: case[of] is None
            case Compare():
                return self._compared(node)
            case FieldOf():
                self._value(node)
                return lambda case: case[node] is True
            case _:
                return self._opaque(node)

    def _value(self, node: Node) -> _Value:
        found = self.values.setdefault(node, _Value(node))
        found.nullable = found.nullable or may_be_null(node)
        return found

    def _opaque(self, node: Node) -> Test:
        """A condition that is so or not so."""
        self.values.setdefault(node, _Value(node))
        return lambda case: bool(case[node])

    def _compared(self, node: Compare) -> Test:
        left, right, operator = node.left, node.right, node.operator
        if isinstance(left, Literal) and not isinstance(right, Literal):
            left, right, operator = right, left, MIRRORED[operator]
        if operator in ("ne", "ge"):
            inner = self._compared(Compare("eq" if operator == "ne" else "lt", left, right))
            return lambda case: not inner(case)
        if not isinstance(right, Literal) or isinstance(left, Literal):
            if operator in ("gt", "le"):
                inner = self._compared(Compare("lt", right, left))
                return inner if operator == "gt" else lambda case: not inner(case)
            if operator == "eq":
                left, right = sorted((left, right), key=repr)
            return self._opaque(Compare("eq" if operator == "eq" else "lt", left, right))
        if right.value is None:
            return self.test(IsNull(left))
        constant = value_of(right)
        value = self._value(left)
        if isinstance(type_of(left), Enum | Boolean):
            value.constants.add(constant)
            return _on_values(left, operator, constant)
        value.constants.add(constant)
        value.ordered = value.ordered or operator != "eq"
        return self._on_ranks(left, operator, constant)

    def _on_ranks(self, node: Node, operator: str, constant: Any) -> Test:
        def test(case: Case) -> bool:
            if case[node] is None:
                return False
            place, on = case[node]
            rank = self._ranks[node][constant]
            if operator == "eq":
                return on and place == rank
            return place < rank or (place == rank and (operator == "le" or not on)) if operator in ("lt", "le") else (
                place > rank
            )  # fmt: skip

        return test


def _on_values(node: Node, operator: str, constant: Any) -> Test:
    def test(case: Case) -> bool:
        value = case[node]
        if value is None:
            return False
        if operator == "eq":
            return value == constant
        return value < constant if operator == "lt" else value <= constant if operator == "le" else value > constant

    return test


def _all(tests: Sequence[Test]) -> Test:
    return lambda case: all(test(case) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    return lambda case: any(test(case) for test in tests)
