"""Mutants of a blueprint: each of its rules deleted, negated, narrowed or widened in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity, Rule
from backsmith.blueprint.expressions import (
    TRUE,
    Aggregate,
    And,
    Compare,
    FieldOf,
    HasRole,
    In,
    InList,
    IsNull,
    Literal,
    Node,
    Not,
    Or,
)
from backsmith.blueprint.trees import changed, walk
from backsmith.blueprint.types import Boolean, Enum
from backsmith.engine.access import covered_names

VERBS = ("read", "create", "update", "delete")
TURNED = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}
BOUNDS = {"lt": "le", "le": "lt", "gt": "ge", "ge": "gt"}


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
        if condition not in (rule.condition, TRUE, Not(rule.condition)):
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
    """The condition with one of its parts in another way, each in turn."""
    for place, part in enumerate(walk(condition), 1):
        for what, other in _others(part):
            yield f"{what} at {place}", _with(condition, part, other)


def _others(part: Node) -> Iterator[tuple[str, Node]]:
    """A part with one of its own less, taken for true, turned round, or with another value beside it."""
    name = type(part).__name__
    match part:
        case And(items) | Or(items):
            for number in range(len(items)):
                rest = items[:number] + items[number + 1 :]
                less = rest[0] if len(rest) == 1 else type(part)(rest)
                yield f"without part {number + 1} of the {name.lower()}", less
        case Compare(operator):
            yield f"{name} taken for true", TRUE
            yield f"{operator} turned round", replace(part, operator=TURNED[operator])
            if operator in BOUNDS:
                yield f"{operator} with another bound", replace(part, operator=BOUNDS[operator])
            for value in _other_values(part.left, [part.right]):
                yield f"{value.value!r} too", Or((part, replace(part, right=value)))
        case In(item, options):
            yield f"{name} taken for true", TRUE
            yield f"{name} turned round", Not(part)
            for number in range(len(options)):
                if len(options) > 1:
                    yield f"without option {number + 1}", In(item, options[:number] + options[number + 1 :])
            for value in _other_values(item, options):
                yield f"{value.value!r} too", In(item, (*options, value))
        case Aggregate(function="any" | "all" as function):
            yield f"{name} taken for true", TRUE
            yield f"{function} turned round", replace(part, function="all" if function == "any" else "any")
        case InList() | HasRole() | IsNull():
            yield f"{name} taken for true", TRUE
            yield f"{name} turned round", Not(part)
            if isinstance(part, HasRole) and isinstance(part.role, Literal):
                yield "another role", HasRole(replace(part.role, value="somebody else"))
        case Not(of):
            yield f"{name} taken for true", TRUE
            yield f"{name} taken away", of
        case FieldOf(type=Boolean()):
            yield f"{part.field} turned round", Not(part)
        case _:
            return


def _other_values(item: Node, known: Sequence[Node]) -> list[Literal]:
    """Values that a field may have besides those that a rule names."""
    if not isinstance(item, FieldOf) or not isinstance(item.type, Enum):
        return []
    named = [each for each in known if isinstance(each, Literal)]
    values = [value for value in item.type.values if value not in [each.value for each in named]]
    return [replace(named[0], value=value) for value in values] if named else []


def _with(condition: Node, part: Node, other: Node) -> Node:
    def put(node: Node) -> Node:
        return other if node is part else changed(node, put)

    found: Callable[[Node], Node] = put
    return found(condition)
