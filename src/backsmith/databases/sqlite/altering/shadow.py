"""Large tables that are made anew while they are written: a copy beside each, kept in step by triggers.

1. The new table is created with its indexes, and triggers on the old one: whatever row is written there, is deleted
   from the new one and copied again, so that the order of events makes no difference.
2. The rows are copied by batches, those that a trigger has copied are left alone.
3. The new table takes the old one's place.

A writer's REPLACE takes rows away for which SQLite fires no trigger (unless `recursive_triggers` is on). Rows that only
the new table has any more are deleted before it takes the place, which is looked for only if the counts differ: no row
can be missing there, for the triggers refuse whatever they couldn't copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backsmith.databases.changes import AddUnique, AlterColumnType, TableName
from backsmith.databases.sqlite.altering import costs
from backsmith.databases.sqlite.altering.around import around, drop, ended_triggers, kept_indexes
from backsmith.databases.sqlite.altering.rebuild import Done, come_back, create_new, new_indexes, replace
from backsmith.databases.sqlite.altering.rows import Copy, copy_of
from backsmith.databases.sqlite.altering.scratch import Made, names_in
from backsmith.databases.sqlite.altering.syncs import SYNC
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.altering.work import Job, Work
from backsmith.databases.steps import Batches, Statements


def can_shadow(work: Work, job: Job) -> bool:
    """Whether each row can be found in the new table by what tells it apart in the old one, and points at rows that are
    there already: not where rows of the table point at others of it whose keys change."""
    if any(isinstance(change, AlterColumnType) and change.follows is not None for change in job.changes):
        return False
    if own_keys_change(work, job):
        return False
    if work.scratch.has_rowid(job.table):
        found = work.scratch.table(job.table)
        wanted = work.desired.get(folded(job.table), found)
        numbered = {column.name for column in found.columns if column.identity == "rowid"}
        new_number = {column.name for column in wanted.columns if column.identity is not None}
        return len(work.row_key(job.table)) == 1 and (not new_number or new_number == numbered or not numbered)
    key = {folded(column) for column in work.scratch.table(job.table).primary_key}
    changed = {folded(change.new.name) for change in job.changes if isinstance(change, AlterColumnType)}
    wanted = work.desired.get(folded(job.table))
    return wanted is not None and not key & changed and key == {folded(column) for column in wanted.primary_key}


def own_keys_change(work: Work, job: Job) -> bool:
    """Whether the table points at columns of its own that are converted."""
    converted = {folded(change.new.name) for change in job.changes if isinstance(change, AlterColumnType)}
    wanted = work.desired.get(folded(job.table))
    return wanted is not None and any(
        folded(key.target_table) == folded(job.table) and converted & set(map(folded, key.target_columns))
        for key in wanted.foreign_keys
    )


def shadow(work: Work, job: Job) -> None:
    """Copy a table beside the one that is there, and let the copy take its place."""
    approval = work.approvals([job])
    copy, late = _begin(work, job)
    _copy_rows(work, job, copy)
    _swap(work, job, copy, late, approval)
    work.look_again(job.table)


def _begin(work: Work, job: Job) -> tuple[Copy, list[Made]]:
    """Create the new table, its indexes, and the triggers that keep it in step; indexes that have to come later."""
    done = Done(work)
    new = create_new(done, job)
    copy = copy_of(work, job, new)
    texts = [made.sql for made in work.scratch.made()]
    late: list[Made] = []
    for made in kept_indexes(work.scratch, job):
        # An index can't be renamed. One that is named by others (INDEXED BY) is built once its name is free.
        if any("INDEXED" in sql.upper() and folded(made.name) in names_in(sql) for sql in texts):
            late.append(made)
        else:
            done.run(_index_on(work, made, new), like=made.name)
    for _, sql in new_indexes(work, job):
        done.run(sql.replace(f" ON {work.quote(job.table)} ", f" ON {work.quote(new)} ", 1))
    # SQLite fires the youngest trigger first: values that are held together have to be so before a row is copied.
    syncs = [made for made in work.scratch.made(job.table) if made.name.startswith(SYNC)]
    done.all(drop(made) for made in syncs)
    done.all(_triggers(work, job, copy))
    for made in syncs:
        done.again(made)
    work.steps.append(
        Statements(
            title=f"Begin a copy of {job.table}: {job.title()}",
            statements=tuple(done.statements),
            locks=costs.WRITER,
        )
    )
    return copy, late


def _index_on(work: Work, made: Made, new: str) -> str:
    """CREATE INDEX on the new table, by a name that is free: the rest of the text stays."""
    head, _, rest = made.sql.partition("(")
    unique = "UNIQUE " if "UNIQUE" in head.upper().split() else ""
    name = _next_name(work, made.name)
    return f"CREATE {unique}INDEX {work.quote(name)} ON {work.quote(new)} ({rest}"


def _next_name(work: Work, name: str) -> str:
    taken, number = work.scratch.names(), 2
    base, _, digits = name.rpartition("_")
    if base and digits.isdecimal():
        name, number = base, int(digits) + 1
    while folded(f"{name}_{number}") in taken:
        number += 1
    return f"{name}_{number}"


def _triggers(work: Work, job: Job, copy: Copy) -> Iterator[str]:
    """What copies each row again that is written in the old table."""
    old, new = work.quote(copy.old), work.quote(copy.new)
    there, here = work.row_key(copy.old), work.row_key(copy.new)
    left = f"SELECT 1 FROM {new} WHERE {_same_row(work, copy)}"
    refusal = work.ddl.text(f"{job.table} is being changed, and its new shape does not take this row")
    for event, rows in (("insert", ("NEW",)), ("update", ("OLD", "NEW")), ("delete", ("OLD",))):
        at_old = _is_one_of(work, old, there, there, rows)
        at_new = _is_one_of(work, new, here, there, rows)
        body = [
            f"DELETE FROM {new} WHERE {at_new};",
            *(f"{sql};" for sql in _refusals(work, job, copy, at_old)),
            f"{copy.insert(work)} WHERE {at_old};",
            f"SELECT RAISE(ABORT, {refusal}) FROM {old} WHERE {at_old} AND NOT EXISTS ({left});",
        ]
        name = work.quote(f"{copy.new}_{event}")
        yield f"CREATE TRIGGER {name} AFTER {event.upper()} ON {old} BEGIN {' '.join(body)} END"


def _refusals(work: Work, job: Job, copy: Copy, at_old: str) -> Iterator[str]:
    """Refuse a row whose new unique values another row has, for a REPLACE would take that one out of the new table."""
    values = {folded(column): value for column, value in copy.pairs}
    converted = {folded(change.new.name) for change in job.changes if isinstance(change, AlterColumnType)}
    after = work.scratch.table(copy.new)
    added = [change.unique.columns for change in job.changes if isinstance(change, AddUnique)]
    kept = [unique.columns for unique in after.uniques]
    kept += [index.columns for index in after.indexes if index.unique and index.where is None]
    uniques = {tuple(map(folded, columns)) for columns in added}
    uniques |= {each for columns in kept for each in [tuple(map(folded, columns))] if converted & set(each)}
    old, new = work.quote(copy.old), work.quote(copy.new)
    for columns in sorted(uniques):
        if all(column in values for column in columns):
            found = ", ".join(values[column] for column in columns)
            named = ", ".join(f"{job.table}.{column}" for column in columns)
            yield (
                f"SELECT RAISE(ABORT, {work.ddl.text(f'UNIQUE constraint failed: {named}')}) FROM {new}"
                f" WHERE ({work.ddl.names(columns)}) IN (SELECT {found} FROM {old} WHERE {at_old})"
            )


def _is_one_of(work: Work, table: str, columns: Sequence[str], given: Sequence[str], rows: Sequence[str]) -> str:
    """Whether a row has the key of one of the rows that a trigger is about."""
    keys = [", ".join(f"{row}.{work.quote(column)}" for column in given) for row in rows]
    named = ", ".join(f"{table}.{work.quote(column)}" for column in columns)
    if len(columns) == 1:
        return f"{named} IN ({', '.join(keys)})"
    return f"({named}) IN (VALUES {', '.join(f'({key})' for key in keys)})"


def _same_row(work: Work, copy: Copy) -> str:
    """Whether rows of the old and the new table are the same one."""
    old, new = work.quote(copy.old), work.quote(copy.new)
    pairs = zip(work.row_key(copy.new), work.row_key(copy.old), strict=True)
    return " AND ".join(f"{new}.{work.quote(here)} = {old}.{work.quote(there)}" for here, there in pairs)


def batch_key(work: Work, table: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns by which a table is gone through, and their types."""
    key = work.row_key(table)
    types = {folded(column.name): column.type for column in work.scratch.table(table).columns}
    return key, tuple(types.get(folded(column), "integer") or "any" for column in key)


