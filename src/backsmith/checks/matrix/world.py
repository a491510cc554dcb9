"""A made-up world: rows of every entity that its constraints and checks allow, linked so that some are somebody's own
and others are not.

In: a blueprint and a seed. Out: rows as Python values, which rules can be asked of and a database can be filled with.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from backsmith.blueprint.blueprint import Blueprint, Entity, Relation
from backsmith.checks.matrix.values import CantMakeError, Making, unique_form
from backsmith.evolution.access_changes.meaning import Place, UndefinedError, WorldRow, holds
from backsmith.evolution.access_changes.names import written_out

FIRST, STEP = 1001, 100
"""Keys begin here, so that those which the database hands out are others; those of the next entity a step on, so that
no two rows have the same."""
TRIES = 60
NEAR = 3
"""Half of all rows point at one of so many, so that what belongs together often meets."""
LINKED = 0.35
"""How many of the pairs of a relation of many to many are linked."""


@dataclass
class World:
    """Rows of every entity."""

    blueprint: Blueprint
    rows: dict[str, list[WorldRow]] = field(default_factory=dict[str, list[WorldRow]])
    joins: dict[str, list[tuple[WorldRow, WorldRow]]] = field(
        default_factory=dict[str, list[tuple[WorldRow, WorldRow]]]
    )
    """Linked pairs of each relation of many to many, by `Entity.relation` of the end that was filled."""
    unmade: list[str] = field(default_factory=list[str])
    """Entities of which no rows could be made, with the reason."""

    def __post_init__(self) -> None:
        self.entities: Mapping[str, Entity] = {entity.name: entity for entity in self.blueprint.entities}

    def find(self, entity: str, names: tuple[str, ...], values: tuple[Any, ...]) -> WorldRow | None:
        """The row of an entity with these values, or None."""
        if None in values:
            return None
        rows = self.rows.get(entity, ())
        return next((row for row in rows if tuple(row.values[name] for name in names) == values), None)

    def link(self, row: WorldRow) -> None:
        """Let a row's to-one relations lead to where its values say."""
        for relation in self.entities[row.entity].relations:
            if relation.kind == "to_one":
                values = tuple(row.values.get(name) for name in relation.fields)
                row.links[relation.name] = self.find(relation.entity, relation.target_fields, values)

    def link_lists(self) -> None:
        """Let all lists hold the rows that point at theirs."""
        for name, rows in self.rows.items():
            for relation in self.entities[name].relations:
                if relation.kind == "to_many":
                    for row in rows:
                        row.links[relation.name] = self._pointing(row, relation)
                elif relation.kind == "many_to_many":
                    for row in rows:
                        row.links[relation.name] = [b for a, b in self.pairs(self.entities[name], relation) if a is row]

    def pairs(self, entity: Entity, relation: Relation) -> list[tuple[WorldRow, WorldRow]]:
        """The linked pairs of a relation of many to many, its own rows first."""
        own = self.joins.get(f"{entity.name}.{relation.name}")
        if own is not None:
            return own
        back = self.joins.get(f"{relation.entity}.{relation.inverse}", [])
        return [(b, a) for a, b in back]

    def _pointing(self, row: WorldRow, relation: Relation) -> Any:
        own = tuple(row.values[name] for name in relation.fields)
        found = [
            there
            for there in self.rows.get(relation.entity, ())
            if tuple(there.values[name] for name in relation.target_fields) == own and None not in own
        ]
        return (found[0] if found else None) if relation.unique else found


