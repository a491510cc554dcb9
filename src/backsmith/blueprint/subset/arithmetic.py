"""Arithmetic: + - * / // %, unary minus, texts joined by + and by f-strings, times and lengths of time."""

from __future__ import annotations

import ast
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from backsmith.blueprint import expressions
from backsmith.blueprint.blueprint import Bounds
from backsmith.blueprint.expressions import Arithmetic, Call, CurrentUser, FieldOf, Node
from backsmith.blueprint.subset import kinds
from backsmith.blueprint.subset.constants import MOST_PLACES
from backsmith.blueprint.subset.places import Place
from backsmith.blueprint.types import Date, DateTime, Duration, Float, Integer, Numeric, Text, Type

if TYPE_CHECKING:
    from backsmith.blueprint.subset.reader import Reader

Operator = Literal["add", "subtract", "multiply", "divide", "floor_divide", "modulo"]
SIGNS: dict[type[ast.operator], tuple[Operator, str]] = {
    ast.Add: ("add", "+"),
    ast.Sub: ("subtract", "-"),
    ast.Mult: ("multiply", "*"),
    ast.Div: ("divide", "/"),
    ast.FloorDiv: ("floor_divide", "//"),
    ast.Mod: ("modulo", "%"),
}
OTHER_SIGNS: dict[type[ast.operator], tuple[str, str]] = {
    ast.Pow: ("`**`", "Write the product: `x * x`."),
    ast.BitAnd: ("`&`", "Write `and`."),
    ast.BitOr: ("`|`", "Write `or`."),
    ast.BitXor: ("`^`", "Write `!=` between two conditions."),
    ast.LShift: ("`<<`", "Write a product."),
    ast.RShift: ("`>>`", "Write `//`."),
    ast.MatMult: ("`@`", "Write sum() over a relation."),
}
TIMES: dict[tuple[Operator, str, str], Type] = {
    ("add", "datetime", "duration"): DateTime(),
    ("add", "duration", "datetime"): DateTime(),
    ("add", "date", "duration"): Date(),
    ("add", "duration", "date"): Date(),
    ("add", "duration", "duration"): Duration(),
    ("subtract", "datetime", "duration"): DateTime(),
    ("subtract", "datetime", "datetime"): Duration(),
    ("subtract", "date", "duration"): Date(),
    ("subtract", "date", "date"): Duration(),
    ("subtract", "duration", "duration"): Duration(),
    ("multiply", "duration", "integer"): Duration(),
    ("multiply", "integer", "duration"): Duration(),
}


def binary(reader: Reader, node: ast.BinOp, place: Place) -> Node:
    """`a + b` and its like."""
    if type(node.op) not in SIGNS:
        what, instead = OTHER_SIGNS[type(node.op)]
        raise reader.refuse(node, what, instead)
    operator, sign = SIGNS[type(node.op)]
    (left, left_type), (right, right_type) = reader.each(
        lambda: reader.typed(node.left, place), lambda: reader.typed(node.right, place)
    )
    pair = kinds.kind(left_type), kinds.kind(right_type)
    if operator == "add" and pair == ("text", "text"):
        return concat((left, right))
    if (operator, *pair) in TIMES:
        return Arithmetic(operator, left, right, TIMES[operator, *pair])
    result = _numbers(reader, node, operator, (left_type, right_type))
    if result is None:
        hint = "Write the constant as a Decimal, or make both fields of one type." if set(pair) == FLOAT_PAIR else None
        message = f"{kinds.sentence(left_type)} {sign} {kinds.name(right_type)} has no meaning."
        raise reader.fail(node, "wrong-type", message, hint)
    if operator in ("divide", "floor_divide", "modulo"):
        _check_divisor(reader, node.right, right, place)
    return Arithmetic(operator, left, right, result)


FLOAT_PAIR = {"float", "decimal"}


