"""What the planner knows of columns' values: gathered where a change takes it away, or where there was nothing to know.

ALTER COLUMN … TYPE forgets a column's statistics, in place too, and until autovacuum comes by the planner guesses: in a
table of 200,000 rows lists by such a column took 110 milliseconds in place of 4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from backsmith.databases.changes import AlterColumnType, Fill, FillTable, TableName, Transform
from backsmith.databases.postgres.altering import locks
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.retypes import Place
from backsmith.databases.postgres.altering.shadow import shadow_of
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.steps import Cost, Statements

SAMPLE = 30_000
"""Rows that ANALYZE looks at, 300 for each of default_statistics_target."""


def statistics(situation: Situation, swapped: Collection[Place]) -> Iterator[Placed]:
    """ANALYZE of large tables: of columns that got another type, before `swapped` ones take their places; and of those
    that were filled."""
    retyped = [(change.table, change.new.name) for change in situation.of_kind(AlterColumnType)]
    places = [(table, shadow_of(name) if (table, name) in swapped else name) for table, name in retyped]
    yield from _analyses(situation, Phase.RETYPES, places)
    filled = [(change.table, column) for change in situation.of_kind(Fill) for column, _ in change.sets]
    filled += [(change.table, each.column) for change in situation.of_kind(Transform) for each in change.writes]
    filled += [(change.table, column) for change in situation.of_kind(FillTable) for column, _ in change.columns]
    yield from _analyses(situation, Phase.LATE_FILLS, [place for place in filled if place not in retyped])


def _analyses(situation: Situation, phase: Phase, places: Iterable[Place]) -> Iterator[Placed]:
    by_table: dict[TableName, list[str]] = {}
    for table, column in places:
        if not situation.is_small(table) and column not in by_table.setdefault(table, []):
            by_table[table].append(column)
    for table, columns in by_table.items():
        step = Statements(
            title=f"Let the planner know the values of {table}.{', '.join(columns)}",
            statements=(f"ANALYZE {situation.quoted(table)} ({', '.join(map(situation.ddl.quote, columns))})",),
            locks=locks.against_changes(str(table)),
            cost=Cost(work="scan", rows=min(SAMPLE, situation.size(table).rows), seconds=1.0, held=1.0),
        )
        yield Placed(phase, step)
