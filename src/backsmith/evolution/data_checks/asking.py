"""Questions to the rows, bounded: some of those that are meant, and how many there are.

The first question ends with the fifth row that is found; only where there are five is it counted how many, up to MOST.
A question that takes longer than the database's statement timeout is given up. So a check reads a table once where all
is well, and twice at most.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from backsmith import errors
from backsmith.databases.changes import TableName
from backsmith.databases.database import Database
from backsmith.errors import RequestError
from backsmith.evolution.data_checks.present import Present

SAMPLES = 5
MOST = 10_000
"""Up to here rows are counted."""
_LONGEST = 80
"""Characters of a text in a sample."""


class Found(NamedTuple):
    """Rows that were asked for."""

    number: int
    samples: tuple[dict[str, Any], ...] = ()
    more: bool = False
    """There may be more than that `number`."""
    unknown: str | None = None
    """Why nothing is known."""

    def rows(self, one: str = "row", many: str = "rows") -> str:
        """`1 row`, `at least 10000 rows`."""
        return f"{'at least ' if self.more else ''}{self.number} {one if self.number == 1 else many}"


NONE = Found(0)


class Asker:
    """Asks one database."""

    def __init__(self, database: Database, present: Present) -> None:
        self.database = database
        self.present = present
        self.dialect = database.dialect

    async def rows(self, table: TableName, source: str, where: str, columns: Sequence[tuple[str, str]]) -> Found:
        """The rows of `source` (as it stands after FROM) for which `where` is true; a sample has their key and the
        `columns`, pairs of a name and SQL of JSON text."""
        keys = [(name, self.present.json(table, name)) for name in self.present.key(table)]
        shown = [*keys, *(each for each in columns if each[0] not in dict(keys))]
        values = ", ".join(f"{sql} AS {self.dialect.quote(f's{number}')}" for number, (_, sql) in enumerate(shown))
        try:
            rows = await self.database.fetch_named(
                f"SELECT {values or '1 AS s'} FROM {source} WHERE {where} LIMIT {SAMPLES}", ()
            )
        except RequestError as error:
            return _unknown(error)
        samples = tuple({name: _value(row[f"s{number}"]) for number, (name, _) in enumerate(shown)} for row in rows)
        if len(rows) < SAMPLES:
            return Found(len(rows), samples)
        count, more = await self.count(f"SELECT 1 AS one FROM {source} WHERE {where}")
        return Found(max(count, SAMPLES), samples, more)

    async def groups(self, table: TableName, source: str, columns: tuple[str, ...]) -> Found:
        """The values of these columns that stand in more than one row; a sample has the value and the rows' keys."""
        quote = self.dialect.quote
        listed = ", ".join(map(quote, columns))
        present = " AND ".join(f"{quote(name)} IS NOT NULL" for name in columns)
        grouped = f"SELECT 1 AS one FROM {source} WHERE {present} GROUP BY {listed} HAVING count(*) > 1"
        try:
            if not await self.database.fetch_named(f"{grouped} LIMIT 1", ()):
                return NONE
            count, more = await self.count(grouped)
            samples = await self._groups(table, source, columns, present)
        except RequestError as error:
            return _unknown(error)
        return Found(count, samples, more)

    async def _groups(
        self, table: TableName, source: str, columns: tuple[str, ...], present: str
    ) -> tuple[dict[str, Any], ...]:
        quote = self.dialect.quote
        listed = ", ".join(map(quote, columns))
        shown = {each.column.name: each.column for each in self.present.columns(table).values()}
        keys = [(name, self.present.json(table, name)) for name in self.present.key(table)]
        values = [*((name, self.present.json_of(shown[name])) for name in columns), *keys]
        sql = ", ".join(f"{value} AS {quote(f's{number}')}" for number, (_, value) in enumerate(values))
        rows = await self.database.fetch_named(
            f"SELECT {sql}, n, g FROM (SELECT *, count(*) OVER (PARTITION BY {listed}) AS n,"
            f" dense_rank() OVER (ORDER BY {listed}) AS g FROM {source} WHERE {present}) AS grouped"
            f" WHERE n > 1 ORDER BY g{''.join(f', {quote(name)}' for name, _ in keys)} LIMIT {SAMPLES * SAMPLES}",
            (),
        )
        found: dict[int, dict[str, Any]] = {}
        for row in rows:
            if row["g"] not in found:
                if len(found) == SAMPLES:
                    break
                found[row["g"]] = {name: _value(row[f"s{at}"]) for at, name in enumerate(columns)} | {"rows": row["n"]}
                found[row["g"]]["keys"] = []
            listed_keys = found[row["g"]]["keys"]
            if keys and len(listed_keys) < SAMPLES:
                key = [_value(row[f"s{len(columns) + at}"]) for at in range(len(keys))]
                listed_keys.append(key[0] if len(key) == 1 else key)
        return tuple(found.values())

    async def count(self, sql: str) -> tuple[int, bool]:
        """How many rows the SELECT has, and whether there may be more; 0 and True where that took too long."""
        try:
            rows = await self.database.fetch_named(
                f"SELECT count(*) AS n FROM (SELECT one FROM ({sql}) AS found LIMIT {MOST + 1}) AS counted", ()
            )
        except RequestError as error:
            if error.kind is not errors.STATEMENT_TIMEOUT:
                raise
            return 0, True
        count = rows[0]["n"]
        return min(count, MOST), count > MOST


def _unknown(error: RequestError) -> Found:
    return Found(0, unknown=error.message)


def _value(text: Any) -> Any:
    value = json.loads(str(text))  # SQLite gives integers as they are
    return f"{value[:_LONGEST]}…" if isinstance(value, str) and len(value) > _LONGEST else value
