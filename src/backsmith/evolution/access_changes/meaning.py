"""What a condition means, asked of rows in memory: a tree and a place to stand go in, a Python value comes out.

Trees are those of `names`: computed fields are written out. Where Python would have raised, `Undefined` is.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_never

from backsmith.blueprint.expressions import (
    Aggregate,
    And,
    Arithmetic,
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
    Now,
    Or,
    This,
    Variable,
)
from backsmith.blueprint.subset.constants import value_of, zero


class UndefinedError(Exception):
    """The condition has no meaning for these rows."""


@dataclass(eq=False)
class WorldRow:
    """A row: one and the same is equal to nothing but itself."""

    entity: str
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    links: dict[str, Any] = field(default_factory=dict[str, Any])
    """To one: a row or None. To many: a list of rows."""


@dataclass(frozen=True)
class Place:
    """Where a condition is asked: of which row, by whom, when."""

    row: WorldRow
    user: WorldRow | None
    roles: frozenset[str]
    now: datetime
    bound: Mapping[str, WorldRow]
    """Rows by the names of variables."""

    def with_row(self, name: str, row: WorldRow) -> Place:
        """The same place, with a variable bound."""
        return Place(self.row, self.user, self.roles, self.now, {**self.bound, name: row})


def holds(condition: Node, place: Place) -> bool:
    """Whether the condition holds. Raises UndefinedError."""
    return bool(value_at(condition, place))


def value_at(node: Node, place: Place) -> Any:
    """The value of a tree. Raises UndefinedError."""
    try:
        return meaning(node, place)
    except (ArithmeticError, TypeError, AttributeError, KeyError, ValueError) as error:
        raise UndefinedError from error


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": lambda a, b: float(a / b),
    "floor_divide": lambda a, b: math.floor(a / b) if isinstance(a, Decimal) else a // b,
    "modulo": lambda a, b: a - math.floor(a / b) * b if isinstance(a, Decimal) else a % b,
}
_CALLS: dict[str, Callable[..., Any]] = {
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": str.__contains__,
    "length": len,
    "concat": lambda *texts: "".join(map(str, texts)),
    "negate": operator.neg,
    "absolute": abs,
    "minimum": min,
    "maximum": max,
}


def meaning(node: Node, place: Place) -> Any:
    """The value of a tree."""

    def of(part: Node) -> Any:
        return meaning(part, place)

    match node:
        case Literal():
            return value_of(node)
        case Now():
            return place.now
        case This():
            return place.row
        case Variable(name):
            return place.bound[name]
        case CurrentUser():
            return place.user
        case Follow(row, relation):
            there = of(row)
            return None if there is None else there.links[relation]
        case FieldOf(row, name):
            there = of(row)
            return None if there is None else there.values[name]
        case Compare(sign, left, right):
            return _COMPARE[sign](of(left), of(right))
        case IsNull(part):
            return of(part) is None
        case In(item, options):
            found = of(item)
            return any(found == of(option) for option in options)
        case InList(item, many):
            return of(item) in of(many)
        case HasRole(role):
            return place.user is not None and of(role) in place.roles
        case And(items):
            return all(of(item) for item in items)
        case Or(items):
            return any(of(item) for item in items)
        case Not(part):
            return not of(part)
        case Arithmetic(sign, left, right):
            return _ARITHMETIC[sign](of(left), of(right))
        case Call(function, arguments):
            return _CALLS[function](*map(of, arguments))
        case If(condition, then, otherwise):
            return of(then) if of(condition) else of(otherwise)
        case Aggregate():
            return _aggregate(node, place)
        case _:
            assert_never(node)


def _aggregate(node: Aggregate, place: Place) -> Any:
    owner = meaning(node.of, place)
    rows: list[WorldRow] = [] if owner is None else owner.links[node.relation]
    places = [place.with_row(node.variable.name, row) for row in rows]
    where, value = node.where, node.value
    if where is not None:
        places = [each for each in places if meaning(where, each)]
    if value is None:
        return len(places)
    if node.function in ("any", "all"):
        decide = any if node.function == "any" else all
        return decide(meaning(value, each) for each in places)
    values = [meaning(value, each) for each in places]
    if node.function == "count":
        return len(values)
    if node.function == "sum":
        return sum(values[1:], values[0]) if values else value_of(zero(node.type))
    if not values:
        return None if node.default is None else meaning(node.default, place)
    return min(values) if node.function == "min" else max(values)
