"""Rights: which conditions have to hold for the fields that are written, on the row before and on the row after.

Each field that is written needs a rule that covers it and holds. So rights are groups of choices: of each group one
choice has to hold.

A foreign key that is given must lead to a row that the asker may read, by a field that they may read: who may not see a
row can't learn by pointing at it whether it is there, nor put something into it. Of an entity of which this kind of
asker may read nothing at all, or not the field that is pointed at, the rule has to look at the row itself
(`self.device.active`), and then it alone decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import (
    FALSE,
    TRUE,
    Compare,
    CurrentUser,
    Follow,
    IsNull,
    Node,
    Or,
    This,
)
from backsmith.engine.access import AskerKind, Authorizer, Permission, every
from backsmith.engine.code.shown import about
from backsmith.engine.writing.needs import looks_at, own_fields, visits
from backsmith.engine.writing.refusals import uncovered
from backsmith.engine.writing.work import Verb


class Choice(Struct, frozen=True):
    """A way to have the right: a rule, and what has to hold of the rows that the fields lead to."""

    permission: Permission
    before: Node = TRUE
    """Of the row as it is."""
    after: Node = TRUE
    """Of the row as it will be."""
    paired: bool = False
    """`before` is asked of both rows at once."""
    late: bool = False
    """It looks at other rows of the same table, so it is asked of the row once it is there."""


Targets = Mapping[Relation, Node]
"""What has to hold of a row for a relation to lead to one that the asker may read."""
NO_TARGETS: tuple[Targets, frozenset[str]] = {}, frozenset()
Rights = tuple[tuple[Choice, ...], ...]
"""Groups of which one choice each has to hold; of none everything is allowed."""


class Righter:
    """Works out rights."""

    def __init__(self, entities: Mapping[str, Entity], account: str | None, authorizer: Authorizer) -> None:
        self._entities = entities
        self._account = account
        self._authorizer = authorizer

    def rights(
        self,
        entity: Entity,
        kind: AskerKind,
        verb: Verb,
        names: Sequence[str],
        *,
        missing: frozenset[str] = frozenset(),
        alone: bool = False,
        others: frozenset[str] = frozenset(),
    ) -> Rights:
        """The rights to write the fields `names` of a row. Raises RequestError where there can be none.

        Arguments:
            missing: Fields that a new row has only once it is in the database.
            alone: No other row is written in the same statement.
            others: Fields that the database sets for those of an update, since they are another shape of them.
        """
        permissions = self._authorizer.permissions(entity, kind, verb)
        targets = self.targets(entity, kind, names)
        groups: list[tuple[Permission, ...]] = []
        for name in names:
            covering = tuple(permission for permission in permissions if permission.covers(name))
            if not covering:
                raise uncovered(entity, kind, verb, name)
            groups.append(covering)
        if not names:
            groups.append(permissions)
        found: list[tuple[Choice, ...]] = []
        for group in _least(groups):
            choices = tuple(
                self._choice(entity, kind, verb, each, targets, names, missing, alone, others) for each in group
            )
            if not any(choice.before == TRUE and choice.after == TRUE for choice in choices):
                found.append(choices)
        return tuple(found)

    def targets(self, entity: Entity, kind: AskerKind, names: Iterable[str]) -> Targets:
        """For the to-one relations among `names` whose rows not everybody of that kind may read: that a row's leads
        nowhere, or to a row that the asker may read, or is."""
        found: dict[Relation, Node] = {}
        written = frozenset(names)
        for relation in entity.relations:
            if relation.kind != "to_one" or not written & set(relation.fields):
                continue
            rows = self.seen(self._entities[relation.entity], kind, relation.target_fields)
            if rows == TRUE:
                continue
            row = Follow(This(entity.name), relation.name, relation.entity)
            ways: list[Node] = [IsNull(row)] if relation.nullable else []
            if relation.entity == self._account and not kind.anonymous:
                ways.append(Compare("eq", row, CurrentUser(relation.entity)))
            if rows != FALSE:
                ways.append(about(rows, row))
            found[relation] = Or(tuple(ways)) if len(ways) > 1 else ways[0] if ways else FALSE
        return found

    def seen(self, entity: Entity, kind: AskerKind, names: Iterable[str]) -> Node:
        """Which rows that kind of asker may read, and these fields of them: who finds a row by a value that isn't
        theirs to read would learn whose it is."""
        access = self._authorizer.read(entity, kind)
        conditions = [access.rows, *(access.guards[name] for name in names if name in access.guards)]
        if FALSE in conditions:
            return FALSE
        return every(condition for condition in conditions if condition != TRUE) or TRUE

    def enforced(
        self, entity: Entity, kind: AskerKind, names: Sequence[str], rights: Rights
    ) -> tuple[Targets, frozenset[str]]:
        """Those of `targets` that the rights ask for; and the ids of the relations at which rules look themselves."""
        conditions = [choice.permission.condition for group in rights for choice in group]
        targets = self.targets(entity, kind, names)
        looked = frozenset(
            relation.id
            for relation in targets
            if any(looks_at(condition, relation, self._entities) for condition in conditions)
        )
        asked = {
            relation: node
            for relation, node in targets.items()
            if not all(self._decides(condition, relation, kind) for condition in conditions)
        }
        return asked, looked

    def _decides(self, condition: Node, relation: Relation, kind: AskerKind) -> bool:
        """Whether a rule alone says which rows a relation may lead to."""
        # By all that the account may see: the scopes of an API key must not take away a condition.
        seen = self.seen(self._entities[relation.entity], kind.without_scopes, relation.target_fields)
        return seen == FALSE and looks_at(condition, relation, self._entities)

    def _choice(
        self,
        entity: Entity,
        kind: AskerKind,
        verb: Verb,
        permission: Permission,
        targets: Targets,
        names: Sequence[str],
        missing: frozenset[str],
        alone: bool,
        others: frozenset[str],
    ) -> Choice:
        condition, entities = permission.condition, self._entities
        leads = every(node for relation, node in targets.items() if not self._decides(condition, relation, kind))
        if verb == "delete":
            return Choice(permission, before=condition, late=visits(condition, entity, entities))
        if verb == "create":
            after = every((condition, *(() if leads is None else (leads,)))) or TRUE
            needs = own_fields(after, entity, entities)
            late = after != TRUE and (bool(needs & missing) or visits(after, entity, entities, alone=alone))
            return Choice(permission, after=after, late=late)
        if permission.rule.after:
            after = leads or TRUE
            # What the row will be isn't known before, and what it was not after.
            return Choice(permission, before=FALSE if others else condition, after=after, paired=True)
        own = own_fields(condition, entity, entities)
        changes = bool(own & {*names, *others}) or visits(condition, entity, entities)
        after = every((*((condition,) if changes else ()), *(() if leads is None else (leads,)))) or TRUE
        late = visits(condition, entity, entities) or visits(after, entity, entities) or bool(own & others)
        return Choice(permission, before=condition, after=TRUE if after == TRUE else after, late=late)


def _least(groups: Iterable[tuple[Permission, ...]]) -> list[tuple[Permission, ...]]:
    """The groups that say something: one that contains another holds wherever that does."""
    distinct = {frozenset(permission.rule.id for permission in group): group for group in groups}
    return [group for ids, group in distinct.items() if not any(other < ids for other in distinct)]
