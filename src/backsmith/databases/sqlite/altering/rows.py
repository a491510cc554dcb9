"""The rows of a table as a changed one has them: which of its columns get which values, as SQL over the old row."""

from __future__ import annotations

from typing import NamedTuple

from backsmith.databases.changes import AlterColumnType, Key, TableName
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.altering.work import Job, Work


class Copy(NamedTuple):
    """How rows are copied from `old` to `new`: pairs of a column there and the SQL of its value, over the old row."""

    old: str
    new: str
    pairs: tuple[tuple[str, str], ...]

    def insert(self, work: Work) -> str:
        """INSERT INTO … SELECT … FROM …, to which a WHERE may be added."""
        columns = ", ".join(work.quote(column) for column, _ in self.pairs)
        values = ", ".join(value for _, value in self.pairs)
        return f"INSERT INTO {work.quote(self.new)} ({columns}) SELECT {values} FROM {work.quote(self.old)}"


def copy_of(work: Work, job: Job, new: str) -> Copy:
    """How the rows of a job's table get into `new`; both tables are there."""
    before, after = work.scratch.table(job.table), work.scratch.table(new)
    old = {folded(column.name): column.name for column in before.columns}
    values = {folded(column): value for column, value in _given(work, job).items()}
    pairs: list[tuple[str, str]] = []
    row = work.row_key(job.table) if work.scratch.has_rowid(job.table) else ()
    numbered = False
    for column in after.columns:
        if column.generated is not None:
            continue
        name = folded(column.name)
        value = values.get(name) or (work.quote(old[name]) if name in old else None)
        if value is None and column.identity == "rowid" and row:
            value = work.quote(row[0])  # a key that is new takes the number that each row has anyway
        if value is not None:
            pairs.append((column.name, value))
            numbered |= column.identity == "rowid"
    number = work.row_key(new) if work.scratch.has_rowid(new) else ()
    if not numbered and len(row) == 1 and len(number) == 1:
        pairs.insert(0, (number[0], f"{work.quote(job.table)}.{work.quote(row[0])}"))
    return Copy(job.table, new, tuple(pairs))


def _given(work: Work, job: Job) -> dict[str, str]:
    """The values of columns that aren't simply taken over."""
    found: dict[str, str] = {}
    for change in job.changes:
        if not isinstance(change, AlterColumnType):
            continue
        key = change.follows or Key(TableName(job.table), change.new.name)
        column = f"{work.quote(job.table)}.{work.quote(change.old.name)}"
        if (keys := work.keys.get(key)) is not None:
            found[change.new.name] = f'(SELECT "new" FROM {work.quote(keys)} WHERE "old" = {column})'
        elif change.using is not None:
            found[change.new.name] = f"({change.using})"
    there = {folded(column.name) for column in work.scratch.table(job.table).columns}
    for fill in job.fills:
        for name, sql in fill.sets:
            if folded(name) not in there or fill.where is None:
                found[name] = f"({sql})"
            else:
                rest = found.get(name, work.quote(name))
                found[name] = f"CASE WHEN {fill.where} THEN {sql} ELSE {rest} END"
    return found
