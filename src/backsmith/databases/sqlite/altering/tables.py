"""Tables that come, and tables that go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backsmith.databases.changes import CreateTable, DropTable, TableName, describe
from backsmith.databases.constraint_names import with_names
from backsmith.databases.schema import Schema
from backsmith.databases.sqlite.altering import costs
from backsmith.databases.sqlite.altering.around import around
from backsmith.databases.sqlite.altering.in_place import past_broken_views
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.altering.work import KEYS, PREFIX, Work, named
from backsmith.databases.steps import Statements
from backsmith.errors import DatabaseError


def create(work: Work, changes: Iterable[CreateTable]) -> None:
    """Create tables with their indexes, whose names nothing in the database has."""
    wanted = [change.table for change in changes]
    there = tuple(table for table in work.scratch.schema().tables if not table.view)
    with_their_names = with_names(Schema(tables=(*wanted, *there))).tables[: len(wanted)]
    for table in with_their_names:
        indexes = [work.ddl.create_index(table, index) for index in table.indexes]
        work.add(
            Statements(
                title=describe(CreateTable(table)),
                statements=(work.ddl.create(table), *indexes),
                locks=costs.WRITER,
            )
        )


def drop(work: Work, changes: Iterable[DropTable]) -> None:
    """Drop tables, those that point at others first. Raises DatabaseError where something that stays needs one."""
    left = {folded(named(TableName(change.table.name, change.table.schema))): change for change in changes}
    while left:
        pointing = {table: _pointing(work, table) for table in left}
        for table, others in pointing.items():
            if stays := sorted(name for name in others if folded(name) not in left):
                raise DatabaseError(
                    f"Table {left[table].table.name} can't be dropped: foreign keys of {', '.join(stays)} point at it."
                    " Either take these keys out by SQL before this plan, or leave the table in the model."
                )
        free = [table for table, others in pointing.items() if not others]
        _drop(work, [left.pop(table) for table in free[:1] or list(left)])
    work.check()


def _pointing(work: Work, table: str) -> set[str]:
    """The other tables whose foreign keys point at it."""
    return {
        each.name
        for each in work.scratch.schema().tables
        if folded(each.name) != table and any(folded(key.target_table) == table for key in each.foreign_keys)
    }


def _drop(work: Work, changes: Sequence[DropTable]) -> None:
    tables = [change.table.name for change in changes]
    for change in changes[:-1]:  # they point at one another
        title = f"{describe(change)}, with the steps below"
        work.steps.append(Statements(title=title, statements=(), approval=f"drop:{change.table.name}"))
    triggers = [made.name for table in tables for made in work.scratch.made(table) if made.kind == "trigger"]
    also = f", and with it trigger {', '.join(triggers)}" if triggers else ""
    statements = [f"DROP TABLE {work.quote(table)}" for table in tables]
    held = sum(costs.dropped(work.size(table)).held for table in tables)
    work.add(
        Statements(
            title="; ".join(map(describe, changes)) + also,
            statements=past_broken_views(around(work.scratch, ()), statements),
            locks=costs.WRITER,
            cost=costs.Cost(rows=sum(work.size(table).rows for table in tables), seconds=held, held=held),
            approval=f"drop:{tables[-1]}",
            foreign_keys=False,  # with them SQLite deletes each row first
        )
    )


def remove_leftovers(work: Work) -> None:
    """Drop what a plan that was given up has left."""
    made = [each for each in work.scratch.made() if each.kind == "trigger" and each.name.startswith((PREFIX, KEYS))]
    tables = [each.name for each in work.scratch.schema().tables if each.name.startswith((PREFIX, KEYS))]
    statements = [f"DROP TRIGGER {work.quote(each.name)}" for each in made]
    statements += [f"DROP TABLE {work.quote(name)}" for name in tables]
    if statements:
        work.add(
            Statements(
                title="Remove what an earlier plan left, which was not carried out to its end",
                statements=tuple(statements),
                locks=costs.WRITER,
                foreign_keys=False,
            )
        )
