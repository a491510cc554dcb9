"""What has to be known of a database before it is changed: its version, the sizes of its tables, what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class TableFacts(Struct, frozen=True, kw_only=True):
    """A table's size. `rows` is the database's own estimate where it has one, 0 for a table that is empty for sure."""

    rows: int
    bytes: int
    """Of the table without its indexes."""
    index_bytes: int = 0


class DatabaseObject(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something in the database that is no table and no part of one that a `Schema` has: a view, trigger, function,
    policy, rule, generated column …"""

    kind: str
    """`view`, `trigger`, `policy` …"""
    name: str
    table: str | None = None
    """The table that it belongs to, or that it reads (views), as `str(TableName)`; one entry for each."""
    columns: tuple[str, ...] = ()
    """Columns of that table that it needs, as far as the database tells."""
    sql: str | None = None
    """Its definition, as the database gives it back."""


class Facts(Struct, frozen=True, kw_only=True):
    """A database as it is before a change."""

    product: str
    """`PostgreSQL 18.1`, `SQLite 3.53.0`."""
    version: int
    """180001, 3053000."""
    tables: Mapping[str, TableFacts] = {}
    """By `str(TableName)`."""
    objects: tuple[DatabaseObject, ...] = ()
    tables_sql: Mapping[str, str] = {}
    """SQLite: the CREATE TABLE of each table as it is kept."""
    indexes_sql: Mapping[str, str] = {}
    """SQLite: the CREATE INDEX of each index that was made by one, as it is kept."""
    disk_free: int | None = None
    """Bytes, where that can be known."""
