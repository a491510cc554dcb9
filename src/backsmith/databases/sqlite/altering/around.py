"""What stands around tables that are made anew: views and triggers that read them, which go before and come back after.

SQLite drops the triggers of a table with it, and renames no table while a view or trigger reads one that isn't there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from backsmith.databases.changes import DropColumn, DropIndex, DropUnique
from backsmith.databases.sqlite.altering.scratch import Made, Scratch, names_in
from backsmith.databases.sqlite.altering.syncs import trigger_names
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.altering.work import KEYS, PREFIX, Job


class Around(NamedTuple):
    """Views and triggers to drop before; views and triggers to make again after, in the order of their making."""

    before: list[Made]
    after: list[Made]


def around(scratch: Scratch, tables: Iterable[str], *, ended: Iterable[str] = ()) -> Around:
    """What reads the tables. Views that don't work at all are in the way of any rename, so they go and come back too.

    `ended` are names of triggers that don't come back.
    """
    gone = {folded(table) for table in tables}
    made = [each for each in scratch.made() if each.kind != "index"]
    views = _views(scratch, made, gone)
    read = gone | {folded(view.name) for view in views}
    ended = {folded(name) for name in ended}
    before: list[Made] = []
    after: list[Made] = []
    for each in made:
        if each in views:
            before.append(each)
            after.append(each)
        elif each.kind == "trigger" and (names_in(each.sql) | {folded(each.table)}) & read:
            if folded(each.table) not in read:  # else it goes with its table or view
                before.append(each)
            if folded(each.name) not in ended and not each.name.startswith((PREFIX, KEYS)):
                after.append(each)
    return Around(before, after)


def _views(scratch: Scratch, made: list[Made], gone: set[str]) -> list[Made]:
    """The views that read the tables, or read such views."""
    found = [each for each in made if each.kind == "view" and each.name in scratch.broken]
    read = gone | {folded(view.name) for view in found}
    while True:
        more = [each for each in made if each.kind == "view" and each not in found and names_in(each.sql) & read]
        if not more:
            return found
        found += more
        read |= {folded(view.name) for view in more}


def ended_triggers(jobs: Iterable[Job]) -> list[str]:
    """The triggers of syncs that end."""
    return [name for job in jobs for change in job.ended_syncs() for name in trigger_names(change.sync)]


def drop(made: Made) -> str:
    """DROP VIEW, DROP TRIGGER."""
    name = made.name.replace('"', '""')
    return f'DROP {made.kind.upper()} "{name}"'


def kept_indexes(scratch: Scratch, job: Job) -> list[Made]:
    """The indexes that a table keeps: all but those that are dropped, and those of nothing but what is dropped."""
    dropped = {
        folded(change.index.name if isinstance(change, DropIndex) else change.unique.name or "")
        for change in job.changes
        if isinstance(change, DropIndex) or (isinstance(change, DropUnique) and change.index)
    }
    columns = {folded(change.column.name) for change in job.changes if isinstance(change, DropColumn)}
    for index in scratch.table(job.table).indexes:
        if index.where is None and {folded(term.removeprefix("-")) for term in index.columns} <= columns:
            dropped.add(folded(index.name))
    made = [each for each in scratch.made(job.table) if each.kind == "index"]
    return [each for each in made if folded(each.name) not in dropped]
