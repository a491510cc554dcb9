"""What was what: the entities, fields and relations of a new blueprint, each with what it was in the old one.

By ids; what is deprecated in the new blueprint is answered as it was, so it is what had its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from backsmith.blueprint.blueprint import Blueprint, Entity, Field, Relation


class _Thing(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def deprecated(self) -> str | None: ...


T = TypeVar("T", bound=_Thing)


def pairs(old: Sequence[T], new: Sequence[T]) -> list[tuple[T | None, T | None]]:
    """All things of both sides as (before, after), in the order of the new ones and then of those that are gone.

    A thing of the old side can stand in two pairs: with the one that it became, and with what is still answered under
    its name. What it became is then new to clients, (None, after).
    """
    by_id = {thing.id: thing for thing in old}
    by_name = {thing.name: thing for thing in old}
    kept = {thing.name for thing in new if thing.deprecated is not None and thing.name in by_name}
    found: list[tuple[T | None, T | None]] = []
    seen: set[str] = set()
    for thing in new:
        was = by_name.get(thing.name) if thing.name in kept else by_id.get(thing.id)
        if was is not None and was.name in kept and thing.name != was.name:
            was = None
        if was is not None:
            seen.add(was.id)
        found.append((was, thing))
    return [*found, *((thing, None) for thing in old if thing.id not in seen)]


def entity_pairs(old: Blueprint, new: Blueprint) -> list[tuple[Entity | None, Entity | None]]:
    """All entities as (before, after)."""
    return pairs(old.entities, new.entities)


def both(found: Iterable[tuple[T | None, T | None]]) -> list[tuple[T, T]]:
    """Of the pairs those that have both sides."""
    return [(before, after) for before, after in found if before is not None and after is not None]


def field_pairs(old: Entity, new: Entity) -> list[tuple[Field | None, Field | None]]:
    """All fields as (before, after)."""
    return pairs(old.fields, new.fields)


def relation_pairs(old: Entity, new: Entity) -> list[tuple[Relation | None, Relation | None]]:
    """All relations as (before, after)."""
    return pairs(old.relations, new.relations)
