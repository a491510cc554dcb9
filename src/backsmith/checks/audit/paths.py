"""Rules that look for rows without an index.

In: a blueprint. Out: findings. A rule like `self.order.customer.account == user` is answered from its end: customers
of the account, their orders, their lines. Foreign keys have an index each, which the tables of every model get. What a
rule compares with a value of who asks, `self.region == user.region`, is looked for in the same way, and has an index
only where the model says so; without one every request reads the whole table.
"""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.blueprint.blueprint import Blueprint, Entity, Rule
from backsmith.blueprint.expressions import Compare, CurrentUser, FieldOf, Node
from backsmith.blueprint.trees import root, walk
from backsmith.checks.audit.findings import Finding
from backsmith.checks.audit.rights import finding


def paths(blueprint: Blueprint) -> Iterator[Finding]:
    """The fields that rules look for rows by and that have no index, each once."""
    entities = {entity.name: entity for entity in blueprint.entities}
    told: set[tuple[str, str]] = set()
    for entity in blueprint.entities:
        for rule in entity.rules:
            for field in _sought(rule):
                place = field.of.entity, field.field
                if place not in told and not _is_indexed(entities[place[0]], field.field):
                    told.add(place)
                    yield _finding(place, entity, rule)


def _sought(rule: Rule) -> Iterator[FieldOf]:
    """Fields of rows that are compared with a value of who asks."""
    for node in walk(rule.condition):
        if isinstance(node, Compare) and node.operator == "eq":
            for one, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(one, FieldOf) and not _of_user(one) and _of_user(other):
                    yield one


def _of_user(node: Node) -> bool:
    return isinstance(node, FieldOf) and isinstance(root(node.of), CurrentUser)


def _is_indexed(entity: Entity, name: str) -> bool:
    """Whether something begins with the field that the database finds rows by."""
    field = next((each for each in entity.fields if each.name == name), None)
    if entity.view or field is None or field.relation is not None or field.unique or field.indexed:
        return True
    starts = [entity.key, *(each.fields for each in entity.uniques), *(each.fields for each in entity.indexes)]
    return any(start[0].removeprefix("-") == name for start in starts if start)


def _finding(place: tuple[str, str], entity: Entity, rule: Rule) -> Finding:
    name = f"{place[0]}.{place[1]}"
    return finding(
        "unindexed-rule",
        name,
        f"{entity.name}.{rule.name} looks for rows of {place[0]} by {place[1]}, which has no index.",
        f"Write Annotated[…, Indexed] at {name}.",
        rule.location,
    )
