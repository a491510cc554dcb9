"""Plan: the filters of a request, with fields found and operators checked against their types."""

from __future__ import annotations

from backsmith import errors
from backsmith.blueprint.types import Boolean, Json, List, Text
from backsmith.databases.operators import RANGES, Operators, with_article
from backsmith.engine.grammar import query as asked
from backsmith.engine.planning.level import Level
from backsmith.engine.planning.plan import Condition, Exists, Junction, Operand, Test, Value
from backsmith.errors import RequestError


def resolve_condition(condition: asked.Condition, level: Level, operators: Operators) -> Condition:
    """The condition about a row of the level.

    Raises RequestError UNKNOWN_FIELD, FORBIDDEN, WRONG_TYPE, or UNSUPPORTED where this database can't do it.
    """
    match condition:
        case asked.Logic():
            items = tuple(resolve_condition(item, level, operators) for item in condition.items)
            return Junction(condition.operator, items, condition.negated)
        case asked.Is():
            return _resolve_is(condition, level)
        case asked.Filter():
            return _resolve_filter(condition, level, operators)


def _resolve_is(condition: asked.Is, level: Level) -> Condition:
    name = condition.field.name
    embed = level.embeds.get(name)
    if embed is not None and not condition.field.path and name not in level.resource.fields:
        if condition.truth not in ("null", "not_null"):
            raise RequestError(errors.BAD_QUERY, f"'{name}' is a relation: only is.null and not.is.null fit it")
        return Exists(embed, negated=(condition.truth == "null") != condition.negated)
    value = _value(level, condition.field)
    truth = condition.truth
    if truth in ("true", "false", "unknown") and not isinstance(value.type, Boolean):
        raise _unfit(f"is.{truth}", level, value)
    return Test(value, "is", Operand(None, truth), condition.negated)


def _resolve_filter(condition: asked.Filter, level: Level, operators: Operators) -> Condition:
    value = _value(level, condition.field)
    operator = condition.operator
    if operator in RANGES:
        storage = (value.field.storage if value.field else None) or ""
        operators.range(operator, "", "")
        if not storage.endswith("range"):
            raise _unfit(operator, level, value)
    elif not operators.fits(operator, value.type):
        raise _unfit(operator, level, value)
    elif isinstance(value.type, Json | List) and (operator == "in" or condition.quantifier is not None):
        raise _unfit("in" if operator == "in" else f"{operator}({condition.quantifier})", level, value)
    if condition.language is not None:
        operators.search_encoder(operator, condition.language)
    return Test(
        value,
        operator,
        Operand(condition.value),
        condition.negated,
        condition.quantifier,
        condition.language,
    )


def _value(level: Level, ref: asked.FieldRef) -> Value:
    relation = level.resource.relations.get(ref.name)
    if relation is not None and ref.name not in level.resource.fields:
        raise RequestError(
            errors.UNKNOWN_FIELD,
            f"column {level.collection}.{ref.name} does not exist",
            hint=f"{ref.name} is a relation: filter one of its fields, {ref.name}.name=eq.…, or its key.",
        )
    value = level.value(level.resource.field(ref.name), ref)
    if value.field is not None and value.field.secret:
        raise level.secret(value.field, "filtered by")
    return value


def _unfit(operator: str, level: Level, value: Value) -> RequestError:
    assert value.field is not None
    hint = "Take the text inside with ->> first." if isinstance(value.type, Json) else None
    if not isinstance(value.type, Text | Json) and operator.split("(", maxsplit=1)[0] in (
        "like",
        "ilike",
        "match",
        "imatch",
    ):
        hint = "Patterns match texts only; compare with eq, gt or lt."
    return RequestError(
        errors.WRONG_TYPE,
        f"The operator '{operator}' doesn't fit {level.collection}.{value.field.name},"
        f" {with_article(value.type).lower()}",
        hint=hint,
    )
