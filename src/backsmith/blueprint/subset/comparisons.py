"""Comparisons: ==, !=, <, <=, >, >=, is None, and chains of them; `in` is in `membership`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal, cast

import msgspec

from backsmith.blueprint import expressions
from backsmith.blueprint.expressions import Aggregate, Compare, FieldOf, If, IsNull, Node, Not, Row
from backsmith.blueprint.subset import kinds, membership
from backsmith.blueprint.subset.conditions import both, opposite
from backsmith.blueprint.subset.places import Place
from backsmith.blueprint.trees import is_row, type_of
from backsmith.blueprint.types import Enum, Type

if TYPE_CHECKING:
    from backsmith.blueprint.subset.reader import Reader

Operator = Literal["eq", "ne", "lt", "le", "gt", "ge"]
SIGNS: dict[type[ast.cmpop], Operator] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
}
CONVERSIONS = {
    frozenset({"float", "decimal"}): 'Write the number as Decimal("1.5"), or make both fields of one type.',
    frozenset({"text", "uuid"}): 'Write UUID("…").',
    frozenset({"text", "date"}): "Write date(2026, 1, 31).",
    frozenset({"text", "datetime"}): "Write datetime(2026, 1, 31, tzinfo=UTC).",
    frozenset({"text", "decimal"}): 'Write Decimal("1.5").',
    frozenset({"date", "datetime"}): "Write datetime(2026, 1, 31, tzinfo=UTC), or make both fields of one type.",
}

Side = tuple[ast.expr, Node]
"""One side of a comparison: its syntax and what it was read as."""


def comparison(reader: Reader, node: ast.Compare, place: Place) -> Node:
    """A comparison or a chain: `a < b < c` is `a < b and b < c`, with b read once."""
    results: list[Node] = []
    left, known = node.left, cast("Node | None", None)
    for sign, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(sign, ast.In | ast.NotIn):
            found = membership.member(reader, left, right, place)
            found = opposite(found) if isinstance(sign, ast.NotIn) else found
            known = None
        else:
            a, b = _sides(reader, (left, known), right, place)
            found = _compared(reader, (left, a), sign, (right, b), place)
            known = b
        results.append(found)
        place = place.knowing(found, True)
        left = right
    return results[0] if len(results) == 1 else both(*results)


def _sides(reader: Reader, left: tuple[ast.expr, Node | None], right: ast.expr, place: Place) -> list[Node]:
    node, known = left
    return reader.each(
        lambda: reader.value(node, place) if known is None else known,
        lambda: reader.value(right, place),
    )


def _compared(reader: Reader, left: Side, sign: ast.cmpop, right: Side, place: Place) -> Node:
    if isinstance(sign, ast.Is | ast.IsNot):
        return _identical(reader, left, sign, right)
    (left_node, a), (right_node, b) = left, right
    if isinstance(sign, ast.Eq | ast.NotEq):
        if not (is_none(a) or is_none(b)):
            check_equal(reader, left, right)
        found = equal(known(reader, a, place), known(reader, b, place))
        if isinstance(sign, ast.Eq):
            return found
        return msgspec.structs.replace(found, operator="ne") if isinstance(found, Compare) else Not(found)
    for side, value in (left, right):
        if is_row(value):
            text = reader.text(side)
            message = f"'{text}' is a row: it comes neither before nor after another."
            raise reader.fail(side, "wrong-type", message, f"Compare a field of it: `{text}.…`.")
    a, b = reader.each(lambda: reader.checked(left_node, a, place), lambda: reader.checked(right_node, b, place))
    left_type, right_type = cast(Type, type_of(a)), cast(Type, type_of(b))
    check_common(reader, right_node, left_type, right_type)
    if kinds.kind(left_type) not in kinds.ORDERED:
        raise reader.fail(
            left_node, "wrong-type", f"{kinds.sentence(left_type)} comes neither before nor after another."
        )
    return Compare(SIGNS[type(sign)], a, b)


def equal(a: Node, b: Node) -> Node:
    """`a == b`."""
    if is_none(a) or is_none(b):
        return IsNull(b if is_none(a) else a)
    return Compare("eq", a, b)


def known(reader: Reader, value: Node, place: Place) -> Node:
    """The value, as one that can't be null where it is known not to be None."""
    if isinstance(value, FieldOf | If | Aggregate) and value.nullable and not reader.may_be_none(value, place):
        return msgspec.structs.replace(value, nullable=False)
    return value


