"""Answers to the plan's questions: what is new is what was, so it gets the old one's id in the lock file.

In: the lock, the names, the blueprint that was applied. Out: the lock in which the new name has the old id. From then
on everybody who has the lock file knows it for a rename.
"""

from __future__ import annotations

from collections.abc import Iterable

from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.blueprint.lock import Lock
from backsmith.errors import UsageError


def renamed(lock: Lock, old: Blueprint, new: Blueprint, about: str, was: str) -> Lock:
    """The lock after the answer that `about` of the new blueprint (`Client`, `Client.surname`) was called `was`.

    Raises UsageError where there is no such thing.
    """
    entity_name, _, name = about.partition(".")
    entity = _named(new.entities, entity_name)
    if entity is None:
        raise UsageError(f"The model has no entity {entity_name}.")
    if not name:
        before = _named(old.entities, was)
        if before is None:
            raise UsageError(f"The version that was applied last has no entity {was}.")
        ids = {entity.name: before.id}
        for part in (*before.fields, *before.relations):
            ids[f"{entity.name}.{part.name}"] = part.id
        return _with(lock, ids)
    before = next((each for each in old.entities if each.id == entity.id or each.name == entity.name), None)
    parts = () if before is None else before.fields + before.relations
    found = next((part for part in parts if part.name == was), None)
    if before is None or found is None:
        raise UsageError(f"{entity_name} had nothing called {was} in the version that was applied last.")
    return _with(lock, {about: found.id} | _relation_ids(before, entity, was, name))


def _relation_ids(before: Entity, entity: Entity, was: str, name: str) -> dict[str, str]:
    """Of a foreign key that is renamed, its relation is too."""
    old = next((each for each in before.relations if was in each.fields and each.kind == "to_one"), None)
    new = next((each for each in entity.relations if name in each.fields and each.kind == "to_one"), None)
    return {} if old is None or new is None else {f"{entity.name}.{new.name}": old.id}


def _named(entities: Iterable[Entity], name: str) -> Entity | None:
    return next((entity for entity in entities if entity.name == name), None)


def _with(lock: Lock, ids: dict[str, str]) -> Lock:
    paths = {path: id for path, id in lock.ids.items() if id not in ids.values()}
    return Lock({**paths, **ids}, lock.format)
