"""Rows that others point at: why they can't go, or get another key, where the database doesn't say it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import Aggregate, Literal, This, Variable
from backsmith.blueprint.types import Boolean
from backsmith.databases.transaction import ViolationError
from backsmith.engine.writing.common import Common
from backsmith.engine.writing.sought import Flag, Flags
from backsmith.engine.writing.violations import Violations
from backsmith.engine.writing.work import Key, Work
from backsmith.errors import RequestError


class Needed:
    """Knows which relations hold rows in their place."""

    def __init__(self, common: Common, violations: Violations) -> None:
        self._common = common
        self._violations = violations

    def guard(
        self, work: Work, entity: Entity, names: Sequence[str] | None = None
    ) -> AbstractAsyncContextManager[None]:
        """To be around a statement that deletes rows, or sets those fields: a savepoint where rows may have to be
        looked at after it was refused."""
        return work.transaction.savepoint() if self.looks(entity, names) else nullcontext()

    def looks(self, entity: Entity, names: Sequence[str] | None = None) -> bool:
        """Whether rows that can't go, or get other values of those fields, are looked at to say what needs them: where
        relations may, and the database doesn't tell. Only then is there a savepoint after which they can be."""
        return not self._common.dialect.stores.tells_references and bool(self.relations(entity, names))

    def relations(self, entity: Entity, names: Sequence[str] | None = None) -> tuple[Relation, ...]:
        """The relations whose rows keep one of this entity from being deleted, or from getting other values of the
        fields `names`."""
        return self._common.remembered(
            ("needed", entity.name, None if names is None else tuple(names)), lambda: self._relations(entity, names)
        )

    def _relations(self, entity: Entity, names: Sequence[str] | None) -> tuple[Relation, ...]:
        return tuple(relation for relation in entity.relations if self._holds(entity, relation, names))

    def _holds(self, entity: Entity, relation: Relation, names: Sequence[str] | None) -> bool:
        if relation.through is not None:
            return relation.through.on_delete != "cascade" if names is None else bool({*names} & {*relation.fields})
        child = self._common.entities[relation.entity]
        if relation.kind != "to_many" or child.view:
            return False
        if names is not None:
            return bool({*names} & {*relation.fields})
        return any(
            own.on_delete in ("restrict", "no_action")
            for own in child.relations
            if own.kind == "to_one" and own.entity == entity.name and own.fields == relation.target_fields
        )

    async def refusal(
        self,
        work: Work,
        entity: Entity,
        error: ViolationError,
        keys: Sequence[Key],
        names: Sequence[str] | None = None,
    ) -> RequestError:
        """What to raise for rows with those keys, which are as they were before."""
        pointing: Sequence[Relation] = self._violations.incoming(error, entity)
        if error.broken == "foreign_key" and self.looks(entity, names):
            relations = self.relations(entity, names)
            flags = Flags(
                ("needed", tuple(each.id for each in relations)), tuple(_some(entity, each) for each in relations)
            )
            seen = await self._common.look(work, entity, keys, flags)
            pointing = [
                relation
                for number, relation in enumerate(relations)
                if any(each is not None and each.flags[number] for each in seen)
            ]
        return self._violations.of_deleted(error, entity, pointing)


def _some(entity: Entity, relation: Relation) -> Flag:
    """Whether there are rows of a relation."""
    row, variable = This(entity.name), Variable("one", relation.entity)
    return Flag(Aggregate("any", row, relation.name, variable, None, Literal(True, None), None, Boolean()))
