"""Authorize: what a kind of asker may read and write, as conditions on rows and fields.

An asker's kind is what decides conditions on the user alone: whether somebody is signed in, and which of the roles
that rules mention they have. Everything else about the user (their key) stays a parameter, so plans are shared by all
askers of a kind, and only by them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Blueprint, Entity, Relation, Rule
from backsmith.blueprint.expressions import FALSE, TRUE, And, Node, Or
from backsmith.blueprint.scopes import CALL, EVERYTHING, Scopes, within
from backsmith.blueprint.simplify import mentioned_roles, simplify
from backsmith.engine.bounded import Bounded


class AskerKind(Struct, frozen=True):
    """Askers who are alike to every rule but for their key."""

    anonymous: bool
    roles: frozenset[str]
    scopes: Scopes = None
    """Of an API key: what it is good for at most."""

    def reaches(self, entity: Entity, verb: str) -> bool:
        """Whether `verb` on the entity is within the scopes."""
        return self.scopes is None or within(self.scopes, verb, entity.collection)

    def calls(self, function: str) -> bool:
        """Whether the function is within the scopes."""
        return within(self.scopes, CALL, function)

    @property
    def without_scopes(self) -> AskerKind:
        """The same, but for the limits of an API key."""
        return self if self.scopes is None else AskerKind(self.anonymous, self.roles)


class Access(Struct, frozen=True):
    """What may be read of an entity."""

    rows: Node
    """Holds for the rows that may be read; FALSE when none can."""
    guards: Mapping[str, Node]
    """For fields and relations of many to many that not every readable row shows: where they are shown; FALSE when
    nowhere."""


class Permission(Struct, frozen=True):
    """A rule that may let a kind of asker write: for the rows for which its condition holds."""

    rule: Rule
    condition: Node
    """The rule's, with everything about the kind of asker decided."""

    def covers(self, name: str) -> bool:
        """Whether it is for the field (or relation of many to many) of that name."""
        return self.rule.fields is None or name in self.rule.fields


class Authorizer:
    """Answers what may be read and written, remembering the answer for each kind of asker and entity."""

    def __init__(self, blueprint: Blueprint, *, most_kinds: int = 256) -> None:
        self._rules: Mapping[str, tuple[Rule, ...]] = {entity.name: entity.rules for entity in blueprint.entities}
        self._entities: Mapping[str, Entity] = {entity.name: entity for entity in blueprint.entities}
        self._roles = frozenset[str]().union(
            *(mentioned_roles(rule.condition) for entity in blueprint.entities for rule in entity.rules),
            *(
                mentioned_roles(each.allow)
                for each in (*blueprint.queries, *blueprint.actions, *blueprint.routes)
                if each.allow is not None
            ),
        )
        most = most_kinds * max(1, len(blueprint.entities))
        self._known = Bounded[tuple[str, AskerKind], Access](most)
        self._permissions = Bounded[tuple[str, AskerKind, str], tuple[Permission, ...]](most)

    def kind(self, asker: Asker) -> AskerKind:
        """The kind that `asker` is of."""
        scopes = asker.scopes
        if scopes is not None and EVERYTHING in scopes:
            scopes = None
        return AskerKind(asker.id is None, self._roles & asker.roles, scopes)

    def read(self, entity: Entity, kind: AskerKind) -> Access:
        """What that kind of asker may read of `entity`."""
        known = self._known.get((entity.name, kind))
        if known is None:
            known = self._known[entity.name, kind] = self._read(entity, kind)
        return known

    def permissions(self, entity: Entity, kind: AskerKind, verb: str) -> tuple[Permission, ...]:
        """The rules that may let that kind of asker do `verb` to some row of `entity`."""
        key = entity.name, kind, verb
        known = self._permissions.get(key)
        if known is None:
            rules = entity.rules if kind.reaches(entity, verb) else ()
            decisions = ((rule, decided(rule, kind)) for rule in rules if verb in rule.verbs)
            known = tuple(Permission(rule, condition) for rule, condition in decisions if condition != FALSE)
            self._permissions[key] = known
        return known

    def _read(self, entity: Entity, kind: AskerKind) -> Access:
        reached = entity.rules if kind.reaches(entity, "read") else ()
        rules = [(rule, decided(rule, kind)) for rule in reached if "read" in rule.verbs]
        rules = [(rule, condition) for rule, condition in rules if condition != FALSE]
        rows = either(tuple(condition for _, condition in rules))
        guards: dict[str, Node] = {}
        if any(rule.fields is not None for rule, _ in rules):
            key = set(entity.key)
            shown = {
                name: either(tuple(c for rule, c in rules if rule.fields is None or name in rule.fields))
                for name in covered_names(entity)
            }
            guards = {name: shown_when for name, shown_when in shown.items() if shown_when != rows and name not in key}
        return Access(rows, guards)


def covered_names(entity: Entity) -> tuple[str, ...]:
    """The names that a rule's `fields` may list: fields (a to-one relation is its foreign key), and relations of many
    to many, whose links no row's fields hold."""
    relations = (relation.name for relation in entity.relations if relation.kind == "many_to_many")
    return (*(field.name for field in entity.fields), *relations)


def linking_fields(relation: Relation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a link tells of: names here and names there that `Access.guards` may guard."""
    if relation.kind == "many_to_many":
        return (relation.name,), (relation.inverse,) if relation.inverse else ()
    return relation.fields, relation.target_fields


def decided(rule: Rule, kind: AskerKind) -> Node:
    """The rule's condition with everything about the kind of asker decided."""
    if rule.needs_user and kind.anonymous:
        return FALSE
    return simplify(rule.condition, anonymous=kind.anonymous, roles=kind.roles)


def every(conditions: Iterable[Node]) -> Node | None:
    """A condition that holds where all of `conditions` do; None of none."""
    distinct = tuple(dict.fromkeys(conditions))
    return And(distinct) if len(distinct) > 1 else distinct[0] if distinct else None


def either(conditions: tuple[Node, ...]) -> Node:
    """A condition that holds where one of `conditions` does."""
    distinct = tuple(dict.fromkeys(condition for condition in conditions if condition != FALSE))
    if not distinct:
        return FALSE
    if TRUE in distinct:
        return TRUE
    return distinct[0] if len(distinct) == 1 else Or(distinct)
