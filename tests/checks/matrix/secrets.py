"""Two worlds that look the same to one asker: what they may not see differs.

In: a blueprint and who asks. Out: a world, and a second in which hidden rows have other values and some are gone, and
hidden fields of rows that are shown have other values; while all that the asker is shown, and all that they may do to
it, is as it was.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Blueprint, Entity, Field
from backsmith.checks.matrix.coverage import SIZE
from backsmith.checks.matrix.expecting import Expecting
from backsmith.checks.matrix.values import Making
from backsmith.checks.matrix.world import Maker, World, uniques_of
from backsmith.evolution.access_changes.meaning import Place, UndefinedError, WorldRow, value_at
from backsmith.evolution.access_changes.names import written_out
from backsmith.evolution.access_changes.values import NOW

TRIES = 6


def pair(
    blueprint: Blueprint, asker_of: Callable[[World], Asker], seed: int, *, writes: bool
) -> tuple[World, World, Asker, int]:
    """Two worlds, who asks, and how many changes there are between them.

    `writes`: unique values and foreign keys are alike, since a constraint tells of those whatever rules say.
    """
    one = Maker(blueprint, seed, SIZE).world
    asker = asker_of(one)
    chance = random.Random(seed)
    look = _Look(deepcopy(one), asker)
    making = Making((), chance)
    changes = 0
    for entity in one.entities.values():
        fixed = set(entity.key)
        if writes:
            fixed |= {name for names in uniques_of(entity) for name in names}
            fixed |= {name for each in entity.relations if each.kind == "to_one" for name in each.fields}
        for row in look.world.rows[entity.name]:
            for field in entity.fields:
                if field.computed is None and field.name not in fixed:
                    changes += look.change(entity, row, field.name, _values(look.world, entity, making, field))
        if not writes:
            changes += look.gone(entity)
    return one, look.world, asker, changes


def _values(world: World, entity: Entity, making: Making, field: Field) -> list[Any]:
    """Values that the field could have instead."""
    pointing = [each for each in entity.relations if each.kind == "to_one" and each.fields == (field.name,)]
    if pointing:
        name = pointing[0].target_fields[0]
        return [row.values[name] for row in world.rows[pointing[0].entity]]
    return [making.of(field) for _ in range(TRIES)]


class _Look:
    """A world that is changed as long as it looks the same to somebody."""

    def __init__(self, world: World, asker: Asker) -> None:
        self.world = world
        self._asker = asker
        entities = world.entities
        self._computed = {
            (entity.name, field.name): written_out(field.computed, entities)
            for entity in entities.values()
            for field in entity.fields
            if field.computed is not None
        }
        self._checks = {
            entity.name: [written_out(check.condition, entities) for check in entity.checks]
            for entity in entities.values()
        }
        self._expecting = Expecting(world.blueprint, world)
        self._seen = self._look()

    def change(self, entity: Entity, row: WorldRow, name: str, values: list[Any]) -> bool:
        """Set a field to one of these values; False where each would be seen."""
        before = row.values[name]
        for value in values:
            if value == before:
                continue
            row.values[name] = value
            self._link()
            if self._fits(entity, row) and self._look() == self._seen:
                return True
        row.values[name] = before
        self._link()
        return False

    def gone(self, entity: Entity) -> int:
        """Take rows away that nothing points at, where that isn't seen; gives how many."""
        rows, count = self.world.rows[entity.name], 0
        for row in rows[-3:]:
            there = [each for some in self.world.rows.values() for each in some]
            if any(far is row for each in there for far in each.links.values()) or any(
                row in two for pairs in self.world.joins.values() for two in pairs
            ):
                continue
            place = rows.index(row)
            rows.pop(place)
            self._link()
            if self._look() == self._seen:
                count += 1
            else:
                rows.insert(place, row)
                self._link()
        return count

    def _link(self) -> None:
        for rows in self.world.rows.values():
            for row in rows:
                self.world.link(row)
        self.world.link_lists()
        self._expecting.forget()

    def _fits(self, entity: Entity, row: WorldRow) -> bool:
        for names in uniques_of(entity):
            own = tuple(row.values[name] for name in names)
            rows = self.world.rows[entity.name]
            if None not in own and sum(tuple(each.values[n] for n in names) == own for each in rows) > 1:
                return False
        try:
            return all(value_at(check, _place(row)) for check in self._checks[entity.name])
        except UndefinedError:
            return False

    def _look(self) -> object:
        """Everything that the asker is shown, and what rules let them do to it."""
        world, asker, expecting = self.world, self._asker, self._expecting
        found: dict[object, object] = {}
        for name, rows in world.rows.items():
            entity = world.entities[name]
            for row in rows:
                shown, pointed = expecting.shown(asker, row), expecting.pointable(asker, row)
                key = (name, *self._key(row))
                if expecting.user(asker) is row:
                    found["you"] = repr(row.values)
                if pointed is None:
                    continue
                rights = tuple(expecting.holds(rule, asker, row) for rule in entity.rules)
                links = {
                    each.name: [self._key(there) for there in expecting.linked(asker, row, each)]
                    for each in entity.relations
                }
                values = {each: self._value(row, each) for each in pointed}
                found[key] = values, shown, rights, links
        return found

    def _key(self, row: WorldRow) -> tuple[Any, ...]:
        return tuple(row.values[name] for name in self.world.entities[row.entity].key)

    def _value(self, row: WorldRow, name: str) -> object:
        tree = self._computed.get((row.entity, name))
        if tree is None:
            return repr(row.values.get(name))
        try:
            return repr(value_at(tree, _place(row)))
        except UndefinedError:
            return "undefined"


def _place(row: WorldRow) -> Place:
    return Place(row, None, frozenset(), NOW, {})
