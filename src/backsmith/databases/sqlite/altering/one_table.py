"""One table that is changed in place: it is opened to new values, gets them, and is closed again."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from backsmith.databases.changes import AddColumn, Change, Fill, SetNullable, TableName, describe
from backsmith.databases.sqlite.altering import costs
from backsmith.databases.sqlite.altering.around import around
from backsmith.databases.sqlite.altering.filling import fill, fill_sql, is_many
from backsmith.databases.sqlite.altering.in_place import (
    InPlace,
    add_column,
    as_added,
    folds,
    in_place,
    past_broken_views,
    title,
)
from backsmith.databases.sqlite.altering.syncs import create_sync
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.altering.work import CONSTRAINTS, Job, Work, is_plain
from backsmith.databases.steps import Statements


def open_for_values(work: Work, job: Job) -> None:
    """Add the columns that get values before the rest, and begin to hold them together with others.

    What is done here is taken out of the job; what of it can't be done yet stays in it.
    """
    statements: list[str] = []
    done: list[Change] = []
    rest: list[Change] = []
    for change in job.changes:
        if not isinstance(change, AddColumn) or folded(change.column.name) not in job.given:
            continue
        column = as_added(change.column, job)
        if column is None:  # it gets its default when the table is made anew
            column = replace(change.column, nullable=True, default=None, identity=None, generated=None)
            statements.append(add_column(work, job, column, []))
            continue
        along = list(folds(work, job, column))
        statements.append(add_column(work, job, column, along))
        done += [change, *along]
        if column.nullable and not change.column.nullable:
            rest.append(SetNullable(TableName(job.table), column.name, nullable=False))
    opened = [change for change in job.changes if isinstance(change, SetNullable) and change.nullable]
    if job.syncs() and work.version >= CONSTRAINTS:
        table = f"ALTER TABLE {work.quote(job.table)}"
        statements += [f"{table} ALTER COLUMN {work.quote(each.column)} DROP NOT NULL" for each in opened]
        key = work.row_key(job.table)
        for change in job.syncs():
            statements += create_sync(work.ddl, job.table, key, change.sync)
        done += [*opened, *job.syncs()]
    if statements:
        work.add(
            Statements(
                title=f"Open {job.table} for values: {'; '.join(map(describe, done))}",
                statements=tuple(statements),
                locks=costs.WRITER,
            )
        )
    job.changes = [change for change in job.changes if not any(change is each for each in done)] + rest


def close(work: Work, job: Job, data: Sequence[Fill]) -> bool:
    """Change a table in place, if that can be done; whether it was. `data` come in between."""
    fills = [*job.fills, *data]
    if not job.changes:
        for change in fills:
            fill(work, change)
        return True
    found = in_place(work, job)
    if found is None:
        return False
    if is_many(work, job.table):
        _in_steps(work, job, found, fills)
    else:
        _at_once(work, job, found, fills)
    for change, statements in found.drops:
        work.add(
            Statements(
                title=describe(change),
                statements=past_broken_views(around(work.scratch, ()), statements),
                locks=costs.WRITER,
                cost=costs.filled(work.size(job.table)),
                approval=f"drop:{job.table}.{change.column.name}",
            )
        )
    return True


def _at_once(work: Work, job: Job, found: InPlace, fills: Sequence[Fill]) -> None:
    """All but what has to be approved, in one transaction."""
    statements = [
        *found.opening,
        *(fill_sql(work, change) for change in fills),
        *found.closing,
        *(sql for _, sql in found.indexes),
    ]
    dropped = [change for change, _ in found.drops]
    made: list[Change] = [change for change in job.changes if not any(change is each for each in dropped)]
    size = work.size(job.table)
    if fills:
        cost = costs.filled(size)
    elif any(not sql.startswith("DROP") for _, sql in found.indexes):
        cost = costs.indexed(size)
    else:
        cost = costs.scanned(size) if found.closing else costs.Cost()
    if statements:
        work.add(
            Statements(title=title(job, [*made, *fills]), statements=tuple(statements), locks=costs.WRITER, cost=cost)
        )


def _in_steps(work: Work, job: Job, found: InPlace, fills: Sequence[Fill]) -> None:
    """Each for itself, so that nobody waits longer than he has to."""
    size = work.size(job.table)
    if found.opening:
        name = f"Open {job.table} to what comes" if fills or found.closing else title(job, job.changes)
        checked = any(" CHECK (" in sql for sql in found.opening)
        work.add(
            Statements(
                title=name,
                statements=tuple(found.opening),
                locks=costs.WRITER,
                cost=costs.scanned(size) if checked else costs.Cost(),
            )
        )
    for change in fills:
        fill(work, change)
    if found.closing:
        # Rows that were written while the batches went through.
        late = [fill_sql(work, change) for change in fills if all(is_plain(sql) for _, sql in change.sets)]
        work.add(
            Statements(
                title=f"Hold {job.table} to what is wanted of it now: {job.title()}",
                statements=(*late, *found.closing) if _is_for_nulls(fills) else tuple(found.closing),
                locks=costs.WRITER,
                cost=costs.scanned(size),
            )
        )
    for change, sql in found.indexes:
        cost = costs.Cost() if sql.startswith("DROP") else costs.indexed(size)
        work.add(Statements(title=describe(change), statements=(sql,), locks=costs.WRITER, cost=cost))


def _is_for_nulls(fills: Sequence[Fill]) -> bool:
    """Whether the fills touch a row but once, so that doing them again costs a look at each row."""
    return bool(fills) and all(change.where is not None for change in fills)
