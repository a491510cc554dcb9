"""An alteration, looked up by name: tables before and after, sizes, names that are free, what hangs on a column."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeVar

from backsmith.blueprint.naming import LONGEST
from backsmith.databases.altering import Alteration
from backsmith.databases.changes import CreateTable, RenameColumn, RenameTable, TableName
from backsmith.databases.constraint_names import with_names
from backsmith.databases.facts import DatabaseObject, TableFacts
from backsmith.databases.postgres.ddl import PostgresDdl
from backsmith.databases.renamed_schema import Rename, renamed_schema
from backsmith.databases.schema import Column, ForeignKey, Schema, Table

T = TypeVar("T")
SMALL_ROWS, SMALL_BYTES = 1000, 1_000_000
"""A table with at most so much is written anew, rows and indexes, in 13 to 17 ms as measured with fsync=off on
PostgreSQL 15 and 18."""


class Situation:
    """What the makers of steps ask of an alteration. Tables are named as they are after the renames."""

    def __init__(self, alteration: Alteration, ddl: PostgresDdl) -> None:
        self.ddl = ddl
        self.changes = alteration.changes
        self.facts = alteration.facts
        self.enums = alteration.actual.enums
        self.renames: list[Rename] = [each for each in self.changes if isinstance(each, RenameTable | RenameColumn)]
        named = with_names(alteration.desired)
        self.before = _by_name(renamed_schema(alteration.actual, self.renames, ddl))
        self.after = _by_name(named)
        self.created = {_name(each.table) for each in self.changes if isinstance(each, CreateTable)}
        self.swapped: set[tuple[TableName, str]] = set()
        """Columns in whose places new ones come: what was on the old ones goes with them."""
        self._unnamed = _by_name(alteration.desired)
        self._taken = set(_names(alteration.actual)) | {each.name for each in self.facts.objects}

    # Names
    def quoted(self, table: TableName) -> str:
        """The table as SQL."""
        return self.ddl.table_name(table.name, table.schema)

    def take(self, name: str, freed: Collection[str | None] = ()) -> str:
        """The name, or with a number where it is taken by something that is not among `freed`."""
        found, number = name, 0
        while found in self._taken and found not in freed:
            number += 1
            found = _cut(name, str(number))
        self._taken.add(found)
        return found

    def created_table(self, table: Table) -> Table:
        """The table with the names of its constraints and indexes."""
        return self.after.get(_name(table), table)

    def named(self, table: TableName, kind: str, of: T) -> T:
        """The constraint or index with the name that the desired schema gives it."""
        mine: Iterable[T] = getattr(self._unnamed.get(table), kind, ())
        theirs: Iterable[T] = getattr(self.after.get(table), kind, ())
        return next((b for a, b in zip(mine, theirs, strict=True) if a == of), of)

    def key_name(self, table: TableName) -> str:
        """The name of the primary key's constraint."""
        found = (each.name for each in self.objects(table) if each.kind == "primary key")
        return next(found, _cut(table.name, "_pkey"))

    # Tables
    def of_kind(self, kind: type[T], table: TableName | None = None) -> list[T]:
        """The changes of one kind, of a table."""
        return [
            each
            for each in self.changes
            if isinstance(each, kind) and (table is None or getattr(each, "table", None) == table)
        ]

    def size(self, table: TableName) -> TableFacts:
        """The table's size; a new one has no rows."""
        return self.facts.tables.get(str(self.old_name(table)), TableFacts(rows=0, bytes=0))

    def is_small(self, table: TableName) -> bool:
        """Whether all its rows can be written anew in a moment."""
        size = self.size(table)
        return size.rows <= SMALL_ROWS and size.bytes + size.index_bytes <= SMALL_BYTES

    def column(self, table: TableName, name: str) -> Column | None:
        """The column as it is, or as it is to be."""
        for tables in (self.before, self.after):
            for column in tables[table].columns if table in tables else ():
                if column.name == name:
                    return column
        return None

    def keys_to(self, table: TableName) -> list[tuple[TableName, ForeignKey]]:
        """The foreign keys that point at the table, as they are."""
        return [
            (name, key)
            for name, each in self.before.items()
            for key in each.foreign_keys
            if TableName(key.target_table, key.target_schema) == table
        ]

    # What hangs on them
    def old_name(self, table: TableName) -> TableName:
        """The table's name before the renames."""
        for rename in reversed(self.renames):
            if isinstance(rename, RenameTable) and rename.new == table:
                table = rename.old
        return table

    def old_column(self, table: TableName, column: str) -> str:
        """The column's name before the renames."""
        for rename in reversed(self.renames):
            if isinstance(rename, RenameColumn) and rename.table == table and rename.new == column:
                column = rename.old
        return column

    def objects(self, table: TableName, column: str | None = None) -> list[DatabaseObject]:
        """What hangs on the table, or on that column of it."""
        owner = str(self.old_name(table))
        found = [each for each in self.facts.objects if each.table == owner]
        if column is None:
            return found
        old = self.old_column(table, column)
        return [each for each in found if old in each.columns]


def _by_name(schema: Schema) -> dict[TableName, Table]:
    return {_name(table): table for table in schema.tables if not table.view}


def _name(table: Table) -> TableName:
    return TableName(table.name, table.schema)


def _names(schema: Schema) -> Iterable[str]:
    """All names that a new constraint or index may not have."""
    for table in schema.tables:
        yield table.name
        for each in (*table.foreign_keys, *table.uniques, *table.checks, *table.indexes):
            if each.name:
                yield each.name


def _cut(name: str, end: str) -> str:
    return name.encode()[: LONGEST - len(end)].decode(errors="ignore") + end
