"""What an audience sees of a blueprint: entities, fields, verbs. Everybody sees what any rule opens to anyone."""

from __future__ import annotations

from collections.abc import Mapping

from backsmith.blueprint.blueprint import Action, Blueprint, Entity, Relation, Rule
from backsmith.blueprint.expressions import FALSE, TRUE, Node
from backsmith.blueprint.simplify import mentioned_roles, simplify
from backsmith.contract.audience import Audience
from backsmith.contract.sentences import sentence
from backsmith.engine.access import AskerKind, Authorizer, covered_names
from backsmith.engine.catalogue import is_hidden

_NOBODY = AskerKind(anonymous=True, roles=frozenset())


class Visible:
    """Answers what an audience may reach."""

    def __init__(self, blueprint: Blueprint, audience: Audience) -> None:
        self.blueprint = blueprint
        self.audience = audience
        self.entities: Mapping[str, Entity] = {entity.name: entity for entity in blueprint.entities}
        self._authorizer = Authorizer(blueprint)
        self._readable: dict[str, frozenset[str]] = {}
        self._said: dict[tuple[str, str], str] = {}

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

    def may_be_hidden(self, entity: Entity, name: str) -> bool:
        """Whether a row that it reads may have null there since no rule shows the field of that row."""
        kind = self.audience.kind
        if kind is not None:
            return name in self._authorizer.read(entity, kind).guards
        rules = [rule for rule in entity.rules if "read" in rule.verbs]
        covering = [rule for rule in rules if rule.fields is None or name in rule.fields]
        open_to_all = any(rule.condition == TRUE and not rule.needs_user for rule in covering)
        return name not in entity.key and len(covering) < len(rules) and not open_to_all

    def reads_all_rows(self, entity: Entity) -> bool:
        """Whether it reads every row there is."""
        kind = self.audience.kind
        if kind is not None:
            return self._authorizer.read(entity, kind).rows == TRUE
        rules = (rule for rule in entity.rules if "read" in rule.verbs)
        return any(rule.condition == TRUE and not rule.needs_user for rule in rules)

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

    def calls(self, name: str, allow: Node | None, *, needs_user: bool) -> bool:
        """Whether it may call a function of that name, for which `allow` has to hold."""
        kind = self.audience.kind
        if kind is None:
            return True
        if (needs_user and kind.anonymous) or not kind.calls(name):
            return False
        return allow is None or simplify(allow, anonymous=kind.anonymous, roles=kind.roles) != FALSE

    def acts(self, entity: Entity, action: Action) -> bool:
        """Whether it may call an action of an entity's rows."""
        kind = self.audience.kind
        return self.may(entity, action.name) and not (action.needs_user and kind is not None and kind.anonymous)

    @staticmethod
    def called_anonymously(allow: Node | None, *, needs_user: bool) -> bool:
        """Whether somebody who isn't signed in may call a function for which `allow` has to hold."""
        return not needs_user and (allow is None or simplify(allow, anonymous=True, roles=frozenset()) != FALSE)

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
        return bool(self._authorizer.permissions(entity, _NOBODY, verb))

    def opens(self, entity: Entity, rule: Rule) -> bool:
        """Whether a rule of an entity may hold for this audience."""
        kind = self.audience.kind
        verb = rule.verbs[0]
        return kind is None or any(each.rule is rule for each in self._authorizer.permissions(entity, kind, verb))

    def said(self, rule: Rule) -> str:
        """Who meets a rule's condition, in English."""
        known = self._said.get((rule.id, rule.name))
        if known is None:
            known = self._said[rule.id, rule.name] = sentence(rule.condition, needs_user=rule.needs_user)
        return known

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that any rule mentions."""
        return roles_of(self.blueprint)


def roles_of(blueprint: Blueprint) -> tuple[str, ...]:
    """The roles that any rule mentions, in alphabetic order."""
    conditions = [rule.condition for entity in blueprint.entities for rule in entity.rules]
    conditions += [each.allow for each in (*blueprint.queries, *blueprint.actions, *blueprint.routes) if each.allow]
    return tuple(sorted(frozenset[str]().union(*map(mentioned_roles, conditions))))
