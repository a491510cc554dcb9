"""A PostgreSQL database (15 to 18) -> its Schema, in seven queries to pg_catalog.

SQLAlchemy's inspector isn't used: it needs a psycopg-like connection of its own beside asyncpg's, asks several queries
a table, and knows neither domains' base types, NOT VALID, nor what has no place in a Schema (triggers, policies …).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Literal, Protocol

from backsmith.databases.postgres import catalogue
from backsmith.databases.schema import (
    CheckConstraint,
    Column,
    EnumType,
    ForeignKey,
    Schema,
    Table,
    TableIndex,
    UniqueConstraint,
)

Row = Any
"""A row of asyncpg, read by the names of its columns."""
OnChange = Literal["no action", "restrict", "cascade", "set null", "set default"]

_ON_CHANGE: dict[str, OnChange] = {
    "a": "no action",
    "r": "restrict",
    "c": "cascade",
    "n": "set null",
    "d": "set default",
}
_IDENTITY: dict[str, Literal["always", "by default"]] = {"a": "always", "d": "by default"}
_PLAIN_ORDER = {0: "", 3: "-"}
"""pg_index.indoption: ascending with nulls last, descending with nulls first."""


class Connection(Protocol):
    """What is used of an asyncpg.Connection, which has no annotations of its own."""

    async def fetch(self, query: str, *args: Any) -> list[Row]: ...
    def is_in_transaction(self) -> bool: ...
    def transaction(self, *, isolation: Any, readonly: bool) -> Any: ...


async def inspect(connection: Connection, schemas: Sequence[str] | None = None) -> Schema:
    """The tables, views and enums of the named schemas, or of those of the search path, in the order of their names.

    Reads only, and sees one moment of the database unless it is called inside a transaction of the caller's.
    """
    if connection.is_in_transaction():
        return await _inspect(connection, schemas)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return await _inspect(connection, schemas)


async def _inspect(connection: Connection, schemas: Sequence[str] | None) -> Schema:
    namespaces: list[Row] = await connection.fetch(catalogue.SCHEMAS, schemas)
    names = {row["oid"]: None if row["is_default"] else row["name"] for row in namespaces}
    tables: list[Row] = await connection.fetch(catalogue.TABLES, list(names))
    relations = [row["oid"] for row in tables]
    facts = _Facts(
        schemas=names,
        tables={row["oid"]: row for row in tables},
        columns=_by_relation(await connection.fetch(catalogue.COLUMNS, relations)),
        constraints=_by_relation(await connection.fetch(catalogue.CONSTRAINTS, relations)),
        indexes=_by_relation(await connection.fetch(catalogue.INDEXES, relations)),
    )
    enums: list[Row] = await connection.fetch(catalogue.ENUMS, list(names), relations)
    facts.notes.extend(row[0] for row in await connection.fetch(catalogue.NOTES, list(names)))
    found = [facts.table(row) for row in tables]
    found_enums = [
        EnumType(schema=None if row["is_default"] else row["schema"], name=row["name"], values=tuple(row["values"]))
        for row in enums
    ]
    return Schema(
        tables=tuple(sorted(found, key=lambda table: (table.schema or "", table.name))),
        enums=tuple(sorted(found_enums, key=lambda enum: (enum.schema or "", enum.name))),
        not_modelled=tuple(sorted(facts.notes)),
    )


def _by_relation(rows: Iterable[Row]) -> dict[int, list[Row]]:
    grouped: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row["relation"]].append(row)
    return grouped


class _Facts:
    """What the queries found, and the notes on what a Schema has no place for."""

    def __init__(
        self,
        schemas: dict[int, str | None],
        tables: dict[int, Row],
        columns: dict[int, list[Row]],
        constraints: dict[int, list[Row]],
        indexes: dict[int, list[Row]],
    ) -> None:
        self.schemas = schemas
        self.tables = tables
        self.columns = columns
        self.constraints = constraints
        self.indexes = indexes
        self.notes: list[str] = []

    def table(self, row: Row) -> Table:
        oid: int = row["oid"]
        name = self.full_name(row)
        constraints = self.constraints.get(oid, [])
        self.note_table(row, name)
        for constraint in constraints:
            self.note_constraint(constraint, name)
        of_kind = {kind: [each for each in constraints if each["kind"] == kind] for kind in "pufc"}
        return Table(
            name=row["name"],
            schema=self.schemas[row["relnamespace"]],
            columns=tuple(_column(column) for column in self.columns.get(oid, [])),
            primary_key=tuple(of_kind["p"][0]["columns"]) if of_kind["p"] else (),
            foreign_keys=tuple(self.foreign_keys(of_kind["f"], name)),
            uniques=tuple(UniqueConstraint(name=each["name"], columns=tuple(each["columns"])) for each in of_kind["u"]),
            checks=tuple(CheckConstraint(name=each["name"], sql=each["expression"]) for each in of_kind["c"]),
            indexes=tuple(self.table_indexes(oid, name)),
            # A foreign table is, like a view, rows of somewhere else.
            view=row["kind"] in {"v", "m", "f"},
            definition=row["definition"],
            comment=row["comment"],
        )

    def full_name(self, row: Row) -> str:
        schema = self.schemas[row["relnamespace"]]
        return row["name"] if schema is None else f"{schema}.{row['name']}"

    def foreign_keys(self, rows: list[Row], table: str) -> Iterable[ForeignKey]:
        for row in rows:
            target = self.tables.get(row["target"])
            if target is None:
                self.notes.append(f"foreign key {row['name']} to a table outside of the schemas on {table}")
                continue
            yield ForeignKey(
                name=row["name"],
                columns=tuple(row["columns"]),
                target_schema=self.schemas[target["relnamespace"]],
                target_table=target["name"],
                target_columns=tuple(row["target_columns"]),
                on_delete=_ON_CHANGE[row["on_delete"]],
                on_update=_ON_CHANGE[row["on_update"]],
            )

    def table_indexes(self, oid: int, table: str) -> Iterable[TableIndex]:
        for row in self.indexes.get(oid, []):
            if not row["is_valid"]:
                self.notes.append(f"invalid index {row['name']} on {table}")
                continue
            if row["has_included"]:
                self.notes.append(f"included columns of index {row['name']} on {table}")
            if row["is_unique"] and row["nulls_equal"]:
                self.notes.append(f"nulls not distinct in index {row['name']} on {table}")
            yield TableIndex(
                name=row["name"],
                columns=tuple(
                    _term(*term) for term in _zip(row, "columns", "terms", "options", "classes", "collations")
                ),
                unique=row["is_unique"],
                where=row["condition"],
                method=None if row["method"] == "btree" else row["method"],
            )

    def note_table(self, row: Row, name: str) -> None:
        match row["kind"]:
            case "m":
                self.notes.append(f"materialized view {name}")
            case "f":
                self.notes.append(f"foreign table {name}")
            case "p":
                self.notes.append(f"partitions on {name}")
            case _:
                pass
        if row["row_security"]:
            self.notes.append(f"row level security on {name}")
        self.notes.extend(f"inheritance from {parent} on {name}" for parent in row["parents"])
        for column in self.columns.get(row["oid"], []):
            if column["domain"] is not None and not row["definition"]:
                self.notes.append(f"domain {column['domain']} as type of {column['name']} on {name}")

    def note_constraint(self, row: Row, table: str) -> None:
        name = row["name"]
        if row["kind"] == "x":
            self.notes.append(f"exclusion constraint {name} {row['definition']} on {table}")
            return
        remarks = {
            "deferrable": row["is_deferrable"],
            "not valid": not row["is_valid"],
            "match full": row["match_full"],
            "set only some columns on delete": row["partly_set"],
            "not inherited": row["kind"] == "c" and row["no_inherit"],
            "nulls not distinct": row["nulls_equal"],
        }
        self.notes.extend(f"{remark} of constraint {name} on {table}" for remark, holds in remarks.items() if holds)


def _zip(row: Row, *names: str) -> Iterable[tuple[Any, ...]]:
    return zip(*(row[name] for name in names), strict=True)


def _term(column: str | None, term: str, options: int, operators: str | None, collation: str | None) -> str:
    """An index's column as TableIndex writes it: what isn't a plain column stands in parentheses."""
    sign = _PLAIN_ORDER.get(options)
    if column is not None and sign is not None and operators is None and collation is None:
        return sign + column
    parts = [term]
    if collation is not None and column is not None:  # an expression's own collation is in its text
        parts.append(f"COLLATE {collation}")
    if operators is not None:
        parts.append(operators)
    if sign is None:
        parts.append("NULLS FIRST" if options & 2 else "NULLS LAST")
    return f"{'-' if options & 1 else ''}({' '.join(parts)})"


def _column(row: Row) -> Column:
    expression: str | None = row["expression"]
    identity = _IDENTITY.get(row["identity"])
    # A serial column is one whose default takes numbers from the sequence that belongs to it.
    serial = identity is None and row["owns_sequence"] and (expression or "").startswith("nextval(")
    return Column(
        name=row["name"],
        type=row["type"],
        nullable=not row["not_null"],
        default=None if serial or row["is_generated"] else expression,
        identity="serial" if serial else identity,
        generated=expression if row["is_generated"] else None,
        collation=row["collation"],
        comment=row["comment"],
    )
