"""Rules that look for rows without an index.

In: a blueprint, and the tables that it makes. Out: findings. A rule like `self.order.customer.account == user` is
answered from its end: the customers of the account, their orders, their lines. Each of these steps looks for rows by a
foreign key, and reads the whole table where that has no index. So does `any(… for line in self.lines)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backsmith.blueprint.blueprint import Blueprint, Entity, Rule
from backsmith.blueprint.expressions import Aggregate, Compare, CurrentUser, Follow
from backsmith.blueprint.trees import walk
from backsmith.checks.audit.findings import Finding
from backsmith.checks.audit.rights import finding


class Step(NamedTuple):
    """A look for rows by fields that hold a key."""

    entity: str
    fields: tuple[str, ...]


def paths(blueprint: Blueprint) -> Iterator[Finding]:
    """The steps of rules for which there is no index, each once."""
    entities = {entity.name: entity for entity in blueprint.entities}
    told: set[Step] = set()
    for entity in blueprint.entities:
        for rule in entity.rules:
            for step in _steps(rule, entities):
                if step not in told and not _is_indexed(entities[step.entity], step.fields):
                    told.add(step)
                    yield _finding(step, entity, rule)


def _steps(rule: Rule, entities: dict[str, Entity]) -> Iterator[Step]:
    for node in walk(rule.condition):
        match node:
            case Compare("eq", left, right) if isinstance(left, CurrentUser) or isinstance(right, CurrentUser):
                for side in (left, right):
                    yield from _followed(side, entities)
            case Aggregate(of=of, relation=relation):
                found = next((each for each in entities[of.entity].relations if each.name == relation), None)
                if found is not None and found.kind == "to_many":
                    yield Step(found.entity, found.target_fields)
            case _:
                pass


def _followed(node: object, entities: dict[str, Entity]) -> Iterator[Step]:
    while isinstance(node, Follow):
        found = next((each for each in entities[node.of.entity].relations if each.name == node.relation), None)
        if found is not None:
            yield Step(node.of.entity, found.fields)
        node = node.of


def _is_indexed(entity: Entity, fields: tuple[str, ...]) -> bool:
    """Whether something begins with these fields that the database finds rows by."""
    if entity.view:
        return True  # it is the database's own business
    starts = [entity.key, *(each.fields for each in entity.uniques)]
    starts += [tuple(name.removeprefix("-") for name in each.fields) for each in entity.indexes]
    starts += [(field.name,) for field in entity.fields if field.unique or field.indexed]
    return any(set(start[: len(fields)]) == set(fields) for start in starts)


def _finding(step: Step, entity: Entity, rule: Rule) -> Finding:
    listed = ", ".join(step.fields)
    return finding(
        "unindexed-rule",
        f"{step.entity}.{'+'.join(step.fields)}",
        f"{entity.name}.{rule.name} looks for rows of {step.entity} by {listed}, which has no index.",
        "Write Annotated[…, Indexed] at that relation." if len(step.fields) == 1 else f"Write Index({listed!r}).",
        rule.location,
    )
