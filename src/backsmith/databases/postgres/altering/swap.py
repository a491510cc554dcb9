"""The short transaction that puts shadow columns in the places of the old ones, all of a group at once."""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.databases.changes import AlterColumnType, TableName, describe
from backsmith.databases.constraint_names import name_of
from backsmith.databases.postgres.altering import costs, locks
from backsmith.databases.postgres.altering.columns import comment, go_on
from backsmith.databases.postgres.altering.constraints import target_of
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.retypes import Group
from backsmith.databases.postgres.altering.shadow import Built, Shadows, shadow_of, trigger_of
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.postgres.altering.syncs import dropped
from backsmith.databases.steps import Statements


def retype_by_shadows(situation: Situation, group: Group) -> Iterator[Placed]:
    """All steps of a group of columns, the swap last."""
    shadows = Shadows(situation, group)
    built = Built([], [], [])
    yield from shadows.prepare(built)
    yield Placed(Phase.SWAPS, _swap(situation, shadows, built))


def _swap(situation: Situation, shadows: Shadows, built: Built) -> Statements:
    group = shadows.group
    ends = [end for link in group.links for end in (link.child, target_of(link.key))]
    tables = list(dict.fromkeys([*group.tables, *ends]))
    statements: list[str] = []
    if len(tables) > 1:
        statements.append(f"LOCK TABLE {', '.join(map(situation.quoted, tables))} IN ACCESS EXCLUSIVE MODE")
    quote = situation.ddl.quote
    for link, _ in built.keys:
        statements.append(_alter(situation, link.child, f"DROP CONSTRAINT {quote(link.key.name or '')}"))
    for change in group.changes:
        statements += _numbers(situation, shadows, change)
        statements += dropped(situation, change.table, trigger_of(change.table, change.new.name))
    for table in group.tables:
        old = ", ".join(f"DROP COLUMN {quote(column)}" for column in shadows.columns(table))
        statements.append(_alter(situation, table, old))
    for change in group.changes:
        names = f"{quote(shadow_of(change.new.name))} TO {quote(change.new.name)}"
        statements.append(_alter(situation, change.table, f"RENAME COLUMN {names}"))
    for enum in group.enums:
        statements += _types(situation, enum.old.name, enum.old.schema)
    statements += _constraints(situation, shadows, built)
    for change in group.changes:
        statements += _properties(situation, change)
    return Statements(
        title="; ".join(f"{describe(change)}: the new column in the place of the old one" for change in group.changes),
        statements=tuple(statements),
        locks=locks.exclusive(*map(str, tables)),
        cost=costs.CATALOGUE,
        approval=group.approval,
    )


def _numbers(situation: Situation, shadows: Shadows, change: AlterColumnType) -> Iterator[str]:
    """The shadow's identity, whose numbers go on where those of the old column's sequence came to."""
    if change.new.identity is None:
        return
    quoted, text = situation.ddl.quote(shadow_of(change.new.name)), situation.ddl.text
    kind = "ALWAYS" if change.new.identity == "always" else "BY DEFAULT"
    yield _alter(situation, change.table, f"ALTER COLUMN {quoted} ADD GENERATED {kind} AS IDENTITY")
    if change.old.identity is None:
        largest = f"(SELECT coalesce(max({quoted}), 0) + 1 FROM {situation.quoted(change.table)})"
        yield go_on(situation, change.table, shadow_of(change.new.name), largest)
        return
    owner, column = text(situation.quoted(change.table)), text(change.old.name)
    following = f"nextval(pg_get_serial_sequence({owner}, {column}))"
    yield go_on(situation, change.table, shadow_of(change.new.name), following)


def _types(situation: Situation, name: str, schema: str | None) -> Iterator[str]:
    ddl = situation.ddl
    yield f"DROP TYPE {ddl.table_name(name, schema)}"
    yield f"ALTER TYPE {ddl.table_name(shadow_of(name), schema)} RENAME TO {ddl.quote(name)}"


def _constraints(situation: Situation, shadows: Shadows, built: Built) -> Iterator[str]:
    """Constraints and indexes get the names of those that they come in the places of."""
    quote = situation.ddl.quote
    for index in built.indexes:
        match index.kind:
            case "index":
                old = situation.ddl.table_name(index.built, index.table.schema)
                yield f"ALTER INDEX {old} RENAME TO {quote(index.final)}"
            case kind:
                added = f"ADD CONSTRAINT {quote(index.final)} {kind.upper()} USING INDEX {quote(index.built)}"
                yield _alter(situation, index.table, added)
    for table, name, final in built.checks:
        yield _alter(situation, table, f"RENAME CONSTRAINT {quote(name)} TO {quote(final)}")
    for link, name in built.keys:
        names = f"{quote(name)} TO {quote(link.key.name or '')}"
        yield _alter(situation, link.child, f"RENAME CONSTRAINT {names}")
    if situation.facts.version >= 180000:  # a NOT NULL has a name of its own
        for change in shadows.group.changes:
            if shadows.is_tight(change):
                names = [name_of(change.table.name, [column], "not_null") for column in _both(change)]
                yield _alter(situation, change.table, f"RENAME CONSTRAINT {quote(names[0])} TO {quote(names[1])}")


def _both(change: AlterColumnType) -> tuple[str, str]:
    return shadow_of(change.new.name), change.new.name


def _properties(situation: Situation, change: AlterColumnType) -> Iterator[str]:
    """Default, comment and grants of the column."""
    quoted = situation.ddl.quote(change.new.name)
    if change.new.default is not None and change.new.identity is None:
        yield _alter(situation, change.table, f"ALTER COLUMN {quoted} SET DEFAULT {change.new.default}")
    text = change.new.comment if change.new.comment is not None else change.old.comment
    yield from comment(situation, change.table, change.new.name, text)
    for each in situation.objects(change.table, change.old.name):
        if each.kind == "grant" and each.sql is not None:
            yield each.sql


def _alter(situation: Situation, table: TableName, action: str) -> str:
    return f"ALTER TABLE {situation.quoted(table)} {action}"
