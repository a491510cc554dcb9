"""Conditions of `Data` -> expression nodes, by the entity's fields and relations."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import count
from typing import Any, cast

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.expressions import (
    Aggregate,
    And,
    Call,
    Compare,
    FieldOf,
    Follow,
    In,
    IsNull,
    Literal,
    Node,
    Not,
    Or,
    Row,
    This,
    Variable,
)
from backsmith.blueprint.types import Boolean, Enum, Text, Type
from backsmith.engine.code.plain import plain
from backsmith.engine.code.shown import Shown
from backsmith.errors import UsageError
from backsmith.model.conditions import AllOf, AnyOf, Comparison, Condition, NoneOf, Path, Some, parts
from backsmith.model.entity import Entity as Model

_numbers = count(1)
"""Rows of `some` have names of their own within one statement."""


def condition_node(
    condition: Condition | Path[Any] | bool, entity: Entity, shown: Shown, row: Row | None = None
) -> Node:
    """The node of a condition about `row`, of `entity`. Raises UsageError for one that doesn't fit it."""
    row = This(entity.name) if row is None else row
    match condition:
        case bool():
            return Literal(condition, None)
        case AllOf(items):
            return And(tuple(condition_node(item, entity, shown, row) for item in items))
        case AnyOf(items):
            return Or(tuple(condition_node(item, entity, shown, row) for item in items))
        case NoneOf(items):
            return Not(Or(tuple(condition_node(item, entity, shown, row) for item in items)))
        case Comparison():
            return _comparison(condition, entity, shown, row)
        case Path():
            return _comparison(Comparison(condition, "eq", True), entity, shown, row)  # `Product.active`
        case Some():
            return _some(condition, entity, shown, row)
        case _:
            raise UsageError(
                f"{condition!r} isn't a condition. Compare a field of the class: Order.status == 'placed'."
            )


def _some(condition: Some, entity: Entity, shown: Shown, row: Row) -> Node:
    names = _names(condition.path, entity)
    at = entity
    for name in names[:-1]:
        row, at = _follow(row, at, name, shown, condition.path)
    relation = next((relation for relation in at.relations if relation.name == names[-1]), None)
    if relation is None or relation.kind == "to_one":
        raise UsageError(f"{condition.path!r}: {at.name} has no relation to many rows '{names[-1]}'.")
    target = shown.entities[relation.entity]
    variable = Variable(f"some{next(_numbers)}", target.name)
    held = [condition_node(each, target, shown, variable) for each in condition.where]
    rights = shown.rows_of(row, relation, variable)
    every = (*(() if rights is None else (rights,)), *held)
    value = And(every) if len(every) > 1 else every[0] if every else Literal(True, None)
    return Aggregate("any", row, relation.name, variable, None, value, None, Boolean())


def _comparison(condition: Comparison, entity: Entity, shown: Shown, row: Row) -> Node:
    names = _names(condition.path, entity)
    at = entity
    for name in names[:-1]:
        row, at = _follow(row, at, name, shown, condition.path)
    last = names[-1]
    field = next((field for field in at.fields if field.name == last), None)
    if field is None:
        row, at = _follow(row, at, last, shown, condition.path)
        if condition.value is None and condition.operator in ("eq", "ne"):
            return shown.is_null(row) if condition.operator == "eq" else Not(shown.is_null(row))
        field = next(field for field in at.fields if field.name == at.key[0])
        left = shown.value(FieldOf(row, field.name, field.type, True))
        value: Any = condition.value
        if condition.operator == "in":
            return _among(left, [getattr(item, field.name, item) for item in value], field.type)
        return _compared(condition, left, getattr(value, field.name, value), field.type, nullable=True)
    if field.secret:
        raise UsageError(
            f"{condition.path!r} is secret: the database doesn't know what is in it. Read rows, then look."
        )
    nullable = field.nullable or len(names) > 1
    left = shown.value(FieldOf(row, field.name, field.type, nullable))
    value: Any = condition.value
    if condition.operator == "in":
        return _among(left, value, field.type)
    return _compared(condition, left, value, field.type, nullable=nullable or not isinstance(left, FieldOf))


def _compared(condition: Comparison, left: Node, value: Any, type: Type, *, nullable: bool) -> Node:
    operator = condition.operator
    if operator in ("contains", "startswith", "endswith"):
        if not isinstance(type, Text | Enum) or not isinstance(value, str):
            raise UsageError(f"{condition.path!r}: only a text {operator} another.")
        holds = Call(operator, (left, Literal(value, Text())), Boolean())
        return And((Not(IsNull(left)), holds)) if nullable else holds
    if value is None:
        if operator not in ("eq", "ne"):
            raise UsageError(f"{condition.path!r}: None is neither smaller nor larger than anything.")
        return IsNull(left) if operator == "eq" else Not(IsNull(left))
    return Compare(cast(Any, operator), left, _literal(value, type))


def _among(left: Node, values: Iterable[Any], type: Type) -> Node:
    """That the value is one of some, None among them."""
    listed = list(values)
    there = In(left, tuple(_literal(value, type) for value in listed if value is not None))
    return Or((IsNull(left), there)) if None in listed else there


def _names(path: Path[Any], entity: Entity) -> tuple[str, ...]:
    root, names = parts(path)
    if root.__name__ != entity.name or not names:
        raise UsageError(f"{path!r} isn't a field of {entity.name}.")
    return names


def _follow(row: Row, at: Entity, name: str, shown: Shown, path: Path[Any]) -> tuple[Follow, Entity]:
    relation = next((relation for relation in at.relations if relation.name == name), None)
    if relation is None or relation.kind != "to_one":
        raise UsageError(f"{path!r}: {at.name} has no field or to-one relation '{name}'.")
    return Follow(row, name, relation.entity), shown.entities[relation.entity]


def _literal(value: Any, type: Type) -> Literal:
    if isinstance(value, Model):
        raise UsageError(f"{value!r} can't be compared with a field; compare a relation with it.")
    return Literal(_constant(value), type)


def _constant(value: Any) -> str | int | float | bool:
    """The value as a Literal keeps it: decimals, dates, times, durations and UUIDs as text."""
    constant = plain(value)
    return str(constant) if isinstance(constant, Decimal) else constant
