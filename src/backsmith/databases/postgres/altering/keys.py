"""Uniques and primary keys: a unique index is built concurrently, and the constraint then takes it as it is."""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.databases.changes import (
    AddColumn,
    AddIndex,
    AddUnique,
    ChangePrimaryKey,
    DropForeignKey,
    DropTable,
    DropUnique,
    SetNullable,
    TableName,
    describe,
)
from backsmith.databases.postgres.altering import costs, locks
from backsmith.databases.postgres.altering.altered import altered
from backsmith.databases.postgres.altering.constraints import not_null, validate
from backsmith.databases.postgres.altering.indexes import add_index, build_index, drop_by_name
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.schema import ForeignKey, TableIndex
from backsmith.databases.steps import Statements
from backsmith.errors import DatabaseError


def add_unique(situation: Situation, change: AddUnique) -> Iterator[Placed]:
    """A unique index, then the constraint on it."""
    unique = situation.named(change.table, "uniques", change.unique)
    name = situation.take(unique.name or "")
    index = TableIndex(name=name, columns=unique.columns, unique=True)
    yield build_index(situation, Phase.INDEXES, change.table, index, f"{describe(change)}: build its index")
    quoted = situation.ddl.quote(name)
    action = f"ADD CONSTRAINT {quoted} UNIQUE USING INDEX {quoted}"
    yield altered(situation, Phase.CONSTRAINTS, change.table, describe(change), action)


def drop_unique(situation: Situation, change: DropUnique) -> Iterator[Placed]:
    """Once what comes in its place is there; at once where nothing does, so that it refuses nothing new."""
    replaced = situation.of_kind(AddUnique, change.table) or situation.of_kind(ChangePrimaryKey, change.table)
    phase = Phase.LEFT_OVER if replaced else Phase.FREED
    name = change.unique.name or ""
    if phase == Phase.LEFT_OVER and any(
        (change.table, column) in situation.swapped for column in change.unique.columns
    ):
        return
    if change.index:
        yield drop_by_name(situation, phase, change.table, name, describe(change))
    else:
        action = f"DROP CONSTRAINT {situation.ddl.quote(name)}"
        yield altered(situation, phase, change.table, describe(change), action)


def change_primary_key(situation: Situation, change: ChangePrimaryKey) -> Iterator[Placed]:
    """The new key's index beside the old one, then the one in place of the other.

    Foreign keys that point at the old key hold on to its index: they are made anew, on the unique index that the model
    has for those columns.
    """
    table, ddl = change.table, situation.ddl
    old_name = situation.key_name(table)
    tight = {each.column.name for each in situation.of_kind(AddColumn, table) if not each.column.nullable}
    tight |= {each.column for each in situation.of_kind(SetNullable, table)}
    for column in change.new:
        there = situation.column(table, column)
        if there is not None and there.nullable and column not in tight:
            yield from not_null(situation, Phase.CONSTRAINTS, table, column)
    yield from _in_its_place(situation, change)
    actions = [f"DROP CONSTRAINT {ddl.quote(old_name)}"] if change.old else []
    if change.new:
        index = TableIndex(name=situation.take(f"{table.name}_pkey"), columns=change.new, unique=True)
        yield build_index(situation, Phase.INDEXES, table, index, f"{describe(change)}: build its index")
        name = old_name if change.old else index.name
        actions.append(f"ADD CONSTRAINT {ddl.quote(name)} PRIMARY KEY USING INDEX {ddl.quote(index.name)}")
    pointing = _pointing(situation, change)
    children = [str(child) for child, _ in pointing if child != table]
    dropped = [
        f"ALTER TABLE {situation.quoted(child)} DROP CONSTRAINT {ddl.quote(key.name or '')}" for child, key in pointing
    ]
    added = [
        f"ALTER TABLE {situation.quoted(child)} ADD CONSTRAINT {ddl.quote(key.name or '')} {ddl.foreign_key(key)}"
        " NOT VALID"
        for child, key in pointing
    ]
    step = Statements(
        title=describe(change),
        statements=(*dropped, f"ALTER TABLE {situation.quoted(table)} {', '.join(actions)}", *added),
        locks=locks.exclusive(*dict.fromkeys([str(table), *children])),
        cost=costs.CATALOGUE,
    )
    yield Placed(Phase.KEYS, step)
    for child, key in pointing:
        title = f"Check the rows of {child} for {key.name}, which was made anew"
        yield validate(situation, Phase.KEYS, child, key.name or "", title, locks.reading(str(table)))


def _in_its_place(situation: Situation, change: ChangePrimaryKey) -> Iterator[Placed]:
    """What the model has besides on the columns of the old key, which was not missing as long as that was there."""
    before, after = situation.before.get(change.table), situation.after.get(change.table)
    if before is None or after is None or not change.old:
        return
    added = [set(each.unique.columns) for each in situation.of_kind(AddUnique, change.table)]
    added += [set(each.columns) for each in before.uniques]
    for unique in after.uniques:
        if set(unique.columns) == set(change.old) and set(unique.columns) not in added:
            yield from add_unique(situation, AddUnique(change.table, unique))
    indexes = [each.index.columns for each in situation.of_kind(AddIndex, change.table)]
    indexes += [each.columns for each in before.indexes]
    for index in after.indexes:
        if index.columns == change.old and index.columns not in indexes:
            yield from add_index(situation, AddIndex(change.table, index))


def _pointing(situation: Situation, change: ChangePrimaryKey) -> list[tuple[TableName, ForeignKey]]:
    """The foreign keys that point at the old key and stay. Raises DatabaseError where nothing else keeps it unique."""
    gone = {(each.table, each.foreign_key) for each in situation.of_kind(DropForeignKey)}
    dropped = {TableName(each.table.name, each.table.schema) for each in situation.of_kind(DropTable)}
    found = [
        (child, key)
        for child, key in situation.keys_to(change.table)
        if set(key.target_columns) == set(change.old) and (child, key) not in gone and child not in dropped
    ]
    table = situation.after.get(change.table)
    uniques = () if table is None else table.uniques
    if found and set(change.old) not in [set(each.columns) for each in uniques]:
        child, key = found[0]
        columns = ", ".join(change.old)
        raise DatabaseError(
            f"The primary key of {change.table} can't change: the foreign key {key.name} of {child} points at it.\n"
            f"- Keep ({columns}) unique in the model, so that the key can go on pointing at it.\n"
            f"- Let {child} point at the new key: change its relation in the model."
        )
    return found
