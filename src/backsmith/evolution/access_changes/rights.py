"""Who may do what by the rules of one side: for a kind of asker, a verb and a field, the condition on the row.

In: an entity and who asks. Out: the condition, once in the names that both sides share and once as it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from backsmith.blueprint.blueprint import Entity, Rule
from backsmith.blueprint.expressions import AFTER, FALSE, TRUE, And, Node, Or, Variable
from backsmith.blueprint.simplify import simplify
from backsmith.blueprint.trees import shape
from backsmith.evolution.access_changes.names import on_row

Roles = frozenset[str] | None
"""A kind of asker: the roles that they have of those that rules mention. None: nobody is signed in."""
WRITES = frozenset({"create", "update", "delete"})


@dataclass(frozen=True)
class Right:
    """When something may be done. `meant` is for comparing, `written` for saying."""

    meant: Node
    written: Node


NEVER = Right(FALSE, FALSE)


@dataclass
class Rights:
    """The rights of one entity on one side; where it isn't there, nobody has any."""

    entity: Entity | None
    shared: Callable[[Node], Node]
    """Takes a condition to the names that both sides share."""
    members: Mapping[str, str] = field(default_factory=dict[str, str])
    """The shared names of fields and relations."""
    open: bool = True
    """Whether the API leads to it at all."""
    _shared: dict[str, Node] = field(default_factory=dict[str, Node])

    @property
    def fields(self) -> tuple[str, ...]:
        """The names that rules may be narrowed to, of what the API shows or takes."""
        return () if self.entity is None else tuple(map(self.name, covered(self.entity)))

    def name(self, own: str) -> str:
        """The shared name of a field or relation."""
        return self.members.get(own, own)

    def rules(self, verb: str) -> list[Rule]:
        """The rules for a verb."""
        if self.entity is None or not self.open or (self.entity.view and verb in WRITES):
            return []
        return [rule for rule in self.entity.rules if verb in rule.verbs]

    def narrows(self, verb: str) -> bool:
        """Whether some rule for the verb is for certain fields only."""
        return any(rule.fields is not None for rule in self.rules(verb))

    def rows(self, verb: str, roles: Roles) -> Right:
        """When the verb is allowed for a row."""
        return self._either(self.rules(verb), roles)

    def of_field(self, verb: str, name: str, roles: Roles) -> Right:
        """When the verb is allowed for a field, by its shared name."""
        entity = self.entity
        if entity is None:
            return NEVER
        if verb == "read":
            if any(each.hidden and self.name(each.name) == name for each in entity.fields):
                return NEVER
            if any(self.name(key) == name for key in entity.key):
                return self.rows(verb, roles)
        if not any(self.name(each) == name for each in covered(entity)):
            return NEVER
        rules = [
            rule
            for rule in self.rules(verb)
            if rule.fields is None or any(self.name(each) == name for each in rule.fields)
        ]
        return self._either(rules, roles)

    def exact(self, verb: str, roles: Roles) -> Node:
        """Of an update: the condition on the row before and after, which one and the same rule has to meet."""
        ways: list[Node] = []
        for rule in self.rules(verb):
            condition = self._decided(rule, roles, self._meant(rule))
            after = on_row(condition, Variable(AFTER, self.entity_name))
            ways.append(condition if rule.after or condition == FALSE else every((condition, after)))
        return either(ways)

    @property
    def entity_name(self) -> str:
        """The shared name of the entity."""
        return self.members.get("", "" if self.entity is None else self.entity.name)

    def _either(self, rules: Iterable[Rule], roles: Roles) -> Right:
        rules = list(rules)
        return Right(
            either(self._decided(rule, roles, self._meant(rule)) for rule in rules),
            either(self._decided(rule, roles, rule.condition) for rule in rules),
        )

    def _meant(self, rule: Rule) -> Node:
        found = self._shared.get(rule.id)
        if found is None:
            found = self._shared[rule.id] = self.shared(rule.condition)
        return found

    @staticmethod
    def _decided(rule: Rule, roles: Roles, condition: Node) -> Node:
        return FALSE if rule.needs_user and roles is None else decided(condition, roles)


def decided(condition: Node, roles: Roles) -> Node:
    """A condition with everything decided that is the same for all askers of the kind."""
    return shape(simplify(condition, anonymous=roles is None, roles=roles or frozenset()))


def covered(entity: Entity) -> tuple[str, ...]:
    """The names that a rule's `fields` may list."""
    lists = (relation.name for relation in entity.relations if relation.kind == "many_to_many")
    return (*(each.name for each in entity.fields), *lists)


def either(conditions: Iterable[Node]) -> Node:
    """A condition that holds where one of them does."""
    found = dict.fromkeys(
        part for each in conditions if each != FALSE for part in (each.items if isinstance(each, Or) else (each,))
    )
    if TRUE in found:
        return TRUE
    return FALSE if not found else next(iter(found)) if len(found) == 1 else Or(tuple(found))


def every(conditions: Iterable[Node]) -> Node:
    """A condition that holds where all of them do."""
    found = dict.fromkeys(
        part for each in conditions if each != TRUE for part in (each.items if isinstance(each, And) else (each,))
    )
    return TRUE if not found else next(iter(found)) if len(found) == 1 else And(tuple(found))
