"""A table that Backsmith keeps for itself, as data: `OwnTable`, and the statements that make it.

Read and write it by `databases.own_rows`, or through the dialect's placeholders, encoders and `load`, as entities are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Field
from backsmith.blueprint.types import Type
from backsmith.databases.ddl import column_sql
from backsmith.databases.dialect import Dialect
from backsmith.databases.schema import Column, Schema, Table, TableIndex


class OwnColumn(Struct, frozen=True):
    """A column. `storage` and `default` are SQL by the name of the dialect, where the type's own won't do."""

    name: str
    type: Type
    nullable: bool = False
    identity: bool = False
    """An integer key that the database hands out."""
    storage: Mapping[str, str] = {}
    default: Mapping[str, str] = {}


class OwnTable(Struct, frozen=True, kw_only=True):
    """A table that Backsmith keeps for itself."""

    name: str
    columns: tuple[OwnColumn, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    also: Mapping[str, tuple[str, ...]] = {}
    """Further statements that belong to it, by the name of the dialect: a trigger, an index on an expression."""
    needed: Callable[[Blueprint], bool]
    """Whether an application needs it."""


def missing(own: OwnTable, actual: Schema, dialect: Dialect, *, needed: bool = True) -> list[str]:
    """The statements that make the table, or what it lacks, where `actual` is what the database holds."""
    fold = dialect.ddl.fold
    there = next((each for each in actual.tables if each.schema is None and fold(each.name) == own.name), None)
    if there is None:
        return statements(own, dialect) if needed else []
    wanted, ddl = table_of(own, dialect), dialect.ddl
    columns = {fold(column.name) for column in there.columns}
    found = [
        f"ALTER TABLE {ddl.quote(own.name)} ADD COLUMN {column_sql(ddl, column, type=column.type)}"
        for column in wanted.columns
        if column.name not in columns
    ]
    indexed = {tuple(map(fold, index.columns)) for index in there.indexes}
    for index in wanted.indexes:
        if index.columns not in indexed:
            found.append(ddl.statements(Schema(tables=(replace(wanted, indexes=(index,)),)))[1])
    return found


def statements(own: OwnTable, dialect: Dialect) -> list[str]:
    """The statements that make the table."""
    schema = Schema(tables=(table_of(own, dialect),))
    return [*dialect.ddl.statements(schema), *own.also.get(dialect.name, ())]


def table_of(own: OwnTable, dialect: Dialect) -> Table:
    """The table as data."""
    return Table(
        name=own.name,
        columns=tuple(_column(column, dialect) for column in own.columns),
        primary_key=own.key,
        indexes=tuple(TableIndex(name="", columns=columns) for columns in own.indexes),
    )


def field_of(own: OwnTable, name: str, dialect: Dialect) -> Field:
    """A column as a field, for the dialect's `load`, `placeholder` and `encoder`."""
    column = next(column for column in own.columns if column.name == name)
    return Field(
        id=f"{own.name}.{name}",
        name=name,
        column=name,
        type=column.type,
        nullable=column.nullable,
        identity=column.identity,
        storage=column.storage.get(dialect.name),
    )


def _column(column: OwnColumn, dialect: Dialect) -> Column:
    field = Field(
        id=column.name, name=column.name, column=column.name, type=column.type, storage=column.storage.get(dialect.name)
    )
    return Column(
        name=column.name,
        type=dialect.ddl.column_type(field),
        nullable=column.nullable,
        default=column.default.get(dialect.name),
        identity="by default" if column.identity else None,
        collation=dialect.ddl.collation(field),
    )
