"""PostgreSQL: trials in temporary tables of one connection, which hide the tables of the same name.

The tables themselves are read and nothing more. Each statement has a timeout.
"""
# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from msgspec.structs import replace

from backsmith.blueprint.naming import LONGEST
from backsmith.databases.changes import TableName
from backsmith.databases.postgres.connection import NO_CONNECTION, Connection, connect, connect_failure
from backsmith.databases.postgres.ddl import PostgresDdl
from backsmith.databases.schema import Table, TableIndex
from backsmith.databases.trials import MOST_BYTES, Copy, Explained, IndexUse, TableWrites, Trial
from backsmith.errors import DatabaseError

_QUOTED = re.compile(r"'(?:[^']|'')*'")
"""A value in a condition: it is some row's, and nobody needs to see it."""
_COLUMNS = """
SELECT attname FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum
"""
_USES = """
SELECT indexrelname, pg_relation_size(indexrelid), idx_scan, (
    SELECT coalesce(stats_reset, pg_postmaster_start_time()) FROM pg_stat_database WHERE datname = current_database())
FROM pg_stat_user_indexes WHERE schemaname = ANY (current_schemas(false))
"""
_WRITES = """
SELECT n_tup_ins + n_tup_upd + n_tup_del, (
    SELECT coalesce(stats_reset, pg_postmaster_start_time()) FROM pg_stat_database WHERE datname = current_database())
FROM pg_stat_user_tables WHERE relid = $1::regclass
"""


@asynccontextmanager
async def open_trial(url: str, timeout: float) -> AsyncGenerator[Trial]:
    """A trial, open until the block ends; `timeout` of each statement in seconds. Raises DatabaseError."""
    try:
        connection = await connect(
            url,
            read_only=False,
            statement_timeout=timeout,
            settings={"application_name": "backsmith advise", "lock_timeout": "1s"},
            statements=0,
        )
    except (*NO_CONNECTION, ValueError) as error:
        raise connect_failure(url, error) from error
    try:
        yield PostgresTrial(connection)
    finally:
        with suppress(*NO_CONNECTION):
            await asyncio.shield(connection.close(timeout=5))


