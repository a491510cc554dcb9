"""What keeps the two shapes of an expanded blueprint alike: its pairs -> triggers, as `CreateSync`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from backsmith.blueprint.blueprint import Blueprint, Entity, Field, Migration, Pair
from backsmith.databases.changes import CreateSync, DropSync, Sync, TableName
from backsmith.databases.dialect import Dialect
from backsmith.databases.schema import Column
from backsmith.errors import DatabaseError
from backsmith.evolution.desired import tables_of

_PREFIX = "backsmith_sync_"
ANY = "*"
"""The dialect of SQL that every database takes."""


def syncs_of(expanded: Blueprint, new: Blueprint, dialect: Dialect) -> list[CreateSync]:
    """The triggers that an expanded blueprint needs; `new` is the version that it was expanded to.

    Names with one column need none. Raises DatabaseError where the database has no way from one shape to the other, or
    a migration has no SQL for it; it says what to write instead.
    """
    if expanded.expansion is None:
        return []
    migrations = {migration.id: migration for migration in new.migrations}
    schema = {(table.schema, table.name): table for table in tables_of(expanded, dialect).tables}
    entities = {entity.name: entity for entity in expanded.entities}
    found: list[CreateSync] = []
    for pair in expanded.expansion.pairs:
        entity = entities[pair.entity]
        fields = {field.name: field for field in entity.fields}
        columns = {column.name: column for column in schema[entity.schema, entity.table].columns}
        old, new_fields = ([fields[name] for name in names] for names in (pair.old, pair.new))
        if any(field.computed is not None for field in old) or _same_columns(old, new_fields):
            continue
        up, down = _ways(pair, old, new_fields, columns, migrations, dialect)
        sync = Sync(_name(entity, pair), tuple(up), tuple(down))
        found.append(CreateSync(TableName(entity.table, entity.schema), sync))
    return found


def ended_syncs(expanded: Blueprint) -> list[DropSync]:
    """What takes these triggers away again; by their names alone, whatever has become of the migrations."""
    entities = {entity.name: entity for entity in expanded.entities}
    found: list[DropSync] = []
    for pair in () if expanded.expansion is None else expanded.expansion.pairs:
        entity = entities[pair.entity]
        fields = {field.name: field for field in entity.fields}
        old, new = ([fields[name] for name in names] for names in (pair.old, pair.new))
        if any(field.computed is not None for field in old) or _same_columns(old, new):
            continue
        up, down = (tuple((field.column, "") for field in fields) for fields in (new, old))
        found.append(DropSync(TableName(entity.table, entity.schema), Sync(_name(entity, pair), up, down)))
    return found


def _same_columns(old: list[Field], new: list[Field]) -> bool:
    return {field.column for field in old} == {field.column for field in new}


def _name(entity: Entity, pair: Pair) -> str:
    """Short and once in the database: names of triggers are cut at 63 bytes."""
    digest = hashlib.sha256("\0".join([entity.table, *pair.old, "", *pair.new]).encode()).hexdigest()
    return f"{_PREFIX}{digest[:10]}"


Way = Iterator[tuple[str, str]]


def _ways(
    pair: Pair,
    old: list[Field],
    new: list[Field],
    columns: Mapping[str, Column],
    migrations: Mapping[str, Migration],
    dialect: Dialect,
) -> tuple[Way, Way]:
    migration = None if pair.migration is None else migrations.get(pair.migration)
    if migration is not None:
        return (
            _written(migration, migration.up_sql, new, dialect),
            _written(migration, migration.down_sql, old, dialect),
        )
    return _converted(pair, old[0], new[0], columns, dialect), _converted(pair, new[0], old[0], columns, dialect)


def _written(
    migration: Migration, sql: tuple[tuple[str, dict[str, str]], ...], fields: list[Field], dialect: Dialect
) -> Way:
    """The SQL of a migration for the fields that it writes."""
    ways = {name: texts.get(dialect.name, texts.get(ANY)) for name, texts in sql}
    if any(ways.get(field.name) is None for field in fields):
        raise DatabaseError(
            f"The migration {migration.name} has no SQL for {dialect.name} that gives "
            f"{' and '.join(field.name for field in fields)}, so the two shapes can't be kept alike. "
            "Give it SQL both ways, or apply it without --expand."
        )
    for field in fields:
        yield field.column, ways[field.name] or ""


def _converted(pair: Pair, old: Field, new: Field, columns: Mapping[str, Column], dialect: Dialect) -> Way:
    """The SQL of a field of another type."""
    conversion = dialect.altering.conversion(columns[old.column], columns[new.column], old.type, new.type)
    if conversion is None:
        raise DatabaseError(
            f"{pair.entity}.{old.name} and {new.name} can't be kept alike: there is no way from one type to the other. "
            "Write a migration with SQL both ways."
        )
    yield new.column, conversion.sql
