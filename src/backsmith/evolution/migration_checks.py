"""What of a migration doesn't fit the version before: it reads what wasn't there, or takes it for another type.

A migration stays in the model after it was carried out, and reads fields that are gone by then: only one that is due,
since what it writes is new, is asked about.
"""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.blueprint.blueprint import Blueprint, Entity, Field, Migration, Parameter, ValueType
from backsmith.blueprint.naming import did_you_mean
from backsmith.blueprint.types import Enum, Float, Integer, Json, Text, Type, plain_of
from backsmith.evolution.matching import by_id
from backsmith.evolution.plan import Finding

_WIDER: dict[type[Type], tuple[type[Type], ...]] = {Text: (Enum,), Float: (Integer,)}
"""What a parameter of a type takes as well."""


def unfit_migrations(old: Blueprint, new: Blueprint) -> list[Finding]:
    """A finding for each thing that keeps a plan from carrying a migration out. The blueprints' ids agree."""
    was = by_id(old.entities)
    return [
        Finding(
            kind="impossible",
            about=f"migration {migration.name}",
            text=text,
            ways=(f"Change {migration.name} to what the version before has.",),
        )
        for entity in new.entities
        for migration in new.migrations
        if migration.entity == entity.name
        and new.expansion is None
        and (before := was.get(entity.id)) is not None
        and is_due(migration, entity, before)
        for text in check_migration(migration, before)
    ]


def is_due(migration: Migration, entity: Entity, was: Entity) -> bool:
    """Whether anything that the migration writes is new: in later plans it has been done already."""
    before = {field.id for field in was.fields if field.computed is None}
    return any(field.name in migration.writes and field.id not in before for field in entity.fields)


def check_migration(migration: Migration, was: Entity) -> list[str]:
    """What doesn't fit its entity as it was, a sentence each."""
    return list(_mistakes(migration, was))


def _mistakes(migration: Migration, was: Entity) -> Iterator[str]:
    stored = {field.name: field for field in was.fields if field.computed is None}
    computed = {field.name for field in was.fields} - stored.keys()
    takes = {parameter.name: parameter for parameter in migration.takes}
    for name in migration.reads:
        if name in computed:
            yield f"It reads '{name}', which {was.name} computed and no row has."
        elif name not in stored:
            yield f"It reads '{name}', which {was.name} didn't have.{did_you_mean(name, stored)}"
        elif name in takes:
            yield from _misfits(takes[name], stored[name], was)


def _misfits(parameter: Parameter, field: Field, was: Entity) -> Iterator[str]:
    if not _takes(parameter.type, plain_of(field.type)):
        yield (
            f"Its up takes '{field.name}' as {_word(parameter.type)}, "
            f"but {was.name}.{field.name} was {_word(plain_of(field.type))}."
        )
    if field.nullable and not parameter.nullable and not isinstance(parameter.type, Json):
        yield f"Its up takes no None, but {was.name}.{field.name} may have been one: write {field.name}: … | None."


def _takes(wanted: ValueType, had: Type) -> bool:
    return isinstance(wanted, (Json, type(had))) or any(
        isinstance(wanted, wide) and isinstance(had, narrow) for wide, narrow in _WIDER.items()
    )


def _word(of: ValueType) -> str:
    return type(of).__name__.lower()
