"""What somebody changed by hand since the last version was applied: schemas as they are and as they were left -> drift.

What harms nobody isn't mentioned, and stays: columns, indexes and tables more, which no row needs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from backsmith.databases.changes import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    AddIndex,
    AddUnique,
    AlterColumnType,
    AlterEnum,
    Change,
    ChangePrimaryKey,
    CreateEnum,
    CreateTable,
    DropCheck,
    DropColumn,
    DropForeignKey,
    DropUnique,
    MissingView,
    SetDefault,
    SetIdentity,
    SetNullable,
    TableName,
    describe,
)
from backsmith.databases.dialect import Dialect
from backsmith.databases.schema import Column, Schema, Table
from backsmith.evolution.diff import diff
from backsmith.evolution.plan import Approval, Drift


class Left(NamedTuple):
    """The changes that would take the database back to what the last version left, in the names of the plan."""

    changes: tuple[Change, ...]
    actual: Schema
    applied: Schema


def left(actual: Schema, applied: Schema, dialect: Dialect) -> Left:
    """Compare what is there with what the last version asked for."""
    found = diff(actual, applied, dialect, previous=applied)
    return Left(tuple(each for each in found if not isinstance(each, MissingView)), actual, applied)


def drift(found: Left, planned: Collection[Change], dialect: Dialect) -> list[Drift]:
    """What is to be said of it; `planned` are the changes that the new version asks for."""
    asked_for = set(map(_place, planned))
    return [
        Drift(
            text=_said(change),
            ways=tuple(_ways(change, found, dialect)) if _place(change) in asked_for else ("The model has it so too.",),
        )
        for change in found.changes
    ]


def only_there(
    found: Left | None, planned: Iterable[Change], given: Collection[str], not_modelled: Collection[str]
) -> Iterator[Approval]:
    """Approvals for constraints that go though no version of the model had them: who added them had a reason."""
    for change in planned:
        if not isinstance(change, DropCheck | DropUnique | DropForeignKey):
            continue
        if isinstance(change, DropForeignKey) and any(_is_deferrable(change, note) for note in not_modelled):
            name = f"drop:{change.table}.{_constraint(change)}"
            text = f"{describe(change)}: it is DEFERRABLE, which a new one isn't."
            yield Approval(name=name, text=text, given=name in given)
        elif found is None or change in found.changes:
            name = f"drop:{change.table}.{_constraint(change)}"
            text = f"{describe(change)}: only the database has it."
            yield Approval(name=name, text=text, given=name in given)


def _is_deferrable(change: DropForeignKey, note: str) -> bool:
    """Whether that is said by what was read of the database and has no place in a schema."""
    return note in {
        f"deferrable foreign key ({', '.join(change.foreign_key.columns)}) on {change.table}",
        f"deferrable of constraint {change.foreign_key.name} on {change.table}",
    }


def _place(change: Change) -> object:
    """What a change is about, as two versions of the model may ask for it in other words."""
    match change:
        case CreateTable(table):
            return CreateTable, TableName(table.name, table.schema)
        case AddColumn(table, column):
            return AddColumn, table, column.name
        case AlterColumnType(table, _, new):
            return AlterColumnType, table, new.name
        case SetDefault(table, column):
            return SetDefault, table, column
        case ChangePrimaryKey(table):
            return ChangePrimaryKey, table
        case AlterEnum(old):
            return AlterEnum, old.name
        case _:
            return change


def _constraint(change: DropCheck | DropUnique | DropForeignKey) -> str:
    """Its name; of one that has none, what PostgreSQL would have called it."""
    match change:
        case DropCheck(_, check):
            return check.name or "_".join((*check.columns, "check"))
        case DropUnique(_, unique):
            return unique.name or "_".join((*unique.columns, "key"))
        case DropForeignKey(_, key):
            return key.name or "_".join((*key.columns, "fkey"))


def _said(change: Change) -> str:
    """What is otherwise than it was left."""
    match change:
        case CreateTable(table):
            return f"Table {TableName(table.name, table.schema)} is gone."
        case CreateEnum(enum):
            return f"Type {enum.name} is gone."
        case AlterEnum(old, new):
            return f"Type {old.name} has the values {', '.join(old.values)}; it had {', '.join(new.values)}."
        case AddColumn(table, column):
            return f"Column {table}.{column.name} is gone."
        case DropColumn(table, column):
            return f"Column {table}.{column.name} ({column.type}) was added, and no row can be made without it."
        case AlterColumnType(table, old, new):
            return f"Column {table}.{new.name} is {_type(old)}; it was {_type(new)}."
        case SetNullable(table, column, nullable):
            now = "is no longer allowed to be null" if nullable else "is now allowed to be null"
            return f"Column {table}.{column} {now}."
        case SetDefault(table, column, old, new):
            now = "has no default" if old is None else f"has the default {old}"
            return f"Column {table}.{column} {now}; it had {'none' if new is None else new}."
        case SetIdentity(table, column, identity):
            return f"The database {'no longer hands' if identity else 'now hands'} out {table}.{column}."
        case ChangePrimaryKey(table, old, new):
            return f"The primary key of {table} is ({', '.join(old)}); it was ({', '.join(new)})."
        case AddForeignKey(table, key):
            return f"The foreign key of {table} ({', '.join(key.columns)}) to {key.target_table} is gone."
        case DropForeignKey(table, key):
            return f"A foreign key of {table} ({', '.join(key.columns)}) to {key.target_table} was added."
        case AddUnique(table, unique):
            return f"({', '.join(unique.columns)}) of {table} is no longer kept unique."
        case DropUnique(table, unique):
            return f"({', '.join(unique.columns)}) of {table} is kept unique now."
        case AddCheck(table, check):
            return f"A check of {table} is gone: {check.sql}"
        case DropCheck(table, check):
            return f"A check of {table} was added: {check.sql}"
        case AddIndex(table, index):
            return f"The index on ({', '.join(index.columns)}) of {table} is gone."
        case _:
            return f"{describe(change)} would take the database back."


def _ways(change: Change, found: Left, dialect: Dialect) -> Iterator[str]:
    match change:
        case AddColumn(table, column):
            for other in _renamed(table, column, found, dialect):
                yield f"Was it renamed to {other.name}? Rename it back: {_rename(table, other, column, dialect)}"
            yield "Apply this plan: it adds the column again, without the values that were in it."
            yield f"Leave it so: take {column.name} out of the model."
        case CreateTable(table):
            yield "Apply this plan: it makes the table again, without the rows that were in it."
            yield f"Bring the rows back from a backup, or take the entity of {table.name} out of the model."
        case DropColumn(_, column):
            yield "Apply this plan, with approval: the column goes, with its values."
            yield f"Keep it: write {column.name} into the model, or give it a default by SQL."
        case DropCheck() | DropUnique() | DropForeignKey():
            yield "Apply this plan, with approval: it goes."
            yield "Keep it: write it into the model."
        case _:
            yield "Apply this plan: it puts that right."
            yield "Keep it so: write it into the model."


def _renamed(table: TableName, gone: Column, found: Left, dialect: Dialect) -> Iterator[Column]:
    """Columns that nobody asked for and that could be the one that is gone."""
    now, then = (_table(schema, table) for schema in (found.actual, found.applied))
    if now is None or then is None:
        return
    known = {dialect.ddl.fold(column.name) for column in then.columns}
    for column in now.columns:
        same = dialect.ddl.normal_type(column.type) == dialect.ddl.normal_type(gone.type)
        if dialect.ddl.fold(column.name) not in known and same:
            yield column


def _table(schema: Schema, name: TableName) -> Table | None:
    return next((each for each in schema.tables if TableName(each.name, each.schema) == name), None)


def _rename(table: TableName, now: Column, then: Column, dialect: Dialect) -> str:
    name = ".".join(map(dialect.quote, (*([table.schema] if table.schema else []), table.name)))
    return f"ALTER TABLE {name} RENAME COLUMN {dialect.quote(now.name)} TO {dialect.quote(then.name)};"


def _type(column: Column) -> str:
    return column.type + (f" collate {column.collation}" if column.collation else "")
