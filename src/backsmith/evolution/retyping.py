"""How values of a column get into its new type: changes -> the same changes with the SQL that does it.

A key whose new type can't hold the old values (numbers that become UUIDs) gets new ones, and every foreign key that
points at it follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity, Field
from backsmith.blueprint.types import Enum, Integer, Json, Sealed, Text, Type, Uuid
from backsmith.databases.altering import Conversion
from backsmith.databases.changes import AlterColumnType, Change, Key, TableName
from backsmith.databases.dialect import Dialect
from backsmith.databases.schema import Column, Schema, Table
from backsmith.evolution.matching import Pairs, fields_of
from backsmith.evolution.plan import Finding

_BY_CHECKS = (Text, Enum, Integer, Json)
"""Types whose kinds differ in what is allowed alone, which checks hold."""

Place = tuple[TableName, str]
Types = tuple[Type, Type]


def retyped(
    changes: Sequence[Change], types: Mapping[Place, Types], desired: Schema, dialect: Dialect
) -> tuple[list[Change], list[Finding]]:
    """The changes, each `AlterColumnType` with how its values are converted; and those that no value can follow.

    `types` are those of the fields, before and after, by table and column.
    """
    tables = {TableName(table.name, table.schema): table for table in desired.tables}
    retypes = {(change.table, change.new.name): change for change in changes if isinstance(change, AlterColumnType)}
    new_keys = {
        place
        for place, change in retypes.items()
        if _conversion(change, types, dialect) is None and _is_key(tables.get(place[0]), place[1], types.get(place))
    }
    found: list[Change] = []
    findings: list[Finding] = []
    for change in changes:
        if not isinstance(change, AlterColumnType) or change.using is not None:
            found.append(change)
            continue
        place = (change.table, change.new.name)
        follows = next((key for key in _targets(tables.get(change.table), change.new) if key in new_keys), None)
        conversion = _conversion(change, types, dialect)
        if place in new_keys:
            found.append(replace(change, using=dialect.ddl.new_uuid))
        elif follows is not None:
            found.append(replace(change, follows=Key(*follows)))
        elif conversion is not None:
            found.append(replace(change, using=conversion.sql))
        else:
            findings.append(_impossible(change, types.get(place)))
    return found, findings


def strict(changes: Sequence[Change], types: Mapping[Place, Types], dialect: Dialect) -> list[Change]:
    """The changes, whose conversions stop at a row that has no value in the new type: one that was written after the
    rows were asked would lose its value otherwise."""
    return [_strict(change, types, dialect) if isinstance(change, AlterColumnType) else change for change in changes]


def _strict(change: AlterColumnType, types: Mapping[Place, Types], dialect: Dialect) -> AlterColumnType:
    conversion = _conversion(change, types, dialect)
    if conversion is None or conversion.refuses is None or change.using != conversion.sql:
        return change
    refusal = dialect.ddl.refusal(dialect.quote(change.old.name), change.new.type)
    return replace(change, using=f"CASE WHEN {conversion.refuses} THEN {refusal} ELSE {conversion.sql} END")


def hidden(
    old: Blueprint, new: Blueprint, changes: Sequence[Change], actual: Schema, desired: Schema, dialect: Dialect
) -> list[Change]:
    """Changes of a field's type that the column's doesn't show: a decimal of more places, which SQLite keeps as
    a larger number, or a text that becomes a date."""
    shown = {(change.table, change.new.name) for change in changes if isinstance(change, AlterColumnType)}
    before, after = (_columns(schema) for schema in (actual, desired))
    found: list[Change] = []
    for place, was, field in _old_fields(old, new):
        if place in shown or place not in before or place not in after or was.type == field.type:
            continue
        if was.storage is not None or field.storage is not None or _is_by_checks(was.type, field.type):
            continue
        change = AlterColumnType(place[0], before[place], after[place])
        conversion = dialect.altering.conversion(change.old, change.new, was.type, field.type)
        if conversion is None or conversion.refuses or conversion.sql != dialect.quote(change.old.name):
            found.append(change)
    return found


def _is_by_checks(was: Type, becomes: Type) -> bool:
    if isinstance(was, Sealed) and isinstance(becomes, Sealed):
        was, becomes = was.of, becomes.of
    return type(was) is type(becomes) and isinstance(was, _BY_CHECKS)


def _columns(schema: Schema) -> dict[Place, Column]:
    return {
        (TableName(table.name, table.schema), column.name): column
        for table in schema.tables
        for column in table.columns
    }


def types_of(old: Blueprint | None, new: Blueprint, actual: Schema, dialect: Dialect) -> dict[Place, Types]:
    """The types of all stored fields, as they were and as they are, by table and column (new names)."""
    columns = _columns(actual)
    before = {} if old is None else {place: was.type for place, was, _ in _old_fields(old, new)}
    found: dict[Place, Types] = {}
    for entity in new.entities:
        for place, field in _places(entity):
            column = columns.get(place)
            if place in before:
                found[place] = (before[place], field.type)
            elif column is not None:
                found[place] = (dialect.ddl.field_type(column, actual.enums), field.type)
        for relation in entity.relations:
            if relation.through is None:
                continue
            table = TableName(relation.through.table, relation.through.schema)
            fields = {field.name: field for field in entity.fields}
            for name, column_name in zip(relation.fields, relation.through.columns, strict=True):
                key = (TableName(entity.table, entity.schema), fields[name].column)
                was = before.get(key)
                column = columns.get((table, column_name))
                if was is None and column is not None:
                    was = dialect.ddl.field_type(column, actual.enums)
                if was is not None:
                    found[table, column_name] = (was, fields[name].type)
    return found


def _old_fields(old: Blueprint, new: Blueprint) -> Iterator[tuple[Place, Field, Field]]:
    """Table and column by their new names, the field as it was and as it is."""
    for was, entity in Pairs(old, new).entities():
        for before, field in fields_of(was, entity):
            if before is not None and before.computed is None and field.computed is None:
                yield (TableName(entity.table, entity.schema), field.column), before, field


def _places(entity: Entity) -> Iterator[tuple[Place, Field]]:
    for field in entity.fields:
        if field.computed is None:
            yield (TableName(entity.table, entity.schema), field.column), field


def _conversion(change: AlterColumnType, types: Mapping[Place, Types], dialect: Dialect) -> Conversion | None:
    both = types.get((change.table, change.new.name))
    return None if both is None else dialect.altering.conversion(change.old, change.new, *both)


def _is_key(table: Table | None, column: str, both: Types | None) -> bool:
    return table is not None and table.primary_key == (column,) and both is not None and isinstance(both[1], Uuid)


def _targets(table: Table | None, column: Column) -> Iterator[Place]:
    for key in () if table is None else table.foreign_keys:
        for near, far in zip(key.columns, key.target_columns, strict=True):
            if near == column.name:
                yield TableName(key.target_table, key.target_schema), far


def _impossible(change: AlterColumnType, types: Types | None) -> Finding:
    old, new = change.old.type, change.new.type
    if types is not None and any(isinstance(type, Sealed) for type in types):
        return Finding(
            kind="impossible",
            about=f"{change.table}.{change.new.name}",
            text="The database can't encrypt values, nor decrypt them, nor see what is in them.",
            ways=(
                "Give the field another name, and write a @migration that returns what it gets from the old field: "
                "the application encrypts and decrypts.",
                "Leave it as it was.",
            ),
        )
    return Finding(
        kind="impossible",
        about=f"{change.table}.{change.new.name}",
        text=f"No {old} can become {new} by itself.",
        ways=(
            "Give the field another name and write a @migration that works its values out from the old field.",
            "Leave the type as it was.",
        ),
    )
