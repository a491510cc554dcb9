"""Which things of a new blueprint are which of an old one: the new blueprint comes out with the old one's ids.

In: two blueprints. Out: the new one, in which everything that was there before has the id that it had. A thing is the
same by its id (which the lock file keeps), else by the name that it says it was renamed from, else by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity, Field, Relation


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def renamed_from(self) -> str | None: ...


N = TypeVar("N", bound=_Named)


def aligned(new: Blueprint, old: Blueprint) -> Blueprint:
    """`new` with the ids of `old` for all that was there before."""
    before = {entity.id: entity for entity in old.entities}
    entities: list[Entity] = []
    for entity, id in zip(new.entities, _ids(new.entities, old.entities), strict=True):
        was = before.get(id)
        if was is None:
            entities.append(replace(entity, id=id))
            continue
        fields = zip(entity.fields, _ids(entity.fields, was.fields), strict=True)
        relations = zip(entity.relations, _ids(entity.relations, was.relations), strict=True)
        entities.append(
            replace(
                entity,
                id=id,
                fields=tuple(replace(field, id=id) for field, id in fields),
                relations=tuple(replace(relation, id=id) for relation, id in relations),
            )
        )
    return replace(new, entities=tuple(entities))


def _ids(new: Sequence[_Named], old: Sequence[_Named]) -> list[str]:
    old_by_id = {each.id: each for each in old}
    names, old_names = {each.name for each in new}, {each.name for each in old}
    lost = {each.name for each in new if each.id not in old_by_id and "-" not in each.id}
    kept = {
        each.id: each.name
        for each in new
        if (was := old_by_id.get(each.id)) is not None
        and _is_same(each, was, lost)
        # It says to be something else that is there no more by its old name.
        and not (each.renamed_from in old_names - {was.name} and each.renamed_from not in names)
    }
    free = {each.name: each.id for each in old if each.id not in kept}
    taken = set(old_by_id)
    found: list[str] = []
    for each in new:
        if kept.get(each.id) == each.name:
            found.append(each.id)
            continue
        earlier = free.pop(each.renamed_from, None) if each.renamed_from is not None else None
        # Its own id is another's where that comes from a lock file that was lost.
        id = earlier or free.pop(each.name, None) or (_other(each.id, taken) if each.id in taken else each.id)
        taken.add(id)
        found.append(id)
    return found


def _is_same(new: _Named, old: _Named, lost: set[str]) -> bool:
    """Whether an equal id can be trusted. Where the lock file was lost ids are those of names anew: something else may
    have the id that the thing got by a name which it has no more, and what has its name now an id that nobody knows.
    """
    return old.name in {new.name, new.renamed_from} or old.name not in lost


def _other(id: str, used: set[str]) -> str:
    number = 2
    while f"{id}-{number}" in used:
        number += 1
    return f"{id}-{number}"


class Pairs:
    """The things of two blueprints whose ids agree, side by side."""

    def __init__(self, old: Blueprint | None, new: Blueprint) -> None:
        self.old_entities: Mapping[str, Entity] = {} if old is None else by_id(old.entities)
        self.new_entities: Mapping[str, Entity] = by_id(new.entities)

    def entities(self) -> list[tuple[Entity, Entity]]:
        """Each entity as it was and as it is."""
        return [(self.old_entities[id], new) for id, new in self.new_entities.items() if id in self.old_entities]

    def added(self) -> list[Entity]:
        """The entities that weren't there."""
        return [new for id, new in self.new_entities.items() if id not in self.old_entities]

    def removed(self) -> list[Entity]:
        """The entities that are there no more."""
        return [old for id, old in self.old_entities.items() if id not in self.new_entities]


def fields_of(old: Entity, new: Entity) -> list[tuple[Field | None, Field]]:
    """Each field of `new`, with the one that it was."""
    before = by_id(old.fields)
    return [(before.get(field.id), field) for field in new.fields]


def relations_of(old: Entity, new: Entity) -> list[tuple[Relation | None, Relation]]:
    """Each relation of `new`, with the one that it was."""
    before = by_id(old.relations)
    return [(before.get(relation.id), relation) for relation in new.relations]


def by_id(things: Iterable[N]) -> dict[str, N]:
    """Things by their ids."""
    return {thing.id: thing for thing in things}
