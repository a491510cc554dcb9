"""A small applier for tests: SQL of a database and of the wanted one -> steps, run one after the other.

`wanted` is a schema by its CREATE statements; `extra` are changes that no two schemas tell (renames, values).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import apsw
from msgspec.structs import replace

from backsmith.databases.altering import Alteration
from backsmith.databases.changes import AlterColumnType, Change, RenameColumn, RenameTable, TableName
from backsmith.databases.facts import TableFacts
from backsmith.databases.schema import Schema, Table, UniqueConstraint
from backsmith.databases.sqlite.altering.work import KEYS, PREFIX
from backsmith.databases.sqlite.dialect import SqliteDialect
from backsmith.databases.sqlite.facts import facts
from backsmith.databases.sqlite.functions import register
from backsmith.databases.sqlite.inspect import inspect
from backsmith.databases.steps import Alone, Batches, Statements, Step
from backsmith.evolution.diff import diff

DIALECT = SqliteDialect()
LARGE = TableFacts(rows=5_000_000, bytes=700_000_000)


def opened(sql: str = "") -> apsw.Connection:
    """A database in memory as Backsmith opens one."""
    connection = apsw.Connection(":memory:", statementcachesize=0)
    register(connection)
    connection.pragma("trusted_schema", False)
    connection.pragma("foreign_keys", True)
    connection.execute(sql)
    return connection


def schema_of(sql: str) -> Schema:
    connection = opened()
    connection.pragma("foreign_keys", False)
    connection.execute(sql)
    found = inspect(connection)
    return replace(found, tables=tuple(map(_as_wanted, found.tables)))


def _as_wanted(table: Table) -> Table:
    """A model asks for what is unique, not for an index that holds it so."""
    unique = [index for index in table.indexes if index.unique]
    asked = tuple(UniqueConstraint(columns=index.columns) for index in unique)
    indexes = tuple(index for index in table.indexes if not index.unique)
    return replace(table, uniques=table.uniques + asked, indexes=indexes)


def _actual(connection: apsw.Connection) -> Schema:
    """Without Backsmith's own tables, as plans are made."""
    found = inspect(connection)
    return replace(found, tables=tuple(each for each in found.tables if not each.name.startswith("backsmith_")))


def renamed(schema: Schema, changes: Iterable[Change]) -> Schema:
    """By SQLite itself, on an empty database: only for tables without views."""
    connection = opened()
    for sql in DIALECT.ddl.statements(schema):
        connection.execute(sql)
    for change in changes:
        match change:
            case RenameTable(old, new):
                connection.execute(f'ALTER TABLE "{old.name}" RENAME TO "{new.name}"')
            case RenameColumn(table, old, new):
                connection.execute(f'ALTER TABLE "{table.name}" RENAME COLUMN "{old}" TO "{new}"')
            case _:
                pass
    return inspect(connection)


def changes_of(
    connection: apsw.Connection, wanted: str | Schema, extra: Sequence[Change] = (), using: dict[str, str] | None = None
) -> list[Change]:
    actual = _actual(connection)
    desired = wanted if isinstance(wanted, Schema) else schema_of(wanted)
    renames = [change for change in extra if isinstance(change, RenameTable | RenameColumn)]
    before = renamed(actual, renames) if renames else actual
    found = diff(before, desired, DIALECT, previous=before)
    extra_types = [change for change in extra if isinstance(change, AlterColumnType)]
    replaced = {(change.table, change.new.name): change for change in extra_types}
    found = [
        replaced.get((change.table, change.new.name), change) if isinstance(change, AlterColumnType) else change
        for change in found
    ]
    found = [
        replace(change, using=using[change.new.name])
        if isinstance(change, AlterColumnType) and using and change.new.name in using
        else change
        for change in found
    ]
    return [*renames, *found, *(each for each in extra if each not in renames and each not in extra_types)]


