"""Changes to a database as nouns, and each in plain English.

`evolution.diff` finds them, `altering.Altering` turns them into steps. SQL within a change names columns as they are
called after all renames, and before anything is dropped: old and new columns both stand there.
"""

from __future__ import annotations

from typing import assert_never

from msgspec import Struct

from backsmith.blueprint.blueprint import Field
from backsmith.databases.schema import (
    CheckConstraint,
    Column,
    EnumType,
    ForeignKey,
    Table,
    TableIndex,
    UniqueConstraint,
)


class TableName(Struct, frozen=True):
    """A table's name, and its schema's where that isn't the default one."""

    name: str
    schema: str | None = None

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"


class RenameTable(Struct, frozen=True, tag=True):
    """A table by another name. Renames come before all other changes."""

    old: TableName
    new: TableName


class RenameColumn(Struct, frozen=True, tag=True):
    """A column by another name. `table` is the table's name after its own rename."""

    table: TableName
    old: str
    new: str


class CreateTable(Struct, frozen=True, tag=True):
    """A table that isn't there yet."""

    table: Table


class DropTable(Struct, frozen=True, tag=True):
    """A table that the model had and has no more."""

    table: Table


class MissingView(Struct, frozen=True, tag=True):
    """A view that the model reads and that isn't there, or not with these columns. Views are the user's to create."""

    view: TableName
    columns: tuple[str, ...]
    """What it lacks; empty where the whole view is missing."""


class CreateEnum(Struct, frozen=True, tag=True):
    """An enum type that isn't there yet."""

    enum: EnumType


class AlterEnum(Struct, frozen=True, tag=True):
    """An enum type whose values are others. `renamed`: pairs of an old value and its new name."""

    old: EnumType
    new: EnumType
    renamed: tuple[tuple[str, str], ...] = ()


class AddColumn(Struct, frozen=True, tag=True):
    """A column that isn't there yet."""

    table: TableName
    column: Column


class DropColumn(Struct, frozen=True, tag=True):
    """A column that the model doesn't have: it had it, or every new row would have to have it."""

    table: TableName
    column: Column


class Key(Struct, frozen=True):
    """A column of a key that others point at."""

    table: TableName
    column: str


class AlterColumnType(Struct, frozen=True, tag=True):
    """A column of another type or collation.

    `using` is SQL of the new value over the row's columns as they were; None where the database converts by itself
    (or by `Altering.conversion`). `follows`: the column points at that key, whose type changes with new values
    (`using` of that change is not a function of the old value, such as a new UUID): the new value is the one that the
    row of the same old key got.
    """

    table: TableName
    old: Column
    new: Column
    using: str | None = None
    follows: Key | None = None


class SetNullable(Struct, frozen=True, tag=True):
    """A column that may be null from now on, or not any more."""

    table: TableName
    column: str
    nullable: bool


class SetDefault(Struct, frozen=True, tag=True):
    """A column whose default is another; None is none."""

    table: TableName
    column: str
    old: str | None
    new: str | None


class SetIdentity(Struct, frozen=True, tag=True):
    """A column whose numbers the database hands out from now on, or not any more."""

    table: TableName
    column: str
    identity: bool


class ChangePrimaryKey(Struct, frozen=True, tag=True):
    """A primary key of other columns; empty for none."""

    table: TableName
    old: tuple[str, ...]
    new: tuple[str, ...]


class AddForeignKey(Struct, frozen=True, tag=True):
    """A foreign key that isn't there yet."""

    table: TableName
    foreign_key: ForeignKey


class DropForeignKey(Struct, frozen=True, tag=True):
    """A foreign key that the model doesn't have."""

    table: TableName
    foreign_key: ForeignKey


class AddUnique(Struct, frozen=True, tag=True):
    """Columns that are to be unique."""

    table: TableName
    unique: UniqueConstraint


class DropUnique(Struct, frozen=True, tag=True):
    """Columns that need not be unique any more. `index`: a unique index rather than a constraint holds them so."""

    table: TableName
    unique: UniqueConstraint
    index: bool = False


class AddCheck(Struct, frozen=True, tag=True):
    """A check that isn't there yet."""

    table: TableName
    check: CheckConstraint


class DropCheck(Struct, frozen=True, tag=True):
    """A check that the model doesn't have."""

    table: TableName
    check: CheckConstraint


class AddIndex(Struct, frozen=True, tag=True):
    """An index that isn't there yet."""

    table: TableName
    index: TableIndex


class DropIndex(Struct, frozen=True, tag=True):
    """An index that the model had and has no more."""

    table: TableName
    index: TableIndex


class Fill(Struct, frozen=True, tag=True):
    """Values for rows that are there: `sets` are pairs of a column and the SQL of its value, over the row's columns.

    `where` says which rows still need it, so that a second run does nothing twice; None: all.
    """

    table: TableName
    sets: tuple[tuple[str, str], ...]
    where: str | None
    reason: str
    """For people: `the old values of surname`, `migration split_name`."""


class FillTable(Struct, frozen=True, tag=True):
    """Rows for a table out of the rows of another: `columns` are pairs of a column of `table` and SQL over `source`.

    A row that is there already, by the table's key, is left alone.
    """

    table: TableName
    source: TableName
    columns: tuple[tuple[str, str], ...]
    where: str | None
    reason: str


class Transform(Struct, frozen=True, tag=True):
    """Values for rows that are there, by a function of the application: `module:qualified.name`, called with the values
    of `reads` by their names, returns those of `writes` by theirs."""

    table: TableName
    function: str
    reads: tuple[Field, ...]
    writes: tuple[Field, ...]
    reason: str


