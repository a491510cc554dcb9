"""Values: fields, constants, arithmetic, functions, choices."""

from __future__ import annotations

from typing import cast

from backsmith.blueprint.expressions import (
    Aggregate,
    Arithmetic,
    Call,
    CurrentUser,
    FieldOf,
    Follow,
    If,
    Literal,
    Node,
    Now,
    This,
    Variable,
)
from backsmith.blueprint.subset import kinds
from backsmith.blueprint.subset.constants import MICROSECOND, duration_of
from backsmith.blueprint.trees import type_of
from backsmith.blueprint.types import Boolean, DateTime, Duration, List, Type
from backsmith.databases.parameters import RequestTime
from backsmith.databases.relation_speller import RelationSpeller
from backsmith.databases.scopes import Scope


class ValueSpeller(RelationSpeller):
    """Spells values."""

    def _value(self, node: Node, scope: Scope) -> str:
        match node:
            case Literal(value, type):
                return "NULL" if value is None else self._literal(node, type or Boolean())
            case Now():
                return self.bind(RequestTime(), DateTime())
            case FieldOf(of, name):
                return self._field(of, name, scope)
            case Arithmetic():
                return self._arithmetic(node, scope)
            case Call():
                return self._call(node, scope)
            case If(test, then, otherwise, type):
                when = self._condition(test, scope.valued(), False)
                a, b = (self._typed(branch, type, scope) for branch in (then, otherwise))
                return f"CASE WHEN {when} THEN {a} ELSE {b} END"
            case Aggregate(function="count" | "sum" | "min" | "max"):
                return self._aggregate(node, scope)
            case This() | Variable() | Follow() | CurrentUser():
                raise ValueError(f"a row has no value: {node}")
            case _:
                return f"(({self._condition(node, scope.valued(), False)}) IS TRUE)"

    def _typed(self, node: Node, type: Type | None, scope: Scope) -> str:
        """A value in the internal form of a type that its own can be taken to."""
        own = type_of(node)
        if own is None or type is None or own == type:
            return self._value(node, scope)
        if isinstance(node, Literal):
            return self._literal(node, type)
        return self._converted(self._value(node, scope), own, type)

    def _arithmetic(self, node: Arithmetic, scope: Scope) -> str:
        moved = moved_now(node)
        if moved is not None:
            return self.bind(moved, DateTime())
        left, right = type_of(node.left), type_of(node.right)
        assert left is not None and right is not None
        if "duration" in (kinds.kind(left), kinds.kind(right), kinds.kind(node.type)):
            a, b = self._value(node.left, scope), self._value(node.right, scope)
            return self._time_arithmetic(node, left, right, a, b)
        if node.operator == "multiply" and kinds.kind(node.type) == "decimal":
            a, b = self._value(node.left, scope), self._value(node.right, scope)
        else:
            type = kinds.whole(cast(Type, kinds.common(left, right)))
            a, b = self._operand(node.left, type, scope), self._operand(node.right, type, scope)
        match node.operator:
            case "add" | "subtract" | "multiply":
                sign = {"add": "+", "subtract": "-", "multiply": "*"}[node.operator]
                return f"({a} {sign} {b})"
            case "divide":
                return self._divide(a, self._divisor(node.right, b))
            case "floor_divide" | "modulo":
                return self._floored(node.operator, (node.left, a), (node.right, b))

    def _floored(self, operator: str, left: tuple[Node, str], right: tuple[Node, str]) -> str:
        """// and % of whole numbers. SQL rounds to zero; where the signs differ Python goes one further down."""
        (a_node, a), (b_node, b) = left, right
        source = ""
        if not (is_plain(a_node) and is_plain(b_node)):
            row = self.alias("n")
            source = f" FROM (SELECT {a} AS a, {b} AS b) AS {row}"
            a, b = f"{row}.a", f"{row}.b"
        divisor = self._divisor(b_node, b)
        if operator == "modulo":
            text = f"(({a} % {divisor}) + {b}) % {divisor}"
        else:
            down = f"CASE WHEN {a} % {divisor} <> 0 AND ({a} < 0) <> ({b} < 0) THEN 1 ELSE 0 END"
            text = f"{a} / {divisor} - {down}"
        return f"(SELECT {text}{source})" if source else f"({text})"

    def _call(self, node: Call, scope: Scope) -> str:
        match node.function:
            case "minimum" | "maximum":
                values = [self._typed(argument, node.type, scope) for argument in node.arguments]
                return values[0] if len(values) == 1 else self._extreme(node.function, values, node.type)
            case "concat":
                return f"({' || '.join(self._value(argument, scope) for argument in node.arguments)})"
            case "negate":
                return f"(-{self._operand(node.arguments[0], node.type, scope)})"
            case "absolute":
                return self._absolute(self._operand(node.arguments[0], node.type, scope), node.type)
            case "startswith" | "endswith":
                text, part = node.arguments
                return self._ends(node.function, self._value(text, scope), part, self._value(part, scope))
            case "length" if isinstance(type_of(node.arguments[0]), List):
                return self._list_length(self._value(node.arguments[0], scope))
            case _:
                return self._text_call(node.function, *(self._value(argument, scope) for argument in node.arguments))


def moved_now(node: Arithmetic) -> RequestTime | None:
    """`now() - timedelta(days=7)` as a parameter of its own."""
    match node:
        case Arithmetic("add" | "subtract", Now(), Literal(str() as text, Duration())):
            moved = duration_of(text) // MICROSECOND
            return RequestTime(moved if node.operator == "add" else -moved)
        case Arithmetic("add", Literal(str() as text, Duration()), Now()):
            return RequestTime(duration_of(text) // MICROSECOND)
        case _:
            return None


def is_plain(node: Node) -> bool:
    """Whether a value costs nothing to spell twice."""
    return isinstance(node, Literal | FieldOf) and not (isinstance(node, FieldOf) and isinstance(node.of, Follow))
