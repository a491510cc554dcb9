"""Reading and writing what `history.py` describes, in the tables of `own_tables.HISTORY`.

Reading takes an open database or a session. Writing gives statements, to be run in the transaction of what they record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.canonical import decode, encode
from backsmith.blueprint.types import Type
from backsmith.databases.database import Database, Row
from backsmith.databases.dialect import Dialect
from backsmith.databases.own_table import missing
from backsmith.databases.own_tables import BLUEPRINTS, HISTORY, RUNS, STEPS
from backsmith.databases.schema import Schema
from backsmith.databases.session import Statement
from backsmith.errors import DatabaseError
from backsmith.evolution.history import Head, Run, StepRecord, fingerprint
from backsmith.evolution.plan import Plan

_TYPES: Mapping[str, Type] = {
    **{column.name: column.type for own in HISTORY for column in own.columns},
    "now": BLUEPRINTS.columns[-1].type,
}
_PLACE = re.compile(r"\{(\w+)\}")
_HEAD = "SELECT hash, blueprint, state, previous, target FROM backsmith_blueprints ORDER BY id DESC LIMIT 1"
_LAST = "SELECT coalesce(max(id), 0) FROM backsmith_runs"
_UNFINISHED = "SELECT id, plan, blueprint FROM backsmith_runs WHERE state = 'running' ORDER BY id DESC LIMIT 1"
_STEPS = "SELECT number, state, cursor, rows_done FROM backsmith_steps WHERE run = {run} ORDER BY number"
_RECORD_HEAD = (
    "INSERT INTO backsmith_blueprints (hash, blueprint, state, previous, target, at)"
    " VALUES ({hash}, {blueprint}, {state}, {previous}, {target}, {now})"
)
_plans = msgspec.json.Decoder(Plan)
_cursors = msgspec.json.Decoder(tuple[str, ...])


class Reader(Protocol):
    """What statements that read are sent to: a database or a session."""

    async def fetch(self, sql: str, params: Sequence[Any], /) -> Sequence[Row]:
        """The rows."""
        ...


class Records:
    """The statements of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def statement(self, text: str, **values: Any) -> Statement:
        """The text with parameters for its places: names of columns in braces."""
        names = list(dict.fromkeys(_PLACE.findall(text)))
        values["now"] = datetime.now(UTC)
        marks = {name: self._dialect.placeholder(number, _TYPES[name]) for number, name in enumerate(names, 1)}
        encoded = [
            None if values[name] is None else self._dialect.encoder(_TYPES[name])(values[name]) for name in names
        ]
        return text.format(**marks), encoded

    # Writing ----------------------------------------------------------------------------------------------------------

    def head(self, head: Head) -> Statement:
        """That is the head from now on."""
        return self.statement(
            _RECORD_HEAD,
            hash=head.hash,
            blueprint=encode(head.blueprint).decode(),
            state=head.state,
            previous=head.previous,
            target=head.target,
        )

    def contracting(self) -> Statement:
        """From now on nothing leads back from the head, which is expanded, to its older shape."""
        return self.statement(
            "UPDATE backsmith_blueprints SET state = 'contracting'"
            " WHERE id = (SELECT max(id) FROM backsmith_blueprints)"
        )

    def begin(self, run: Run) -> Statement:
        """A plan is begun."""
        return self.statement(
            "INSERT INTO backsmith_runs (id, state, plan, blueprint, began_at)"
            " VALUES ({id}, 'running', {plan}, {blueprint}, {now})",
            id=run.id,
            plan=msgspec.json.encode(run.plan).decode(),
            blueprint=encode(run.blueprint).decode(),
        )

    def no_steps(self, run: Run) -> Statement:
        """No step of it was done yet, whatever a table of runs that was lost has left."""
        return self.statement(f"DELETE FROM {STEPS.name} WHERE run = {{run}}", run=run.id)

    def end(self, run: Run, state: str) -> Statement:
        """It has ended: `done` or `abandoned`."""
        return self.statement(
            "UPDATE backsmith_runs SET state = {state}, ended_at = {now} WHERE id = {id}", id=run.id, state=state
        )

    def step_begun(self, run: Run, number: int) -> Statement:
        """A step is begun, or begun again."""
        return self.statement(
            "INSERT INTO backsmith_steps (run, number, state, title, rows_done, began_at)"
            " VALUES ({run}, {number}, 'begun', {title}, 0, {now})"
            " ON CONFLICT (run, number) DO UPDATE SET state = 'begun'",
            run=run.id,
            number=number,
            title=run.plan.steps[number - 1].title,
        )

    def step_moved(self, run: Run, number: int, cursor: tuple[str, ...], rows: int) -> Statement:
        """A step by batches has come to that key, and has gone through so many rows."""
        return self.statement(
            "UPDATE backsmith_steps SET cursor = {cursor}, rows_done = {rows_done}"
            " WHERE run = {run} AND number = {number}",
            run=run.id,
            number=number,
            cursor=msgspec.json.encode(cursor).decode(),
            rows_done=rows,
        )

    def step_done(self, run: Run, number: int) -> Statement:
        """A step is done."""
        return self.statement(
            "UPDATE backsmith_steps SET state = 'done', ended_at = {now} WHERE run = {run} AND number = {number}",
            run=run.id,
            number=number,
        )

    def missing_tables(self, actual: Schema) -> list[Statement]:
        """What makes the tables of the history, or what they lack."""
        wanted = [sql for own in HISTORY for sql in missing(own, actual, self._dialect)]
        return [(sql, ()) for sql in ([*self._dialect.ddl.locks, *wanted] if wanted else [])]

    def first_head(self, blueprint: Blueprint, actual: Schema) -> list[str]:
        """As text without parameters: the tables of the history, and the blueprint of a database made from it."""
        texts = {
            "hash": fingerprint(blueprint),
            "blueprint": encode(blueprint).decode(),
            "state": "applied",
            "now": self._dialect.encoder(_TYPES["now"])(datetime.now(UTC)),
        }
        values = {name: self._dialect.ddl.text(str(value)) for name, value in texts.items()}
        made = [sql for sql, _ in self.missing_tables(actual)]
        return [*made, _RECORD_HEAD.format(**values, previous="NULL", target="NULL")]

    # Reading ----------------------------------------------------------------------------------------------------------

    async def read_unfinished(self, reader: Reader) -> Run | None:
        """The run that came to no end yet, where the tables are there."""
        for id, plan, blueprint in await reader.fetch(_UNFINISHED, ()):  # type: ignore[misc]  # a row of three
            steps = await reader.fetch(*self.statement(_STEPS, run=id))
            return Run(
                id=id, plan=_plans.decode(plan), blueprint=decode(blueprint), steps=tuple(map(_step_record, steps))
            )
        return None

    async def read_last_run(self, reader: Reader) -> int:
        """The number of the run that was begun last, where the tables are there; 0: there was none."""
        return (await reader.fetch(_LAST, ()))[0][0]


