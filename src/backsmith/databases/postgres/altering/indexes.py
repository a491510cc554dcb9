"""Indexes: built and dropped CONCURRENTLY, while others read and write."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from backsmith.databases.changes import AddIndex, DropIndex, TableName, describe
from backsmith.databases.postgres.altering import costs, locks
from backsmith.databases.postgres.altering.hanging import check_whole
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.schema import Column, Table, TableIndex
from backsmith.databases.steps import Alone


def build_index(situation: Situation, phase: Phase, table: TableName, index: TableIndex, title: str) -> Placed:
    """CREATE INDEX CONCURRENTLY. What a try that failed leaves behind, an INVALID index, goes before the next."""
    check_whole(situation, table, f"An index on ({', '.join(index.columns)})")
    ddl = situation.ddl
    # Terms of an index are told from expressions by the names of columns.
    names = {term.removeprefix("-") for term in index.columns if not term.lstrip("-").startswith("(")}
    on = Table(
        name=table.name, schema=table.schema, columns=tuple(Column(name=name, type="") for name in sorted(names))
    )
    created = ddl.create_index(on, index)
    statement = created.replace("INDEX ", "INDEX CONCURRENTLY ", 1)
    step = Alone(
        title=title,
        statement=statement,
        undo=f"DROP INDEX CONCURRENTLY IF EXISTS {ddl.table_name(index.name, table.schema)}",
        locks=locks.against_changes(str(table)),
        cost=costs.build(situation.size(table)),
    )
    return Placed(phase, step)


def add_index(situation: Situation, change: AddIndex) -> Iterator[Placed]:
    """An index, unique or not."""
    index = situation.named(change.table, "indexes", change.index)
    index = replace(index, name=situation.take(index.name))
    yield build_index(situation, Phase.INDEXES, change.table, index, describe(change))


def drop_index(situation: Situation, change: DropIndex) -> Iterator[Placed]:
    """After those that come in its place."""
    yield drop_by_name(situation, Phase.LEFT_OVER, change.table, change.index.name, describe(change))


def drop_by_name(situation: Situation, phase: Phase, table: TableName, name: str, title: str) -> Placed:
    """DROP INDEX CONCURRENTLY."""
    step = Alone(
        title=title,
        statement=f"DROP INDEX CONCURRENTLY IF EXISTS {situation.ddl.table_name(name, table.schema)}",
        locks=locks.against_changes(str(table)),
        cost=costs.CATALOGUE,
    )
    return Placed(phase, step)
