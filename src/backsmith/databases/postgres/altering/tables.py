"""Tables that come, go or get another name, and columns that get another name."""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.databases.changes import (
    AlterColumnType,
    CreateTable,
    DropColumn,
    DropForeignKey,
    DropTable,
    RenameColumn,
    RenameTable,
    TableName,
    describe,
)
from backsmith.databases.postgres.altering import costs, locks
from backsmith.databases.postgres.altering.altered import altered
from backsmith.databases.postgres.altering.constraints import add_foreign_key, target_of
from backsmith.databases.postgres.altering.hanging import check_drop_table, check_rename
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.schema import ForeignKey, Table
from backsmith.databases.steps import Statements
from backsmith.databases.table_order import in_order
from backsmith.errors import DatabaseError

_BETWEEN = "backsmith_between_"
"""What a name begins with that is only had while names go round in a circle."""


def rename(situation: Situation, change: RenameTable | RenameColumn) -> Placed:
    """ALTER TABLE … RENAME; the names of constraints and indexes stay, which mean nothing to anybody."""
    quote = situation.ddl.quote
    if isinstance(change, RenameTable):
        return altered(
            situation,
            Phase.RENAMES,
            change.old,
            describe(change),
            f"RENAME TO {quote(change.new.name)}",
            approval=f"rename:{str(change.old).removeprefix(_BETWEEN)}",
        )
    check_rename(situation, change.table, change.old, change.new)
    return altered(
        situation,
        Phase.RENAMES,
        change.table,
        describe(change),
        f"RENAME COLUMN {quote(change.old)} TO {quote(change.new)}",
        approval=f"rename:{change.table}.{change.old.removeprefix(_BETWEEN)}",
    )


def create_tables(situation: Situation) -> Iterator[Placed]:
    """New tables with all that they have, except foreign keys to tables in use: each of these locks another table."""
    created: set[TableName] = set()
    tables = [situation.created_table(each.table) for each in situation.of_kind(CreateTable)]
    schemas = dict.fromkeys(table.schema for table in tables if table.schema)
    for schema in schemas:
        statement = f"CREATE SCHEMA IF NOT EXISTS {situation.ddl.quote(schema)}"
        yield Placed(Phase.TABLES, Statements(title=f"Create schema {schema}", statements=(statement,)))
    later: list[tuple[TableName, ForeignKey]] = []
    for table in in_order(tables):
        name = TableName(table.name, table.schema)
        created.add(name)
        now = tuple(key for key in table.foreign_keys if target_of(key) in created)
        later += [(name, key) for key in table.foreign_keys if key not in now]
        statements = (
            situation.ddl.create(table, now),
            *(situation.ddl.create_index(table, index) for index in table.indexes),
            *situation.ddl.comments(table),
        )
        targets = [str(target_of(key)) for key in now if target_of(key) != name]
        step = Statements(
            title=describe(CreateTable(table)),
            statements=statements,
            locks=locks.against_writes(*targets),
            cost=costs.CATALOGUE,
        )
        yield Placed(Phase.TABLES, step)
    for name, key in later:
        title = f"Add the foreign key of {name} to {target_of(key)}"
        yield from add_foreign_key(situation, Phase.FOREIGN_KEYS, name, key, situation.take(key.name or ""), title)


def drop_tables(situation: Situation) -> Iterator[Placed]:
    """Those first that point at others. Raises DatabaseError where a table that stays points at one."""
    going = [each.table for each in situation.of_kind(DropTable)]
    names = {TableName(table.name, table.schema) for table in going}
    for table in going:
        name = TableName(table.name, table.schema)
        check_drop_table(situation, name)
        for child, key in situation.keys_to(name):
            if child not in names and not is_going(situation, child, key):
                raise DatabaseError(
                    f"Table {name} can't be dropped: the foreign key {key.name} of {child} points at it.\n"
                    f"- Take the relation out of the model, or the column ({', '.join(key.columns)}).\n"
                    f"- Keep the table: leave the entity in the model."
                )
    retyped = {(each.table, each.new.name) for each in situation.of_kind(AlterColumnType)}
    for table in going:
        child = TableName(table.name, table.schema)
        for key in situation.before[child].foreign_keys:
            if any((target_of(key), column) in retyped for column in key.target_columns):
                yield _drop_key(situation, Phase.FREED_KEYS, child, key)
    left = list(reversed(in_order(going)))
    for place, table in enumerate(left):
        name = TableName(table.name, table.schema)
        after = {TableName(each.name, each.schema) for each in left[place + 1 :]}
        for child, key in situation.keys_to(name):
            if child in after:  # keys that go round in a circle
                yield _drop_key(situation, Phase.DROPPED_TABLES, child, key)
        yield _drop_table(situation, table, name, after)


def _drop_table(situation: Situation, table: Table, name: TableName, left: set[TableName]) -> Placed:
    before, going = situation.before.get(name, table), situation.of_kind(DropTable)
    targets = [
        str(target)
        for target in map(target_of, before.foreign_keys)
        if target in left or not any(target == TableName(each.table.name, each.table.schema) for each in going)
    ]
    step = Statements(
        title=describe(DropTable(table)),
        statements=(f"DROP TABLE {situation.quoted(name)}",),
        locks=locks.exclusive(*dict.fromkeys((str(name), *targets))),
        cost=costs.CATALOGUE,
        approval=f"drop:{name}",
    )
    return Placed(Phase.DROPPED_TABLES, step)


def _drop_key(situation: Situation, phase: Phase, child: TableName, key: ForeignKey) -> Placed:
    both = dict.fromkeys((str(child), str(target_of(key))))
    action = f"DROP CONSTRAINT {situation.ddl.quote(key.name or '')}"
    title = describe(DropForeignKey(child, key))
    return altered(situation, phase, child, title, action, held=locks.exclusive(*both), approval=f"drop:{child}")


def is_going(situation: Situation, child: TableName, key: ForeignKey) -> bool:
    """Whether the foreign key goes in this plan, alone or with a column."""
    if any(each.table == child and each.foreign_key == key for each in situation.of_kind(DropForeignKey)):
        return True
    return any(each.table == child and each.column.name in key.columns for each in situation.of_kind(DropColumn))
