"""SQLite's spelling of tables: STRICT ones, unless a column keeps a type that STRICT doesn't know."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.resolve_constants import duration_value
from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Sealed,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases.constraint_names import with_names
from backsmith.databases.ddl import Ddl, column_sql
from backsmith.databases.schema import Column, EnumType, Schema, Table
from backsmith.databases.sql_forms import Meaning, Value
from backsmith.databases.sqlite.field_types import field_type
from backsmith.databases.sqlite.storage import affinity
from backsmith.databases.values import microseconds

STRICT_TYPES = frozenset({"int", "integer", "real", "text", "blob", "any"})
_LENGTH = re.compile(r"[^(]*(?:char|text|clob)[^(]*\(\s*(\d+)\s*\)", re.IGNORECASE)
_CONSTANT = re.compile(r"[-+]?[\d.]\S*|[xX]?'(?:[^']|'')*'|[A-Za-z_]+|\(.*\)", re.DOTALL)
_NUMBERS = frozenset({"integer", "real", "numeric"})
# The canonical form of an instant, to the second: canonical fractions have no trailing zeros to write.
_NOW = "(strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now'))"


class SqliteDdl(Ddl):
    """SQLite's spelling of tables."""

    sqlite_quoting = True
    new_uuid = (  # of version 4, RFC 9562
        "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'"
        " || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
    )

    def statements(self, schema: Schema) -> list[str]:
        """Tables with all their keys (SQLite minds no order), each followed by its indexes."""
        found: list[str] = []
        for table in with_names(schema).tables:
            if not table.view:
                found.append(self.create(table))
                found.extend(self.create_index(table, index) for index in table.indexes)
        return found

    def create(self, table: Table) -> str:
        """CREATE TABLE. What was a row's number is never that of another: who still has it (a token, a bookmark, a log)
        would take the one row for the other."""
        rowid = self.rowid(table)
        columns = [
            f"{self.quote(column.name)} INTEGER PRIMARY KEY AUTOINCREMENT"
            if column.name == rowid
            else column_sql(self, parenthesised(column), type=column.type.upper())
            for column in table.columns
        ]
        if table.primary_key and rowid is None:
            columns.append(f"PRIMARY KEY ({self.names(table.primary_key)})")
        strict = all(column.type.lower() in STRICT_TYPES for column in table.columns)
        return self.create_table(table, columns, table.foreign_keys) + (" STRICT" if strict else "")

    def rowid(self, table: Table) -> str | None:
        """The column that is the rowid itself."""
        by_name = {column.name: column for column in table.columns}
        match table.primary_key:
            case (name,) if by_name[name].type.lower() == "integer" and by_name[name].default is None:
                return name
            case _:
                return None

    def column_type(self, field: Field) -> str:
        """The affinity that the internal form of the type has, see `databases.dialect`."""
        if field.storage is not None:
            return field.storage.lower().partition(" collate ")[0]
        match field.type:
            case Integer() | Boolean() | Numeric() | Duration():
                return "integer"
            case Float():
                return "real"
            case Bytes() | Sealed():
                return "blob"
            case Text() | Enum() | Date() | DateTime() | Time() | Uuid() | Json() | List():
                return "text"

    def collation(self, field: Field) -> str | None:
        """The one named at the end of the field's storage: `text collate nocase`."""
        named = (field.storage or "").lower().partition(" collate ")[2]
        return named if named not in {"", "binary"} else None

    def constant(self, value: Any, type: Type, storage: str | None) -> str | None:
        """Scaled integers and canonical texts; for columns of another's making only what is written alike there."""
        if storage is not None:
            return self.foreign_constant(value, type)
        match type:
            case Boolean():
                return str(int(value))
            case Numeric(places=places):
                return format((Decimal(value).scaleb(places)).normalize(), "f")
            case Date() | DateTime() | Time() | Uuid():
                return self.text(str(value))
            case Duration():
                return str(microseconds(duration_value(value)))
            case Bytes():
                return f"x'{value[2:]}'"
            case Json():
                return self.text(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
            case List(item):
                items = [_list_item(each, item) for each in value]
                return self.text(json.dumps(items, ensure_ascii=False, separators=(",", ":")))
            case _:
                return self.plain_constant(value, type)

    def foreign_constant(self, value: Any, type: Type) -> str | None:
        """A constant as another program's column most likely has it; None where that can't be told."""
        match type:
            case Boolean():
                return str(int(value))
            case Date() | Uuid():
                return self.text(str(value))
            case Json():
                return self.text(json.dumps(value, ensure_ascii=False))
            case _:
                return self.plain_constant(value, type)

    def default(self, field: Field) -> str | None:
        """UUIDs and the current user are the engine's to fill in."""
        default = field.default
        if default is None or field.secret or (default.kind == "constant" and default.value is None):
            return None
        own = field.storage is None
        match default.kind:
            case "constant":
                return self.constant(default.value, field.type, field.storage)
            case "sql":
                return str(default.value)
            case "now":
                return _NOW if own else "CURRENT_TIMESTAMP"
            case "today":
                return "CURRENT_DATE"
            case "empty_list":
                return "'[]'"
            case "uuid7" | "uuid4" | "current_user":
                return None

    def refusal(self, value: str, type: str) -> str:
        """A function of Backsmith's."""
        return f"backsmith_refuse({value})"

    def type_checks(self, field: Field) -> Iterator[str]:
        """None for a column of another's making: it is as it is."""
        if field.storage is not None:
            return
        column = self.quote(field.column)
        match field.type:
            case Boolean():
                yield f"{column} IN (0, 1)"
            case Integer(bits) if bits < 64:
                yield f"{column} BETWEEN {-(2 ** (bits - 1))} AND {2 ** (bits - 1) - 1}"
            case Numeric(digits=int(digits)):
                yield f"{column} BETWEEN {1 - 10**digits} AND {10**digits - 1}"
            case Json():
                yield f"json_valid({column})"
            case List():
                yield f"json_type({column}) = 'array'"
            case _:
                pass

    def field_type(self, column: Column, enums: tuple[EnumType, ...]) -> Type:
        """By the declared type's name."""
        return field_type(column.type)

    def storage(self, column: Column) -> str:
        """With the collation, which changes what is equal."""
        declared = column.type or "any"
        return declared if column.collation is None else f"{declared} collate {column.collation}"

    def normal_type(self, type: str) -> str:
        """The affinity; a column without a type, or of the type ANY, takes anything."""
        return "any" if type.strip().lower() in {"", "any"} else affinity(type)

    def declared_length(self, type: str) -> int | None:
        """SQLite doesn't hold values to it, but it is what the table's author meant."""
        match = _LENGTH.match(type)
        return int(match[1]) if match else None

    def same_collation(self, actual: str | None, desired: str | None) -> bool:
        """Collations change what is equal here."""
        return actual == desired

    def fold(self, name: str) -> str:
        """Names are the same whatever the case of ASCII letters, which is what lower() of bytes changes."""
        return name.encode().lower().decode()

    def default_meaning(self, sql: str | None, type: str) -> Meaning | None:
        """As the column's affinity takes it: '0' is a number in a column of numbers."""
        found = super().default_meaning(sql, type)
        if isinstance(found, Value) and found.kind == "text" and self.normal_type(type) in _NUMBERS:
            as_number = self.meaning(found.value)
            if isinstance(as_number, Value) and as_number.kind == "number":
                return as_number
        return found


def parenthesised(column: Column) -> Column:
    """The column with parentheses around a default that isn't a constant, as SQLite's grammar wants them."""
    plain = column.default is None or _CONSTANT.fullmatch(column.default)
    return column if plain else replace(column, default=f"({column.default})")


def _list_item(value: Any, type: Type) -> Any:
    match type:
        case Numeric(places=places):
            return int(Decimal(value).scaleb(places))
        case Duration():
            return microseconds(duration_value(value))
        case _:
            return value