class PostgresTrial(Trial):
    """Temporary tables of a connection."""

    effort_in = "estimated cost"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ddl = PostgresDdl()
        self._names: dict[str, str] = {}
        """Of tables with a schema: how statements call them, and how their copies are called."""
        self._sources: dict[str, str] = {}
        """How statements call a table that was copied, and what it is called in full, which no copy hides."""

    async def copy(self, table: Table, most: int) -> Copy:
        own = self._ddl.table_name(table.name, table.schema)
        copy = self._copy_of(table)
        source = own
        if table.schema is None:  # the copy will hide it
            ((schema,),) = await self.fetch(
                "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = $1::regclass", (own,)
            )
            source = f"{schema}.{own}"
        rows, part = await self._part(source, most)
        columns = ", ".join(self._ddl.quote(name) for (name,) in await self.fetch(_COLUMNS, (source,)))
        await self._run(
            f"CREATE TEMPORARY TABLE {self._ddl.quote(copy.name)} (LIKE {source}"
            " INCLUDING GENERATED INCLUDING INDEXES INCLUDING STATISTICS)"
        )
        name = self._ddl.table_name(copy.name, copy.schema)
        await self._run(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {source}{part}")
        await self._run(f"ANALYZE {name}")
        ((copied,),) = await self.fetch(f"SELECT count(*) FROM {name}")
        self._sources[own] = source
        if table.schema is not None:
            self._names[own] = name
        return Copy(rows=copied, of_rows=max(rows, copied))

    def _copy_of(self, table: Table) -> Table:
        """A copy hides the table of its name; so that of another schema's table has a name that nothing else has."""
        name = table.name if table.schema is None else f"backsmith_{table.schema}_{table.name}"
        return replace(table, name=name.encode()[:LONGEST].decode(errors="ignore"), schema="pg_temp")

    async def _part(self, source: str, most: int) -> tuple[int, str]:
        """How many rows a table has, about, and what takes so many of them."""
        ((some,),) = await self.fetch(f"SELECT count(*) FROM (SELECT 1 FROM {source} LIMIT {most + 1}) AS part")
        ((estimate, size),) = await self.fetch(
            "SELECT reltuples::bigint, pg_table_size(oid) FROM pg_class WHERE oid = $1::regclass", (source,)
        )
        if some <= most:
            estimate = some
        elif estimate <= most:  # never analyzed
            ((estimate,),) = await self.fetch(f"SELECT count(*) FROM {source}")
        most = min(most, estimate * MOST_BYTES // max(size, 1))
        if estimate <= most:
            return estimate, ""
        return estimate, f" TABLESAMPLE SYSTEM ({100 * most / estimate:f}) REPEATABLE (1) LIMIT {most}"

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> Sequence[Any]:
        try:
            return await self._connection.fetch(self._copies(sql), *params)
        except (*NO_CONNECTION, ValueError) as error:
            raise DatabaseError(str(error) or type(error).__name__) from error

    async def explain(self, sql: str, params: Sequence[Any]) -> Explained:
        runs = [await self._analyze(sql, params) for _ in range(2)]
        return replace(runs[0], milliseconds=min(run.milliseconds for run in runs))

    async def _analyze(self, sql: str, params: Sequence[Any]) -> Explained:
        ((text,),) = await self.fetch(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
        found = json.loads(text)[0]
        return Explained(
            plan="\n".join(_lines(found["Plan"], 0)),
            effort=found["Plan"]["Total Cost"],
            milliseconds=found["Execution Time"],
        )

    async def create_index(self, table: Table, index: TableIndex) -> int:
        copy = self._copy_of(table)
        await self._run(self._ddl.create_index(copy, index))
        await self._run(f"ANALYZE {self._ddl.table_name(copy.name, copy.schema)}")
        name = f"pg_temp.{self._ddl.quote(index.name)}"
        ((size,),) = await self.fetch("SELECT pg_relation_size($1::regclass)", (name,))
        return size

    async def drop_index(self, name: str) -> None:
        await self._run(f"DROP INDEX pg_temp.{self._ddl.quote(name)}")

    async def used_by(self, sql: str, params: Sequence[Any]) -> frozenset[str]:
        ((text,),) = await self.fetch(f"EXPLAIN (FORMAT JSON) {sql}", params)
        return frozenset(_indexes(json.loads(text)[0]["Plan"]))

    async def index_uses(self) -> Mapping[str, IndexUse]:
        rows = await self.fetch(_USES)
        return {name: IndexUse(bytes=size, scans=scans, since=since) for name, size, scans, since in rows}

    async def writes(self, table: TableName) -> TableWrites | None:
        own = self._ddl.table_name(table.name, table.schema)
        rows = await self.fetch(_WRITES, (self._sources.get(own, own),))
        return TableWrites(rows=rows[0][0], since=rows[0][1]) if rows else None

    async def _run(self, sql: str) -> None:
        try:
            await self._connection.execute(sql)
        except asyncpg.InsufficientPrivilegeError as error:
            raise DatabaseError(f"{error} (copies are temporary tables: GRANT TEMPORARY ON DATABASE … TO …)") from error
        except NO_CONNECTION as error:
            raise DatabaseError(str(error) or type(error).__name__) from error

    def _copies(self, sql: str) -> str:
        for own, copy in self._names.items():
            sql = sql.replace(own, copy)
        return sql


def _indexes(node: dict[str, Any]) -> Iterator[str]:
    if "Index Name" in node:
        yield node["Index Name"]
    for part in node.get("Plans", ()):
        yield from _indexes(part)


def _lines(node: dict[str, Any], depth: int) -> Iterator[str]:
    """The plan without figures and values: what is done to which table, by which index."""
    words = [node["Node Type"]]
    if "Index Name" in node:
        words.append(f"using {node['Index Name']}")
    if "Relation Name" in node:
        words.append(f"on {node['Relation Name']}")
    conditions = [_QUOTED.sub("…", str(node[key])) for key in ("Index Cond", "Filter") if key in node]
    keys = node.get("Sort Key")
    yield (
        "  " * depth
        + " ".join(words)
        + (f": {' and '.join(conditions)}" if conditions else "")
        + (f" by {', '.join(keys)}" if keys else "")
    )
    for part in node.get("Plans", ()):
        yield from _lines(part, depth + 1)
