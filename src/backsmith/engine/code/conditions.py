"""Conditions of `Data.find` -> expression nodes, by the entity's fields and relations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.expressions import And, Compare, FieldOf, Follow, In, Literal, Node, Not, Or, Row, This
from backsmith.blueprint.types import Type
from backsmith.engine.code.objects import plain
from backsmith.engine.code.shown import Shown
from backsmith.errors import UsageError
from backsmith.model.conditions import AllOf, AnyOf, Comparison, Condition, NoneOf, parts
from backsmith.model.entity import Entity as Model


def condition_node(condition: Condition | bool, entity: Entity, shown: Shown) -> Node:
    """The node of a condition about a row of `entity`. Raises UsageError for one that doesn't fit it."""
    match condition:
        case bool():
            return Literal(condition, None)
        case AllOf(items):
            return And(tuple(condition_node(item, entity, shown) for item in items))
        case AnyOf(items):
            return Or(tuple(condition_node(item, entity, shown) for item in items))
        case NoneOf(items):
            return Not(Or(tuple(condition_node(item, entity, shown) for item in items)))
        case Comparison():
            return _comparison(condition, entity, shown)
        case _:
            raise UsageError(
                f"{condition!r} isn't a condition. Compare a field of the class: Order.status == 'placed'."
            )


def _comparison(condition: Comparison, entity: Entity, shown: Shown) -> Node:
    root, names = parts(condition.path)
    if root.__name__ != entity.name:
        raise UsageError(f"{condition.path!r} isn't a field of {entity.name}.")
    row: Row = This(entity.name)
    at = entity
    for name in names[:-1]:
        row, at = _follow(row, at, name, shown, condition)
    last = names[-1]
    field = next((field for field in at.fields if field.name == last), None)
    if field is None:
        row, at = _follow(row, at, last, shown, condition)
        if condition.value is None and condition.operator in ("eq", "ne"):
            return shown.is_null(row) if condition.operator == "eq" else Not(shown.is_null(row))
        field = next(field for field in at.fields if field.name == at.key[0])
        left = shown.value(FieldOf(row, field.name, field.type, True))
        value: Any = condition.value
        if condition.operator == "in":
            return In(left, tuple(_literal(getattr(item, field.name, item), field.type) for item in value))
        return Compare(condition.operator, left, _literal(getattr(value, field.name, value), field.type))
    left = shown.value(FieldOf(row, field.name, field.type, field.nullable or len(names) > 1))
    if condition.operator == "in":
        return In(left, tuple(_literal(value, field.type) for value in condition.value))
    return Compare(condition.operator, left, _literal(condition.value, field.type))


def _follow(row: Row, at: Entity, name: str, shown: Shown, condition: Comparison) -> tuple[Follow, Entity]:
    relation = next((relation for relation in at.relations if relation.name == name), None)
    if relation is None or relation.kind != "to_one":
        raise UsageError(f"{condition.path!r}: {at.name} has no field or to-one relation '{name}'.")
    return Follow(row, name, relation.entity), shown.entities[relation.entity]


def _literal(value: Any, type: Type) -> Literal:
    if isinstance(value, Model):
        raise UsageError(f"{value!r} can't be compared with a field; compare a relation with it.")
    return Literal(None, None) if value is None else Literal(_constant(value), type)


def _constant(value: Any) -> str | int | float | bool:
    """The value as a Literal keeps it: decimals, dates, times, durations and UUIDs as text."""
    constant = plain(value)
    return str(constant) if isinstance(constant, Decimal) else constant
