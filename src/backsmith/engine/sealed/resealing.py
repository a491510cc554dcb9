"""All rows of encrypted fields, sealed again with the newest key: what `backsmith secrets reseal` does.

Rows are gone through by their keys, a batch a transaction, and only those that an older key has sealed are touched; so
an interrupted run goes on where it was when it is begun again. A value is replaced where it still is what was read: who
writes a row meanwhile has sealed it with the newest key, and isn't overwritten. What changes is no value, so neither
rules nor hooks nor the change log hear of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

from backsmith.blueprint.blueprint import Blueprint, Entity, Field
from backsmith.databases.database import Database, Row
from backsmith.databases.dialect import Dialect
from backsmith.databases.transaction import Transaction
from backsmith.engine.sealed.seals import place_of
from backsmith.errors import UsageError
from backsmith.secrets import SealError, Secrets
from backsmith.secrets.envelopes import key_of
from backsmith.secrets.secrets import FIELDS

BATCH = 500
"""Rows of a transaction: SQLite's other writers wait for some ten milliseconds."""


class Resealed(NamedTuple):
    """What was done."""

    values: int
    """How many values have a new envelope."""
    left: tuple[str, ...]
    """Those that can't be opened: `patients 7: number`."""


async def reseal(
    database: Database, secrets: Secrets, blueprint: Blueprint, told: Callable[[str, int], None]
) -> Resealed:
    """Seal all values of encrypted fields with the newest key. `told` hears of an entity and how many values of it are
    done. Raises UsageError for an entity without a key, RequestError."""
    values, left = 0, list[str]()
    for entity in blueprint.entities:
        fields = [field for field in entity.fields if field.secret and "~" not in field.id]
        if not fields or entity.view:
            continue
        if not entity.key:
            raise UsageError(f"{entity.name} has no key, so its rows can't be gone through one after another.")
        done = 0
        async for part in _Table(database, secrets, entity, fields).all():
            done += part.values
            left += part.left
            told(entity.name, done)
        values += done
    return Resealed(values, tuple(left))


class _Table:
    """The rows of one entity."""

    def __init__(self, database: Database, secrets: Secrets, entity: Entity, fields: list[Field]) -> None:
        self._database = database
        self._secrets = secrets
        self._entity = entity
        self._fields = fields
        self._dialect = dialect = database.dialect
        self._newest = secrets.sealing(FIELDS).id
        by_name = {field.name: field for field in entity.fields}
        self._key = [by_name[name] for name in entity.key]
        self._table = dialect.ddl.table_name(entity.table, entity.schema)
        self._decoders = [dialect.stores.decoder(field.type) for field in self._key]

    async def all(self) -> AsyncIterator[Resealed]:
        """Goes through all rows."""
        after: tuple[Any, ...] | None = None
        while rows := await self._database.read(*self._select(after)):
            after = self._key_of(rows[len(rows) - 1])
            yield await self._reseal(rows)

    def _select(self, after: tuple[Any, ...] | None) -> tuple[str, list[Any]]:
        quote = self._dialect.quote
        names = [quote(field.column) for field in self._key]
        shown = [self._dialect.load(name, field) for name, field in zip(names, self._key, strict=True)]
        shown += [quote(field.column) for field in self._fields]
        order, where, values = ", ".join(names), "", list[Any]()
        if after is not None:
            places = [_place(self._dialect, field, number) for number, field in enumerate(self._key, 1)]
            where = f" WHERE ({order}) > ({', '.join(places)})"
            values = self._bound(after)
        return f"SELECT {', '.join(shown)} FROM {self._table}{where} ORDER BY {order} LIMIT {BATCH:d}", values

    async def _reseal(self, rows: Any) -> Resealed:
        changes: dict[str, list[list[Any]]] = {}
        left: list[str] = []
        for row in rows:
            key = self._key_of(row)
            for field, envelope in zip(self._fields, (row[n] for n in range(len(self._key), len(row))), strict=True):
                if envelope is None:
                    continue
                try:
                    sealed = self._again(field, bytes(envelope))
                except SealError:
                    left.append(f"{self._entity.collection} {', '.join(map(str, key))}: {field.name}")
                    continue
                if sealed is not None:
                    changes.setdefault(self._update(field), []).append([sealed, bytes(envelope), *self._bound(key)])

        async def work(transaction: Transaction) -> int:
            count = 0
            for sql, values in changes.items():
                count += sum(len(some) for some in await transaction.fetch_each(sql, values))
            return count

        return Resealed(await self._database.transact(work, retry=True) if changes else 0, tuple(left))

    def _again(self, field: Field, envelope: bytes) -> bytes | None:
        """The value in a new envelope; None where it has the newest key already."""
        about = place_of(field)
        plain = self._secrets.open(FIELDS, envelope, about=about)
        return None if key_of(envelope) == self._newest else self._secrets.seal(FIELDS, plain, about=about)

    def _update(self, field: Field) -> str:
        column = self._dialect.quote(field.column)
        sealed, was = (_place(self._dialect, field, number) for number in (1, 2))
        keys = [
            f"{self._dialect.quote(key.column)} = {_place(self._dialect, key, number)}"
            for number, key in enumerate(self._key, 3)
        ]
        where = " AND ".join([f"{column} = {was}", *keys])
        return f"UPDATE {self._table} SET {column} = {sealed} WHERE {where} RETURNING 1"

    def _key_of(self, row: Row) -> tuple[Any, ...]:
        return tuple(
            row[number] if decode is None else decode(row[number]) for number, decode in enumerate(self._decoders)
        )

    def _bound(self, key: tuple[Any, ...]) -> list[Any]:
        encoders = [self._dialect.stores.encoder(field) for field in self._key]
        return [encode(value) for encode, value in zip(encoders, key, strict=True)]


def _place(dialect: Dialect, field: Field, number: int) -> str:
    return dialect.stores.stored(dialect.placeholder(number, field.type), field)
