"""Columns of small tables that get another type: one short transaction in which the tables are written anew."""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.databases.changes import AlterColumnType, TableName, describe
from backsmith.databases.postgres.altering import costs, locks
from backsmith.databases.postgres.altering.columns import sequences
from backsmith.databases.postgres.altering.constraints import as_desired, check_sql, checks_of, target_of, validate
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.retypes import Group, Linked, mentions, typed
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.schema import CheckConstraint
from backsmith.databases.sql_tokens import tokens
from backsmith.databases.steps import Cost, Statements


def can_be_direct(situation: Situation, group: Group) -> bool:
    """Whether the tables are small, and each new value is a function of its row, as ALTER TABLE wants it."""
    return (
        not group.enums
        and all(map(situation.is_small, group.tables))
        and not any(each.follows is not None or _asks(each.using or "") for each in group.changes)
    )


def _asks(sql: str) -> bool:
    return any(token.is_word("SELECT") for token in tokens(sql, brackets=False))


def retype_directly(situation: Situation, group: Group) -> Iterator[Placed]:
    """Foreign keys and checks are taken away and made anew: between the two types they would make no sense."""
    ddl = situation.ddl
    tables = list(dict.fromkeys([*group.tables, *(end for link in group.links for end in _tables(link))]))
    statements: list[str] = []
    rechecked: list[tuple[TableName, CheckConstraint]] = []
    if len(tables) > 1:
        statements.append(f"LOCK TABLE {', '.join(map(situation.quoted, tables))} IN ACCESS EXCLUSIVE MODE")
    for link in group.links:
        name = ddl.quote(link.key.name or "")
        statements.append(f"ALTER TABLE {situation.quoted(link.child)} DROP CONSTRAINT {name}")
    for table in group.tables:
        changes = [each for each in group.changes if each.table == table]
        checks = [check for check in checks_of(situation, table) if _is_about(situation, check, changes)]
        rechecked += [(table, check) for check in checks]
        # In one statement with the type, PostgreSQL would refuse the type for the identity that goes.
        statements += [
            f"ALTER TABLE {situation.quoted(table)} ALTER COLUMN {ddl.quote(change.new.name)} DROP IDENTITY"
            for change in changes
            if change.old.identity in ("always", "by default") and change.new.identity is None
        ]
        actions = [f"DROP CONSTRAINT {ddl.quote(check.name or '')}" for check in checks]
        actions += [action for change in changes for action in _actions(situation, change)]
        actions += [check_sql(situation, check.name or "", as_desired(situation, table, check)) for check in checks]
        statements.append(f"ALTER TABLE {situation.quoted(table)} {', '.join(actions)}")
        statements += [sql for change in changes for sql in _sequences(situation, change)]
    for link in group.links:
        name = ddl.quote(link.key.name or "")
        key = f"{ddl.foreign_key(link.key)} NOT VALID"
        statements.append(f"ALTER TABLE {situation.quoted(link.child)} ADD CONSTRAINT {name} {key}")
    step = Statements(
        title="; ".join(map(describe, group.changes)),
        statements=tuple(statements),
        locks=locks.exclusive(*map(str, tables)),
        cost=_cost(situation, group.tables),
        approval=group.approval,
    )
    yield Placed(Phase.SWAPS, step)
    for table, check in rechecked:
        title = f"Check the rows of {table} by {check.name}, which was made anew"
        yield validate(situation, Phase.SWAPS, table, check.name or "", title)
    for link in group.links:
        title = f"Check the rows of {link.child} for {link.key.name}, which was made anew"
        reading = locks.reading(str(target_of(link.key)))
        yield validate(situation, Phase.SWAPS, link.child, link.key.name or "", title, reading)


def _is_about(situation: Situation, check: CheckConstraint, changes: list[AlterColumnType]) -> bool:
    return any(mentions(situation, check.sql, change.old.name) for change in changes)


def _actions(situation: Situation, change: AlterColumnType) -> Iterator[str]:
    old, new = change.old, change.new
    column = situation.ddl.quote(new.name)
    keeps_numbers = old.identity is not None and new.identity is not None
    if old.default is not None or (old.identity == "serial" and not keeps_numbers):
        yield f"ALTER COLUMN {column} DROP DEFAULT"
    using = change.using if change.using is not None else f"CAST({column} AS {new.type})"
    yield f"ALTER COLUMN {column} TYPE {typed(old, new)} USING ({using})"
    if new.default is not None:
        yield f"ALTER COLUMN {column} SET DEFAULT {new.default}"


def _sequences(situation: Situation, change: AlterColumnType) -> Iterator[str]:
    """A serial column's sequence gets the column's type, or goes."""
    if change.old.identity == "serial":
        for name in sequences(situation, change.table, change.new.name):
            yield (
                f"DROP SEQUENCE {name}"
                if change.new.identity is None
                else f"ALTER SEQUENCE {name} AS {change.new.type}"
            )


def _tables(link: Linked) -> tuple[TableName, TableName]:
    return link.child, target_of(link.key)


def _cost(situation: Situation, tables: list[TableName]) -> Cost:
    each = [costs.rewrite(situation.size(table)) for table in tables]
    seconds = round(sum(cost.seconds for cost in each), 2)
    return Cost(
        work="rewrite",
        rows=sum(cost.rows for cost in each),
        bytes=sum(cost.bytes for cost in each),
        disk=sum(cost.disk for cost in each),
        seconds=seconds,
        held=seconds,
    )
