"""The rights on one entity, before and after: verb by verb and, where rules are for certain fields, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.blueprint.english_values import listed, words
from backsmith.blueprint.expressions import FALSE, Node
from backsmith.evolution.access_changes.askers import kinds_of, roles_of
from backsmith.evolution.access_changes.comparing import Comparison, Ground, compare, speaks_of
from backsmith.evolution.access_changes.findings import Said, findings
from backsmith.evolution.access_changes.names import Names
from backsmith.evolution.access_changes.pairs import pairs
from backsmith.evolution.access_changes.rights import NEVER, Right, Rights, Roles
from backsmith.evolution.access_changes.sentences import sentence
from backsmith.evolution.plan import AccessChange

VERBS = ("read", "create", "update", "delete")
WITH_FIELDS = frozenset({"read", "create", "update"})


@dataclass
class Both:
    """Both blueprints, in one language."""

    old: Blueprint
    new: Blueprint
    names: Names
    ground: Ground
    _known: dict[object, Comparison] = field(default_factory=dict[object, Comparison])

    @cached_property
    def same_meaning(self) -> bool:
        """Whether equal trees mean the same: no name and no computed field is another than before."""
        if len(self.old.entities) != len(self.new.entities):
            return False
        return all(
            (was.id, was.name) == (now.id, now.name)
            and [(each.id, each.name, each.computed, each.type, each.nullable) for each in was.fields]
            == [(each.id, each.name, each.computed, each.type, each.nullable) for each in now.fields]
            and [(each.id, each.name) for each in was.relations] == [(each.id, each.name) for each in now.relations]
            for was, now in zip(self.old.entities, self.new.entities, strict=True)
        )

    def unchanged(self, old: Entity | None, new: Entity | None) -> bool:
        """Whether nothing about the entity can be another right than before, seen at a glance."""
        return self.same_meaning and old == new

    def compare(self, old: Node, new: Node, about: str, roles: Roles, checks: tuple[Node, ...] = ()) -> Comparison:
        """What became of a condition; asked once for each."""
        key = (old, new, about, roles)
        if key not in self._known:
            alike = not (speaks_of(old, self.names.foreign) or speaks_of(new, self.names.foreign))
            ground = replace(self.ground, mentioned=roles_of((old, new)) | (roles or frozenset()))
            self._known[key] = compare(old, new, about=about, ground=ground, roles=roles, checks=checks, alike=alike)
        return self._known[key]


def entity_changes(sides: Both, old: Entity | None, new: Entity | None) -> Iterator[AccessChange]:
    """What became of the rights on one entity."""
    yield from _Entity(sides, old, new).changes()


class _Entity:
    def __init__(self, sides: Both, old: Entity | None, new: Entity | None) -> None:
        self._sides = sides
        names = sides.names
        either = new or old
        if either is None:
            raise ValueError("one of the two is there")
        self._name = new.name if new is not None else names.entity(either.name)
        self._shown = either
        members = {"": self._name}
        if old is not None:
            for was, now in pairs(old.fields, () if new is None else new.fields):
                if was is not None:
                    members[was.name] = now.name if now is not None else names.member(old.name, was.name)
            members |= {relation.name: names.member(old.name, relation.name) for relation in old.relations}
        private = old is not None and new is not None and old.private and new.private
        self._old = Rights(old, names.before, members, open=private or (old is not None and not old.private))
        self._new = Rights(new, names.after, {"": self._name}, open=private or (new is not None and not new.private))
        self._checks = () if new is None else tuple(names.after(check.condition) for check in new.checks)
        rules = [rule.condition for each in (old, new) if each is not None for rule in each.rules]
        self._kinds = kinds_of(roles_of(rules))

    def changes(self) -> Iterator[AccessChange]:
        for old_verb, new_verb in (*((verb, verb) for verb in VERBS), *self._actions()):
            yield from self._of_verb(old_verb, new_verb)

    def _actions(self) -> Iterator[tuple[str, str]]:
        """The names of the actions on a row, before and after."""
        before = [each for each in self._sides.old.actions if self._old.entity and each.entity == self._old.entity.name]
        after = {each.id: each for each in self._sides.new.actions}
        own = [each for each in after.values() if self._new.entity and each.entity == self._new.entity.name]
        for action in before:
            now = after.get(action.id)
            yield action.name, action.name if now is None else now.name
        known = {action.id for action in before}
        yield from ((action.name, action.name) for action in own if action.id not in known)

    def _of_verb(self, old_verb: str, verb: str) -> Iterator[AccessChange]:
        things = words(self._shown.collection)
        rows = {kind: (self._old.rows(old_verb, kind), self._new.rows(verb, kind)) for kind in self._kinds}
        said: list[Said] = []
        for kind, (old, new) in rows.items():
            found = self._compared(old_verb, verb, old, new, kind)
            if found.kind != "same":
                only = self._only(verb, kind) if old.meant == FALSE else ""
                said.append(Said(kind, found, sentence(verb, things, old, new, found, only=only)))
        yield from findings(self._shown.name, verb, said, self._kinds)
        if verb in WITH_FIELDS and self._new.entity is not None:
            yield from self._of_fields(verb, rows, self._new.entity)

    def _compared(self, old_verb: str, verb: str, old: Right, new: Right, kind: Roles) -> Comparison:
        checks = self._checks if verb != "create" else ()
        before, now = old.meant, new.meant
        several = len(self._old.rules(old_verb)) > 1 or len(self._new.rules(verb)) > 1
        if verb == "update" and several:
            before, now = self._old.exact(old_verb, kind), self._new.exact(verb, kind)
        found = self._sides.compare(before, now, self._name, kind, checks)
        if (before, now) == (old.meant, new.meant) or found.kind == "same":
            return found
        plain = self._sides.compare(old.meant, new.meant, self._name, kind, checks)
        return plain if plain.kind == found.kind else found

    def _only(self, verb: str, kind: Roles) -> str:
        """Which fields are meant, where rules are for certain ones."""
        if not (verb in WITH_FIELDS and self._new.narrows(verb)) or self._new.entity is None:
            return ""
        shown = [name for name in self._new.fields if self._new.of_field(verb, name, kind).meant != FALSE]
        if len(shown) == len(self._new.fields):
            return ""
        return f" (only {listed(shown)})" if shown else ""

    def _of_fields(self, verb: str, rows: dict[Roles, tuple[Right, Right]], entity: Entity) -> Iterator[AccessChange]:
        was, now = self._old.fields, self._new.fields
        narrows = self._old.narrows(verb) or self._new.narrows(verb)
        hidden = {each.name for each in entity.fields if each.hidden}
        if self._old.entity is not None:
            hidden |= {self._old.name(each.name) for each in self._old.entity.fields if each.hidden}
        for name in now:
            if not narrows and name in was and not (verb == "read" and name in hidden):
                continue
            said: list[Said] = []
            for kind in self._kinds:
                old_row, new_row = rows[kind]
                old = self._old.of_field(verb, name, kind) if name in was else NEVER
                new = self._new.of_field(verb, name, kind)
                if (old.meant, new.meant) == (old_row.meant, new_row.meant):
                    continue
                told = name not in was and (self._old.entity is None or verb != "read")
                if told and new.meant in (new_row.meant, FALSE):
                    continue  # what is said of the row says it
                found = self._sides.compare(old.meant, new.meant, self._name, kind, self._checks)
                if found.kind != "same":
                    things = f"the {words(name)} of {words(self._shown.collection)}"
                    said.append(Said(kind, found, sentence(verb, things, old, new, found)))
            yield from findings(f"{self._shown.name}.{name}", verb, said, self._kinds)
