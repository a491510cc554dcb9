"""What each asker may see and do, worked out by asking the rules' trees of rows in memory: no SQL, no plans.

Rules are asked as they were written, so that what the engine decides beforehand (`blueprint.simplify`) is held to them
too. A rule that has no meaning for a row (Python would have raised) doesn't hold for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Blueprint, Entity, Relation, Rule
from backsmith.blueprint.expressions import AFTER, FALSE, Follow, Node, This
from backsmith.blueprint.simplify import simplify
from backsmith.blueprint.trees import walk
from backsmith.checks.matrix.world import World
from backsmith.engine.access import covered_names
from backsmith.evolution.access_changes.meaning import Place, UndefinedError, WorldRow, holds
from backsmith.evolution.access_changes.names import written_out


class Expecting:
    """Answers for one world and one blueprint."""

    def __init__(self, blueprint: Blueprint, world: World) -> None:
        self.blueprint = blueprint
        self.world = world
        self.entities: Mapping[str, Entity] = {entity.name: entity for entity in blueprint.entities}
        self._written: dict[tuple[str, str], Node] = {}
        self._shown: dict[tuple[Asker, str, int], tuple[WorldRow, frozenset[str] | None]] = {}
        self._now = datetime.now(UTC)

    def shown(self, asker: Asker, row: WorldRow) -> frozenset[str] | None:
        """The names of the fields (and relations of many to many) of a row of the world that are shown; None: it isn't
        there."""
        key = asker, row.entity, id(row)  # the row is kept beside it, so that no other comes to lie where it is
        if key not in self._shown:
            self._shown[key] = row, self._look(asker, row)
        return self._shown[key][1]

    def _look(self, asker: Asker, row: WorldRow, was: WorldRow | None = None) -> frozenset[str] | None:
        return None if self.entities[row.entity].private else self._seen(asker, row, was)

    def _seen(self, asker: Asker, row: WorldRow, was: WorldRow | None = None) -> frozenset[str] | None:
        entity = self.entities[row.entity]
        holding = [rule for rule in entity.rules if "read" in rule.verbs and self.holds(rule, asker, row, was=was)]
        if not holding:
            return None
        hidden = {field.name for field in entity.fields if field.hidden}
        names = set(entity.key)
        for rule in holding:
            names |= set(covered_names(entity)) if rule.fields is None else set(rule.fields)
        return frozenset(names - hidden)

    def pointable(self, asker: Asker, row: WorldRow) -> frozenset[str] | None:
        """As `shown`, of private entities too, whose rows can be pointed at where a rule to read them holds."""
        return self._seen(asker, row)

    def forget(self) -> None:
        """To be called when rows of the world have changed."""
        self._shown.clear()

    def visible(self, asker: Asker, row: WorldRow, *, was: WorldRow | None = None) -> bool:
        """Whether the row is there for them; `was` is the row that it has been, if it isn't one of the world's."""
        if was is not None:
            return self._look(asker, row, was) is not None
        return self.shown(asker, row) is not None

    def linked(self, asker: Asker, row: WorldRow, relation: Relation) -> list[WorldRow]:
        """The rows at the other end of a relation that are shown as such: both ends of the link have to be."""
        here = self.shown(asker, row) or frozenset()
        own = (relation.name,) if relation.kind == "many_to_many" else relation.fields
        there = relation.target_fields
        if relation.kind == "many_to_many":
            there = (relation.inverse,) if relation.inverse else ()
        key = self.entities[row.entity].key
        if not all(name in here or name in key for name in own):
            return []
        found = row.links.get(relation.name)
        rows = cast("list[WorldRow]", found if isinstance(found, list) else [] if found is None else [found])
        return [each for each in rows if (shown := self.shown(asker, each)) is not None and set(there) <= shown]

    def may(
        self, asker: Asker, verb: str, row: WorldRow, names: Iterable[str] = (), *, after: WorldRow | None = None
    ) -> bool:
        """Whether rules allow the verb on a row and these fields of it; `after` is what an update makes of it."""
        entity = self.entities[row.entity]
        rules = [rule for rule in entity.rules if verb in rule.verbs]
        given = list(names)
        leading = [] if verb == "delete" else self._leading(entity, given)
        for name in given or [None]:
            covering = [rule for rule in rules if rule.fields is None or name is None or name in rule.fields]
            if not any(self._allows(rule, asker, row, after, leading) for rule in covering):
                return False
        return True

    def holds(
        self, rule: Rule, asker: Asker, row: WorldRow, after: WorldRow | None = None, *, was: WorldRow | None = None
    ) -> bool:
        """Whether a rule holds for a row; `was` is the row that it has been, if it isn't one of the world's."""
        user = self.user(asker)
        if was is not None and was is user:
            user = row  # who asks is the row itself, before and after
        if rule.needs_user and user is None:
            return False
        place = Place(row, user, asker.roles, self._now, {})
        if rule.after:
            place = place.with_row(AFTER, row if after is None else after)
        try:
            return holds(self.written(row.entity, rule), place)
        except UndefinedError:
            return False

    def user(self, asker: Asker) -> WorldRow | None:
        """The account of whoever asks."""
        if asker.id is None or self.blueprint.account is None:
            return None
        key = self.entities[self.blueprint.account].key
        return self.world.find(self.blueprint.account, key, (asker.id,))

    def written(self, entity: str, rule: Rule) -> Node:
        """A rule's condition with computed fields written out."""
        key = entity, rule.id
        if key not in self._written:
            self._written[key] = written_out(rule.condition, self.entities)
        return self._written[key]

    def _allows(self, rule: Rule, asker: Asker, row: WorldRow, after: WorldRow | None, leading: list[Relation]) -> bool:
        if rule.after:
            if not self.holds(rule, asker, row, after):
                return False
        elif not self.holds(rule, asker, row) or (after is not None and not self.holds(rule, asker, after, was=row)):
            return False
        return all(self._leads(rule, asker, after or row, relation) for relation in leading)

    def _leading(self, entity: Entity, names: list[str]) -> list[Relation]:
        return [
            relation
            for relation in entity.relations
            if relation.kind == "to_one" and any(name in relation.fields for name in names)
        ]

    def leads(self, rule: Rule, asker: Asker, row: WorldRow) -> bool:
        """Whether all that a row points at may be pointed at by the asker whom a rule lets write it."""
        relations = (each for each in self.entities[row.entity].relations if each.kind == "to_one")
        return all(self._leads(rule, asker, row, relation) for relation in relations)

    def _leads(self, rule: Rule, asker: Asker, row: WorldRow, relation: Relation) -> bool:
        """Whether a relation that is written leads to what the asker may point at."""
        target = row.links.get(relation.name)
        if target is None:
            return relation.nullable and any(row.values.get(name) is None for name in relation.fields)
        if target is self.user(asker):
            return True
        seen = self._seen(asker, target)
        if seen is not None and set(relation.target_fields) <= seen:
            return True
        if not self._nothing(asker, relation):
            return False
        # Of rows of which they may read nothing at all, a rule that looks at the row decides.
        written = self.written(row.entity, rule)
        return any(
            isinstance(part, Follow) and isinstance(part.of, This) and part.relation == relation.name
            for part in walk(written)
        )

    def _nothing(self, asker: Asker, relation: Relation) -> bool:
        """Whether such askers may read nothing of what a relation leads to, whatever the row."""
        entity = self.entities[relation.entity]
        rules = [rule for rule in entity.rules if "read" in rule.verbs]

        by_field = (
            [rule for rule in rules if rule.fields is None or name in rule.fields or name in entity.key]
            for name in relation.target_fields
        )
        return not self.ever(asker, rules) or not all(self.ever(asker, some) for some in by_field)

    @staticmethod
    def ever(asker: Asker, rules: Iterable[Rule]) -> bool:
        """Whether one of these rules could hold for such an asker, of some row or other."""
        anonymous = asker.id is None
        return any(
            not (rule.needs_user and anonymous)
            and simplify(rule.condition, anonymous=anonymous, roles=asker.roles) != FALSE
            for rule in rules
        )


def changed(world: World, row: WorldRow, values: Mapping[str, Any]) -> WorldRow:
    """A row as an update would leave it: with other values, and linked to where they lead."""
    after = WorldRow(row.entity, {**row.values, **values}, dict(row.links))
    world.link(after)
    return after
