"""The blueprints that servers serve beside the expanded one: before it, and on the way out of it."""

from __future__ import annotations

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity, Field
from backsmith.databases.schema import Schema, Table
from backsmith.evolution.expansion.fields import NEW, OLD
from backsmith.evolution.matching import aligned, by_id


def on_to_new(expanded: Blueprint, new: Blueprint) -> tuple[Blueprint, Blueprint]:
    """The expanded blueprint and the new one with ids that agree, to lead from one to the other.

    What is of the old version alone has ids of its own: else a field of another type would be taken for the old one
    under a new name.
    """
    settled = replace(
        expanded,
        entities=tuple(
            replace(entity, fields=tuple(_settled(field, entity) for field in entity.fields))
            for entity in expanded.entities
        ),
    )
    current = replace(
        settled,
        entities=tuple(
            replace(
                entity,
                fields=tuple(field for field in entity.fields if field.deprecated is None),
                relations=tuple(relation for relation in entity.relations if relation.deprecated is None),
            )
            for entity in settled.entities
            if entity.deprecated is None
        ),
    )
    return settled, aligned(new, current)


def _settled(field: Field, entity: Entity) -> Field:
    if field.id.endswith(NEW):
        return replace(field, id=field.id.removesuffix(NEW))
    replaced = any(each.id == field.id + NEW for each in entity.fields)
    return replace(field, id=field.id + OLD) if replaced else field


def previous_on_expanded(old: Blueprint, expanded: Blueprint) -> Blueprint:
    """The old version for a server that still serves it while others serve both: values that the new version may leave
    out are read as null."""
    now = by_id(expanded.entities)
    return replace(
        old,
        entities=tuple(
            replace(entity, fields=_relaxed(entity, now[entity.id])) if entity.id in now else entity
            for entity in old.entities
        ),
    )


def _relaxed(entity: Entity, expanded: Entity) -> tuple[Field, ...]:
    columns = {field.column: field for field in expanded.fields if field.computed is None}

    def relaxed(field: Field) -> Field:
        there = columns.get(field.column) if field.computed is None and not field.nullable else None
        return field if there is None or not there.nullable else replace(field, nullable=True, relaxed="added")

    return tuple(map(relaxed, entity.fields))


def contracted_on_old_names(expanded: Blueprint, new: Blueprint, actual: Schema) -> Blueprint:
    """The new version alone, on tables that aren't all called as it says yet.

    `actual` is what the database holds: a name of the new version that isn't there stands for the old one that is. What
    may be null still is read so.
    """
    before = by_id(expanded.entities)
    tables = {(table.schema, table.name): table for table in actual.tables}
    return replace(
        new,
        entities=tuple(
            _on_old_names(entity, before[entity.id], tables) if entity.id in before else entity
            for entity in new.entities
        ),
    )


def _on_old_names(entity: Entity, expanded: Entity, tables: dict[tuple[str | None, str], Table]) -> Entity:
    table = tables.get((entity.schema, entity.table))
    if table is None:
        table = tables.get((expanded.schema, expanded.table))
    if table is None:
        return entity
    columns = {column.name: column for column in table.columns}
    older = {field.name: field for field in expanded.fields}

    def on_old_name(field: Field) -> Field:
        if field.computed is not None:
            return field
        if field.column not in columns and (was := older.get(field.name)) is not None:
            field = replace(field, column=was.column)
        column = columns.get(field.column)
        if column is None or field.nullable or not column.nullable:
            return field
        return replace(field, nullable=True, relaxed="added")

    return replace(
        entity,
        table=table.name,
        schema=table.schema,
        fields=tuple(field if field.name in entity.key else on_old_name(field) for field in entity.fields),
        relations=tuple(
            replace(relation, through=was.through)
            if (was := by_id(expanded.relations).get(relation.id)) is not None
            and relation.through is not None
            and (relation.through.schema, relation.through.table) not in tables
            else relation
            for relation in entity.relations
        ),
    )