def steps_of(
    connection: apsw.Connection,
    wanted: str | Schema,
    extra: Sequence[Change] = (),
    *,
    using: dict[str, str] | None = None,
    large: Iterable[str] = (),
    version: int | None = None,
    rows: int | None = None,
) -> list[Step]:
    found = facts(connection)
    sizes = {**found.tables, **dict.fromkeys(large, LARGE)}
    if rows is not None:
        sizes = {name: TableFacts(rows=rows, bytes=rows * 100) for name in sizes}
    found = replace(found, tables=sizes, version=version or found.version)
    desired = wanted if isinstance(wanted, Schema) else schema_of(wanted)
    return DIALECT.altering.steps(
        Alteration(
            actual=_actual(connection),
            desired=desired,
            changes=tuple(changes_of(connection, wanted, extra, using)),
            facts=found,
        )
    )


Between = Callable[[str], None]


def run(connection: apsw.Connection, steps: Iterable[Step], *, batch: int = 2, between: Between | None = None) -> None:
    """Carry the steps out; `between` is called with a step's title before each transaction."""
    between = between or (lambda title: None)
    for step in steps:
        between(step.title)
        match step:
            case Statements():
                _transact(connection, step)
            case Batches():
                for sql, keys in batches(connection, step, batch):
                    connection.execute(sql, keys)
                    between(step.title)
            case Alone(statement=sql):
                connection.execute(sql)
            case _:
                raise AssertionError(step)


def _transact(connection: apsw.Connection, step: Statements) -> None:
    connection.pragma("foreign_keys", step.foreign_keys)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for sql in step.statements:
            connection.execute(sql)
        broken = [] if step.foreign_keys else connection.execute("PRAGMA foreign_key_check").fetchall()
        assert not broken, broken
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        connection.pragma("foreign_keys", True)


def batches(connection: apsw.Connection, step: Batches, size: int) -> Iterable[tuple[str, tuple[Any, ...]]]:
    """Each batch as it is asked for: from the last key on, as far as there are rows then."""
    columns = ", ".join(f'{step.alias}."{column}"' for column in step.key)
    listed = ", ".join(f'"{column}"' for column in step.key)
    last: tuple[Any, ...] | None = None
    while True:
        after = "" if last is None else f" WHERE ({columns}) > ({', '.join('?' * len(last))})"
        ahead = connection.execute(
            f'SELECT {listed} FROM "{step.table.name}" AS {step.alias}{after} ORDER BY {columns} LIMIT {size}',
            last or (),
        ).fetchall()
        if not ahead:
            return
        end = tuple(ahead[-1])
        places = ", ".join("?" * len(end))
        lower = "" if last is None else f"({columns}) > ({places}) AND "
        yield f"{step.statement} AND ({lower}({columns}) <= ({places})){step.ending}", (*(last or ()), *end)
        last = end


def change(
    connection: apsw.Connection,
    wanted: str | Schema,
    extra: Sequence[Change] = (),
    *,
    using: dict[str, str] | None = None,
    large: Iterable[str] = (),
    version: int | None = None,
    between: Between | None = None,
) -> list[str]:
    """Change the database, check that nothing is left to do, and give the statements (batches once)."""
    steps = steps_of(connection, wanted, extra, using=using, large=large, version=version)
    run(connection, steps, between=between)
    desired = wanted if isinstance(wanted, Schema) else schema_of(wanted)
    left = diff(inspect(connection), desired, DIALECT, previous=desired)
    assert not left, left
    names = connection.execute("SELECT name FROM sqlite_schema").fetchall()
    assert not [name for (name,) in names if name.startswith((PREFIX, KEYS))]
    return statements(steps)


def statements(steps: Iterable[Step]) -> list[str]:
    found: list[str] = []
    for step in steps:
        match step:
            case Statements(statements=listed):
                found += listed
            case Batches(statement=sql) | Alone(statement=sql):
                found.append(sql)
            case _:
                found.append(step.title)
    return found


def rows(connection: apsw.Connection, sql: str) -> list[tuple[Any, ...]]:
    return connection.execute(sql).fetchall()


def table(name: str) -> TableName:
    return TableName(name)
