"""Columns of large tables that get another type: a shadow column beside each, filled while all goes on, then swapped.

A trigger writes the shadow whenever a row is written, batches fill it for the rows that are there; it gets its own not
null, checks, indexes and foreign keys; and one short transaction drops the old column and gives the shadow its name.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from backsmith.databases.changes import AlterColumnType, DropIndex, DropUnique, TableName, describe
from backsmith.databases.constraint_names import name_of
from backsmith.databases.postgres.altering.altered import altered
from backsmith.databases.postgres.altering.constraints import (
    add_foreign_key,
    as_desired,
    check_sql,
    checks_of,
    not_null,
    target_of,
    validate,
)
from backsmith.databases.postgres.altering.fills import by_batches
from backsmith.databases.postgres.altering.indexes import build_index
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.retypes import Group, Linked, index_mentions, mentions
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.postgres.altering.syncs import statements_of
from backsmith.databases.renamed_schema import with_name
from backsmith.databases.schema import Column, ForeignKey, TableIndex

_ROW = '"backsmith_row"'


class Index(Struct, frozen=True):
    """An index that was built on shadow columns, and what it is when they have their names."""

    table: TableName
    built: str
    final: str
    kind: str
    """`primary key`, `unique` or `index`."""


class Built(Struct, frozen=True):
    """What stands ready for the swap."""

    indexes: list[Index]
    checks: list[tuple[TableName, str, str]]
    """Table, name, and the name that it gets."""
    keys: list[tuple[Linked, str]]
    """A foreign key, and the name of the one that comes in its place."""


def shadow_of(column: str) -> str:
    """The name of a column's shadow."""
    return name_of("backsmith", [column], "new")


def trigger_of(table: TableName, column: str) -> str:
    """The name of the function, and behind `zz_` of the trigger, that writes it."""
    return name_of("backsmith", [table.name, column], "retype")