def _numbers(reader: Reader, node: ast.BinOp, operator: Operator, types: tuple[Type, Type]) -> Type | None:
    """The type of a calculation with two numbers; None where they can't be calculated with."""
    left, right = types
    both = kinds.common(left, right)
    if both is None or not {kinds.kind(left), kinds.kind(right)} <= kinds.NUMBERS:
        return None
    if operator in ("add", "subtract"):
        return kinds.whole(both)
    if operator == "multiply":
        result = kinds.product(left, right)
        if kinds.places(result) > MOST_PLACES:
            message = f"The product has {kinds.places(result)} places after the point; {MOST_PLACES} are the most."
            raise reader.fail(node, "wrong-type", message, "Declare the fields with fewer places: `Digits(10, 2)`.")
        return result
    if isinstance(both, Numeric):
        hint = 'Multiply instead: `a * 4 < b` for `a < b / 4`, `price * Decimal("0.19")` for a share.'
        raise reader.fail(node, "wrong-type", "Decimals can't be divided exactly.", hint)
    if operator == "divide":
        return Float()
    if isinstance(both, Float):
        message = f"`{SIGNS[type(node.op)][1]}` is for whole numbers."
        raise reader.fail(node, "wrong-type", message, "Divide floats with `/`.")
    return Integer()


def _check_divisor(reader: Reader, node: ast.expr, divisor: Node, place: Place) -> None:
    """Refuse a divisor that could be zero."""
    if place.facts.is_nonzero(divisor) or _never_zero(reader, divisor):
        return
    text = reader.text(node)
    if isinstance(divisor, expressions.Literal):
        raise reader.fail(node, "may-be-zero", "This divides by zero.")
    hint = f"Write `{text} != 0 and …`." if reader.gives_condition else f"Write `… if {text} != 0 else …`."
    raise reader.fail(node, "may-be-zero", f"'{text}' may be zero here.", hint)


def _never_zero(reader: Reader, divisor: Node) -> bool:
    """Whether a number is no zero wherever it stands: a constant, or a field whose bounds exclude it."""
    if isinstance(divisor, expressions.Literal):
        return divisor.value != 0
    if isinstance(divisor, FieldOf) and not isinstance(divisor.of, CurrentUser):
        field = next(field for field in reader.entity(divisor.of).fields if field.name == divisor.field)
        return field.bounds is not None and _exclude_zero(field.bounds)
    return False


def _exclude_zero(bounds: Bounds) -> bool:
    tests: tuple[tuple[str | None, Callable[[Decimal], bool]], ...] = (
        (bounds.gt, lambda limit: limit >= 0),
        (bounds.ge, lambda limit: limit > 0),
        (bounds.lt, lambda limit: limit <= 0),
        (bounds.le, lambda limit: limit < 0),
    )
    return any(limit is not None and holds(Decimal(limit)) for limit, holds in tests)


def unary(reader: Reader, node: ast.UnaryOp, place: Place) -> Node:
    """`-a` and `+a`."""
    if isinstance(node.op, ast.Invert):
        raise reader.refuse(node, "`~`", "Write `not`.")
    value, type = reader.typed(node.operand, place)
    if kinds.kind(type) not in kinds.NUMBERS | {"duration"}:
        sign = "-" if isinstance(node.op, ast.USub) else "+"
        raise reader.fail(node, "wrong-type", f"{kinds.sentence(type)} can't have a {sign} before it.")
    return Call("negate", (value,), kinds.whole(type)) if isinstance(node.op, ast.USub) else value


def joined(reader: Reader, node: ast.JoinedStr, place: Place) -> Node:
    """An f-string of texts."""
    parts = reader.each(*(lambda part=part: _part(reader, part, place) for part in node.values))
    if not parts:
        return expressions.Literal("", Text())
    return parts[0] if len(parts) == 1 else concat(tuple(parts))


def _part(reader: Reader, part: ast.expr, place: Place) -> Node:
    if not isinstance(part, ast.FormattedValue):
        return reader.present(part, place)
    if part.conversion != -1 or part.format_spec is not None:
        raise reader.refuse(part.value, "A format in an f-string", "Write {name} alone.")
    value, type = reader.typed(part.value, place)
    if kinds.kind(type) != "text":
        message = f"'{reader.text(part.value)}' is {kinds.name(type)}; an f-string here holds texts alone."
        raise reader.fail(part.value, "wrong-type", message)
    return value


def concat(parts: tuple[Node, ...]) -> Node:
    """Texts one after the other, in one call."""
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.arguments if isinstance(part, Call) and part.function == "concat" else (part,))
    return Call("concat", tuple(flat), Text())