class Sync(Struct, frozen=True):
    """Two shapes of the same values in one table, held together by triggers while servers of both shapes write.

    Who writes an old column has the new ones set by `up`, pairs of a new column and SQL over the old ones; who writes a
    new column has the old ones set by `down`. Of an INSERT the shape counts of which anything is given, the new one
    before the old; of an UPDATE the one that changes, likewise.
    """

    name: str
    """`backsmith_sync_…`, once in the database."""
    up: tuple[tuple[str, str], ...]
    down: tuple[tuple[str, str], ...]


class CreateSync(Struct, frozen=True, tag=True):
    """Columns that are held together from now on."""

    table: TableName
    sync: Sync


class DropSync(Struct, frozen=True, tag=True):
    """Columns that are no longer held together."""

    table: TableName
    sync: Sync


Change = (
    RenameTable | RenameColumn | CreateTable | DropTable | MissingView | CreateEnum | AlterEnum | AddColumn | DropColumn
    | AlterColumnType
    | SetNullable | SetDefault | SetIdentity | ChangePrimaryKey | AddForeignKey | DropForeignKey | AddUnique
    | DropUnique | AddCheck | DropCheck | AddIndex | DropIndex | Fill | FillTable | Transform | CreateSync | DropSync
)  # fmt: skip


def describe(change: Change) -> str:
    """The change in one line of English."""
    match change:
        case RenameTable(old, new):
            return f"Rename table {old} to {new}"
        case RenameColumn(table, old, new):
            return f"Rename column {table}.{old} to {new}"
        case CreateTable(table):
            return f"Create table {_name(table)}"
        case DropTable(table):
            return f"Drop table {_name(table)}"
        case MissingView(view, ()):
            return f"View {view} is missing"
        case MissingView(view, columns):
            return f"View {view} lacks {_listed(columns)}"
        case CreateEnum(enum):
            return f"Create type {enum.name} of {_listed(enum.values)}"
        case AlterEnum(old, new, _):
            return f"Change the values of type {new.name} from {_listed(old.values)} to {_listed(new.values)}"
        case AddColumn(table, column):
            return f"Add column {table}.{column.name} ({column.type}{'' if column.nullable else ', not null'})"
        case DropColumn(table, column):
            return f"Drop column {table}.{column.name}"
        case AlterColumnType(table, old, new, _, _):
            return f"Change the type of {table}.{new.name} from {_type(old)} to {_type(new)}"
        case SetNullable(table, column, nullable):
            return f"Let {table}.{column} be null" if nullable else f"Don't let {table}.{column} be null"
        case SetDefault(table, column, old, None):
            return f"Drop the default of {table}.{column} ({old})"
        case SetDefault(table, column, None, new):
            return f"Set the default of {table}.{column} to {new}"
        case SetDefault(table, column, old, new):
            return f"Change the default of {table}.{column} from {old} to {new}"
        case SetIdentity(table, column, identity):
            return f"Let the database {'hand out' if identity else 'no longer hand out'} {table}.{column}"
        case ChangePrimaryKey(table, old, new):
            return f"Change the primary key of {table} from {_columns(old)} to {_columns(new)}"
        case AddForeignKey(table, key):
            return f"Add a foreign key from {table} {_foreign_key(key)}"
        case DropForeignKey(table, key):
            return f"Drop the foreign key from {table} {_foreign_key(key)}"
        case AddUnique(table, unique):
            return f"Make {_columns(unique.columns)} of {table} unique"
        case DropUnique(table, unique):
            return f"No longer keep {_columns(unique.columns)} of {table} unique"
        case AddCheck(table, check):
            return f"Add a check to {table}: {check.sql}"
        case DropCheck(table, check):
            return f"Drop the check of {table}: {check.sql}"
        case AddIndex(table, index):
            return f"Add an index on {_columns(index.columns)} of {table}"
        case DropIndex(table, index):
            return f"Drop the index on {_columns(index.columns)} of {table}"
        case Fill(table, sets, _, reason):
            return f"Fill {_columns(tuple(column for column, _ in sets))} of {table} with {reason}"
        case FillTable(table, source, _, _, reason):
            return f"Fill {table} from the rows of {source} with {reason}"
        case Transform(table, function, _, writes, _):
            return f"Fill {_columns(tuple(field.column for field in writes))} of {table} by {function}"
        case CreateSync(table, sync):
            return f"Keep {_sides(sync)} of {table} alike"
        case DropSync(table, sync):
            return f"No longer keep {_sides(sync)} of {table} alike"
        case _:
            assert_never(change)


def _sides(sync: Sync) -> str:
    old, new = (tuple(column for column, _ in pairs) for pairs in (sync.down, sync.up))
    return f"{_columns(old)} and {_columns(new)}"


def _name(table: Table) -> TableName:
    return TableName(table.name, table.schema)


def _columns(columns: tuple[str, ...]) -> str:
    return f"({', '.join(columns)})" if columns else "none"


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(map(repr, values))


def _type(column: Column) -> str:
    return column.type + (f" collate {column.collation}" if column.collation else "")


def _foreign_key(key: ForeignKey) -> str:
    target = TableName(key.target_table, key.target_schema)
    on_delete = "" if key.on_delete == "no action" else f", on delete {key.on_delete}"
    return f"{_columns(key.columns)} to {target} {_columns(key.target_columns)}{on_delete}"
