"""The statements on the table of attempts, the same on both databases: whole numbers, in milliseconds since 1970.

A row holds until when attempts are owed: each adds `every`, time pays. How many are owed follows from it, and with
that how long the next one has to wait. So one statement counts an attempt, or touches no row where it comes too early.
"""

from __future__ import annotations

from collections.abc import Sequence

from backsmith.accounts.limits.policies import Policy
from backsmith.blueprint.types import Bytes, Integer
from backsmith.databases.database import Database
from backsmith.databases.dialect import Dialect
from backsmith.databases.guard_tables import ATTEMPTS
from backsmith.databases.transaction import Transaction

MOST_PURGED = 500
"""Rows that are taken away at once."""
_LONGEST_GROWTH = 24
"""Doublings of a wait, at most; numbers of 64 bits have room for more."""
_COLUMNS = ("key", "owed", "free", "every", "allowance", "first", "forget")


class Statements:
    """Reads and writes rows of attempts."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._table = dialect.quote(ATTEMPTS.name)
        self._key = dialect.encoder(Bytes())

    async def free_from(self, database: Database, keys: Sequence[bytes]) -> dict[bytes, int]:
        """From when on the next attempt may be made, of the keys that have a row."""
        sql = f"SELECT key, free FROM {self._table} WHERE key IN ({self._marks(len(keys))})"
        rows = await database.read(sql, [self._key(key) for key in keys])
        return {bytes(key): free for key, free in rows}

    async def charge(self, transaction: Transaction, counters: Sequence[tuple[bytes, Policy]], now: int) -> int:
        """Count an attempt for each of these keys, if they may all have one now; for how many it was counted. Of those
        that come in the same moment some may be counted for a part only: for that part they were too many."""
        mark, text = self._dialect.placeholder, f"{self._table}."
        parameters: list[object] = [now]
        rows: list[str] = []
        marks: list[str] = []
        for key, policy in counters:
            parameters += [self._key(key), *policy]
            last = len(parameters)
            at, allowance, first, every = (
                mark(1, Integer()),
                mark(last - 2, Integer()),
                mark(last - 1, Integer()),
                mark(last, Integer()),
            )
            free = f"{at} + CASE WHEN {allowance} > 1 THEN 0 ELSE {first} END"
            marks.append(mark(last - 3, Bytes()))
            rows.append(f"({marks[-1]}, {at} + {every}, {free}, {every}, {allowance}, {first}, {at} + {every})")
        at = mark(1, Integer())
        owed = f"(CASE WHEN {text}owed > {at} THEN {text}owed ELSE {at} END + excluded.every)"
        count = f"(({owed} - {at} + excluded.every - 1) / excluded.every)"
        beyond = f"({count} - excluded.allowance)"
        grown = f"(excluded.first * (1 << CAST({beyond} AS INTEGER)))"
        wait = (
            f"CASE WHEN {beyond} < 0 THEN 0 WHEN {beyond} > {_LONGEST_GROWTH} OR {grown} > excluded.every"
            f" THEN excluded.every ELSE {grown} END"
        )
        sql = (
            f"INSERT INTO {self._table} ({', '.join(_COLUMNS)}) SELECT asked.* FROM (VALUES {', '.join(rows)}) AS asked"
            f" WHERE NOT EXISTS (SELECT 1 FROM {self._table} WHERE free > {at} AND key IN ({', '.join(marks)}))"
            f" ON CONFLICT (key) DO UPDATE SET owed = {owed}, free = {at} + {wait}, every = excluded.every,"
            f" allowance = excluded.allowance, first = excluded.first, forget = {owed} + excluded.every"
            f" WHERE {text}free <= {at} RETURNING key"
        )
        return len(await transaction.fetch(sql, parameters, last=True))

    async def give_back(self, transaction: Transaction, keys: Sequence[bytes], now: int) -> None:
        """Take one attempt back, of each of these keys."""
        if not keys:
            return
        at = self._dialect.placeholder(1, Integer())
        sql = (
            f"UPDATE {self._table} SET owed = owed - every,"
            f" free = CASE WHEN owed - {at} <= every * allowance THEN 0 ELSE free END"
            f" WHERE key IN ({self._marks(len(keys), 1)})"
        )
        await transaction.fetch(sql, [now, *map(self._key, keys)])

    async def remember(self, transaction: Transaction, key: bytes, until: int) -> None:
        """Keep a row of that key, which counts nothing, until then."""
        mark, number = self._dialect.placeholder(1, Bytes()), self._dialect.placeholder(2, Integer())
        sql = (
            f"INSERT INTO {self._table} ({', '.join(_COLUMNS)}) VALUES ({mark}, 0, 0, 1, 1, 0, {number})"
            " ON CONFLICT (key) DO UPDATE SET forget = excluded.forget"
        )
        await transaction.fetch(sql, [self._key(key), until])

    async def forget(self, transaction: Transaction, keys: Sequence[bytes]) -> None:
        """Take away what was counted for these keys."""
        if keys:
            sql = f"DELETE FROM {self._table} WHERE key IN ({self._marks(len(keys))})"
            await transaction.fetch(sql, [self._key(key) for key in keys])

    async def purge(self, transaction: Transaction, now: int) -> None:
        """Take away some rows that are of no use any more."""
        old = f"SELECT key FROM {self._table} WHERE forget < {self._dialect.placeholder(1, Integer())}"
        await transaction.fetch(
            f"DELETE FROM {self._table} WHERE key IN ({old} ORDER BY forget LIMIT {MOST_PURGED})", [now]
        )

    def _marks(self, count: int, after: int = 0) -> str:
        return ", ".join(self._dialect.placeholder(after + number, Bytes()) for number in range(1, count + 1))
