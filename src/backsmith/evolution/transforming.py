"""New values that a function of the application gives: rows go in by batches, what it returns is written back.

A row that somebody changed between reading and writing is read again: the values that were read are compared when the
new ones are written, and where any differs nothing of the batch is kept.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, cast

import msgspec

from backsmith.blueprint.blueprint import Field
from backsmith.databases.dialect import Dialect
from backsmith.databases.session import Statement
from backsmith.databases.steps import TransformRows
from backsmith.errors import RequestError
from backsmith.evolution.batches import Cursor, Keys, Part, go_through
from backsmith.evolution.carrying import Carrier, StepError


def function_of(name: str) -> Callable[..., Any]:
    """The function `module:qualified.name`. Raises StepError where there is none."""
    module, _, path = name.partition(":")
    try:
        found: Any = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise StepError(f"There is no function {name}: {error}.") from error
    return found


async def carry_out_transform(carrier: Carrier, number: int, step: TransformRows) -> None:
    """Call the step's function for all rows of its table."""
    session, records = carrier.session, carrier.records
    rows = _Rows(carrier, step)
    function = function_of(step.function)
    done = next((record.rows for record in carrier.run.steps if record.number == number), 0)

    async def do(cursor: Cursor, size: int) -> Part | None:
        nonlocal done
        params: list[Any] = []
        found = await session.fetch(rows.select(cursor, size, params), params)
        if not found:
            return None
        statements: list[Statement] = []
        for row in found:
            given = rows.given(row)
            try:
                result = function(**given)
                result = await result if inspect.isawaitable(result) else result
                statements.append(rows.update(row, _values(result, step.writes)))
            except Exception as error:
                key = ", ".join(rows.key(row))
                said = error.message if isinstance(error, RequestError) else f"{type(error).__name__}: {error}"
                raise StepError(
                    f"{carrier.where(number)} came to a row that {step.function} has no answer for.\n"
                    f"  {step.table}, key {key}: {said}"
                ) from error
        count, last = len(found), rows.key(found[-1])
        await session.transact(
            [*statements, records.step_moved(carrier.run, number, last, done + count)],
            lock_timeout=carrier.options.lock_timeout,
            keep=lambda results: all(results[:count]),
        )
        done += count
        return Part(last, count)

    await go_through(carrier, number, do, of=step.cost.rows)


def _values(result: Any, writes: Sequence[Field]) -> list[Any]:
    """What a function returned, in the order of the fields that are written."""
    if isinstance(result, Mapping):
        given = cast("Mapping[str, Any]", result)
        missing = [field.name for field in writes if field.name not in given]
        unknown = sorted(given.keys() - {field.name for field in writes})
        if missing or unknown:
            raise ValueError(f"it returned {', '.join(given)}, not {', '.join(field.name for field in writes)}")
        return [given[field.name] for field in writes]
    if len(writes) == 1:
        return [result]
    values = list(cast("Sequence[Any]", result)) if isinstance(result, tuple | list) else [result]
    if len(values) != len(writes):
        raise ValueError(f"it returned {len(values)} values, not {len(writes)}")
    return values


class _Rows:
    """The statements of one step, and what is in their rows: key as texts, reads as texts, reads as values."""

    def __init__(self, carrier: Carrier, step: TransformRows) -> None:
        self._session, self._dialect = carrier.session, carrier.dialect
        ddl = self._dialect.ddl
        self._step = step
        self._table = ddl.table_name(step.table.name, step.table.schema)
        self._key = [ddl.quote(field.column) for field in step.key]
        self._keys = Keys(self._session, self._key, [ddl.column_type(field) for field in step.key])
        self._reads = [ddl.quote(field.column) for field in step.reads]
        self._decoders = [_decoder(self._dialect, field) for field in step.reads]
        self._encoders = [self._dialect.stores.encoder(field) for field in step.writes]

    def select(self, cursor: Cursor, size: int, params: list[Any]) -> str:
        """At most so many rows after the cursor."""
        where = f" WHERE {self._keys.compare('>', cursor, params)}" if cursor is not None else ""
        shown = [
            *map(self._session.key_text, (*self._key, *self._reads)),
            *(self._dialect.load(column, field) for column, field in zip(self._reads, self._step.reads, strict=True)),
        ]
        # Qualified, since PostgreSQL calls a value that was cast to a text by the name of its column.
        order = ", ".join(f"t.{column}" for column in self._key)
        return f"SELECT {', '.join(shown)} FROM {self._table} AS t{where} ORDER BY {order} LIMIT {size}"

    def key(self, row: Any) -> tuple[str, ...]:
        """Its key."""
        return tuple(row[0 : len(self._key)])

    def given(self, row: Any) -> dict[str, Any]:
        """What the function is called with."""
        first = len(self._key) + len(self._reads)
        return {
            field.name: None if row[first + index] is None else decode(row[first + index])
            for index, (field, decode) in enumerate(zip(self._step.reads, self._decoders, strict=True))
        }

    def update(self, row: Any, values: list[Any]) -> Statement:
        """Writes the values into the row, if nobody has changed what was read of it."""
        params: list[Any] = []
        sets: list[str] = []
        for field, encode, value in zip(self._step.writes, self._encoders, values, strict=True):
            column = self._dialect.quote(field.column)
            if value is None:
                sets.append(f"{column} = NULL")
                continue
            params.append(encode(value))
            place = self._dialect.placeholder(len(params), field.type)
            sets.append(f"{column} = {self._dialect.stores.stored(place, field)}")
        conditions = [self._keys.compare("=", self.key(row), params)]
        for index, column in enumerate(self._reads):
            params.append(row[len(self._key) + index])
            place = self._dialect.placeholder(len(params), None)
            conditions.append(f"{self._session.key_text(column)} IS NOT DISTINCT FROM {place}")
        return f"UPDATE {self._table} SET {', '.join(sets)} WHERE {' AND '.join(conditions)} RETURNING 1", params


def _decoder(dialect: Dialect, field: Field) -> Callable[[Any], Any]:
    decode = dialect.stores.decoder(field.type)
    if field.secret:
        return lambda driver: dialect.stores.seals(field).opened(field, bytes(driver))

    def value(driver: Any) -> Any:
        found = driver if decode is None else decode(driver)
        return msgspec.json.decode(found) if isinstance(found, msgspec.Raw) else found

    return value
