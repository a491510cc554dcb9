"""Changes -> what happens to each table, and which tables have to be changed together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backsmith.databases.changes import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    AddIndex,
    AddUnique,
    AlterColumnType,
    Change,
    ChangePrimaryKey,
    CreateSync,
    DropCheck,
    DropColumn,
    DropForeignKey,
    DropIndex,
    DropSync,
    DropUnique,
    Fill,
    FillTable,
    SetDefault,
    SetIdentity,
    SetNullable,
    Transform,
)
from backsmith.databases.schema import Schema, Table
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.altering.work import Job, is_plain, named

OfTable = (
    AddColumn | DropColumn | AlterColumnType | SetNullable | SetDefault | SetIdentity | ChangePrimaryKey
    | AddForeignKey | DropForeignKey | AddUnique | DropUnique | AddCheck | DropCheck | AddIndex | DropIndex
    | CreateSync | DropSync
)  # fmt: skip


def jobs_of(changes: Sequence[Change]) -> list[Job]:
    """What happens to each table, in the order in which the changes name them."""
    found: dict[str, Job] = {}
    apart = needs_order(changes)
    for change in changes:
        if not isinstance(change, OfTable | Fill):
            continue
        table = named(change.table)
        job = found.setdefault(folded(table), Job(table=table, changes=[], fills=[], given=set()))
        if isinstance(change, OfTable):
            job.changes.append(change)
        else:
            job.fills.append(change)
    for job in found.values():
        added = {folded(change.column.name) for change in job.changes if isinstance(change, AddColumn)}
        if apart or len(job.fills) > 1:
            inline = [fill for fill in job.fills if _is_inline(fill, added)]
            job.fills = inline if len(inline) == 1 else []
        job.fills = [fill for fill in job.fills if _is_for_all(fill, added)]
    return list(found.values())


def needs_order(changes: Iterable[Change]) -> bool:
    """Whether values are worked out from other tables, or by the application: then all values come before anything goes
    that they may be worked out from."""
    return any(
        isinstance(change, FillTable | Transform)
        or (isinstance(change, Fill) and not all(is_plain(sql) for _, sql in change.sets))
        for change in changes
    )


def _is_inline(fill: Fill, added: set[str]) -> bool:
    """Whether only columns that were there before get other values: a check may allow the new ones and not the old."""
    return all(is_plain(sql) and folded(column) not in added for column, sql in fill.sets)


def _is_for_all(fill: Fill, added: set[str]) -> bool:
    """Whether it fills new columns of every row; a condition can't be asked before the columns are there."""
    new = [column for column, _ in fill.sets if folded(column) in added]
    quoted = ['"' + column.replace('"', '""') + '"' for column, _ in fill.sets]
    return not new or fill.where in {None, " AND ".join(f"{column} IS NULL" for column in quoted)}


def data_of(changes: Sequence[Change], jobs: Iterable[Job]) -> list[Fill | FillTable | Transform]:
    """The values that have a step of their own, in the order of the changes."""
    inline = [fill for job in jobs for fill in job.fills]
    return [
        change
        for change in changes
        if isinstance(change, Fill | FillTable | Transform) and not any(change is each for each in inline)
    ]


def together(jobs: Sequence[Job], desired: Schema) -> list[list[Job]]:
    """The jobs in groups: a key whose type changes and the keys that point at it change at once."""
    by_table = {folded(job.table): job for job in jobs}
    groups = {table: [job] for table, job in by_table.items()}
    for table in desired.tables:
        for one, other in _pairs(table, by_table):
            if groups[one] is not groups[other]:
                merged = groups[one] + groups[other]
                for job in merged:
                    groups[folded(job.table)] = merged
    found: list[list[Job]] = []
    for group in groups.values():
        if not any(group is each for each in found):
            found.append(group)
    return [_targets_first(group, desired) for group in found]


def _targets_first(group: list[Job], desired: Schema) -> list[Job]:
    """Tables before those that point at them, as far as that can be; otherwise in their order."""
    targets = {
        folded(table.name): {folded(key.target_table) for key in table.foreign_keys} - {folded(table.name)}
        for table in desired.tables
    }
    left, found = list(group), list[Job]()
    while left:
        waiting = {folded(job.table) for job in left}
        free = [job for job in left if not targets.get(folded(job.table), set()) & waiting]
        found.append((free or left)[0])
        left.remove(found[-1])
    return found


def _pairs(table: Table, jobs: dict[str, Job]) -> Iterable[tuple[str, str]]:
    mine = jobs.get(folded(table.name))
    for key in table.foreign_keys:
        other = jobs.get(folded(key.target_table))
        if mine is None or other is None:
            continue
        near, far = _retyped(mine), _retyped(other)
        if any(
            folded(here) in near and folded(there) in far
            for here, there in zip(key.columns, key.target_columns, strict=True)
        ):
            yield folded(mine.table), folded(other.table)


def _retyped(job: Job) -> set[str]:
    return {folded(change.new.name) for change in job.changes if isinstance(change, AlterColumnType)}
