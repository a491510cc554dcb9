"""Columns: added without writing the table anew, tightened, given defaults and identities, dropped."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from backsmith.databases.changes import (
    AddColumn,
    CreateSync,
    DropColumn,
    Fill,
    SetDefault,
    SetIdentity,
    SetNullable,
    TableName,
    Transform,
    describe,
)
from backsmith.databases.constraint_names import name_of
from backsmith.databases.postgres.altering import locks
from backsmith.databases.postgres.altering.altered import altered
from backsmith.databases.postgres.altering.constraints import not_null
from backsmith.databases.postgres.altering.fills import begins_with, fill_rows
from backsmith.databases.postgres.altering.hanging import check_drop
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.postgres.altering.syncs import one_way
from backsmith.databases.postgres.altering.tables import is_going
from backsmith.databases.schema import Column
from backsmith.databases.sql_forms import Value
from backsmith.databases.steps import Statements
from backsmith.errors import DatabaseError

_SAME_FOR_ALL = frozenset(
    {"now()", "current_date", "current_timestamp", "current_time", "localtimestamp", "localtime",
     "transaction_timestamp()", "statement_timestamp()", "current_user", "session_user"}
)  # fmt: skip
"""Defaults that PostgreSQL works out once for all rows, so that none is written: stable, not volatile."""


def add_column(situation: Situation, change: AddColumn) -> Iterator[Placed]:
    """In place where all rows have the same value; otherwise null at first, filled by batches, then not null."""
    table, column = change.table, change.column
    if column.generated is not None or column.identity is not None:
        if situation.is_small(table):
            yield _added(situation, table, column, describe(change))
        elif column.generated is not None:
            yield from _add_generated(situation, table, column, column.generated)
        else:
            yield from _add_identity(situation, table, column)
        return
    if _is_synced(situation, table, column.name):
        column = replace(column, default=None)  # a value tells the trigger that the new shape was written
    constant = begins_with(situation, table, column.name)
    if constant is not None:
        then = "DROP DEFAULT" if column.default is None else f"SET DEFAULT {column.default}"
        after = (_alter(situation, table, situation.ddl.quote(column.name), then),)
        title = f"{describe(change)}, {constant} in the rows that are there"
        yield _added(situation, table, replace(column, default=constant), title, after)
        return
    is_filled = _is_filled(situation, table, column.name)
    if column.default is not None and not is_filled and is_same_for_all(situation, column.default):
        yield _added(situation, table, column, describe(change))
        return
    default, quoted = column.default, situation.ddl.quote(column.name)
    bare = replace(column, default=None, nullable=True)
    after = () if default is None else (_alter(situation, table, quoted, f"SET DEFAULT {default}"),)
    yield _added(situation, table, bare, describe(AddColumn(table, bare)), after)
    if default is not None and not is_filled:
        sets = ((column.name, default),)
        yield from fill_rows(situation, Phase.FILLS, table, sets, f"{quoted} IS NULL", "its default")
    if not column.nullable:
        yield from not_null(situation, Phase.CONSTRAINTS, table, column.name)


def is_same_for_all(situation: Situation, default: str) -> bool:
    """Whether a default gives all rows of the table one value, which PostgreSQL keeps in its catalogue."""
    return default.strip().lower() in _SAME_FOR_ALL or isinstance(situation.ddl.meaning(default), Value)


def _added(situation: Situation, table: TableName, column: Column, title: str, after: tuple[str, ...] = ()) -> Placed:
    action = f"ADD COLUMN {situation.ddl.column(column)}"
    after += comment(situation, table, column.name, column.comment)
    return altered(situation, Phase.COLUMNS, table, title, action, after=after)


def comment(situation: Situation, table: TableName, column: str, text: str | None) -> tuple[str, ...]:
    """COMMENT ON COLUMN, if there is one."""
    on = f"{situation.quoted(table)}.{situation.ddl.quote(column)}"
    return () if text is None else (f"COMMENT ON COLUMN {on} IS {situation.ddl.text(text)}",)


def _add_generated(situation: Situation, table: TableName, column: Column, sql: str) -> Iterator[Placed]:
    """A column that a trigger fills: a stored generated one would be written into all rows at once."""
    bare = replace(column, generated=None, nullable=True)
    yield _added(situation, table, bare, describe(AddColumn(table, bare)))
    name = name_of("backsmith", [table.name, column.name], "generated")
    pairs = ((column.name, sql),)
    yield one_way(situation, Phase.SYNCS, table, name, pairs, f"Work out {table}.{column.name} for new rows")
    where = f"{situation.ddl.quote(column.name)} IS NULL AND ({sql}) IS NOT NULL"
    yield from fill_rows(situation, Phase.FILLS, table, pairs, where, "what it is generated from")
    if not column.nullable:
        yield from not_null(situation, Phase.CONSTRAINTS, table, column.name)


def _add_identity(situation: Situation, table: TableName, column: Column) -> Iterator[Placed]:
    """Numbers from a sequence, by batches; the identity then goes on from there."""
    ddl = situation.ddl
    quoted = ddl.quote(column.name)
    plain = situation.take(name_of(table.name, [column.name], "numbers"))
    sequence = ddl.table_name(plain, table.schema)
    next_number = f"nextval({ddl.text(sequence)})"
    bare = replace(column, identity=None, nullable=True)
    created = Statements(
        title=f"Create a sequence for {table}.{column.name}", statements=(f"CREATE SEQUENCE {sequence} AS bigint",)
    )
    yield Placed(Phase.COLUMNS, created)
    default = _alter(situation, table, quoted, f"SET DEFAULT {next_number}")
    yield _added(situation, table, bare, describe(AddColumn(table, bare)), (default,))
    yield from fill_rows(situation, Phase.FILLS, table, ((column.name, next_number),), f"{quoted} IS NULL", "numbers")
    yield from not_null(situation, Phase.CONSTRAINTS, table, column.name)
    kind = "ALWAYS" if column.identity == "always" else "BY DEFAULT"
    after = (
        _alter(situation, table, quoted, f"ADD GENERATED {kind} AS IDENTITY"),
        go_on(situation, table, column.name, next_number),
        f"DROP SEQUENCE {sequence}",
    )
    title = f"Let the database hand out {table}.{column.name}"
    yield altered(situation, Phase.IDENTITIES, table, title, f"ALTER COLUMN {quoted} DROP DEFAULT", after=after)


def go_on(situation: Situation, table: TableName, column: str, number: str) -> str:
    """A statement after which the column's sequence gives `number` next."""
    text = situation.ddl.text
    return f"SELECT setval(pg_get_serial_sequence({text(situation.quoted(table))}, {text(column)}), {number}, false)"