def check_equal(reader: Reader, left: Side, right: Side) -> None:
    """Refuse a test for equality that could only come out one way."""
    (left_node, a), (right_node, b) = left, right
    if is_row(a) or is_row(b):
        _check_rows(reader, left, right)
        return
    left_type, right_type = type_of(a), type_of(b)
    if left_type is None or right_type is None:
        return
    check_common(reader, right_node, left_type, right_type)
    if kinds.kind(left_type) in ("json", "list"):
        instead = "Write `x in self.tags` to search a list." if kinds.kind(left_type) == "list" else None
        raise reader.fail(left_node, "wrong-type", f"{kinds.sentence(left_type)} can't be compared.", instead)
    check_choice(reader, right_node, b, left_type)
    check_choice(reader, left_node, a, right_type)


def check_choice(reader: Reader, node: ast.expr, value: Node, type: Type) -> None:
    """Refuse a text that isn't one of the values of the Enum it is compared with."""
    if not (isinstance(type, Enum) and isinstance(value, expressions.Literal) and isinstance(value.value, str)):
        return
    if value.value not in type.values:
        hint = reader.similar(value.value, type.values) or f"The values are {', '.join(map(repr, type.values))}."
        raise reader.fail(node, "wrong-type", f"'{value.value}' is none of the values it is compared with.", hint)


def check_common(reader: Reader, node: ast.expr, left: Type, right: Type) -> None:
    """Refuse two values that never meet."""
    if kinds.common(left, right) is None:
        hint = CONVERSIONS.get(frozenset({kinds.kind(left), kinds.kind(right)}))
        raise reader.fail(
            node, "wrong-type", f"{kinds.sentence(left)} and {kinds.name(right)} can't be compared.", hint
        )


def _check_rows(reader: Reader, left: Side, right: Side) -> None:
    (left_node, a), (right_node, b) = left, right
    if not (is_row(a) and is_row(b)):
        row, value = (left_node, right_node) if is_row(a) else (right_node, left_node)
        text = reader.text(row)
        message = f"'{text}' is a row and '{reader.text(value)}' a value: they are never equal."
        raise reader.fail(value, "wrong-type", message, f"Compare a field of the row: `{text}.…`.")
    one, other = cast(Row, a).entity, cast(Row, b).entity
    if one != other:
        texts = reader.text(left_node), reader.text(right_node)
        message = f"'{texts[0]}' is of {one} and '{texts[1]}' of {other}: they are never equal."
        raise reader.fail(right_node, "wrong-type", message)


def _identical(reader: Reader, left: Side, sign: ast.cmpop, right: Side) -> Node:
    """`x is None`; nothing else is compared by `is`."""
    (left_node, a), (right_node, b) = left, right
    if is_none(a) or is_none(b):
        return _is_null(b if is_none(a) else a, sign)
    text = reader.text(left_node)
    if isinstance(b, expressions.Literal) and isinstance(b.value, bool):
        instead = f"Write `{text}`." if b.value is isinstance(sign, ast.Is) else f"Write `not {text}`."
    else:
        instead = f"Write `{text} {'==' if isinstance(sign, ast.Is) else '!='} {reader.text(right_node)}`."
    raise reader.fail(right_node, "unsupported-expression", "`is` compares with None alone.", instead)


def is_none(value: Node) -> bool:
    """Whether the value is the constant None."""
    return isinstance(value, expressions.Literal) and value.value is None


def _is_null(value: Node, sign: ast.cmpop) -> Node:
    return Not(IsNull(value)) if isinstance(sign, ast.IsNot | ast.NotEq) else IsNull(value)
