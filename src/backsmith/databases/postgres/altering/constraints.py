"""Constraints: NOT VALID at first, which holds new rows to them at once; then the old rows are read without a lock.

Not null, checks and foreign keys. The first step holds its lock for a moment; VALIDATE, which may take long, is a
transaction of its own that keeps nobody from reading or writing.
"""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.databases.changes import (
    AddCheck,
    AddForeignKey,
    AlterColumnType,
    ChangePrimaryKey,
    DropCheck,
    DropForeignKey,
    Fill,
    TableName,
    Transform,
    describe,
)
from backsmith.databases.constraint_names import name_of
from backsmith.databases.postgres.altering import costs, locks
from backsmith.databases.postgres.altering.altered import altered
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.schema import CheckConstraint, ForeignKey
from backsmith.databases.steps import Lock

HAS_NOT_NULL_NOT_VALID = 180000
"""The version from which on NOT NULL is a constraint that may be NOT VALID."""


def not_null(situation: Situation, phase: Phase, table: TableName, column: str) -> Iterator[Placed]:
    """A column that can't be null any more: no scan happens under a lock that others wait for."""
    ddl = situation.ddl
    quoted, title = ddl.quote(column), f"Don't let {table}.{column} be null"
    plain = situation.take(name_of(table.name, [column], "not_null"))
    name = ddl.quote(plain)
    if situation.facts.version >= HAS_NOT_NULL_NOT_VALID:
        yield altered(
            situation, phase, table, f"{title}: new rows", f"ADD CONSTRAINT {name} NOT NULL {quoted} NOT VALID"
        )
        yield validate(situation, phase, table, plain, f"{title}: check the rows that are there")
        return
    yield altered(
        situation, phase, table, f"{title}: new rows", f"ADD CONSTRAINT {name} CHECK ({quoted} IS NOT NULL) NOT VALID"
    )
    yield validate(situation, phase, table, plain, f"{title}: check the rows that are there")
    # Two statements: in one, PostgreSQL would drop the check first and then read all rows.
    dropped = f"ALTER TABLE {situation.quoted(table)} DROP CONSTRAINT {name}"
    yield altered(situation, phase, table, title, f"ALTER COLUMN {quoted} SET NOT NULL", after=(dropped,))


def validate(
    situation: Situation, phase: Phase, table: TableName, name: str, title: str, target: tuple[Lock, ...] = ()
) -> Placed:
    """VALIDATE CONSTRAINT."""
    return altered(
        situation,
        phase,
        table,
        title,
        f"VALIDATE CONSTRAINT {situation.ddl.quote(name)}",
        held=(*locks.against_changes(str(table)), *target),
        cost=costs.scan(situation.size(table)),
    )


# Checks


def has_new_values(situation: Situation, table: TableName) -> bool:
    """Whether the plan writes values that an old check may refuse, or that a new one can't find yet."""
    return any(situation.of_kind(kind, table) for kind in (Fill, Transform, AlterColumnType))


def check_changes(situation: Situation, table: TableName) -> Iterator[Placed]:
    """A table's checks: those that go and those that come in one statement, where no values change in between."""
    drops, adds = situation.of_kind(DropCheck, table), situation.of_kind(AddCheck, table)
    dropped = [f"DROP CONSTRAINT {situation.ddl.quote(each.check.name or '')}" for each in drops]
    together = bool(adds) and not has_new_values(situation, table)
    if drops and not together:
        title = "; ".join(map(describe, drops))
        yield altered(situation, Phase.FREED, table, title, *dropped)
    freed = {each.check.name for each in drops}
    added: list[tuple[str, AddCheck]] = []
    for each in adds:
        check = situation.named(table, "checks", each.check)
        added.append((situation.take(check.name or "", freed), each))
    actions = [check_sql(situation, name, each.check.sql) for name, each in added]
    if adds:
        title = "; ".join(map(describe, [*(drops if together else []), *adds])) + ": new rows"
        yield altered(situation, Phase.CONSTRAINTS, table, title, *(dropped if together else []), *actions)
    for name, each in added:
        yield validate(situation, Phase.CONSTRAINTS, table, name, f"{describe(each)}: check the rows that are there")


def check_sql(situation: Situation, name: str, sql: str) -> str:
    """ADD CONSTRAINT … CHECK … NOT VALID."""
    return f"ADD CONSTRAINT {situation.ddl.quote(name)} CHECK ({sql}) NOT VALID"


def checks_of(situation: Situation, table: TableName) -> list[CheckConstraint]:
    """The checks that the table has and keeps."""
    gone = {each.check for each in situation.of_kind(DropCheck, table)}
    return [each for each in situation.before[table].checks if each not in gone]


def as_desired(situation: Situation, table: TableName, check: CheckConstraint) -> str:
    """SQL of the check as the model has it: PostgreSQL's own text of it names the types of its columns."""
    after = situation.after.get(table)
    meaning = situation.ddl.meaning(check.sql)
    found = (each.sql for each in (after.checks if after else ()) if situation.ddl.meaning(each.sql) == meaning)
    return next(found, check.sql)


# Foreign keys


def foreign_key_changes(situation: Situation, table: TableName) -> Iterator[Placed]:
    """A table's foreign keys: one that comes in place of another, of the same columns, in the same statement."""
    drops = {each.foreign_key.columns: each for each in situation.of_kind(DropForeignKey, table)}
    for add in situation.of_kind(AddForeignKey, table):
        key = situation.named(table, "foreign_keys", add.foreign_key)
        moves = has_new_values(situation, table) or bool(situation.of_kind(ChangePrimaryKey))
        drop = None if moves else drops.pop(key.columns, None)
        before = () if drop is None else (_drop(situation, drop.foreign_key),)
        freed = () if drop is None else (drop.foreign_key.name,)
        name = situation.take(key.name or "", freed)
        also = () if drop is None else (str(target_of(drop.foreign_key)),)
        yield from add_foreign_key(
            situation, Phase.FOREIGN_KEYS, table, key, name, describe(add), before=before, also=also
        )
    for drop in drops.values():
        both = dict.fromkeys((str(table), str(target_of(drop.foreign_key))))
        held = locks.exclusive(*both)
        yield altered(situation, Phase.FREED_KEYS, table, describe(drop), _drop(situation, drop.foreign_key), held=held)


def add_foreign_key(
    situation: Situation,
    phase: Phase,
    table: TableName,
    key: ForeignKey,
    name: str,
    title: str,
    *,
    before: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
) -> Iterator[Placed]:
    """NOT VALID, then VALIDATE. `before`: what the first statement does in addition, which locks `also`."""
    target = str(target_of(key))
    held = locks.exclusive(*dict.fromkeys((str(table), *also))) if before else locks.against_writes(str(table), target)
    if before and target not in (str(table), *also):
        held += locks.against_writes(target)
    added = f"ADD CONSTRAINT {situation.ddl.quote(name)} {situation.ddl.foreign_key(key)} NOT VALID"
    yield altered(situation, phase, table, f"{title}: new rows", *before, added, held=held)
    yield validate(situation, phase, table, name, f"{title}: check the rows that are there", locks.reading(target))


def target_of(key: ForeignKey) -> TableName:
    """The table that the key points at."""
    return TableName(key.target_table, key.target_schema)


def _drop(situation: Situation, key: ForeignKey) -> str:
    return f"DROP CONSTRAINT {situation.ddl.quote(key.name or '')}"
