"""Which rows a delete takes along: worked out beforehand, where somebody observes them.

In: rows that are about to be deleted. Out: the changes that the foreign keys of the database will make of their own:
rows deleted by `cascade`, at any depth and round in circles, and rows whose foreign key `set_null` empties.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.engine.writing.common import Common
from backsmith.engine.writing.looking import Seen
from backsmith.engine.writing.work import Key, RowChange, Work


class Cascades:
    """Follows foreign keys backwards."""

    def __init__(self, common: Common) -> None:
        self._common = common
        self._observed: dict[str, bool] = {}

    def observed(self, entity: Entity) -> bool:
        """Whether deleting a row of the entity may delete or change one that somebody observes."""
        known = self._observed.get(entity.name)
        if known is None:
            known = self._observed[entity.name] = any(
                self._common.hearing(child, "delete" if relation.on_delete == "cascade" else "update")
                for each in self._reached(entity)
                for child, relation in self._pointing(each)
            )
        return known

    async def changes(self, work: Work, entity: Entity, rows: Sequence[Seen]) -> list[RowChange]:
        """What else will be deleted or changed with the rows, of observed entities; rows with all stored fields."""
        deleted: dict[tuple[str, Key], RowChange] = {
            (entity.name, row.key): RowChange(entity, "delete", row.key, row.fields, None) for row in rows
        }
        emptied: dict[tuple[str, Key], RowChange] = {}
        own = set(deleted)
        frontier: list[tuple[Entity, list[Mapping[str, Any]]]] = [(entity, [row.fields for row in rows])]
        while frontier:
            parent, images = frontier.pop()
            for child, relation in self._pointing(parent):
                found = await self._pointing_rows(work, child, relation, images)
                if relation.on_delete == "cascade":
                    new = [row for row in found if (child.name, row.key) not in deleted]
                    for row in new:
                        deleted[child.name, row.key] = RowChange(child, "delete", row.key, row.fields, None)
                    if new:
                        frontier.append((child, [row.fields for row in new]))
                else:
                    for row in found:
                        before = emptied.get((child.name, row.key))
                        after = dict(row.fields if before is None or before.after is None else before.after)
                        after.update(dict.fromkeys(relation.fields))
                        emptied[child.name, row.key] = RowChange(child, "update", row.key, row.fields, after)
        changes = [change for place, change in deleted.items() if place not in own]
        changes += [change for place, change in emptied.items() if place not in deleted]
        return [change for change in changes if self._common.hearing(change.entity, change.verb)]

    def _pointing(self, entity: Entity) -> Iterator[tuple[Entity, Relation]]:
        """The entities whose rows go, or lose what they point by, with a row of this one."""
        for child in self._common.entities.values():
            for relation in child.relations:
                leads_here = relation.kind == "to_one" and relation.entity == entity.name
                if leads_here and relation.on_delete in ("cascade", "set_null") and not child.view:
                    yield child, relation

    def _reached(self, entity: Entity) -> Iterator[Entity]:
        """The entity, and those whose rows may be deleted with one of it."""
        seen = {entity.name}
        waiting = [entity]
        while waiting:
            each = waiting.pop()
            yield each
            for child, relation in self._pointing(each):
                if relation.on_delete == "cascade" and child.name not in seen:
                    seen.add(child.name)
                    waiting.append(child)

    async def _pointing_rows(
        self, work: Work, child: Entity, relation: Relation, parents: Sequence[Mapping[str, Any]]
    ) -> list[Seen]:
        """The rows of an entity that point at one of the parents."""
        values = [tuple(image[name] for name in relation.target_fields) for image in parents]
        values = [each for each in values if None not in each]
        if not values:
            return []
        fields = self._common.about(child).stored
        return await self._common.at(work, child, relation.fields, values, fields=fields)
