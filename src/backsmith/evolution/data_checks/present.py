"""The rows that are there as a plan's changes will find them: present names -> SQL of a table as it will be.

Changes speak of tables and columns by their names after all renames; the database has the old ones until then. So a
table is asked as a SELECT that gives its columns their new names, and columns that are added, filled or converted the
values that they will have.
"""

from __future__ import annotations

from typing import NamedTuple

from backsmith.blueprint.types import Type
from backsmith.databases.altering import Alteration
from backsmith.databases.changes import (
    AddColumn,
    AlterColumnType,
    Fill,
    FillTable,
    RenameColumn,
    RenameTable,
    TableName,
    Transform,
)
from backsmith.databases.conversions import field_of
from backsmith.databases.dialect import Dialect
from backsmith.databases.renamed_schema import renamed_schema
from backsmith.databases.schema import Column, Table


class Shown(NamedTuple):
    """A column of a table as it will be."""

    column: Column
    sql: str | None
    """Its value over the present row, by new names; None where it isn't known before it is done."""


class Present:
    """The tables that are there, by the names that they will have."""

    def __init__(self, alteration: Alteration, dialect: Dialect) -> None:
        self.changes = alteration.changes
        self.dialect = dialect
        self.enums = alteration.actual.enums
        self.old_table: dict[TableName, TableName] = {}
        self.old_column: dict[tuple[TableName, str], str] = {}
        found = [change for change in self.changes if isinstance(change, RenameTable | RenameColumn)]
        renamed = renamed_schema(alteration.actual, found, dialect.ddl)
        # Renames change names alone, so that tables and columns keep their places.
        for before, after in zip(alteration.actual.tables, renamed.tables, strict=True):
            name = TableName(after.name, after.schema)
            self.old_table[name] = TableName(before.name, before.schema)
            for old, new in zip(before.columns, after.columns, strict=True):
                self.old_column[name, new.name] = old.name
        self.tables: dict[TableName, Table] = {
            TableName(each.name, each.schema): each for each in renamed.tables if not each.view
        }
        self._filled = {change.table for change in self.changes if isinstance(change, FillTable)}

    def is_filled(self, table: TableName) -> bool:
        """Whether rows get into the table by the plan."""
        return table in self._filled

    def columns(self, table: TableName) -> dict[str, Shown]:
        """The columns of a table that is there, as they will be."""
        quote = self.dialect.quote
        found = {each.name: Shown(each, quote(each.name)) for each in self.tables[table].columns}
        for change in self.changes:
            match change:
                case AddColumn(name, column) if name == table:
                    known = column.default is not None and column.identity is None and column.generated is None
                    unknown = column.identity is not None or column.generated is not None
                    found[column.name] = Shown(column, column.default if known else None if unknown else "NULL")
                case AlterColumnType(name, _, new, using, _) if name == table:
                    fresh = using == self.dialect.ddl.new_uuid
                    found[new.name] = Shown(new, None if fresh else using)
                case _:
                    pass
        for change in self.changes:
            match change:
                case Fill(name, sets, where, _) if name == table:
                    for column, sql in sets:
                        if column in found:
                            found[column] = _filled(found[column], sql, where, self._is_added(table, column))
                case Transform(name, _, _, writes, _) if name == table:
                    for field in writes:
                        if field.column in found:
                            found[field.column] = Shown(found[field.column].column, None)
                case _:
                    pass
        return found

    def _is_added(self, table: TableName, column: str) -> bool:
        return (table, column) not in self.old_column

    def now(self, table: TableName) -> str:
        """The present rows, by new names, to stand after FROM."""
        quote = self.dialect.quote
        columns = ", ".join(
            f"{quote(self.old_column[table, each.name])} AS {quote(each.name)}" for each in self.tables[table].columns
        )
        return f"(SELECT {columns} FROM {self.old_name(table)}) AS {quote(table.name)}"

    def then(self, table: TableName, alias: str, columns: tuple[str, ...]) -> str | None:
        """The rows as they will be, to stand after FROM; None where one of these columns isn't known."""
        shown = self.columns(table)
        if any(name not in shown or shown[name].sql is None for name in columns):
            return None
        quote = self.dialect.quote
        values = ", ".join(
            f"{each.sql} AS {quote(name)}"
            for name, each in shown.items()
            if each.sql is not None and (name in columns or (table, name) in self.old_column)
        )
        return f"(SELECT {values} FROM {self.now(table)}) AS {quote(alias)}"

    def old_name(self, table: TableName) -> str:
        """The table's present name, quoted."""
        old = self.old_table[table]
        return self.dialect.ddl.table_name(old.name, old.schema)

    def key(self, table: TableName) -> tuple[str, ...]:
        """The columns that tell its present rows apart, by new names."""
        return self.tables[table].primary_key

    def json(self, table: TableName, column: str, type: Type | None = None) -> str:
        """SQL of the present value of a column as JSON text, over `now`."""
        found = next(each for each in self.tables[table].columns if each.name == column)
        return self.json_of(found, type)

    def json_of(self, column: Column, type: Type | None = None) -> str:
        """SQL of a column's value as JSON text."""
        type = self.dialect.ddl.field_type(column, self.enums) if type is None else type
        field = field_of(column, type, self.dialect.ddl)
        loaded = self.dialect.load(self.dialect.quote(column.name), field)
        return self.dialect.json(loaded, type, nullable=True, column=True)


def _filled(shown: Shown, sql: str, where: str | None, added: bool) -> Shown:
    if added or where is None:
        return Shown(shown.column, f"({sql})")
    return Shown(shown.column, None if shown.sql is None else f"CASE WHEN {where} THEN {sql} ELSE {shown.sql} END")
