"""Going through a table by its keys, some rows at a time: for statements, and for functions of the application.

Each batch is a transaction, in which the key that it came to is recorded; so none is done twice, and after a crash it
goes on with the next. Batches are as large as they may be to take the time that the options say.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any, NamedTuple

from backsmith.databases.session import LockedError, OutdatedError, Session
from backsmith.databases.steps import Batches
from backsmith.evolution.carrying import Carrier

SMALLEST, LARGEST = 10, 100_000
"""Rows of a batch."""
Cursor = tuple[str, ...] | None
"""The key after which it goes on; None: from the first row."""


class Part(NamedTuple):
    """Rows that were gone through."""

    cursor: tuple[str, ...]
    """Key of the last of them."""
    rows: int


class Keys:
    """The key of a table, in conditions whose parameters follow one another."""

    def __init__(self, session: Session, columns: Sequence[str], types: Sequence[str]) -> None:
        """`columns` are SQL."""
        self._session = session
        self._columns = columns
        self._types = types

    def compare(self, operator: str, key: tuple[str, ...], params: list[Any]) -> str:
        """A condition on the key; its parameters are added to `params`."""
        places: list[str] = []
        for text, type in zip(key, self._types, strict=True):
            params.append(self._session.key_value(text))
            places.append(self._session.key_place(len(params), type))
        return f"{_tuple(self._columns)} {operator} {_tuple(places)}"


async def go_through(
    carrier: Carrier, number: int, do: Callable[[Cursor, int], Awaitable[Part | None]], *, of: int
) -> None:
    """Do a step by batches, from where it was left.

    `do(cursor, size)` does at most `size` rows after the cursor in a transaction that records where it came to; None:
    there are no more. `of` is about how many rows there are. Raises StoppedError between two batches.
    """
    record = next((step for step in carrier.run.steps if step.number == number), None)
    cursor, rows = (None, 0) if record is None else (record.cursor, record.rows)
    size, before, began = carrier.options.first_batch, rows, monotonic()
    if record is None:
        await carrier.transact(number, [carrier.records.step_begun(carrier.run, number)])

    async def batch() -> Part | None:
        nonlocal size
        while True:
            try:
                return await do(cursor, size)
            except LockedError:
                size = max(1, size // 2)
                raise
            except OutdatedError:  # fewer rows are less likely to be changed meanwhile, and nobody is in the way
                size = max(1, size // 2)
                carrier.go_on()

    while True:
        started = monotonic()
        part = await carrier.patiently(number, batch)
        if part is None:
            break
        took = monotonic() - started
        cursor, rows = part.cursor, rows + part.rows
        rate = (rows - before) / max(monotonic() - began, 0.001)
        carrier.report("moved", number, rows=rows, of=max(of, rows), rate=rate)
        if part.rows >= size:
            size = round(min(max(size * _change(carrier.options.batch_seconds, took), SMALLEST), LARGEST))
            await carrier.rest(took * (1 / carrier.options.throttle - 1))
    await carrier.transact(number, [carrier.records.step_done(carrier.run, number)])


def _change(wanted: float, took: float) -> float:
    """By how much to change the size of a batch: twice or half at most, for one may be slow by chance."""
    return min(max(wanted / max(took, 0.0001), 0.5), 2.0)


async def carry_out_batches(carrier: Carrier, number: int, step: Batches) -> None:
    """Run the step's statement for all rows of its table."""
    session, ddl, records = carrier.session, carrier.dialect.ddl, carrier.records
    own = [ddl.quote(column) for column in step.key]
    names = [f"part.k{index}" for index in range(len(own))]
    reading = Keys(session, own, step.key_types)
    writing = Keys(session, [f"{step.alias}.{column}" for column in own], step.key_types)
    table = ddl.table_name(step.table.name, step.table.schema)
    done = next((record.rows for record in carrier.run.steps if record.number == number), 0)

    async def do(cursor: Cursor, size: int) -> Part | None:
        nonlocal done
        params: list[Any] = []
        where = f" WHERE {reading.compare('>', cursor, params)}" if cursor is not None else ""
        inner = ", ".join(f"{column} AS k{index}" for index, column in enumerate(own))
        found = await session.fetch(
            # Qualified, since PostgreSQL calls a value that was cast to a text by the name of its column.
            f"SELECT {', '.join(map(session.key_text, names))}, count(*) OVER ()"
            f" FROM (SELECT {inner} FROM {table}{where} ORDER BY {', '.join(own)} LIMIT {size}) AS part"
            f" ORDER BY {', '.join(f'{name} DESC' for name in names)} LIMIT 1",
            params,
        )
        if not found:
            return None
        row, params = found[0], []
        upto, count = tuple(row[index] for index in range(len(own))), row[len(own)]
        conditions = [writing.compare(">", cursor, params)] if cursor is not None else []
        conditions.append(writing.compare("<=", upto, params))
        await session.transact(
            [
                (f"{step.statement} AND ({' AND '.join(conditions)}){step.ending}", params),
                records.step_moved(carrier.run, number, upto, done + count),
            ],
            lock_timeout=carrier.options.lock_timeout,
        )
        done += count
        return Part(upto, count)

    await go_through(carrier, number, do, of=step.cost.rows)


def _tuple(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"