async def read_head(database: Database, actual: Schema | None = None) -> Head | None:
    """The blueprint that was applied last; None where none was, or the tables aren't there.

    `actual` is what the database holds, where that is known already.
    """
    if not _has(actual or await database.inspect(), BLUEPRINTS.name):
        return None
    return await read_head_there(database)


async def read_head_there(reader: Reader) -> Head | None:
    """As `read_head`, where the tables are there."""
    for hash, blueprint, state, previous, target in await reader.fetch(_HEAD, ()):  # type: ignore[misc]  # a row of five
        return Head(hash=hash, blueprint=decode(blueprint), state=state, previous=previous, target=target)
    return None


async def read_blueprint(database: Database, hash: str) -> Blueprint:
    """The blueprint of that hash, which was applied once. Raises DatabaseError where none was."""
    mark = database.dialect.placeholder(1, _TYPES["hash"])
    sql = f"SELECT blueprint FROM {BLUEPRINTS.name} WHERE hash = {mark} ORDER BY id DESC"
    rows = await database.fetch(sql, (hash,))
    if not rows:
        raise DatabaseError(f"No version {hash} was applied to this database.")
    return decode(rows[0][0])


async def read_unfinished(database: Database) -> Run | None:
    """The run that came to no end yet."""
    actual = await database.inspect()
    if not _has(actual, RUNS.name) or not _has(actual, STEPS.name):
        return None
    return await Records(database.dialect).read_unfinished(database)


async def read_last_run(database: Database) -> int:
    """The number of the run that was begun last; 0: there was none."""
    if not _has(await database.inspect(), RUNS.name):
        return 0
    return await Records(database.dialect).read_last_run(database)


def _has(schema: Schema, table: str) -> bool:
    return any(each.schema is None and each.name.lower() == table for each in schema.tables)


def _step_record(row: Row) -> StepRecord:
    number, state, cursor, rows = row[0], row[1], row[2], row[3]
    return StepRecord(
        number=number, done=state == "done", cursor=None if cursor is None else _cursors.decode(cursor), rows=rows
    )
