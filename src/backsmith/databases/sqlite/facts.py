"""A SQLite database as it is before a change: version, sizes, what hangs on its tables."""
# pyright: reportUnknownMemberType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw

from backsmith.databases.facts import DatabaseObject, Facts, TableFacts
from backsmith.databases.sql_tokens import tokens

COUNTED_BYTES = 200_000_000
"""Tables of up to this size are counted, which takes some milliseconds; rows of larger ones are estimated."""
MEASURED_BYTES = 4_000_000_000
"""Files of up to this size are measured table by table, for which every page but those of long values is looked at."""
STATISTICS = "statistics"
"""The kind of object that stands for what SQLite has counted of a table's values (ANALYZE)."""
SAMPLE = 200
"""Rows whose average tells how many a large table has."""


def facts(connection: apsw.Connection) -> Facts:
    """By the file itself."""
    return _Facts(connection).facts()


class _Facts:
    def __init__(self, connection: apsw.Connection) -> None:
        self.connection = connection
        self.execute: Any = connection.execute  # apsw's annotations of execute are incomplete

    def facts(self) -> Facts:
        self.execute("SAVEPOINT facts")  # so that all statements see the same file
        try:
            return self.found()
        finally:
            self.execute("RELEASE facts")

    def found(self) -> Facts:
        listed: list[tuple[str, str, str, str]] = self.execute(
            "SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid"
        ).fetchall()
        kinds = dict(self.execute("SELECT name, type FROM pragma_table_list WHERE schema = 'main'").fetchall())
        tables = {
            name: sql
            for kind, name, _, sql in listed
            if kind == "table" and kinds.get(name) == "table" and not name.startswith("sqlite_")
        }
        columns = {table: self.columns(table) for table in tables}
        version = apsw.sqlite_lib_version()
        major, minor, patch = (int(part) for part in version.split(".")[:3])
        return Facts(
            product=f"SQLite {version}",
            version=major * 1_000_000 + minor * 1000 + patch,
            tables=self.sizes(list(tables)),
            objects=(*self.objects(listed, kinds, columns), *self.statistics()),
            tables_sql=tables,
            indexes_sql={name: sql for kind, name, _, sql in listed if kind == "index"},
            disk_free=self.disk_free(),
        )

    def columns(self, table: str) -> tuple[str, ...]:
        return tuple(name for (name,) in self.execute("SELECT name FROM pragma_table_xinfo(?, 'main')", (table,)))

    # Sizes
    def sizes(self, tables: list[str]) -> dict[str, TableFacts]:
        measured = self.measured()
        owners: dict[str, list[str]] = {}
        for index, table in self.execute("SELECT name, tbl_name FROM main.sqlite_schema WHERE type = 'index'"):
            owners.setdefault(table, []).append(index)
        found: dict[str, TableFacts] = {}
        whole = self.file_bytes()
        for table in tables:
            size = whole if measured is None else measured.get(table, 0)
            index_bytes = 0 if measured is None else sum(measured.get(index, 0) for index in owners.get(table, []))
            rows = self.count(table) if size <= COUNTED_BYTES else self.estimate(table, size)
            if measured is None:  # what its rows take, by a sample
                size = min(whole, int(rows * self.row_bytes(table)))
            found[table] = TableFacts(rows=rows, bytes=size, index_bytes=index_bytes)
        return found

    def file_bytes(self) -> int:
        pages, page = self.connection.pragma("page_count"), self.connection.pragma("page_size")
        return int(str(pages)) * int(str(page))

    def measured(self) -> dict[str, int] | None:
        """Bytes of each table and index; None where SQLite was built without `dbstat`, or it would take long."""
        if self.file_bytes() > MEASURED_BYTES:
            return None
        try:
            return dict(self.execute("SELECT name, pgsize FROM dbstat('main', 1)").fetchall())
        except apsw.SQLError:
            return None

    def count(self, table: str) -> int:
        return self.execute(f"SELECT count(*) FROM main.{_quoted(table)}").fetchone()[0]

    def estimate(self, table: str, size: int) -> int:
        """The highest number of a row if rows are numbered, else by the size of some of them."""
        try:
            highest = self.execute(f"SELECT max(rowid), min(rowid) FROM main.{_quoted(table)}").fetchone()
            if highest[0] is None:
                return 0
            numbered = max(1, int(highest[0]) - int(highest[1]) + 1)
        except (apsw.SQLError, ValueError, TypeError):
            numbered = size
        return min(numbered, int(size / max(1.0, self.row_bytes(table))) + 1)

    def row_bytes(self, table: str) -> float:
        """Bytes of a row, on the average of the first ones; numbers and headers are a few bytes each."""
        columns = self.columns(table)
        sizes = " + ".join(f"coalesce(octet_length({_quoted(column)}), 0)" for column in columns)
        sample = f"SELECT {sizes} AS size FROM main.{_quoted(table)} LIMIT {SAMPLE}"
        average = self.execute(f"SELECT avg(size) FROM ({sample})").fetchone()[0]
        return len(columns) + 5 + (average or 0.0)

    def disk_free(self) -> int | None:
        file = self.connection.filename
        return shutil.disk_usage(Path(file).parent).free if file else None

    # What hangs on the tables
    def objects(
        self, listed: list[tuple[str, str, str, str]], kinds: dict[str, str], columns: dict[str, tuple[str, ...]]
    ) -> Iterator[DatabaseObject]:
        for type_, name, table, sql in listed:
            if type_ == "table":
                if kinds.get(name) == "virtual":
                    yield DatabaseObject(kind="virtual table", name=name, sql=sql)
                continue
            if type_ == "index" and not self.is_special(name, sql):
                continue
            named = _names(sql)
            read = [each for each in columns if each.lower() in named]
            if type_ != "view" and table not in read:
                read.insert(0, table)
            for each in read if type_ != "index" else [table]:
                needed = tuple(column for column in columns.get(each, ()) if column.lower() in named)
                yield DatabaseObject(kind=type_, name=name, table=each, columns=needed, sql=sql)
            if not read:
                yield DatabaseObject(kind=type_, name=name, sql=sql)

    def statistics(self) -> Iterator[DatabaseObject]:
        if self.execute("SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat1'").fetchall():
            for (table,) in self.execute("SELECT DISTINCT tbl FROM main.sqlite_stat1 ORDER BY tbl"):
                yield DatabaseObject(kind=STATISTICS, name="sqlite_stat1", table=table)

    def is_special(self, index: str, sql: str) -> bool:
        """Whether it is partial or has an expression or a collation of its own: more than columns of all rows."""
        partial = any(token.is_word("WHERE", "COLLATE") for token in tokens(sql, brackets=True))
        terms = self.execute("SELECT name FROM pragma_index_xinfo(?, 'main') WHERE key = 1", (index,)).fetchall()
        return partial or any(name is None for (name,) in terms)


def _names(sql: str) -> set[str]:
    return {token.value.lower() for token in tokens(sql, brackets=True) if token.kind in {"name", "quoted", "text"}}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
