"""A blueprint as English text for people: a pure function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from backsmith.blueprint import types
from backsmith.blueprint.blueprint import Blueprint, Bounds, Default, Entity, Field, Query, Relation, Rule
from backsmith.blueprint.english import english
from backsmith.blueprint.expressions import Literal, Node
from backsmith.blueprint.types import Type


def in_english(blueprint: Blueprint) -> str:
    """What the application keeps, and who may do what with it."""
    parts = [f"{blueprint.name}\n{blueprint.doc}\n" if blueprint.doc else f"{blueprint.name}\n"]
    parts += ["\n".join(_entity(entity)) + "\n" for entity in blueprint.entities]
    if blueprint.queries:
        lines = [line for query in blueprint.queries for line in _query(query)]
        parts.append("\n".join(("Queries", *lines)) + "\n")
    return "\n".join(parts)


def _entity(entity: Entity) -> Iterator[str]:
    path = "not served" if entity.private else f"/{entity.collection}"
    yield f"{entity.name} ({path}{', a view, read only' if entity.view else ''})"
    if entity.doc:
        yield f"  {_first_line(entity.doc)}"
    relations = {relation.name: relation for relation in entity.relations if not relation.implicit}
    names = [field.name for field in entity.fields if field.relation is None] + list(relations)
    width = max((len(name) for name in names), default=0)
    for field in entity.fields:
        if field.relation is None:
            yield f"  {field.name:<{width}}  {_field(field, entity)}"
    for relation in relations.values():
        yield f"  {relation.name:<{width}}  {_relation(relation)}"
    for unique in entity.uniques:
        yield f"  No two have the same {_listed(unique.fields)}."
    for check in entity.checks:
        yield f"  Always: {english(check.condition)}." + (f" Else: {check.message}" if check.message else "")
    for raw in entity.raw_checks:
        yield f"  Always, in the database's words: {raw.sql}"
    if not entity.rules:
        yield "  Nobody may do anything with it."
    for rule in entity.rules:
        yield f"  {_rule(rule)}"


def _field(field: Field, entity: Entity) -> str:
    words = type_in_english(field.type)
    if field.bounds:
        words += f", {_bounds(field.bounds)}"
    if field.computed is not None:
        return f"{words}, computed: {english(field.computed)}"
    if field.name in entity.key:
        words += ", key" if len(entity.key) == 1 else ", part of the key"
    if field.identity:
        words += ", numbered by the database"
    if field.nullable:
        words += ", or nothing"
    if field.unique:
        words += ", unique"
    if field.default is not None:
        words += f", at first {_default(field.default)}"
    if field.hidden:
        words += ", hidden"
    return words + (f": {_first_line(field.doc)}" if field.doc else "")


def type_in_english(type: Type) -> str:
    """A type in a few words."""
    match type:
        case types.Text():
            return _text(type)
        case types.Integer():
            return "whole number" if type.bits == 64 else f"whole number of {type.bits} bits"
        case types.Float():
            return "floating-point number"
        case types.Boolean():
            return "yes or no"
        case types.Numeric():
            return "decimal" if type.digits is None else f"decimal with {type.places} places"
        case types.Date():
            return "date"
        case types.DateTime():
            return "instant"
        case types.Time():
            return "time of day"
        case types.Duration():
            return "length of time"
        case types.Uuid():
            return "UUID"
        case types.Bytes():
            return "bytes"
        case types.Json():
            return "JSON"
        case types.Enum():
            return f"one of {_listed(type.values, 'or')}"
        case types.List():
            return f"list of {type_in_english(type.item)}"
        case _:
            assert_never(type)


def _text(type: types.Text) -> str:
    words = {None: "text", "email": "e-mail address", "url": "URL", "slug": "slug", "file": "file"}[type.format]
    if type.min_length and type.max_length:
        words += f" of {type.min_length} to {type.max_length} characters"
    elif type.max_length:
        words += f" of at most {type.max_length} characters"
    elif type.min_length:
        words += f" of at least {type.min_length} characters"
    return words + (f" that fits {type.pattern}" if type.pattern else "")


def _bounds(bounds: Bounds) -> str:
    words = {
        "more than": bounds.gt,
        "at least": bounds.ge,
        "less than": bounds.lt,
        "at most": bounds.le,
        "a multiple of": bounds.multiple_of,
    }
    return " and ".join(f"{word} {bound}" for word, bound in words.items() if bound is not None)


def _default(default: Default) -> str:
    match default.kind:
        case "constant":
            return str(default.value).lower() if isinstance(default.value, bool) else f"{default.value}"
        case "now":
            return "the instant it is made"
        case "today":
            return "the day it is made"
        case "uuid7" | "uuid4":
            return "a new UUID"
        case "current_user":
            return "whoever makes it"
        case "empty_list":
            return "empty"
        case "sql":
            return f"what the database computes: {default.value}"
        case _:
            assert_never(default.kind)


def _relation(relation: Relation) -> str:
    match relation.kind:
        case "to_one":
            words = f"the {relation.entity} it belongs to" + (", or none" if relation.nullable else "")
            words += {
                "cascade": "; goes when that goes",
                "set_null": "; emptied when that goes",
                "restrict": "; that can't go before it",
                "no_action": "",
            }[relation.on_delete]
        case "to_many":
            words = f"its {relation.entity}" + (", one at most" if relation.unique else " rows")
        case "many_to_many":
            words = f"any number of {relation.entity} rows, each with any number of these"
        case _:
            assert_never(relation.kind)
    return words + (f": {_first_line(relation.doc)}" if relation.doc else "")


def _rule(rule: Rule) -> str:
    what = f"{_listed(rule.verbs)}" + (f" {_listed(rule.fields)}" if rule.fields is not None else "")
    doc = f" {_first_line(rule.doc)}" if rule.doc else ""
    return f"May {what} [{rule.name}]: {_if(rule.condition)}.{doc}"


def _query(query: Query) -> Iterator[str]:
    parameters = ", ".join(
        f"{parameter.name}: {type_in_english(parameter.type)}" + ("" if parameter.required else ", optional")
        for parameter in query.parameters
    )
    yield f"  /rpc/{query.name}({parameters})"
    if query.doc:
        yield f"    {_first_line(query.doc)}"
    yield f"    May be called: {_if(query.allow)}." if query.allow else "    Nobody may call it."


def _if(condition: Node) -> str:
    always = isinstance(condition, Literal) and condition.value is True
    return "always" if always else f"if {english(condition)}"


def _listed(names: tuple[str, ...], word: str = "and") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}" if names else "nothing"


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]
