"""How one database spells its tables: types of columns, defaults, checks, CREATE statements, and what is the same.

The other half of a dialect, beside `dialect.Dialect`, which spells what requests ask. Regular expressions make no
CHECK: SQLite has none of its own, and PostgreSQL's mean other things than Python's; the engine holds values to them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.types import Enum, Float, Integer, List, Numeric, Text, Type
from backsmith.databases.schema import Column, EnumType, ForeignKey, Schema, Table, TableIndex
from backsmith.databases.sql_forms import Meaning, Name, Value
from backsmith.databases.sql_meaning import meaning

_COMPARISONS = (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<="))


class Ddl(ABC):
    """One database's spelling of tables."""

    sqlite_quoting: bool
    """Whether `[x]` quotes a name."""
    new_uuid: str
    """An expression that gives another UUID each time, as a column of UUIDs has it."""
    locks: tuple[str, ...] = ()
    """Statements that begin a transaction which creates tables, so that it is alone."""

    # What to write
    @abstractmethod
    def statements(self, schema: Schema) -> list[str]:
        """The statements that create the schema's tables, without its views, in a database that has none of them."""

    @abstractmethod
    def column_type(self, field: Field) -> str:
        """The type of a stored field's column: its `storage` if it has one, without a collation."""

    @abstractmethod
    def collation(self, field: Field) -> str | None:
        """The collation of a stored field's column, where it isn't the database's own."""

    @abstractmethod
    def constant(self, value: Any, type: Type, storage: str | None) -> str | None:
        """SQL of a constant, given as canonical JSON value, in the form of a column; None where there is none."""

    @abstractmethod
    def default(self, field: Field) -> str | None:
        """The default of a stored field's column; None where the engine alone fills it in."""

    @abstractmethod
    def type_checks(self, field: Field) -> Iterator[str]:
        """Conditions that hold a column to the field's type where the column's own type doesn't."""

    def checks(self, field: Field) -> Iterator[str]:
        """The conditions of a field's type and bounds, as SQL about its column."""
        column = self.quote(field.column)
        yield from self.type_checks(field)
        match field.type:
            case Text(max_length=longest, min_length=shortest):
                if longest is not None and self.declared_length(self.column_type(field)) != longest:
                    yield f"length({column}) <= {longest}"
                if shortest is not None:
                    yield f"length({column}) >= {shortest}"
            case Enum(values) if self.enum_type(field) is None:
                yield f"{column} IN ({', '.join(map(self.text, values))})"
            case _:
                pass
        yield from self.bounds(field)

    def bounds(self, field: Field) -> Iterator[str]:
        """The conditions of a field's bounds alone: all that a foreign key's column needs."""
        if field.bounds is None or field.secret:
            return
        column = self.quote(field.column)
        for name, operator in _COMPARISONS:
            bound = getattr(field.bounds, name)
            sql = None if bound is None else self.constant(bound, field.type, field.storage)
            if sql is not None:
                yield f"{column} {operator} {sql}"
        if field.bounds.multiple_of is not None and isinstance(field.type, Integer | Numeric):
            unit = self.constant(field.bounds.multiple_of, field.type, field.storage)
            if unit is not None and Decimal(unit) != 0:
                yield f"{self.divisible(column, field.type)} % {unit} = 0"

    def divisible(self, column: str, type: Type) -> str:
        """The column as the left side of `%`."""
        return column

    def enum_type(self, field: Field) -> EnumType | None:
        """The type that has to exist for the field's column, if it is one of PostgreSQL's enums."""
        return None

    @abstractmethod
    def refusal(self, value: str, type: str) -> str:
        """An expression, for a column of that type, whose evaluation is an error that names the value."""

    # What is there
    @abstractmethod
    def field_type(self, column: Column, enums: tuple[EnumType, ...]) -> Type:
        """The type of a field on a column that exists: the inverse of `column_type`."""

    def storage(self, column: Column) -> str:
        """The `storage` of a field on a column whose type isn't the one that `column_type` gives."""
        return column.type

    # What is the same
    @abstractmethod
    def normal_type(self, type: str) -> str:
        """The one spelling of all types that mean the same."""

    @abstractmethod
    def declared_length(self, type: str) -> int | None:
        """The length that a type of text says no value exceeds: `nvarchar(160)`."""

    @abstractmethod
    def same_collation(self, actual: str | None, desired: str | None) -> bool:
        """Whether a column that has one collation serves a model that wants the other."""

    def fold(self, name: str) -> str:
        """The name as the database compares it with others."""
        return name

    def meaning(self, sql: str) -> Meaning:
        """What a condition or other expression means."""
        return meaning(sql, brackets=self.sqlite_quoting)

    def default_meaning(self, sql: str | None, type: str) -> Meaning | None:
        """What a default means for a column of that type; None for no default, which DEFAULT NULL is too."""
        if sql is None:
            return None
        found = self.meaning(sql)
        if isinstance(found, Value) and found.kind == "keyword" and found.value == "null":
            return None
        if isinstance(found, Name):  # SQLite takes a bare word for a text
            return Value("text", found.name)
        return found

    # Spelling
    def quote(self, name: str) -> str:
        """The name as a quoted identifier."""
        return '"' + name.replace('"', '""') + '"'

    def text(self, value: str) -> str:
        """A text as a constant."""
        return "'" + value.replace("'", "''") + "'"

    def names(self, names: tuple[str, ...]) -> str:
        """A list of columns: `"a", "b"`."""
        return ", ".join(map(self.quote, names))

    def table_name(self, name: str, schema: str | None) -> str:
        """A table's name, with its schema's where it isn't the default one."""
        return self.quote(name) if schema is None else f"{self.quote(schema)}.{self.quote(name)}"

    def create_table(self, table: Table, columns: list[str], foreign_keys: tuple[ForeignKey, ...]) -> str:
        """CREATE TABLE with these columns and keys, and the table's own uniques and checks; one to a line."""
        lines = list(columns)
        lines += [f"{self.constraint(each.name)}UNIQUE ({self.names(each.columns)})" for each in table.uniques]
        lines += [f"{self.constraint(each.name)}CHECK ({each.sql})" for each in table.checks]
        lines += [self.constraint(key.name) + self.foreign_key(key) for key in foreign_keys]
        body = ",\n".join(f"    {line}" for line in lines)
        return f"CREATE TABLE {self.table_name(table.name, table.schema)} (\n{body}\n)"

    def constraint(self, name: str | None) -> str:
        """`CONSTRAINT "name" `, or nothing."""
        return "" if name is None else f"CONSTRAINT {self.quote(name)} "

    def foreign_key(self, key: ForeignKey) -> str:
        """FOREIGN KEY … REFERENCES … with what happens on change, where that isn't nothing."""
        target = self.table_name(key.target_table, key.target_schema)
        sql = f"FOREIGN KEY ({self.names(key.columns)}) REFERENCES {target} ({self.names(key.target_columns)})"
        for event, action in (("DELETE", key.on_delete), ("UPDATE", key.on_update)):
            if action != "no action":
                sql += f" ON {event} {action.upper()}"
        return sql

    def create_index(self, table: Table, index: TableIndex) -> str:
        """CREATE INDEX."""
        unique = "UNIQUE " if index.unique else ""
        method = f" USING {index.method}" if index.method else ""
        names = {column.name for column in table.columns}
        terms = ", ".join(self.term(term, names) for term in index.columns)
        where = f" WHERE {index.where}" if index.where else ""
        on = self.table_name(table.name, table.schema)
        return f"CREATE {unique}INDEX {self.quote(index.name)} ON {on}{method} ({terms}){where}"

    def term(self, term: str, columns: set[str]) -> str:
        """A term of an index of these columns as `TableIndex` has it -> as SQL has it."""
        descending = term not in columns and term.startswith("-")
        name = term[1:] if descending else term
        return (self.quote(name) if name in columns else name) + (" DESC" if descending else "")

    def plain_constant(self, value: Any, type: Type) -> str | None:
        """SQL of the constants that all databases spell alike; None for the others."""
        match type:
            case Integer():
                return str(int(value))
            case Float():
                return repr(float(value))
            case Numeric():
                return format(Decimal(value), "f")
            case Text() | Enum():
                return self.text(str(value))
            case List() | _:
                return None


def column_sql(ddl: Ddl, column: Column, *, type: str) -> str:
    """The definition of a column: name, type, collation, NOT NULL, default or generation."""
    parts = [ddl.quote(column.name), type]
    if column.collation is not None:
        parts.append(f"COLLATE {column.collation}")
    if not column.nullable:
        parts.append("NOT NULL")
    if column.generated is not None:
        parts.append(f"GENERATED ALWAYS AS ({column.generated}) STORED")
    elif column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    return " ".join(part for part in parts if part)
