"""Names and constants: what `LIMIT`, `Status.PLACED`, `Decimal("1.5")` or `timedelta(days=7)` stand for.

A constant is whatever holds no parameter, variable or local name: it is calculated once, by Python.
"""

from __future__ import annotations

import ast
import enum
import operator
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from backsmith.blueprint.expressions import Node
from backsmith.blueprint.subset.places import Place

if TYPE_CHECKING:
    from backsmith.blueprint.subset.reader import Reader

NOT_CONSTANT = object()
SCALARS = (type(None), bool, int, float, str, Decimal, date, datetime, time, timedelta, UUID, enum.Enum)
COLLECTIONS = (tuple, list, set, frozenset)
MAKERS: tuple[object, ...] = (
    Decimal, date, datetime, time, timedelta, timezone, UUID, frozenset, set, tuple, list,
    date.fromisoformat, datetime.fromisoformat, time.fromisoformat,
)  # fmt: skip
"""What may be called to make a constant."""

ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: operator.mod,
}
NUMBERS = (int, float, Decimal, timedelta, date)


def name(reader: Reader, node: ast.Name, place: Place) -> Node:
    """A parameter, variable or local name; constants have been dealt with."""
    if node.id in place.names:
        return place.names[node.id]
    try:
        found = reader.global_value(node.id)
    except KeyError:
        known = {*place.names, *reader.global_names()}
        hint = reader.similar(node.id, known)
        raise reader.fail(node, "unknown-name", f"There is no '{node.id}' here.", hint) from None
    what = "class" if isinstance(found, type) else "module" if isinstance(found, ModuleType) else "value"
    if callable(found) and not isinstance(found, type):
        what = "function"
    instead = "Names outside the function can be constants: texts, numbers, dates, members of an Enum, tuples of them."
    raise reader.refuse(node, f"The {what} '{node.id}'", instead)


def constant(reader: Reader, node: ast.expr, place: Place) -> Any:
    """The Python value of a scalar constant, or `NOT_CONSTANT`."""
    found = evaluated(reader, node, place)
    return found if isinstance(found, SCALARS) else NOT_CONSTANT


def collection(reader: Reader, node: ast.expr, place: Place) -> tuple[Any, ...] | None:
    """The members of a constant tuple, list or set, in an order that is always the same; else None."""
    found = evaluated(reader, node, place)
    if isinstance(found, set | frozenset):
        members = cast("set[object]", found)
        return tuple(sorted(members, key=lambda member: (type(member).__name__, str(member))))
    return tuple(cast("list[object]", found)) if isinstance(found, tuple | list) else None


def evaluated(reader: Reader, node: ast.expr, place: Place) -> Any:
    """The Python value of an expression without parameters, variables and local names, or `NOT_CONSTANT`."""
    match node:
        case ast.Constant(value):
            return value
        case ast.Name() | ast.Attribute():
            return outside(reader, node, place)
        case ast.UnaryOp(ast.USub(), operand):
            value = evaluated(reader, operand, place)
            return -value if isinstance(value, int | float | Decimal | timedelta) else NOT_CONSTANT
        case ast.BinOp(left, sign, right) if type(sign) in ARITHMETIC:
            a, b = evaluated(reader, left, place), evaluated(reader, right, place)
            if not (isinstance(a, NUMBERS) and isinstance(b, NUMBERS)):
                return NOT_CONSTANT
            return _called(reader, node, lambda: ARITHMETIC[type(sign)](a, b))
        case ast.Tuple(items) | ast.List(items) | ast.Set(items):
            values = [evaluated(reader, item, place) for item in items]
            return NOT_CONSTANT if NOT_CONSTANT in values else tuple(values)
        case ast.Call():
            return _made(reader, node, place)
        case _:
            return NOT_CONSTANT


def outside(reader: Reader, node: ast.expr, place: Place) -> Any:
    """The object that a dotted name outside the function means, or `NOT_CONSTANT` where it means none."""
    match node:
        case ast.Name(id):
            if id in place.names:
                return NOT_CONSTANT
            try:
                return reader.global_value(id)
            except KeyError:
                return NOT_CONSTANT
        case ast.Attribute(base, attribute):
            of = outside(reader, base, place)
            if isinstance(of, ModuleType | type):
                return getattr(of, attribute, NOT_CONSTANT)
            if isinstance(of, enum.Enum) and attribute == "value":
                return of.value
            return NOT_CONSTANT
        case _:
            return NOT_CONSTANT


def _made(reader: Reader, node: ast.Call, place: Place) -> Any:
    """What a call of one of `MAKERS` with constant arguments makes."""
    maker = outside(reader, node.func, place)
    if not any(maker == known for known in MAKERS):
        return NOT_CONSTANT
    arguments = [evaluated(reader, argument, place) for argument in node.args]
    named = {word.arg or "": evaluated(reader, word.value, place) for word in node.keywords}
    if any(value is NOT_CONSTANT for value in (*arguments, *named.values())):
        made = getattr(maker, "__qualname__", "It")
        raise reader.refuse(node, f"{made}() of something that isn't constant", "Its arguments can be constants alone.")
    return _called(reader, node, lambda: maker(*arguments, **named))


def _called(reader: Reader, node: ast.expr, call: Callable[[], Any]) -> Any:
    try:
        return call()
    except (ArithmeticError, TypeError, ValueError) as error:
        says = "it is no number" if isinstance(error, InvalidOperation) else str(error)
        raise reader.fail(node, "bad-constant", f"'{reader.text(node)}' has no value: {says}.") from None
