"""SQLite: trials in a temporary database, to which the file is attached for reading only.

An unqualified name means the temporary database's table where it has one of that name, else the file's.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic, perf_counter
from typing import Any, TypeVar
from urllib.parse import quote

import apsw

from backsmith.databases.changes import TableName
from backsmith.databases.schema import Table, TableIndex
from backsmith.databases.sqlite.connection import open_temporary
from backsmith.databases.sqlite.ddl import SqliteDdl
from backsmith.databases.trials import MOST_BYTES, Copy, Explained, IndexUse, TableWrites, Trial
from backsmith.errors import DatabaseError

T = TypeVar("T")
FILE = "backsmith_file"
"""What the file is called where it is attached."""
_LOOKED_AT = 500
"""Rows whose length is looked at."""
_STEPS = 1000
"""Steps between two looks at the clock."""
_INDEX = re.compile(r"USING (?:COVERING )?INDEX (\S+)")


@asynccontextmanager
async def open_trial(path: Path, timeout: float) -> AsyncGenerator[Trial]:
    """A trial, open until the block ends; `timeout` of each statement in seconds. Raises DatabaseError."""
    connection = open_temporary()
    thread = ThreadPoolExecutor(1, thread_name_prefix="backsmith-trial")
    try:
        trial = SqliteTrial(connection, thread, timeout)
        await trial.attach(path)
        yield trial
    finally:
        connection.interrupt()  # of what was cancelled
        thread.shutdown(wait=True)
        connection.close()


class SqliteTrial(Trial):
    """Tables of a temporary database, which its thread alone uses."""

    effort_in = "steps of SQLite"

    def __init__(self, connection: apsw.Connection, thread: ThreadPoolExecutor, timeout: float) -> None:
        self._connection = connection
        self._thread = thread
        self._timeout = timeout
        self._until = 0.0
        self._ddl = SqliteDdl()
        self._steps = 0
        connection.set_progress_handler(lambda: monotonic() > self._until, _STEPS)
        connection.trace_v2(apsw.SQLITE_TRACE_PROFILE, self._note)

    def _note(self, event: dict[str, Any]) -> None:
        self._steps = event["stmt_status"]["SQLITE_STMTSTATUS_VM_STEP"]

    async def attach(self, path: Path) -> None:
        """Let the file's tables be read."""
        uri = f"file:{quote(str(path.absolute()))}?mode=ro"
        await self._run(lambda: self._execute(f"ATTACH ? AS {FILE}", (uri,)))

    async def copy(self, table: Table, most: int) -> Copy:
        return await self._run(lambda: self._copy(table, most))

    def _copy(self, table: Table, most: int) -> Copy:
        quoted = self._ddl.quote(table.name)
        source = f"{FILE}.{quoted}"
        ((rows,),) = self._execute(f"SELECT count(*) FROM {source}")
        definitions = self._execute(
            f"SELECT sql FROM {FILE}.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL"
            " AND type IN ('table', 'index') ORDER BY type DESC",
            (table.name,),
        )
        self._execute(definitions[0][0])
        names = self._execute(f"SELECT name FROM {FILE}.pragma_table_xinfo(?) WHERE hidden = 0", (table.name,))
        columns = ", ".join(self._ddl.quote(name) for (name,) in names)
        lengths = " + ".join(f"coalesce(octet_length({self._ddl.quote(name)}), 0)" for (name,) in names)
        ((length,),) = self._execute(f"SELECT avg({lengths}) FROM (SELECT * FROM {source} LIMIT {_LOOKED_AT})")
        most = min(most, round(MOST_BYTES / max(length or 1, 1)))
        part = ""
        if rows > most:
            # Each so many-eth row; a table without row numbers gives its first ones.
            wide = not any(column.name.lower() == "rowid" for column in table.columns)
            has_rowid = not definitions[0][0].upper().rstrip().endswith("WITHOUT ROWID")
            where = f" WHERE rowid % {-(-rows // most)} = 0" if wide and has_rowid else ""
            part = f"{where} LIMIT {most}"
        self._execute(f"INSERT INTO main.{quoted} ({columns}) SELECT {columns} FROM {source}{part}")
        for (sql,) in definitions[1:]:
            self._execute(sql)
        if self._execute(f"SELECT 1 FROM {FILE}.sqlite_schema WHERE name = 'sqlite_stat1'"):
            self._execute(f"ANALYZE main.{quoted}")
        ((copied,),) = self._execute(f"SELECT count(*) FROM main.{quoted}")
        return Copy(rows=copied, of_rows=rows)

    async def fetch(self, sql: str, params: Sequence[Any] = ()) -> Sequence[Any]:
        return await self._run(lambda: self._execute(sql, params))

    async def explain(self, sql: str, params: Sequence[Any]) -> Explained:
        return await self._run(lambda: self._explain(sql, params))

    def _explain(self, sql: str, params: Sequence[Any]) -> Explained:
        times: list[float] = []
        for _ in range(2):
            began = perf_counter()
            self._execute(sql, params)
            times.append((perf_counter() - began) * 1000)
        steps = float(self._steps)
        return Explained(plan="\n".join(self._plan(sql, params)), effort=steps, milliseconds=min(times))

    def _plan(self, sql: str, params: Sequence[Any]) -> list[str]:
        depths, lines = {0: -1}, list[str]()
        for number, parent, _, text in self._execute(f"EXPLAIN QUERY PLAN {sql}", params):
            depths[number] = depths[parent] + 1
            lines.append("  " * depths[number] + text)
        return lines

    async def create_index(self, table: Table, index: TableIndex) -> int:
        def work() -> int:
            before = self._bytes()
            self._execute(self._ddl.create_index(table, index))
            if self._execute("SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat1'"):
                self._execute(f"ANALYZE main.{self._ddl.quote(table.name)}")
            return self._bytes() - before

        return await self._run(work)

    def _bytes(self) -> int:
        ((pages, free, size),) = self._execute(
            "SELECT page_count, freelist_count, page_size FROM main.pragma_page_count, main.pragma_freelist_count,"
            " main.pragma_page_size"
        )
        return (pages - free) * size

    async def drop_index(self, name: str) -> None:
        await self._run(lambda: self._execute(f"DROP INDEX main.{self._ddl.quote(name)}"))

    async def used_by(self, sql: str, params: Sequence[Any]) -> frozenset[str]:
        plan = await self._run(lambda: self._plan(sql, params))
        return frozenset(name for line in plan for name in _INDEX.findall(line))

    async def index_uses(self) -> Mapping[str, IndexUse]:
        rows = await self.fetch(f"SELECT name FROM {FILE}.sqlite_schema WHERE type = 'index'")
        return {name: IndexUse() for (name,) in rows}

    async def writes(self, table: TableName) -> TableWrites | None:
        return None

    async def _run(self, work: Callable[[], T]) -> T:
        def timed() -> T:
            self._until = monotonic() + self._timeout
            try:
                return work()
            except apsw.InterruptError as error:
                raise DatabaseError(f"It took longer than {self._timeout:g} seconds.") from error
            except apsw.Error as error:
                raise DatabaseError(str(error)) from error

        return await asyncio.get_running_loop().run_in_executor(self._thread, timed)

    def _execute(self, sql: str, params: Sequence[Any] = ()) -> Sequence[Any]:
        return self._connection.execute(sql, params).fetchall()
