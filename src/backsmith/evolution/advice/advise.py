"""The requests that were served, the blueprint and the database -> advice on indexes. Nothing is changed.

Each table that requests took time with is copied (in part, where it is large) into a trial, and its candidates are
measured there. Small tables are left out: they are read in no time without an index.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from time import monotonic

from msgspec import Struct
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.databases.changes import TableName
from backsmith.databases.constraint_names import with_names
from backsmith.databases.database import Database
from backsmith.databases.schema import Table, TableIndex
from backsmith.databases.served import Served
from backsmith.databases.trials import Copy, Explained, Trial
from backsmith.errors import DatabaseError
from backsmith.evolution.advice.advice import Advice, Comparison, Figures
from backsmith.evolution.advice.candidates import candidates, existing, model_line
from backsmith.evolution.advice.english import milliseconds, size_of
from backsmith.evolution.advice.measuring import Measuring, Taken
from backsmith.evolution.advice.unused import duplicates, unused, used_by
from backsmith.evolution.advice.values import Values
from backsmith.evolution.desired import tables_of

_log = logging.getLogger("backsmith")


class Options(Struct, frozen=True, kw_only=True):
    """How far the advice goes."""

    rows: int = 100_000
    """Rows of a table that are copied, at most."""
    fewest_rows: int = 2_000
    """Tables with fewer rows need no further index."""
    fewest_requests: int = 10
    """Requests of a shape that came less often are left out."""
    statements: int = 20
    """Statements that are tried for a table, at most: those that took the database the most time."""
    seconds: float = 60.0
    """For how long it measures, about; tables whose statements took the most time come first."""
    timeout: float = 10.0
    """Of each statement, in seconds."""
    age: timedelta = timedelta(days=14)
    """For how long an index has to be without use."""


async def advise(
    database: Database,
    blueprint: Blueprint,
    served: Sequence[Served],
    *,
    written: Mapping[str, float] | None = None,
    options: Options | None = None,
    now: datetime | None = None,
) -> list[Advice]:
    """Which indexes are missing, superfluous or unused.

    `served` are the statements of the requests, `written` how many rows of which entity they write a second, where the
    database doesn't count that itself. A table that can't be copied is said in the log. Raises DatabaseError.
    """
    options = options or Options()
    now = now or datetime.now(UTC)
    adviser = _Adviser(database, blueprint, served, written or {}, options)
    actual = {_key(database, table): table for table in (await database.inspect()).tables}
    desired = {_key(database, table): table for table in with_names(tables_of(blueprint, database.dialect)).tables}
    tables = [
        (entity, actual[key], desired[key])
        for entity in blueprint.entities
        if (key := (entity.schema, database.dialect.ddl.fold(entity.table))) in actual and not entity.view
    ]
    found: list[Advice] = []
    for entity, table, wanted in sorted(tables, key=lambda each: -adviser.seconds(each[0])):
        found += await adviser.missing(entity, table, wanted)
    async with database.trial(timeout=options.timeout) as trial:
        uses = await trial.index_uses()
        needed = await used_by(trial, Values(trial, database.dialect), served)
        for entity, table, wanted in tables:
            twice = list(duplicates(entity, table, wanted, uses))
            names = {each.index for each in twice}
            rest = replace(table, indexes=tuple(index for index in table.indexes if index.name not in names))
            found += twice
            found += await unused(entity, rest, uses, needed, blueprint, served, now=now, age=options.age)
    return found


def _key(database: Database, table: Table) -> tuple[str | None, str]:
    return table.schema, database.dialect.ddl.fold(table.name)


class _Adviser:
    def __init__(
        self,
        database: Database,
        blueprint: Blueprint,
        served: Sequence[Served],
        written: Mapping[str, float],
        options: Options,
    ) -> None:
        self._database = database
        self._blueprint = blueprint
        self._served = [each for each in served if each.requests >= options.fewest_requests]
        self._written = written
        self._options = options
        self._until = monotonic() + options.seconds

    def _about(self, entity: Entity) -> list[Served]:
        found = [each for each in self._served if any(wanted.entity == entity.name for wanted in each.wanted)]
        return sorted(found, key=lambda each: -each.seconds)[: self._options.statements]

    def seconds(self, entity: Entity) -> float:
        """How long the database took for requests that look for rows of the entity."""
        return sum(each.seconds for each in self._about(entity))

    async def missing(self, entity: Entity, table: Table, desired: Table) -> list[Advice]:
        """Indexes that the entity's table lacks, beside those that the model has already."""
        served = self._about(entity)
        have = set(existing(table))
        coming = [index for index in desired.indexes if index.columns not in have]
        both = replace(table, indexes=(*table.indexes, *coming))
        wanted = candidates(entity, both, served)
        if not wanted or monotonic() > self._until:
            return []
        async with self._database.trial(timeout=self._options.timeout) as trial:
            try:
                copy = await trial.copy(table, self._options.rows)
            except DatabaseError as error:
                _log.warning("Which indexes %s lacks can't be measured: %s", entity.name, error)
                return []
            if copy.of_rows < self._options.fewest_rows:
                return []
            await _make(trial, table, coming)
            columns = {field.name: field.column for field in entity.fields if field.computed is None}
            measuring = Measuring(trial, table, served, columns, self._until, part=copy.rows / copy.of_rows)
            await measuring.prepare(
                Values(trial, self._database.dialect), sorted({number for each in wanted for number in each.served})
            )
            taken = await measuring.choose(wanted)
            return [await self._advice(entity, each, served, copy, trial) for each in taken]

    async def _advice(self, entity: Entity, taken: Taken, served: Sequence[Served], copy: Copy, trial: Trial) -> Advice:
        numbers = list(dict.fromkeys(gain.tried.number for gain in taken.gains))
        part = "all" if copy.rows >= copy.of_rows else f"{copy.rows:,} of about"
        listed = ", ".join(taken.candidate.fields)
        return Advice(
            kind="missing",
            entity=entity.name,
            fields=taken.candidate.fields,
            line=model_line(entity, taken.candidate.fields),
            reason=f"No index leads from {listed} to the rows that these requests look for.",
            requests=tuple(_counts(served[number]) for number in numbers),
            measured=(
                f"Measured on a copy of {part} {copy.of_rows:,} rows: the time of the faster of two runs, with values"
                " that the rows have; plans and effort"
                f" ({trial.effort_in}) are of the copy."
            ),
            comparisons=tuple(
                Comparison(
                    request=served[gain.tried.number].request,
                    value=gain.tried.which,
                    before=_figures(gain.before),
                    after=_figures(gain.after),
                )
                for gain in taken.gains
            ),
            cost=await self._cost(entity, taken.bytes * copy.of_rows // max(copy.rows, 1), trial),
        )

    async def _cost(self, entity: Entity, bytes: int, trial: Trial) -> str:
        rate = self._written.get(entity.name, 0.0)
        counted = await trial.writes(TableName(entity.table, entity.schema))
        if counted is not None:
            rate = counted.rows / max((datetime.now(UTC) - counted.since).total_seconds(), 1.0)
        return f"It would take about {size_of(bytes)}, and work at each write of this table: {_rate(rate)}."


async def _make(trial: Trial, table: Table, indexes: Sequence[TableIndex]) -> None:
    """Indexes that the model has and the database lacks: the plan makes them, so they are no advice."""
    for index in indexes:
        try:
            await trial.create_index(table, index)
        except DatabaseError:
            continue


def _rate(rate: float) -> str:
    if rate * 86_400 < 1:
        return "there are hardly any"
    return f"{rate:,.1f} a second" if rate >= 0.1 else f"{rate * 86_400:,.0f} a day"


def _counts(served: Served) -> str:
    """`GET /api/orders?status=eq.… (a user): 1,200 times, 3.2 ms on average, 14 ms at worst`."""
    mean = milliseconds(served.seconds / served.requests * 1000)
    worst = milliseconds(served.worst * 1000)
    return f"{served.request} ({served.asker}): {served.requests:,} times, {mean} on average, {worst} at worst"


def _figures(explained: Explained) -> Figures:
    return Figures(plan=explained.plan, effort=explained.effort, milliseconds=explained.milliseconds)
