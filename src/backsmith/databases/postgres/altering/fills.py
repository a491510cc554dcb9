"""Values for rows that are there, by batches in the order of a key."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Field
from backsmith.databases.changes import AddColumn, AlterColumnType, Fill, FillTable, TableName, Transform, describe
from backsmith.databases.postgres.altering import costs, locks
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.schema import Column
from backsmith.databases.sql_forms import Value
from backsmith.databases.steps import Batches, Statements, TransformRows
from backsmith.errors import DatabaseError

ONE_STATEMENT = 10_000
"""Rows of a table without a key that are written by one statement."""


def fill(situation: Situation, change: Fill) -> Iterator[Placed]:
    """UPDATE; after the swaps where it writes columns that get another type."""
    if len(change.sets) == 1 and begins_with(situation, change.table, change.sets[0][0]) is not None:
        return
    retyped = {each.new.name for each in situation.of_kind(AlterColumnType, change.table)}
    late = any(column in retyped for column, _ in change.sets)
    phase = Phase.LATE_FILLS if late else Phase.FILLS
    yield from fill_rows(situation, phase, change.table, change.sets, change.where, change.reason)


def begins_with(situation: Situation, table: TableName, column: str) -> str | None:
    """The constant that all rows get for a new column, if there is one: PostgreSQL keeps it in its catalogue."""
    if column not in (each.column.name for each in situation.of_kind(AddColumn, table)):
        return None
    found = [each for each in situation.of_kind(Fill, table) if column in (name for name, _ in each.sets)]
    if len(found) != 1 or len(found[0].sets) != 1:
        return None
    sql = found[0].sets[0][1]
    return sql if isinstance(situation.ddl.meaning(sql), Value) else None


def fill_rows(
    situation: Situation,
    phase: Phase,
    table: TableName,
    sets: tuple[tuple[str, str], ...],
    where: str | None,
    reason: str,
) -> Iterator[Placed]:
    """UPDATE of the rows that need it."""
    assigned = ", ".join(f"{situation.ddl.quote(column)} = {sql}" for column, sql in sets)
    name = situation.quoted(table)
    yield by_batches(
        situation,
        phase,
        table,
        describe(Fill(table, sets, where, reason)),
        f"UPDATE {name} SET {assigned} WHERE {'true' if where is None else f'({where})'}",
        alias=name,
        again=where is not None,
        held=str(table),
    )


def fill_table(situation: Situation, change: FillTable) -> Iterator[Placed]:
    """INSERT … SELECT; a row that is there already is left alone."""
    quote, source = situation.ddl.quote, situation.quoted(change.source)
    columns = ", ".join(quote(column) for column, _ in change.columns)
    values = ", ".join(sql for _, sql in change.columns)
    where = "true" if change.where is None else f"({change.where})"
    late = bool(situation.of_kind(AlterColumnType))
    yield by_batches(
        situation,
        Phase.LATE_FILLS if late else Phase.FILLS,
        change.source,
        describe(change),
        f"INSERT INTO {situation.quoted(change.table)} ({columns}) SELECT {values} FROM {source} WHERE {where}",
        alias=source,
        again=True,
        ending=" ON CONFLICT DO NOTHING",
        held=str(change.table),
    )


def transform(situation: Situation, change: Transform) -> Iterator[Placed]:
    """A function of the application. Raises DatabaseError for a table without a key."""
    retyped = {each.new.name for each in situation.of_kind(AlterColumnType, change.table)}
    late = any(field.column in retyped for field in change.writes)
    phase = Phase.LATE_FILLS if late else Phase.FILLS
    table = situation.before[change.table]
    if not table.primary_key:
        raise DatabaseError(
            f"The rows of {change.table} can't be given to {change.function} one by one: the table has no primary key."
            "\n- Give it one by SQL, and plan again.\n- Write the migration in SQL: it needs no key."
        )
    columns = _columns(situation, phase, change.table)
    key = tuple(_field(situation, columns[name]) for name in table.primary_key)
    step = TransformRows(
        title=describe(change),
        table=change.table,
        key=key,
        function=change.function,
        reads=change.reads,
        writes=change.writes,
        locks=locks.writing(str(change.table)),
        cost=costs.batches(situation.size(change.table)),
    )
    yield Placed(phase, step)


def _field(situation: Situation, column: Column) -> Field:
    plain = Field(
        id=column.name,
        name=column.name,
        column=column.name,
        type=situation.ddl.field_type(column, situation.enums),
    )
    usual = situation.ddl.normal_type(situation.ddl.column_type(plain)) == situation.ddl.normal_type(column.type)
    return plain if usual else replace(plain, storage=situation.ddl.storage(column))


def by_batches(
    situation: Situation,
    phase: Phase,
    table: TableName,
    title: str,
    statement: str,
    *,
    alias: str,
    again: bool,
    held: str,
    ending: str = "",
) -> Placed:
    """A statement over all rows of a table, by its key; `again`: doing a row twice does no harm.

    Without a key the place of a row in the file serves. A row that is written gets another place, further on, so it may
    come up once more; where that would do harm, and where rows are few, all are written at once.
    """
    size = situation.size(table)
    key = _key(situation, phase, table)
    if key is None and (size.rows <= ONE_STATEMENT or not again):
        step = Statements(
            title=title, statements=(statement + ending,), locks=locks.writing(held), cost=costs.whole(size)
        )
        return Placed(phase, step)
    columns, types = (("ctid",), ("tid",)) if key is None else key
    batches = Batches(
        title=title,
        table=table,
        key=columns,
        key_types=types,
        alias=alias,
        statement=statement,
        ending=ending,
        locks=locks.writing(held),
        cost=costs.batches(size),
    )
    return Placed(phase, batches)


def _key(situation: Situation, phase: Phase, name: TableName) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """The primary key, or another unique one that is never null, with the types of its columns."""
    table, columns = situation.before[name], _columns(situation, phase, name)
    for key in (table.primary_key, *(unique.columns for unique in table.uniques)):
        if key and all(not columns[column].nullable for column in key):
            return key, tuple(columns[column].type for column in key)
    return None


def _columns(situation: Situation, phase: Phase, name: TableName) -> dict[str, Column]:
    """The columns of the table as they are in that phase."""
    found = {column.name: column for column in situation.before[name].columns}
    if phase > Phase.RETYPES:
        found |= {each.new.name: each.new for each in situation.of_kind(AlterColumnType, name)}
    return found
