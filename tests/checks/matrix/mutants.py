"""Mutants of a blueprint: each of its rules deleted, negated, narrowed or widened in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity, Rule
from backsmith.blueprint.expressions import TRUE, Aggregate, And, Compare, HasRole, In, InList, Literal, Node, Not, Or
from backsmith.blueprint.trees import changed, walk
from backsmith.blueprint.types import Boolean
from backsmith.engine.access import covered_names

VERBS = ("read", "create", "update", "delete")


@dataclass(frozen=True)
class Mutant:
    entity: str
    what: str
    blueprint: Blueprint

    def __str__(self) -> str:
        return f"{self.entity}: {self.what}"


def mutants(blueprint: Blueprint) -> Iterator[Mutant]:
    """All of them, in the order of the model."""
    for entity in blueprint.entities:
        if entity.private or entity.view:
            continue
        for what, changed_entity in _of_entity(blueprint, entity):
            entities = tuple(changed_entity if each is entity else each for each in blueprint.entities)
            yield Mutant(entity.name, what, replace(blueprint, entities=entities))


def _of_entity(blueprint: Blueprint, entity: Entity) -> Iterator[tuple[str, Entity]]:
    actions = tuple(each.name for each in blueprint.actions if each.entity == entity.name)
    for rule in entity.rules:
        others = tuple(each for each in entity.rules if each is not rule)
        yield f"{rule.name} deleted", replace(entity, rules=others)
        for what, mutant in _of_rule(entity, rule, actions):
            rules = tuple(mutant if each is rule else each for each in entity.rules)
            yield f"{rule.name} {'/'.join(rule.verbs)}: {what}", replace(entity, rules=rules)
    for field in entity.fields:
        if field.hidden:
            fields = tuple(replace(each, hidden=False) if each is field else each for each in entity.fields)
            yield f"{field.name} no longer hidden", replace(entity, fields=fields)


def _of_rule(entity: Entity, rule: Rule, actions: tuple[str, ...]) -> Iterator[tuple[str, Rule]]:
    yield "negated", replace(rule, condition=Not(rule.condition))
    if rule.condition != TRUE:
        yield "always", replace(rule, condition=TRUE)
    if rule.needs_user:
        yield "for nobody too", replace(rule, needs_user=False)
    for what, condition in _widened(rule.condition):
        if condition not in (rule.condition, TRUE):
            yield what, replace(rule, condition=condition)
    for verb in (*VERBS, *actions):
        if verb not in rule.verbs:
            yield f"{verb} added", replace(rule, verbs=(*rule.verbs, verb))
        elif len(rule.verbs) > 1:
            yield f"{verb} taken away", replace(rule, verbs=tuple(each for each in rule.verbs if each != verb))
    if rule.fields is not None:
        yield "fields= removed", replace(rule, fields=None)
        for name in covered_names(entity):
            if name in rule.fields:
                yield f"{name} taken away", replace(rule, fields=tuple(each for each in rule.fields if each != name))
            else:
                yield f"{name} added", replace(rule, fields=(*rule.fields, name))


def _widened(condition: Node) -> Iterator[tuple[str, Node]]:
    """Each part of `and` dropped, each part of `or` dropped, each comparison taken for true, each `==` turned round."""
    for place, part in enumerate(walk(condition), 1):
        if isinstance(part, And | Or):
            kind = type(part)
            for number in range(len(part.items)):
                rest = part.items[:number] + part.items[number + 1 :]
                less = rest[0] if len(rest) == 1 else kind(rest)
                yield (
                    f"without part {number + 1} of the {kind.__name__.lower()} at {place}",
                    _with(condition, part, less),
                )
        if isinstance(part, Compare | In | InList | HasRole | Aggregate | Not) and _is_condition(part):
            yield f"{type(part).__name__} at {place} taken for true", _with(condition, part, TRUE)
        if isinstance(part, Compare) and part.operator in ("eq", "ne"):
            other = replace(part, operator="ne" if part.operator == "eq" else "eq")
            yield f"{part.operator} at {place} turned round", _with(condition, part, other)
        if isinstance(part, HasRole) and isinstance(part.role, Literal):
            yield f"another role at {place}", _with(condition, part, HasRole(replace(part.role, value="somebody else")))


def _is_condition(part: Node) -> bool:
    return not isinstance(part, Aggregate) or part.type == Boolean()


def _with(condition: Node, part: Node, other: Node) -> Node:
    def put(node: Node) -> Node:
        return other if node is part else changed(node, put)

    found: Callable[[Node], Node] = put
    return found(condition)
