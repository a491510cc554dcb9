"""Made-up worlds in which conditions are asked: a few rows of each entity that they speak of, linked at random.

In: the entities, the conditions, who asks. Out: places, one after the other, the same each time.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import AFTER, Node, Row, Variable
from backsmith.blueprint.trees import walk
from backsmith.evolution.access_changes.meaning import Place, UndefinedError, WorldRow, holds
from backsmith.evolution.access_changes.values import NOW, Values

ROWS = 4
"""Rows of each entity in one world: enough for an owner, a stranger and something of each."""


def places(
    entities: Mapping[str, Entity],
    about: str,
    conditions: Sequence[Node],
    *,
    account: str | None,
    roles: frozenset[str] | None,
    mentioned: Collection[str],
    checks: Sequence[Node] = (),
    count: int,
    seed: int = 1,
) -> Iterator[Place]:
    """Places in `count` worlds: each row of the entity `about`, for somebody with these roles (None: nobody).

    `mentioned` are the roles that conditions ask for: the asker has no others of these. Rows that miss one of the
    `checks` are passed over.
    """
    chance = random.Random(seed)
    parts = [part for condition in (*conditions, *checks) for part in walk(condition)]
    spoken = {about, *(part.entity for part in parts if isinstance(part, Row))}
    if account is not None:
        spoken.add(account)
    names = sorted(name for name in spoken if name in entities)
    compares = any(isinstance(part, Variable) and part.name == AFTER for part in parts)
    values = Values(conditions, chance)
    for _ in range(count):
        made = {name: [WorldRow(name) for _ in range(ROWS)] for name in names}
        _link(made, entities, chance)
        _fill(made, entities, values)
        user = None
        if roles is not None:
            user = made[account][0] if account in made else WorldRow(account or about)
        others = {word for word in ("a", "b", "staff") if word not in mentioned and chance.random() < 0.3}
        have = frozenset[str]() if roles is None else roles | others
        for row in made.get(about, (WorldRow(about),)):
            place = Place(row, user, have, NOW, {})
            if compares:
                place = place.with_row(AFTER, chance.choice([row, *made[about]]))
            if all(_may_be(check, place) for check in checks):
                yield place


def _may_be(check: Node, place: Place) -> bool:
    """Whether rows that meet the check can be like this, before and after."""
    try:
        after = place.bound.get(AFTER)
        second = place if after is None else Place(after, place.user, place.roles, place.now, {})
        return holds(check, place) and holds(check, second)
    except UndefinedError:
        return False


def _link(made: dict[str, list[WorldRow]], entities: Mapping[str, Entity], chance: random.Random) -> None:
    joined: dict[tuple[str, tuple[str, ...]], list[tuple[WorldRow, WorldRow]]] = {}
    for name, rows in made.items():
        for relation in entities[name].relations:
            targets = made.get(relation.entity)
            if targets is None:
                continue
            if relation.kind == "to_one":
                _link_to_one(rows, targets, relation, unique=_is_unique(entities[name], relation), chance=chance)
            elif relation.through is not None:
                through = relation.through
                back = joined.get((through.table, through.target_columns))
                if back is None:
                    pairs = [(a, b) for a in rows for b in targets if chance.random() < 0.4]
                    joined[through.table, through.columns] = pairs
                else:
                    pairs = [(b, a) for a, b in back]
                for row in rows:
                    row.links[relation.name] = [b for a, b in pairs if a is row]
    for name, rows in made.items():
        for relation in entities[name].relations:
            if relation.kind == "to_many" and relation.entity in made:
                _link_to_many(rows, made[relation.entity], relation, entities[relation.entity])


def _is_unique(entity: Entity, relation: Relation) -> bool:
    return relation.unique or set(entity.key) == set(relation.fields)


def _link_to_one(
    rows: list[WorldRow], targets: list[WorldRow], relation: Relation, *, unique: bool, chance: random.Random
) -> None:
    drawn = chance.sample(targets, k=len(targets)) if unique else chance.choices(targets, k=len(rows))
    for row, target in zip(rows, drawn, strict=True):
        row.links[relation.name] = None if relation.nullable and chance.random() < 0.3 else target


def _link_to_many(rows: list[WorldRow], targets: list[WorldRow], relation: Relation, there: Entity) -> None:
    back = next(
        (
            each
            for each in there.relations
            if each.kind == "to_one" and each.fields == relation.target_fields and each.target_fields == relation.fields
        ),
        None,
    )
    for row in rows:
        found = [] if back is None else [target for target in targets if target.links.get(back.name) is row]
        row.links[relation.name] = (found[0] if found else None) if relation.unique else found


def _fill(made: dict[str, list[WorldRow]], entities: Mapping[str, Entity], values: Values) -> None:
    late: list[tuple[WorldRow, Relation]] = []
    for name, rows in made.items():
        entity = entities[name]
        linked = {
            field: relation
            for relation in entity.relations
            if relation.kind == "to_one" and relation.entity in made
            for field in relation.fields
        }
        for field in entity.fields:
            if field.computed is not None or field.name in linked:
                continue
            unique = field.unique or entity.key == (field.name,)
            drawn: list[Any] = values.keys(field, len(rows)) if unique else [values.of(field) for _ in rows]
            for row, value in zip(rows, drawn, strict=True):
                row.values[field.name] = value
        late += [(row, relation) for relation in {each.id: each for each in linked.values()}.values() for row in rows]
    for _ in range(2):  # a key may be made of another's key
        for row, relation in late:
            target = row.links[relation.name]
            for field, there in zip(relation.fields, relation.target_fields, strict=True):
                row.values[field] = None if target is None else target.values.get(there)
