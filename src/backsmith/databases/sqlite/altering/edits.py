"""Changes of one table -> its CREATE TABLE with these changes made to the text, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from backsmith.databases.changes import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    AlterColumnType,
    Change,
    ChangePrimaryKey,
    DropCheck,
    DropColumn,
    DropForeignKey,
    DropUnique,
    SetDefault,
    SetIdentity,
    SetNullable,
)
from backsmith.databases.constraint_names import name_of
from backsmith.databases.ddl import column_sql
from backsmith.databases.schema import CheckConstraint, Column, ForeignKey
from backsmith.databases.sql_tokens import tokens
from backsmith.databases.sqlite.altering.table_reader import read_column, read_constraint, read_table_text
from backsmith.databases.sqlite.altering.table_text import Clause, Part, TableText, folded
from backsmith.databases.sqlite.ddl import STRICT_TYPES, SqliteDdl, parenthesised

_ORDER = (
    DropForeignKey, DropUnique, DropCheck, DropColumn, AddColumn, AlterColumnType, SetIdentity, SetDefault,
    SetNullable, ChangePrimaryKey, AddCheck, AddForeignKey,
)  # fmt: skip
"""What goes is taken out before what comes is put in."""


def edited(sql: str, changes: Iterable[Change], ddl: SqliteDdl, *, table: str, name: str) -> str:
    """CREATE TABLE `name`: the text of `table` with those of the changes made that its text has a place for."""
    text = read_table_text(sql)
    editor = _Editor(text, ddl, table)
    known = [change for change in changes if isinstance(change, _ORDER)]
    for change in sorted(known, key=lambda change: _ORDER.index(type(change))):
        editor.make(change)
    if text.has_option("STRICT") and any(folded(part.type) not in STRICT_TYPES for part in text.columns()):
        text.drop_option("STRICT")
    return _renamed(text.sql(ddl.quote(name)), table, ddl.quote(name))


def column_definition(ddl: SqliteDdl, column: Column) -> str:
    """A column as CREATE TABLE and ADD COLUMN take it."""
    return column_sql(ddl, parenthesised(column), type=column.type.upper())


def check_sql(ddl: SqliteDdl, table: str, check: CheckConstraint) -> str:
    """A check as a constraint of a table or column, with the name that it would get in a new table."""
    return f"{ddl.constraint(check.name or name_of(table, check.columns, 'check'))}CHECK ({check.sql})"


def foreign_key_name(table: str, key: ForeignKey) -> str:
    """The key's name, or the one that it would get in a new table."""
    return key.name or name_of(table, key.columns, "fkey")


def _renamed(sql: str, table: str, name: str) -> str:
    """The text with the table's own name before columns (`orders.total > 0`) made that of the new table."""
    found = tokens(sql, brackets=True)
    for token, after in reversed(list(pairwise(found))):
        if token.is_name() and folded(token.value) == folded(table) and after.is_symbol("."):
            sql = sql[: token.start] + name + sql[token.end :]
    return sql


_Wanted = Callable[[Part, Clause], bool]
"""A question about a clause and the part that it stands in."""


