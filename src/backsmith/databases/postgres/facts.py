"""A PostgreSQL database as it is before a change: version, sizes, what hangs on its tables.

How many rows a table has is counted where it is small; of a larger one it is worked out from its size and what the last
ANALYZE found a page to hold, or, if there was none, what its first pages hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backsmith.databases.facts import DatabaseObject, Facts, TableFacts
from backsmith.databases.postgres.connection import Connection
from backsmith.databases.postgres.hangers_on import OBJECTS

PAGE = 8192
COUNTED_PAGES = 1024
"""Pages of a table that are read to count rows: 8 MiB."""

_VERSION = "select current_setting('server_version_num')::int, split_part(current_setting('server_version'), ' ', 1)"
_TABLES = """
select format('%I.%I', n.nspname, c.relname) as sql,
  case when n.nspname = current_schema() then c.relname else n.nspname || '.' || c.relname end as name,
  c.reltuples::float8 as rows, c.relpages as pages, c.relkind = 'p' as parted, pg_relation_size(c.oid) as size,
  case when c.relkind = 'p'
    then (select coalesce(sum(pg_table_size(p.relid)), 0) from pg_partition_tree(c.oid) p)::bigint
    else pg_table_size(c.oid) end as bytes,
  case when c.relkind = 'p'
    then (select coalesce(sum(pg_indexes_size(p.relid)), 0) from pg_partition_tree(c.oid) p)::bigint
    else pg_indexes_size(c.oid) end as index_bytes
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any (current_schemas(false))
order by n.nspname, c.relname
"""


async def facts(connection: Connection) -> Facts:
    """By the statistics and the catalogue."""
    ((version, number),) = await connection.fetch(_VERSION)
    tables: Sequence[Any] = await connection.fetch(_TABLES)
    rows = await _rows(connection, tables)
    return Facts(
        product=f"PostgreSQL {number}",
        version=version,
        tables={
            row["name"]: TableFacts(rows=count, bytes=row["bytes"], index_bytes=row["index_bytes"])
            for row, count in zip(tables, rows, strict=True)
        },
        objects=tuple(
            DatabaseObject(
                kind=row["kind"], name=row["name"], table=row["owner"], columns=tuple(row["columns"]), sql=row["sql"]
            )
            for row in await connection.fetch(OBJECTS)
        ),
    )


async def _rows(connection: Connection, tables: Sequence[Any]) -> list[int]:
    """The rows of each table, or about how many."""
    read = [table for table in tables if table["size"] > 0 and (_is_small(table) or not _is_analysed(table))]
    counted: dict[str, int] = {}
    if read:
        queries = (
            f"(select {number}, (select count(*) from {table['sql']} where ctid < '({COUNTED_PAGES},0)'))"
            for number, table in enumerate(read)
        )
        for number, count in await connection.fetch(" union all ".join(queries)):
            counted[read[number]["sql"]] = count
    return [_estimate(table, counted.get(table["sql"], 0)) for table in tables]


def _estimate(table: Any, counted: int) -> int:
    if table["parted"]:  # always about: a partition may be of another place
        return max(1, round(table["rows"]), table["bytes"] // 100)
    if table["size"] == 0 or _is_small(table):
        return counted
    pages = table["size"] / PAGE
    share = table["rows"] / table["pages"] if _is_analysed(table) else counted / COUNTED_PAGES
    return max(1, round(share * pages))


def _is_small(table: Any) -> bool:
    return table["size"] <= COUNTED_PAGES * PAGE


def _is_analysed(table: Any) -> bool:
    return table["rows"] >= 0 and table["pages"] > 0