def _is_filled(situation: Situation, table: TableName, column: str) -> bool:
    """Whether the plan has values of its own for the column."""
    return any(column in dict(each.sets) for each in situation.of_kind(Fill, table)) or any(
        column == field.column for each in situation.of_kind(Transform, table) for field in each.writes
    )


def _is_synced(situation: Situation, table: TableName, column: str) -> bool:
    return any(column in dict(each.sync.up) for each in situation.of_kind(CreateSync, table))


def set_nullable(situation: Situation, change: SetNullable) -> Iterator[Placed]:
    """At once where it loosens; in three steps where rows have to be checked."""
    if not change.nullable:
        yield from not_null(situation, Phase.CONSTRAINTS, change.table, change.column)
        return
    before = situation.before.get(change.table)
    in_key = before is not None and change.column in before.primary_key
    phase = Phase.IDENTITIES if in_key else Phase.FREED
    action = f"ALTER COLUMN {situation.ddl.quote(change.column)} DROP NOT NULL"
    yield altered(situation, phase, change.table, describe(change), action)


def set_default(situation: Situation, change: SetDefault) -> Iterator[Placed]:
    """SET or DROP DEFAULT: of new rows alone."""
    if change.new is not None and _is_synced(situation, change.table, change.column):
        return
    end = "DROP DEFAULT" if change.new is None else f"SET DEFAULT {change.new}"
    action = f"ALTER COLUMN {situation.ddl.quote(change.column)} {end}"
    yield altered(situation, Phase.DEFAULTS, change.table, describe(change), action)


def set_identity(situation: Situation, change: SetIdentity) -> Iterator[Placed]:
    """The numbers go on after the largest; a serial column's sequence goes with its default."""
    table, column = change.table, change.column
    quoted = situation.ddl.quote(column)
    there = situation.column(table, column)
    if not change.identity:
        if there is None or there.identity != "serial":
            yield altered(situation, Phase.FREED, table, describe(change), f"ALTER COLUMN {quoted} DROP IDENTITY")
            return
        dropped = tuple(f"DROP SEQUENCE {name}" for name in sequences(situation, table, column))
        yield altered(
            situation, Phase.FREED, table, describe(change), f"ALTER COLUMN {quoted} DROP DEFAULT", after=dropped
        )
        return
    largest = f"(SELECT coalesce(max({quoted}), 0) + 1 FROM {situation.quoted(table)})"
    yield altered(
        situation,
        Phase.IDENTITIES,
        table,
        describe(change),
        f"ALTER COLUMN {quoted} ADD GENERATED BY DEFAULT AS IDENTITY",
        after=(go_on(situation, table, column, largest),),
    )


def sequences(situation: Situation, table: TableName, column: str) -> list[str]:
    """The sequences that belong to the column, as SQL."""
    return [each.name for each in situation.objects(table, column) if each.kind == "sequence"]


def drop_column(situation: Situation, change: DropColumn) -> Iterator[Placed]:
    """After all else. Raises DatabaseError where something needs it that stays."""
    table, column = change.table, change.column.name
    check_drop(situation, table, column)
    for child, key in situation.keys_to(table):
        if column in key.target_columns and not is_going(situation, child, key):
            raise DatabaseError(
                f"Column {table}.{column} can't be dropped: the foreign key {key.name} of {child} points at it.\n"
                f"- Take the relation out of the model.\n- Keep the column: leave {column} in the model."
            )
    before = situation.before.get(table)
    keys = () if before is None else tuple(key for key in before.foreign_keys if column in key.columns)
    targets = [
        key.target_table if key.target_schema is None else f"{key.target_schema}.{key.target_table}" for key in keys
    ]
    yield altered(
        situation,
        Phase.DROPPED_COLUMNS,
        table,
        describe(change),
        f"DROP COLUMN {situation.ddl.quote(column)}",
        held=locks.exclusive(*dict.fromkeys((str(table), *targets))),
        approval=f"drop:{table}.{column}",
    )


def _alter(situation: Situation, table: TableName, quoted: str, end: str) -> str:
    return f"ALTER TABLE {situation.quoted(table)} ALTER COLUMN {quoted} {end}"