class _Editor:
    def __init__(self, text: TableText, ddl: SqliteDdl, table: str) -> None:
        self.text, self.ddl, self.table = text, ddl, table

    def make(self, change: Change) -> None:
        match change:
            case AddColumn(_, column):
                self.add_column(column)
            case DropColumn(_, column):
                self.text.remove(self.column(column.name))
            case AlterColumnType(_, _, new):
                self.set_type(new)
            case SetNullable(_, column, nullable):
                self.set_nullable(self.column(column), nullable)
            case SetDefault(_, column, _, new):
                self.set_default(self.column(column), new)
            case SetIdentity(_, column, True):
                part = self.column(column)
                part.type, part.sql = "INTEGER", None
                part.without("default")
                self.text.drop_option("WITHOUT")
            case ChangePrimaryKey(_, old, new):
                self.set_primary_key(old, new)
            case AddForeignKey(_, key):
                name = self.ddl.constraint(foreign_key_name(self.table, key))
                self.text.add_constraint(read_constraint(name + self.ddl.foreign_key(key)))
            case DropForeignKey(_, key):
                self.drop(lambda part, clause: _is_key(part, clause, key))
            case DropUnique(_, unique, False):
                columns = _set(unique.columns)
                self.drop(lambda part, clause: clause.kind == "unique" and _columns(part, clause) == columns)
            case AddCheck(_, check):
                self.text.add_constraint(read_constraint(check_sql(self.ddl, self.table, check)))
            case DropCheck(_, check):
                self.drop(lambda _, each: each.kind == "check" and (each.name, each.inner) == (check.name, check.sql))
            case _:
                pass  # an index's, which stands beside the table

    def column(self, name: str) -> Part:
        part = self.text.column(name)
        assert part is not None, name  # a change of a column that isn't there is the differ's mistake
        return part

    def add_column(self, column: Column) -> None:
        there = self.text.column(column.name)  # it was added before, as it had to be for its values
        if there is not None:
            self.text.remove(there)
        self.text.add_column(read_column(column_definition(self.ddl, column)))

    def set_type(self, new: Column) -> None:
        part = self.column(new.name)
        part.type, part.sql = new.type.upper(), None
        part.without("collate")
        if new.collation is not None:
            self.clause(part, Clause(kind="collate", sql=f"COLLATE {new.collation}"))
        key = self.primary_key()
        if folded(new.type) != "integer" and folded(new.name) in key:
            self.not_null(key)
            self.no_autoincrement()

    def set_nullable(self, part: Part, nullable: bool) -> None:
        part.without("not null", "null")
        if not nullable:
            self.clause(part, Clause(kind="not null", sql="NOT NULL"))

    def set_default(self, part: Part, default: str | None) -> None:
        part.without("default")
        if default is not None:
            column = parenthesised(Column(name=part.column or "", type=part.type, default=default))
            self.clause(part, Clause(kind="default", sql=f"DEFAULT {column.default}"))

    def set_primary_key(self, old: tuple[str, ...], new: tuple[str, ...]) -> None:
        self.drop(lambda _, clause: clause.kind == "primary key")
        self.not_null([folded(column) for column in old if self.text.column(column)])
        if new:
            self.not_null([folded(column) for column in new])
            self.text.add_constraint(read_constraint(f"PRIMARY KEY ({self.ddl.names(new)})"))
        else:
            self.text.drop_option("WITHOUT")

    # Parts
    def clause(self, part: Part, clause: Clause) -> None:
        part.change([*part.clauses, clause])

    def not_null(self, columns: Iterable[str]) -> None:
        for column in columns:
            part = self.column(column)
            if not part.has("not null"):
                part.without("null")
                part.change([Clause(kind="not null", sql="NOT NULL"), *part.clauses])

    def primary_key(self) -> list[str]:
        for part in self.text.parts:
            for clause in part.clauses:
                if clause.kind == "primary key":
                    return sorted(_columns(part, clause))
        return []

    def no_autoincrement(self) -> None:
        for part in self.text.columns():
            kept = [
                Clause(kind=each.kind, sql="PRIMARY KEY") if "AUTOINCREMENT" in each.sql.upper() else each
                for each in part.clauses
            ]
            if kept != part.clauses:
                part.change(kept)

    def drop(self, wanted: _Wanted) -> None:
        """Take out the clauses for which `wanted` is true."""
        for part in list(self.text.parts):
            kept = [clause for clause in part.clauses if not wanted(part, clause)]
            if part.column is None and not kept:
                self.text.remove(part)
            elif len(kept) < len(part.clauses):
                part.change(kept)


def _columns(part: Part, clause: Clause) -> frozenset[str]:
    return _set(clause.columns if part.column is None else (part.column,))


def _set(columns: Iterable[str]) -> frozenset[str]:
    return frozenset(map(folded, columns))


def _is_key(part: Part, clause: Clause, key: ForeignKey) -> bool:
    return (
        clause.kind == "references"
        and folded(clause.target or "") == folded(key.target_table)
        and _columns(part, clause) == _set(key.columns)
    )
