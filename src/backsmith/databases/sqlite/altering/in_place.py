"""What SQLite changes in place, by version: columns come and go, and from 3.53 on NOT NULL and CHECK do, too.

https://sqlite.org/lang_altertable.html. A new column can't be added with a default that isn't a constant, as key or
UNIQUE; one that refers to another table only if it is null at first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from backsmith.databases.changes import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    AddIndex,
    AddUnique,
    Change,
    CreateSync,
    DropCheck,
    DropColumn,
    DropIndex,
    DropSync,
    DropUnique,
    Fill,
    SetNullable,
    describe,
)
from backsmith.databases.schema import Column
from backsmith.databases.sqlite.altering.around import Around, around, drop, kept_indexes
from backsmith.databases.sqlite.altering.edits import check_sql, column_definition, foreign_key_name
from backsmith.databases.sqlite.altering.rebuild import new_indexes
from backsmith.databases.sqlite.altering.scratch import names_in
from backsmith.databases.sqlite.altering.syncs import create_sync, drop_sync
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.altering.work import CONSTRAINTS, Job, Work

_CONSTANT = re.compile(r"[-+]?[\d.]\S*|[xX]?'(?:[^']|'')*'|NULL|TRUE|FALSE", re.IGNORECASE | re.DOTALL)


class InPlace(Struct, kw_only=True):
    """The statements, in their order: what opens a table to new values, what comes after these, and what goes."""

    opening: list[str]
    closing: list[str]
    indexes: list[tuple[Change, str]]
    drops: list[tuple[DropColumn, list[str]]]

    def all(self) -> list[str]:
        """All statements."""
        dropped = [sql for _, statements in self.drops for sql in statements]
        return [*self.opening, *self.closing, *(sql for _, sql in self.indexes), *dropped]


def in_place(work: Work, job: Job) -> InPlace | None:
    """How a table's changes are made in place; None where it has to be made anew."""
    found = _found(work, job)
    if found is None:
        return None
    broken = around(work.scratch, ())
    refusal = work.scratch.refusal([*map(drop, broken.before), *found.all(), *(made.sql for made in broken.after)])
    return found if refusal is None else None


def past_broken_views(surroundings: Around, statements: list[str]) -> tuple[str, ...]:
    """The statements with views that don't work out of their way, for SQLite renames and drops nothing beside them."""
    return (*map(drop, surroundings.before), *statements, *(made.sql for made in surroundings.after))


def add_column(work: Work, job: Job, column: Column, along: list[Change]) -> str:
    """ADD COLUMN, with the constraints of this column alone."""
    sql = f"ALTER TABLE {work.quote(job.table)} ADD COLUMN {column_definition(work.ddl, column)}"
    for change in along:
        if isinstance(change, AddCheck):
            sql += f" {check_sql(work.ddl, job.table, change.check)}"
        elif isinstance(change, AddForeignKey):
            name = work.ddl.constraint(foreign_key_name(job.table, change.foreign_key))
            _, _, reference = work.ddl.foreign_key(change.foreign_key).partition(") ")
            sql += f" {name}{reference}"
    return sql


def _found(work: Work, job: Job) -> InPlace | None:
    found = InPlace(opening=[], closing=[], indexes=[], drops=[])
    table = f"ALTER TABLE {work.quote(job.table)}"
    by_constraint = work.version >= CONSTRAINTS
    folded_in: list[Change] = []
    for change in job.of_type(AddColumn):
        assert isinstance(change, AddColumn)
        column = as_added(change.column, job)
        if column is None or (column.nullable and not change.column.nullable and not by_constraint):
            return None
        along = list(folds(work, job, column))
        folded_in += along
        found.opening.append(add_column(work, job, column, along))
        if column.nullable and not change.column.nullable:
            found.closing.append(f"{table} ALTER COLUMN {work.quote(column.name)} SET NOT NULL")
    for change in job.changes:
        if any(change is each for each in folded_in):
            continue
        match change:
            case AddColumn():
                pass
            case SetNullable(_, column, True) if by_constraint:
                found.opening.append(f"{table} ALTER COLUMN {work.quote(column)} DROP NOT NULL")
            case SetNullable(_, column, False) if by_constraint:
                found.closing.append(f"{table} ALTER COLUMN {work.quote(column)} SET NOT NULL")
            case AddCheck(_, check) if by_constraint:
                found.closing.append(f"{table} ADD {check_sql(work.ddl, job.table, check)}")
            case DropCheck(_, check) if by_constraint and check.name is not None:
                found.opening.append(f"{table} DROP CONSTRAINT {work.quote(check.name)}")
            case CreateSync(_, sync):
                found.opening += create_sync(work.ddl, job.table, work.row_key(job.table), sync)
            case DropSync(_, sync):
                found.closing += drop_sync(work.ddl, sync)
            case DropIndex(_, index):
                found.indexes.append((change, f"DROP INDEX {work.quote(index.name)}"))
            case DropUnique(_, unique, True):
                found.indexes.append((change, f"DROP INDEX {work.quote(unique.name or '')}"))
            case AddIndex() | AddUnique():
                pass
            case DropColumn():
                found.drops.append((change, list(_drop_column(work, job, change))))
            case _:
                return None
    found.indexes += new_indexes(work, job)
    return found


def as_added(column: Column, job: Job) -> Column | None:
    """The column as it can be added to rows that are there, nullable until it has its values; None where it can't."""
    if column.identity is not None or column.generated is not None:
        return None
    if column.default is not None:
        return column if _CONSTANT.fullmatch(column.default) else None
    if column.nullable:
        return column
    filled = job.given | {folded(name) for fill in job.fills for name, _ in fill.sets}
    return replace(column, nullable=True) if folded(column.name) in filled else None


def folds(work: Work, job: Job, column: Column) -> Iterator[Change]:
    """The constraints that are about this new column alone, so that they can come with it."""
    others = {folded(each.name) for each in work.scratch.table(job.table).columns}
    others |= {folded(each.column.name) for each in job.changes if isinstance(each, AddColumn)}
    others.discard(folded(column.name))
    for change in job.changes:
        match change:
            case AddCheck(_, check) if folded(column.name) in names_in(check.sql) and not others & names_in(check.sql):
                yield change
            case AddForeignKey(_, key) if key.columns == (column.name,) and column.default is None and column.nullable:
                yield change
            case _:
                pass


def _drop_column(work: Work, job: Job, change: DropColumn) -> Iterator[str]:
    alone = Job(table=job.table, changes=[change], fills=[], given=set())
    kept = {made.name for made in kept_indexes(work.scratch, alone)}
    for made in work.scratch.made(job.table):
        if made.kind == "index" and made.name not in kept:
            yield f"DROP INDEX IF EXISTS {work.quote(made.name)}"
    yield f"ALTER TABLE {work.quote(job.table)} DROP COLUMN {work.quote(change.column.name)}"


def title(job: Job, changes: list[Change | Fill]) -> str:
    """What is done, in English."""
    said = [describe(change) for change in changes]
    return said[0] if len(said) == 1 else f"Change {job.table} in place: {'; '.join(said)}"