def _copy_rows(work: Work, job: Job, copy: Copy) -> None:
    old, new = work.quote(copy.old), work.quote(copy.new)
    key, types = batch_key(work, copy.old)
    size = work.size(job.table)
    work.add(
        Batches(
            title=f"Copy the rows of {job.table}",
            table=TableName(job.table),
            key=key,
            key_types=types,
            alias=old,
            statement=f"{copy.insert(work)} WHERE NOT EXISTS (SELECT 1 FROM {new} WHERE {_same_row(work, copy)})",
            locks=costs.WRITER,
            cost=costs.in_batches(size, work.indexes(job.table)),
        )
    )


def _swap(work: Work, job: Job, copy: Copy, late: Sequence[Made], approval: str | None) -> None:
    done = Done(work)
    surroundings = around(work.scratch, [job.table], ended=ended_triggers([job]))
    done.all(drop(each) for each in surroundings.before)
    done.run(_without_leftovers(work, copy))
    replace(done, job.table)
    for made in late:
        done.again(made)
    come_back(done, surroundings, [job])
    size = work.size(job.table)
    held = round(costs.swapped(size, work.all_rows()).held + costs.indexed(size).held * len(late), 3)
    work.steps.append(
        Statements(
            title=f"Let the copy of {job.table} take its place",
            statements=tuple(done.statements),
            locks=costs.WRITER,
            cost=costs.Cost(work="scan", rows=work.all_rows(), seconds=held, held=held),
            approval=approval,
            foreign_keys=False,
        )
    )
    work.check()


def _without_leftovers(work: Work, copy: Copy) -> str:
    """DELETE of the rows that a REPLACE took from the old table without a word."""
    old, new = work.quote(copy.old), work.quote(copy.new)
    return (
        f"DELETE FROM {new} WHERE (SELECT count(*) FROM {old}) <> (SELECT count(*) FROM {new})"
        f" AND NOT EXISTS (SELECT 1 FROM {old} WHERE {_same_row(work, copy)})"
    )
