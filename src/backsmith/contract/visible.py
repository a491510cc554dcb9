"""What an audience sees of a blueprint: entities, fields, verbs. Everybody sees what any rule opens to anyone."""

from __future__ import annotations

from collections.abc import Mapping

from backsmith.blueprint.blueprint import Blueprint, Entity, Relation
from backsmith.blueprint.expressions import FALSE, Node
from backsmith.blueprint.simplify import mentioned_roles, simplify
from backsmith.contract.audience import Audience
from backsmith.engine.access import Authorizer, covered_names
from backsmith.engine.catalogue import is_hidden


class Visible:
    """Answers what an audience may reach."""

    def __init__(self, blueprint: Blueprint, audience: Audience) -> None:
        self.blueprint = blueprint
        self.audience = audience
        self.entities: Mapping[str, Entity] = {entity.name: entity for entity in blueprint.entities}
        self._authorizer = Authorizer(blueprint)
        self._readable: dict[str, frozenset[str]] = {}

    def readable(self, entity: Entity) -> frozenset[str]:
        """The names of fields, and of relations of many to many, that it may read of some row."""
        known = self._readable.get(entity.name)
        if known is None:
            known = self._readable[entity.name] = self._read(entity)
        return known

    def _read(self, entity: Entity) -> frozenset[str]:
        kind = self.audience.kind
        if kind is None:
            rules = [rule for rule in entity.rules if "read" in rule.verbs]
            names = frozenset[str]().union(
                *(rule.fields if rule.fields is not None else covered_names(entity) for rule in rules)
            )
            names |= set(entity.key) if rules else frozenset()
        else:
            access = self._authorizer.read(entity, kind)
            if access.rows == FALSE:
                return frozenset()
            names = frozenset(name for name in covered_names(entity) if access.guards.get(name) != FALSE)
        return names - {field.name for field in entity.fields if field.hidden}

    def writable(self, entity: Entity, verb: str) -> frozenset[str]:
        """The names that it may give in a body of some row; none where it may not do that at all."""
        kind = self.audience.kind
        rules = (
            [rule for rule in entity.rules if verb in rule.verbs]
            if kind is None
            else [permission.rule for permission in self._authorizer.permissions(entity, kind, verb)]
        )
        return frozenset[str]().union(
            *(rule.fields if rule.fields is not None else covered_names(entity) for rule in rules)
        )

    def may(self, entity: Entity, verb: str) -> bool:
        """Whether it may do that to some row: a verb of rows, or an action."""
        kind = self.audience.kind
        if kind is None:
            return any(verb in rule.verbs for rule in entity.rules)
        return bool(self._authorizer.permissions(entity, kind, verb))

    def calls(self, allow: Node | None, *, needs_user: bool) -> bool:
        """Whether it may call a function for which `allow` has to hold."""
        kind = self.audience.kind
        if kind is None:
            return True
        if needs_user and kind.anonymous:
            return False
        return allow is None or simplify(allow, anonymous=kind.anonymous, roles=kind.roles) != FALSE

    def follows(self, entity: Entity, relation: Relation) -> bool:
        """Whether it may follow a relation in a `select`."""
        target = self.entities[relation.entity]
        here, there = self.readable(entity), self.readable(target)
        if target.private or not there or is_hidden(relation, entity, target):
            return False
        if relation.kind == "many_to_many":
            return relation.name in here and (relation.inverse is None or relation.inverse in there)
        return set(relation.fields) <= here and set(relation.target_fields) <= there

    def anonymously(self, entity: Entity, verb: str) -> bool:
        """Whether somebody who isn't signed in may do that to some row."""
        return any(
            verb in rule.verbs
            and not rule.needs_user
            and simplify(rule.condition, anonymous=True, roles=frozenset()) != FALSE
            for rule in entity.rules
        )

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that any rule mentions."""
        return roles_of(self.blueprint)


def roles_of(blueprint: Blueprint) -> tuple[str, ...]:
    """The roles that any rule mentions, in alphabetic order."""
    conditions = [rule.condition for entity in blueprint.entities for rule in entity.rules]
    conditions += [each.allow for each in (*blueprint.queries, *blueprint.actions, *blueprint.routes) if each.allow]
    return tuple(sorted(frozenset[str]().union(*map(mentioned_roles, conditions))))
