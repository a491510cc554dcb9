"""What became of links, for those who observe the rows at either end: pairs of keys in, a change for each row out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.databases.database import Row
from backsmith.engine.writing.common import Common
from backsmith.engine.writing.work import Key, LinkChange, LinkObserver, Work

Pair = tuple[Key, Key]
"""The keys of the row that is linked, and of the one it is linked to."""


class End(NamedTuple):
    """An end of a relation that somebody observes."""

    entity: Entity
    relation: Relation
    observers: tuple[LinkObserver, ...]
    turned: bool
    """The pairs are the other way round."""


class LinkChanges:
    """The changes of the links of one entity's rows by one relation, in one go."""

    def __init__(self, common: Common, entity: Entity, relation: Relation) -> None:
        self._common = common
        self._entity = entity
        self._target = common.entities[relation.entity]
        self._ends = list(_ends(common, entity, relation))
        self.observed = bool(self._ends)
        self._removed: list[Pair] = []
        self._added: list[Pair] = []

    def removed(self, rows: Sequence[Row]) -> None:
        """Links that were ended: rows of both keys."""
        self._removed += map(self._pair, rows)

    def added(self, rows: Sequence[Row]) -> None:
        """Links that are new."""
        self._added += map(self._pair, rows)

    def _pair(self, row: Row) -> Pair:
        own, other = self._common.about(self._entity), self._common.about(self._target)
        return self._common.key(own, row), self._common.key(other, row, len(own.key))

    async def tell(self, work: Work) -> None:
        """Tell those who observe."""
        if not self._removed and not self._added:
            return
        for end in self._ends:
            changes = [*_changes(end, self._removed, self._added)]
            for observer in end.observers:
                await observer.linked(work, changes)


def _ends(common: Common, entity: Entity, relation: Relation) -> Iterator[End]:
    observers = common.watching_links(entity, relation)
    if observers:
        yield End(entity, relation, observers, turned=False)
    target = common.entities[relation.entity]
    inverse = next((each for each in target.relations if each.name == relation.inverse), None)
    if inverse is not None and inverse.id != relation.id:
        observers = common.watching_links(target, inverse)
        if observers:
            yield End(target, inverse, observers, turned=True)


def _changes(end: End, removed: Sequence[Pair], added: Sequence[Pair]) -> Iterator[LinkChange]:
    found: dict[Key, tuple[list[Key], list[Key]]] = {}
    for number, pairs in enumerate((removed, added)):
        for pair in pairs:
            one, other = reversed(pair) if end.turned else pair
            found.setdefault(one, ([], []))[number].append(other)
    for key in sorted(found):
        gone, new = found[key]
        yield LinkChange(end.entity, end.relation, key, tuple(sorted(gone)), tuple(sorted(new)))
