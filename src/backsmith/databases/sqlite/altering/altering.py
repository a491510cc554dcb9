"""SQLite's way to change tables that are in use.

Renames first, then tables that come; then each table: in place where SQLite can, else made anew, at once or, where that
would hold the writer for too long, as a copy beside it; tables that go are last. Where values are worked out from other
tables, all columns come first, then all values, then the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backsmith.blueprint.types import Type
from backsmith.databases.altering import Alteration, Altering, Conversion
from backsmith.databases.changes import (
    AddColumn,
    Change,
    CreateTable,
    DropColumn,
    DropTable,
    Fill,
    FillTable,
    Transform,
)
from backsmith.databases.schema import Column
from backsmith.databases.sqlite.altering import names, tables
from backsmith.databases.sqlite.altering.filling import fill, fill_table, transform, written_by
from backsmith.databases.sqlite.altering.jobs import data_of, jobs_of, needs_order, together
from backsmith.databases.sqlite.altering.one_table import close, open_for_values
from backsmith.databases.sqlite.altering.rebuild import rebuild
from backsmith.databases.sqlite.altering.shadow import can_shadow, shadow
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.altering.work import Job, Work
from backsmith.databases.sqlite.conversions import conversion
from backsmith.databases.sqlite.ddl import SqliteDdl
from backsmith.databases.steps import Step

if TYPE_CHECKING:
    from backsmith.databases.sqlite.dialect import SqliteDialect


class SqliteAltering(Altering):
    """SQLite's way to change its tables."""

    def __init__(self, dialect: SqliteDialect) -> None:
        self._dialect = dialect

    def steps(self, alteration: Alteration) -> list[Step]:
        """By trying all of it on an empty copy of the database's tables."""
        work = Work(alteration, SqliteDdl())
        changes = alteration.changes
        tables.remove_leftovers(work)
        names.rename(work, changes)
        tables.create(work, [change for change in changes if isinstance(change, CreateTable)])
        jobs = jobs_of(changes)
        data = data_of(changes, jobs)
        _give(jobs, data)
        if needs_order(changes):
            for job in jobs:
                open_for_values(work, job)
            for change in data:
                _fill(work, change)
            data = []
        for group in together(jobs, alteration.desired):
            own = {folded(job.table) for job in group}
            between = [each for each in data if isinstance(each, Fill) and folded(each.table.name) in own]
            _change(work, group, between)
        tables.drop(work, [change for change in changes if isinstance(change, DropTable)])
        work.check()
        return work.steps

    def conversion(self, old: Column, new: Column, was: Type, becomes: Type) -> Conversion | None:
        """As `conversions.py` has them."""
        return conversion(self._dialect, old, new, was, becomes)

    def in_place(self, old: Column, new: Column) -> bool:
        """SQLite changes no type in place; types of one affinity are the same to it."""
        ddl = self._dialect.ddl
        return ddl.normal_type(old.type) == ddl.normal_type(new.type) and ddl.same_collation(
            old.collation, new.collation
        )


def _give(jobs: Sequence[Job], data: Sequence[Fill | FillTable | Transform]) -> None:
    """Tell each job which of its new columns get values before the rest."""
    written = written_by(
        [each for each in data if isinstance(each, Fill)],
        [each for each in data if isinstance(each, Transform)],
        [each for each in data if isinstance(each, FillTable)],
    )
    for job in jobs:
        added = {folded(change.column.name) for change in job.changes if isinstance(change, AddColumn)}
        job.given = {column for table, column in written if table == folded(job.table)} & added


def _change(work: Work, group: Sequence[Job], data: Sequence[Fill]) -> None:
    """Change tables that belong together; `data` are values that come in between."""
    large = any(work.is_large(job.table) for job in group)
    if len(group) == 1:
        (job,) = group
        dropping = any(isinstance(change, DropColumn) for change in job.changes)
        if not (large and dropping) and close(work, job, data):
            return
    if data:
        for job in group:
            open_for_values(work, job)
        for change in data:
            _fill(work, change)
    jobs = [job for job in group if job.changes or job.fills]
    if large and len(jobs) == 1 and can_shadow(work, jobs[0]):
        shadow(work, jobs[0])
    elif jobs:
        rebuild(work, jobs)


def _fill(work: Work, change: Change) -> None:
    match change:
        case Fill():
            fill(work, change)
        case FillTable():
            fill_table(work, change)
        case Transform():
            transform(work, change)
        case _:
            pass
