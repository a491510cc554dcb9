"""A blueprint as English text for people: a pure function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from backsmith.blueprint.blueprint import Blueprint, Default, Entity, Field, Relation, Rule
from backsmith.blueprint.english import english
from backsmith.cli.show_functions import functions_in_english
from backsmith.cli.show_types import bounds_in_english, first_line, listed, said, type_in_english


def in_english(blueprint: Blueprint) -> str:
    """What the application keeps, and who may do what with it."""
    parts = [f"{blueprint.name}\n{blueprint.doc}\n" if blueprint.doc else f"{blueprint.name}\n"]
    parts += ["\n".join(_entity(entity)) + "\n" for entity in blueprint.entities]
    parts += functions_in_english(blueprint)
    return "\n".join(parts)


def _entity(entity: Entity) -> Iterator[str]:
    path = "not served" if entity.private else f"/{entity.collection}"
    yield f"{entity.name} ({path}{', a view, read only' if entity.view else ''})"
    if entity.doc:
        yield f"  {first_line(entity.doc)}"
    relations = {relation.name: relation for relation in entity.relations if not relation.implicit}
    names = [field.name for field in entity.fields if field.relation is None] + list(relations)
    width = max((len(name) for name in names), default=0)
    for field in entity.fields:
        if field.relation is None:
            yield f"  {field.name:<{width}}  {_field(field, entity)}"
    for relation in relations.values():
        yield f"  {relation.name:<{width}}  {_relation(relation)}"
    for unique in entity.uniques:
        yield f"  No two have the same {listed(unique.fields)}."
    for check in entity.checks:
        yield f"  Always: {english(check.condition)}." + (f" Else: {check.message}" if check.message else "")
    for raw in entity.raw_checks:
        yield f"  Always, in the database's words: {raw.sql}"
    if entity.team is not None:
        yield "  Rows belong to teams: rules are for members of a row's team, but for those across teams."
    if entity.logged:
        yield "  Each change is logged."
    if not entity.rules:
        yield "  Nobody may do anything with it."
    for rule in entity.rules:
        yield f"  {_rule(rule)}"


def _field(field: Field, entity: Entity) -> str:
    words = type_in_english(field.type)
    if field.bounds:
        words += f", {bounds_in_english(field.bounds)}"
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
    if field.personal is not None:
        words += ", personal"
    return words + (f": {first_line(field.doc)}" if field.doc else "")


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
    return words + (f": {first_line(relation.doc)}" if relation.doc else "")


def _rule(rule: Rule) -> str:
    what = f"{listed(rule.verbs)}" + (f" {listed(rule.fields)}" if rule.fields is not None else "")
    doc = f" {first_line(rule.doc)}" if rule.doc else ""
    compares = ", comparing the row before and after" if rule.after else ""
    across = ", across teams" if rule.across_teams else ""
    return f"May {what} [{rule.name}]{across}{compares}: {said(rule.condition)}.{doc}"