class Shadows:
    """A group of columns, from the first shadow to what is ready for the swap."""

    def __init__(self, situation: Situation, group: Group) -> None:
        self.situation = situation
        self.group = group
        self.ddl = situation.ddl
        self.changes = {(each.table, each.new.name): each for each in group.changes}

    def prepare(self, built: Built) -> Iterator[Placed]:
        """All steps before the swap; what they make is added to `built`."""
        for change in self.in_order():
            yield from self.fill(change)
        for table in self.group.tables:
            yield from self.checks(table, built)
            yield from self.indexes(table, built)
        for link in self.group.links:
            yield from self.foreign_key(link, built)

    def in_order(self) -> list[AlterColumnType]:
        """Keys before the columns that follow them."""
        waiting, found = list(self.group.changes), list[AlterColumnType]()
        while waiting:
            places = {(each.table, each.new.name) for each in waiting}
            ready = [
                each
                for each in waiting
                if each.follows is None or (each.follows.table, each.follows.column) not in places
            ]
            found += ready or waiting
            waiting = [each for each in waiting if ready and each not in ready]
        return found

    # The shadow and its values
    def fill(self, change: AlterColumnType) -> Iterator[Placed]:
        """The column, its trigger, its values, and that it is never null."""
        situation, table, name = self.situation, change.table, change.new.name
        shadow = Column(name=shadow_of(name), type=self.type(change), collation=self.collation(change))
        quoted, title = self.ddl.quote(shadow.name), describe(change)
        value = self.value(change)
        # OFFSET 0: else the planner takes the values for constants and works out arms of a CASE that do not apply.
        sets = f"SELECT {value} INTO NEW.{quoted} FROM (SELECT (NEW).* OFFSET 0) AS {_ROW};"
        once = f"    IF NEW.{quoted} IS NULL THEN\n        {sets}\n    END IF;"
        body = once if self.is_made_once(change) else f"    {sets}"
        missing = f"{quoted} IS NULL" if self.is_made_once(change) else f"{quoted} IS NULL AND {value} IS NOT NULL"
        yield altered(
            situation,
            Phase.RETYPES,
            table,
            f"{title}: a column for the new values, which a trigger writes",
            f"ADD COLUMN {self.ddl.column(shadow)}",
            after=statements_of(situation, table, trigger_of(table, name), body),
        )
        yield by_batches(
            situation,
            Phase.RETYPES,
            table,
            f"{title}: the new values of the rows that are there",
            f"UPDATE {situation.quoted(table)} AS {_ROW} SET {quoted} = {value} WHERE ({missing})",
            alias=_ROW,
            again=True,
            held=str(table),
        )
        if self.is_tight(change):
            yield from not_null(situation, Phase.RETYPES, table, shadow.name)

    def value(self, change: AlterColumnType) -> str:
        """SQL of the new value, over the row."""
        old = f"{_ROW}.{self.ddl.quote(change.old.name)}"
        if change.follows is not None:
            key, column = change.follows.table, change.follows.column
            of = f'"backsmith_key".{self.ddl.quote(shadow_of(column))}'
            where = f'"backsmith_key".{self.ddl.quote(column)} = {old}'
            return f'(SELECT {of} FROM {self.situation.quoted(key)} AS "backsmith_key" WHERE {where})'
        return f"({change.using})" if change.using is not None else f"CAST({old} AS {self.type(change)})"

    def is_made_once(self, change: AlterColumnType) -> bool:
        """Whether the value isn't a function of the row: another one each time."""
        place = (change.table, change.new.name)
        followed = any(
            each.follows is not None and (each.follows.table, each.follows.column) == place
            for each in self.group.changes
        )
        return followed or change.using == self.ddl.new_uuid

    def type(self, change: AlterColumnType) -> str:
        """The new type, by the name that it has until the swap."""
        return change.new.type

    def collation(self, change: AlterColumnType) -> str | None:
        """The one that the column had, where the new type has one."""
        text = self.ddl.normal_type(change.new.type).startswith(("text", "character", "citext", "name"))
        old = change.old.collation
        return (old if old is not None and old != change.new.collation else change.new.collation) if text else None

    def is_tight(self, change: AlterColumnType) -> bool:
        """Whether the new column may not be null: as it was, or as it is to be."""
        key = self.situation.before[change.table].primary_key
        return not change.new.nullable or change.old.name in key

    # What holds them
    def checks(self, table: TableName, built: Built) -> Iterator[Placed]:
        """The checks of these columns, about their shadows."""
        for check in checks_of(self.situation, table):
            columns = [column for column in self.columns(table) if mentions(self.situation, check.sql, column)]
            if not columns:
                continue
            sql = as_desired(self.situation, table, check)
            for column in columns:
                sql = with_name(sql, column, shadow_of(column), self.ddl)
            name = self.situation.take(name_of("backsmith", [check.name or "", "new"], "check"))
            title = f"The check {check.name} of {table} for the new column"
            action = check_sql(self.situation, name, sql)
            yield altered(self.situation, Phase.RETYPES, table, f"{title}: new rows", action)
            yield validate(self.situation, Phase.RETYPES, table, name, f"{title}: check the rows that are there")
            built.checks.append((table, name, check.name or ""))

    def indexes(self, table: TableName, built: Built) -> Iterator[Placed]:
        """The indexes of these columns, on their shadows; those of keys and uniques as unique indexes."""
        before, columns = self.situation.before[table], self.columns(table)
        gone = {each.unique.name for each in self.situation.of_kind(DropUnique, table)}
        gone |= {each.index.name for each in self.situation.of_kind(DropIndex, table)}
        wanted: list[tuple[str, str, TableIndex]] = []
        if before.primary_key:
            name = self.situation.key_name(table)
            wanted.append(("primary key", name, TableIndex(name=name, columns=before.primary_key, unique=True)))
        for unique in before.uniques:
            name = unique.name or ""
            wanted.append(("unique", name, TableIndex(name=name, columns=unique.columns, unique=True)))
        wanted += [("index", index.name, index) for index in before.indexes]
        for kind, name, index in wanted:
            if name in gone or not any(index_mentions(self.situation, index, column) for column in columns):
                continue
            temporary = self.situation.take(name_of("backsmith", [name], "new"))
            title = f"The {kind} {name} of {table} for the new column"
            on_shadow = replace(self.on_shadows(index, columns), name=temporary)
            yield build_index(self.situation, Phase.RETYPES, table, on_shadow, title)
            built.indexes.append(Index(table, temporary, name, kind))

    def on_shadows(self, index: TableIndex, columns: list[str]) -> TableIndex:
        """The index with shadows in place of the columns."""
        for column in columns:
            shadow = shadow_of(column)
            terms = {column: shadow, f"-{column}": f"-{shadow}"}
            where = index.where
            index = replace(
                index,
                columns=tuple(
                    with_name(term, column, shadow, self.ddl) if "(" in term else terms.get(term, term)
                    for term in index.columns
                ),
                where=None if where is None else with_name(where, column, shadow, self.ddl),
            )
        return index

    def foreign_key(self, link: Linked, built: Built) -> Iterator[Placed]:
        """The foreign key between the shadows, beside the one that is there."""
        key, target = link.key, target_of(link.key)
        shadowed = ForeignKey(
            name=key.name,
            columns=tuple(self.now(link.child, column) for column in key.columns),
            target_schema=key.target_schema,
            target_table=key.target_table,
            target_columns=tuple(self.now(target, column) for column in key.target_columns),
            on_delete=key.on_delete,
            on_update=key.on_update,
        )
        name = self.situation.take(name_of("backsmith", [key.name or "", "new"], "fkey"))
        title = f"The foreign key {key.name} of {link.child} for the new column"
        yield from add_foreign_key(self.situation, Phase.RETYPES, link.child, shadowed, name, title)
        built.keys.append((link, name))

    def columns(self, table: TableName) -> list[str]:
        """The table's columns in the group."""
        return [column for owner, column in self.changes if owner == table]

    def now(self, table: TableName, column: str) -> str:
        """The column's shadow, if it has one."""
        return shadow_of(column) if (table, column) in self.changes else column
