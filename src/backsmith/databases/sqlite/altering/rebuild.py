"""Tables that are made anew: the copy under another name first, then it takes the table's place.

The old table is dropped and the new one renamed, never the other way round: renaming the old one would take the foreign
keys and triggers of others along with it (https://sqlite.org/lang_altertable.html, section 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backsmith.databases.changes import AddIndex, AddUnique
from backsmith.databases.schema import TableIndex
from backsmith.databases.sqlite.altering import costs
from backsmith.databases.sqlite.altering.around import Around, around, drop, ended_triggers, kept_indexes
from backsmith.databases.sqlite.altering.edits import edited
from backsmith.databases.sqlite.altering.key_maps import drop_keys, fill_keys
from backsmith.databases.sqlite.altering.rows import copy_of
from backsmith.databases.sqlite.altering.scratch import Made
from backsmith.databases.sqlite.altering.syncs import create_sync
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.altering.work import PREFIX, Job, Work
from backsmith.databases.steps import Statements


def rebuild(work: Work, jobs: Sequence[Job]) -> None:
    """Make tables anew, all in one transaction."""
    approval = work.approvals(jobs)
    cost = [costs.rebuilt(work.size(job.table), work.indexes(job.table)) for job in jobs]
    done = Done(work)
    surroundings = around(work.scratch, (job.table for job in jobs), ended=ended_triggers(jobs))
    indexes = {job.table: [*kept_indexes(work.scratch, job)] for job in jobs}
    done.all(drop(each) for each in surroundings.before)
    done.all(fill_keys(work, jobs))
    for job in jobs:
        new = create_new(done, job)
        done.run(copy_of(work, job, new).insert(work))
    for job in jobs:
        replace(done, job.table)
    done.all(drop_keys(work))
    for job in jobs:
        for index in indexes[job.table]:
            done.again(index)
        done.all(sql for _, sql in new_indexes(work, job))
    come_back(done, surroundings, jobs)
    seconds = round(sum(each.held for each in cost), 3)
    work.steps.append(
        Statements(
            title=f"Rebuild {_listed(job.table for job in jobs)}: {'; '.join(job.title() for job in jobs)}",
            statements=tuple(done.statements),
            locks=costs.WRITER,
            cost=costs.Cost(
                work="rewrite",
                rows=sum(each.rows for each in cost),
                bytes=sum(each.bytes for each in cost),
                disk=sum(each.disk for each in cost),
                seconds=seconds,
                held=seconds,
            ),
            approval=approval,
            foreign_keys=False,
        )
    )
    work.check()
    for job in jobs:
        work.look_again(job.table)


class Done:
    """Statements that were run on the copy of the database, one after the other."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.statements: list[str] = []

    def run(self, sql: str, *, like: str = "") -> None:
        """Run and keep a statement, read as `like` was."""
        self.work.scratch.run([sql], like=like)
        self.statements.append(sql)

    def all(self, statements: Iterable[str]) -> None:
        """Run and keep them."""
        for sql in statements:
            self.run(sql)

    def again(self, made: Made) -> None:
        """Make an index, view or trigger anew by its own SQL."""
        self.work.scratch.make_again(made)
        self.statements.append(made.sql)


def create_new(done: Done, job: Job) -> str:
    """Create the table that is to take the place of a job's, and give its name."""
    work, new = done.work, PREFIX + job.table
    sql = edited(work.scratch.table_sql(job.table), job.changes, work.ddl, table=job.table, name=new)
    work.scratch.lenient_as(job.table, new)
    done.run(sql, like=job.table)
    return new


def replace(done: Done, table: str) -> None:
    """Let the new table take the old one's place."""
    work, new = done.work, PREFIX + table
    name = work.ddl.text(table)
    if "AUTOINCREMENT" in work.scratch.table_sql(new).upper():
        done.run(f"DELETE FROM sqlite_sequence WHERE name = {work.ddl.text(new)}")
        done.run(
            "INSERT INTO sqlite_sequence (name, seq)"
            f" SELECT {work.ddl.text(new)}, seq FROM sqlite_sequence WHERE name = {name}"
        )
    done.run(f"DROP TABLE {work.quote(table)}")
    done.run(f"ALTER TABLE {work.quote(new)} RENAME TO {work.quote(table)}", like=table)


def new_indexes(work: Work, job: Job) -> list[tuple[AddIndex | AddUnique, str]]:
    """CREATE INDEX for those that come; uniques are indexes, for which no table has to be made anew."""
    found: list[tuple[AddIndex | AddUnique, str]] = []
    table = work.desired[folded(job.table)]
    for change in job.changes:
        match change:
            case AddIndex(_, index):
                plain = [column.removeprefix("-") for column in index.columns]
                name = index.name or work.free_name(job.table, plain, "idx")
                made = TableIndex(name=name, columns=index.columns, unique=index.unique, where=index.where)
                found.append((change, work.ddl.create_index(table, made)))
            case AddUnique(_, unique):
                name = unique.name or work.free_name(job.table, unique.columns, "key")
                made = TableIndex(name=name, columns=unique.columns, unique=True)
                found.append((change, work.ddl.create_index(table, made)))
            case _:
                pass
    return found


def come_back(done: Done, surroundings: Around, jobs: Sequence[Job]) -> None:
    """Make the views and triggers around again, and the triggers of syncs that begin."""
    for made in surroundings.after:
        done.again(made)
    for job in jobs:
        for change in job.syncs():
            done.all(create_sync(done.work.ddl, job.table, done.work.row_key(job.table), change.sync))


def _listed(tables: Iterable[str]) -> str:
    *most, last = tables
    return f"{', '.join(most)} and {last}" if most else last