class Maker:
    """Makes a world: first some rows of everything, then more where they are wanted."""

    def __init__(self, blueprint: Blueprint, seed: int, size: int) -> None:
        """`size` rows of each entity, or as many as its constraints allow."""
        self.world = World(blueprint)
        self._chance = random.Random(seed)
        entities = self.world.entities
        self._checks = {
            name: [written_out(check.condition, entities) for check in entity.checks]
            for name, entity in entities.items()
        }
        rules = [written_out(rule.condition, entities) for entity in entities.values() for rule in entity.rules]
        self._making = Making([*rules, *(each for some in self._checks.values() for each in some)], self._chance)
        self._taken: dict[str, dict[tuple[str, ...], set[tuple[Any, ...]]]] = {}
        self._first: dict[str, int] = {}
        for place, entity in enumerate(in_order(entities)):
            self._first[entity.name] = FIRST + STEP * place
            self._taken[entity.name] = {names: set() for names in uniques_of(entity)}
            self.world.rows[entity.name] = []
            if not entity.view:
                self._fill(entity, size)
        self._join()
        self.world.link_lists()

    def candidate(self, entity: Entity) -> WorldRow | None:
        """A further row that could be kept; None where none is found at once."""
        try:
            row = self._row(entity)
        except CantMakeError:
            return None
        if row is None or not self._meets(entity, row):
            return None
        for relation in entity.relations:
            if relation.kind == "many_to_many":
                rows = self.world.rows[relation.entity]
                row.links[relation.name] = [there for there in rows if self._chance.random() < LINKED]
        return row

    def keep(self, row: WorldRow) -> None:
        """Make a candidate one of the world's rows."""
        world, entity = self.world, self.world.entities[row.entity]
        self._add(entity, row)
        for relation in entity.relations:
            if relation.kind == "many_to_many":
                own = world.joins.get(f"{entity.name}.{relation.name}")
                back = world.joins.get(f"{relation.entity}.{relation.inverse}")
                for there in row.links[relation.name]:
                    if own is not None:
                        own.append((row, there))
                    elif back is not None:
                        back.append((there, row))
        world.link_lists()

    def drop(self, row: WorldRow) -> None:
        """Undo `keep` of the row that was kept last."""
        world = self.world
        world.rows[row.entity].remove(row)
        for names, values in self._taken[row.entity].items():
            values.discard(unique_form(row.values[name] for name in names))
        for name, pairs in world.joins.items():
            world.joins[name] = [(a, b) for a, b in pairs if row is not a and row is not b]
        world.link_lists()

    def _fill(self, entity: Entity, size: int) -> None:
        try:
            for _ in range(size):
                for _ in range(TRIES):
                    row = self._row(entity)
                    if row is not None and self._meets(entity, row):
                        self._add(entity, row)
                        break
        except CantMakeError as error:
            self.world.rows[entity.name] = []
            self.world.unmade.append(f"{entity.name}: no value was found that its field '{error}' takes")

    def _add(self, entity: Entity, row: WorldRow) -> None:
        self.world.rows[entity.name].append(row)
        for names, values in self._taken[entity.name].items():
            values.add(unique_form(row.values[name] for name in names))

    def _row(self, entity: Entity) -> WorldRow | None:
        world, chance, taken = self.world, self._chance, self._taken[entity.name]
        row = WorldRow(entity.name)
        for relation in entity.relations:
            if relation.kind != "to_one" or any(name in row.values for name in relation.fields):
                continue
            targets = [
                there
                for there in world.rows.get(relation.entity, ())
                if all(there.values[name] is not None for name in relation.target_fields)
            ]
            if not targets and not relation.nullable:
                raise CantMakeError(relation.name)
            none = not targets or (relation.nullable and chance.random() < 0.2)
            near = targets[:NEAR] if chance.random() < 0.5 else targets
            target = None if none else chance.choice(near)
            for name, there in zip(relation.fields, relation.target_fields, strict=True):
                row.values[name] = None if target is None else target.values[there]
        for each in entity.fields:
            if each.computed is not None or each.name in row.values:
                continue
            if each.identity:
                row.values[each.name] = self._first[entity.name] + len(world.rows[entity.name])
            else:
                alone = taken.get((each.name,))
                row.values[each.name] = self._making.of(
                    each, unlike=None if alone is None else frozenset(value for (value,) in alone)
                )
        for names, values in taken.items():
            form = unique_form(row.values[name] for name in names)
            if form in values and all(row.values[name] is not None for name in names):
                return None
        world.link(row)
        return row

    def _meets(self, entity: Entity, row: WorldRow) -> bool:
        place = Place(row, None, frozenset(), datetime.now(UTC), {})
        for relation in entity.relations:
            row.links.setdefault(relation.name, None if relation.unique else [])
        try:
            return all(holds(check, place) for check in self._checks[entity.name])
        except UndefinedError:
            return False

    def _join(self) -> None:
        world = self.world
        for name, rows in world.rows.items():
            for relation in world.entities[name].relations:
                if relation.kind != "many_to_many" or f"{relation.entity}.{relation.inverse}" in world.joins:
                    continue
                if through_entity(world.entities, relation) is not None:
                    continue
                pairs = [(a, b) for a in rows for b in world.rows[relation.entity] if self._chance.random() < LINKED]
                world.joins[f"{name}.{relation.name}"] = pairs


def through_entity(entities: Mapping[str, Entity], relation: Relation) -> Entity | None:
    """The entity whose rows are the links of a relation of many to many, where the application has it as one."""
    through = relation.through
    return next(
        (e for e in entities.values() if through and (e.schema, e.table) == (through.schema, through.table)), None
    )


def uniques_of(entity: Entity) -> Iterator[tuple[str, ...]]:
    """The fields of which no two rows have the same values."""
    found = [entity.key] if entity.key else []
    found += [(field.name,) for field in entity.fields if field.unique]
    found += [each.fields for each in entity.uniques]
    found += [each.fields for each in entity.relations if each.kind == "to_one" and each.unique]
    yield from dict.fromkeys(found)


def in_order(entities: Mapping[str, Entity]) -> list[Entity]:
    """Entities, each after those that its rows point at; where that goes in a circle, after those they have to."""
    found: dict[str, Entity] = {}
    left = dict(entities)
    while left:
        ready = next(
            (entity for strict in (True, False) for entity in left.values() if _ready(entity, found, strict=strict)),
            next(iter(left.values())),
        )
        found[ready.name] = left.pop(ready.name)
    return list(found.values())


def _ready(entity: Entity, known: Mapping[str, Entity], *, strict: bool) -> bool:
    return all(
        relation.entity in known or relation.entity == entity.name
        for relation in entity.relations
        if relation.kind == "to_one" and (strict or not relation.nullable)
    )
