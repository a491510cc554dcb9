"""Reading the log: a position in, entries after it out, in their order, none missing and none twice.

Every statement reads up to the journal's reach only (`databases.journal`). What is left of the last entry that was too
old (FORGET) is always the first row of the table; whoever reads from before it has missed entries and is told so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from backsmith.blueprint.types import Integer, Type
from backsmith.databases.database import Database, Row
from backsmith.databases.dialect import Dialect
from backsmith.databases.journal import Journal
from backsmith.databases.own_table import field_of
from backsmith.databases.own_tables import LOG
from backsmith.log.entry import FORGET, Entry, Position, ahead, forgotten

SLACK = timedelta(minutes=5)
"""Entries stand in the order in which rows were written, their instants are those at which requests came: so much
later may an entry stand than one that is younger."""


class Filter(Struct, frozen=True):
    """Which entries are asked for."""

    entity_id: str | None = None
    key: str | None = None
    """The row's key as the log has it: `[7]`."""
    since: datetime | None = None


EVERYTHING = Filter()


class Page(Struct, frozen=True):
    """What was read."""

    entries: tuple[Entry, ...]
    upto: Position
    """All up to here has been read: where to go on."""
    complete: bool
    """There was no more."""


class Reader:
    """Reads the log of one database."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        dialect = database.dialect
        fields = [field_of(LOG, column.name, dialect) for column in LOG.columns]
        self._columns = ", ".join(dialect.load(dialect.quote(field.column), field) for field in fields)
        self._names = [field.name for field in fields]
        self._decoders = [dialect.stores.decoder(field.type) for field in fields]

    async def page(self, after: Position | None, limit: int, only: Filter = EVERYTHING) -> Page:
        """At most `limit` entries after a position; None: from the oldest on.

        Raises PositionError, RequestError, DatabaseError.
        """
        reach = await self._journal.reach(self._database)
        if after is not None and after > reach.last:
            raise ahead(after, reach.last)
        spelled = Spelled(self._database.dialect)
        place, table = spelled.bind("position", after or 0), self._journal.table
        where = spelled.where(only, f"position > {place}", f"position <= {spelled.bind('position', reach.safe)}")
        entries = f"SELECT {self._columns} FROM {table}{where} ORDER BY position LIMIT {spelled.number(limit)}"
        oldest = f"SELECT {self._columns} FROM {table} ORDER BY position LIMIT 1"
        rows = await self._fetch(
            f"SELECT * FROM ({oldest}) AS oldest WHERE verb = '{FORGET}' AND position > {place}"
            f" UNION ALL SELECT * FROM ({entries}) AS entries",
            spelled.values,
        )
        found = sorted(rows, key=lambda row: row["position"])
        if found and found[0]["verb"] == FORGET:
            if after is not None:
                raise forgotten(after, found[0]["position"])
            del found[0]
        complete = len(found) < limit
        upto = max(reach.safe, after or 0) if complete else found[-1]["position"]
        return Page(tuple(map(entry, found)), upto, complete)

    async def latest(self, count: int, only: Filter = EVERYTHING) -> Page:
        """The last `count` entries, in their order."""
        reach = await self._journal.reach(self._database)
        spelled = Spelled(self._database.dialect)
        where = spelled.where(only, f"position <= {spelled.bind('position', reach.safe)}")
        rows = await self._fetch(
            f"SELECT {self._columns} FROM {self._journal.table}{where}"
            f" ORDER BY position DESC LIMIT {spelled.number(count)}",
            spelled.values,
        )
        return Page(tuple(map(entry, reversed(rows))), reach.safe, complete=True)

    async def position_at(self, since: datetime) -> Position | None:
        """A position before every entry of that instant and later; None: the log begins later.

        The log is read from its end, so this takes as long as there is to be read afterwards.
        """
        spelled = Spelled(self._database.dialect)
        text = (
            f"SELECT position FROM {self._journal.table} WHERE at < {spelled.bind('at', since - SLACK)}"
            " ORDER BY position DESC LIMIT 1"
        )
        rows = await self._database.read(text, spelled.values)
        return rows[0][0] if rows else None

    async def _fetch(self, sql: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        return [self._named(row) for row in await self._database.read(sql, values)]

    def _named(self, row: Row) -> dict[str, Any]:
        decoded = (
            value if value is None or decode is None else decode(value)
            for value, decode in zip(tuple(row[number] for number in range(len(row))), self._decoders, strict=True)
        )
        return dict(zip(self._names, decoded, strict=True))


class Spelled:
    """The parameters of a statement."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._types: dict[str, Type] = {column.name: column.type for column in LOG.columns}
        self.values: list[Any] = []

    def bind(self, column: str, value: Any) -> str:
        """The placeholder of a value of that column's type."""
        return self._bind(self._types[column], value)

    def number(self, value: int) -> str:
        """The placeholder of a number."""
        return self._bind(Integer(), value)

    def _bind(self, type: Type, value: Any) -> str:
        encode: Callable[[Any], Any] = self._dialect.encoder(type)
        self.values.append(encode(value))
        return self._dialect.placeholder(len(self.values), type)

    def where(self, only: Filter, *conditions: str) -> str:
        """WHERE, with the conditions and what the filter says."""
        found = [*conditions, f"verb <> '{FORGET}'"]
        if only.entity_id is not None:
            found.append(f"entity_id = {self.bind('entity_id', only.entity_id)}")
        if only.key is not None:
            found.append(f"row_key = {self.bind('row_key', only.key)}")
        if only.since is not None:
            found.append(f"at >= {self.bind('at', only.since)}")
        return f" WHERE {' AND '.join(found)}"


def entry(row: dict[str, Any]) -> Entry:
    """A row of the log as an entry."""
    account: str | None = row["account"]
    values: dict[str, Any] = {name: value for name, value in row.items() if name != "row_key"}
    values["account"] = None if account is None else msgspec.json.decode(account)
    if row["impersonator"] is not None:
        values["impersonator"] = msgspec.json.decode(row["impersonator"])
    values["key"] = tuple(msgspec.json.decode(row["row_key"]))
    return Entry(**values)
