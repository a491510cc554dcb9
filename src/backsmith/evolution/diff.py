"""Two schemas -> the changes that take the actual one to the desired one.

What is compared is meaning, not spelling: names of constraints and indexes, the order of columns, and different ways
to write one type, default or check make no difference. Nor does what a model can't say, where it does no harm: views
and tables that nobody asks for, partial and expression indexes, ON UPDATE, generated columns' expressions. A column,
index or table that is there and not desired is dropped only where `previous`, the schema that was desired the last
time, had it; a constraint always, for it would refuse rows that the model allows.
"""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.databases.changes import (
    AddColumn,
    AlterColumnType,
    AlterEnum,
    Change,
    ChangePrimaryKey,
    CreateEnum,
    CreateTable,
    DropColumn,
    DropTable,
    MissingView,
    SetDefault,
    SetIdentity,
    SetNullable,
    TableName,
)
from backsmith.databases.ddl import Ddl
from backsmith.databases.dialect import Dialect
from backsmith.databases.schema import Column, Schema, Table
from backsmith.evolution.constraint_diff import constraint_changes


def diff(actual: Schema, desired: Schema, dialect: Dialect, *, previous: Schema | None = None) -> list[Change]:
    """The changes that take `actual` to `desired`; types first, then tables in the order of their names.

    `previous` is what was desired before: what it had, and `desired` has no more, is dropped.
    """
    return list(_changes(actual, desired, previous or Schema(tables=()), dialect.ddl))


def _changes(actual: Schema, desired: Schema, previous: Schema, ddl: Ddl) -> Iterator[Change]:
    enums = {(enum.schema, enum.name): enum for enum in actual.enums}
    for enum in desired.enums:
        there = enums.get((enum.schema, enum.name))
        if there is None:
            yield CreateEnum(enum)
        elif there.values != enum.values:
            yield AlterEnum(there, enum)
    actual_tables, previous_tables = _by_name(actual, ddl), _by_name(previous, ddl)
    for place, table in _by_name(desired, ddl).items():
        there = actual_tables.pop(place, None)
        if table.view:
            yield from _view_changes(there, table, ddl)
        elif there is None:
            yield CreateTable(table)
        else:
            yield from _table_changes(there, table, previous_tables.get(place), ddl)
    for place, table in actual_tables.items():
        if place in previous_tables and not previous_tables[place].view:
            yield DropTable(table)


def _by_name(schema: Schema, ddl: Ddl) -> dict[tuple[str | None, str], Table]:
    return {(table.schema, ddl.fold(table.name)): table for table in schema.tables}


def _view_changes(actual: Table | None, desired: Table, ddl: Ddl) -> Iterator[Change]:
    name = TableName(desired.name, desired.schema)
    if actual is None:
        yield MissingView(name, ())
        return
    columns = {ddl.fold(column.name): column for column in actual.columns}
    missing = tuple(column.name for column in desired.columns if ddl.fold(column.name) not in columns)
    if missing:
        yield MissingView(name, missing)
    for column in desired.columns:
        there = columns.get(ddl.fold(column.name))
        if there is not None and ddl.normal_type(there.type) != ddl.normal_type(column.type):
            yield AlterColumnType(name, there, column)


def _table_changes(actual: Table, desired: Table, previous: Table | None, ddl: Ddl) -> Iterator[Change]:
    name = TableName(desired.name, desired.schema)
    columns = {ddl.fold(column.name): column for column in actual.columns}
    key = {ddl.fold(column) for column in desired.primary_key}
    for column in desired.columns:
        there = columns.pop(ddl.fold(column.name), None)
        if there is None:
            yield AddColumn(name, column)
        else:
            yield from _column_changes(name, there, column, ddl, in_key=ddl.fold(column.name) in key)
    if key != {ddl.fold(column) for column in actual.primary_key}:
        yield ChangePrimaryKey(name, actual.primary_key, desired.primary_key)
    yield from constraint_changes(name, actual, desired, previous, ddl)
    had = {ddl.fold(column.name) for column in previous.columns} if previous else set[str]()
    for folded, column in columns.items():
        if folded in had or _must_be_given(column):
            yield DropColumn(name, column)


def _must_be_given(column: Column) -> bool:
    """Whether no row can be made without a value for the column."""
    return not column.nullable and column.default is None and column.identity is None and column.generated is None


def _column_changes(table: TableName, actual: Column, desired: Column, ddl: Ddl, *, in_key: bool) -> Iterator[Change]:
    same_type = ddl.normal_type(actual.type) == ddl.normal_type(desired.type)
    if not same_type or not ddl.same_collation(actual.collation, desired.collation):
        yield AlterColumnType(table, actual, desired)
    if actual.generated is not None and desired.generated is None:
        return  # the model reads it as any other; nobody gives it a value
    if not in_key and actual.nullable != desired.nullable:  # a key is never null, whatever SQLite says of old ones
        yield SetNullable(table, desired.name, desired.nullable)
    old, new = (ddl.default_meaning(column.default, column.type) for column in (actual, desired))
    if old != new:
        yield SetDefault(table, desired.name, actual.default, desired.default)
    # A lone INTEGER key of SQLite's is handed out, if nobody gives it, whether the model asks for it or not.
    if (actual.identity is None) != (desired.identity is None) and actual.identity != "rowid":
        yield SetIdentity(table, desired.name, desired.identity is not None)
