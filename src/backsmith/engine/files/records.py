"""The table `backsmith_files`: which files there are or may be in the store, and which rows they belong to.

A file goes through states, each step committed before the next thing happens to its bytes:

=======  =====================================================================================================
pending  its bytes are being written, or wait for the row that is to have it
kept     a row has it; set in the transaction that writes the row
gone     no row has it any more; set in the transaction that changes or deletes the row
broken   no row ever had it, and none can get it: the upload failed, or whoever did it died
=======  =====================================================================================================

Nothing leads out of gone and broken, so the bytes of such a file may be removed at any time, by any worker, and its
record after them. So a crash leaves no bytes without a record, and no row without bytes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from backsmith.blueprint.types import Integer, Type
from backsmith.databases.dialect import Dialect
from backsmith.databases.own_tables import FILES
from backsmith.databases.transaction import Transaction

Statement = Literal["begin", "touch", "keep", "move", "drop", "break", "old", "expire", "find", "sweep", "forget"]

_TEXTS: Mapping[Statement, str] = {
    "begin": "INSERT INTO {table} (id, state, touched_at) VALUES ({id}, 'pending', {now})",
    "touch": "UPDATE {table} SET touched_at = {now} WHERE id = {id} AND state = 'pending' RETURNING id",
    "keep": "UPDATE {table} SET state = 'kept', entity = {entity}, field = {field}, row_key = {row_key},"
    " touched_at = {now} WHERE id = {id} AND state = 'pending' RETURNING id",
    "move": "UPDATE {table} SET row_key = {row_key} WHERE id = {id} AND state = 'kept' RETURNING id",
    "drop": "UPDATE {table} SET state = 'gone', touched_at = {now} WHERE id = {id} AND state = 'kept' RETURNING id",
    "break": "UPDATE {table} SET state = 'broken', touched_at = {now} WHERE id = {id} AND state = 'pending'"
    " RETURNING id",
    "old": "SELECT id FROM {table} WHERE state = 'pending' AND touched_at < {before} LIMIT 1",
    "expire": "UPDATE {table} SET state = 'broken' WHERE state = 'pending' AND touched_at < {before}",
    "find": "SELECT entity, field, row_key FROM {table} WHERE id = {id} AND state = 'kept'",
    "sweep": "SELECT id, state FROM {table} WHERE state IN ('gone', 'broken') ORDER BY touched_at LIMIT {most}",
    "forget": "DELETE FROM {table} WHERE id = {id} AND state IN ('gone', 'broken')",
}
_PLACE = re.compile(r"\{(\w+)\}")


class Records:
    """The statements of one dialect. Each method runs within a transaction and doesn't commit."""

    def __init__(self, dialect: Dialect) -> None:
        types: dict[str, Type] = {column.name: column.type for column in FILES.columns}
        types.update(now=types["touched_at"], before=types["touched_at"], most=Integer())
        self._encoders = {name: dialect.encoder(type) for name, type in types.items()}
        self._places: dict[Statement, list[str]] = {}
        self.sql: dict[Statement, str] = {}
        for statement, text in _TEXTS.items():
            places = [name for name in dict.fromkeys(_PLACE.findall(text)) if name != "table"]
            marks = {name: dialect.placeholder(number, types[name]) for number, name in enumerate(places, 1)}
            self.sql[statement] = text.format(table=dialect.quote(FILES.name), **marks)
            self._places[statement] = places

    def parameters(self, statement: Statement, **values: Any) -> list[Any]:
        """The values of a statement's parameters, in their order."""
        return [self._encoders[name](values[name]) for name in self._places[statement]]

    async def run(self, transaction: Transaction, statement: Statement, **values: Any) -> Sequence[Any]:
        """The rows of a statement."""
        return await transaction.fetch(self.sql[statement], self.parameters(statement, **values))

    async def begin(self, transaction: Transaction, id: str, now: datetime) -> None:
        """There will be a file of that id."""
        await self.run(transaction, "begin", id=id, now=now)

    async def touch(self, transaction: Transaction, id: str, now: datetime) -> bool:
        """It is still being written. Whether it is still pending."""
        return bool(await self.run(transaction, "touch", id=id, now=now))

    async def abandon(self, transaction: Transaction, id: str, now: datetime) -> bool:
        """No row is to have it. Whether it was pending."""
        return bool(await self.run(transaction, "break", id=id, now=now))
