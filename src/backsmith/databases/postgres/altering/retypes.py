"""Columns that get another type: in place where PostgreSQL can, at once where rows are few, else by a shadow column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec.structs import replace

from backsmith.databases.changes import AlterColumnType, AlterEnum, DropForeignKey, DropTable, TableName, describe
from backsmith.databases.postgres.altering.altered import altered
from backsmith.databases.postgres.altering.constraints import as_desired, check_sql, checks_of, target_of, validate
from backsmith.databases.postgres.altering.hanging import check_retype
from backsmith.databases.postgres.altering.in_place import in_place, same_order
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.schema import Column, ForeignKey, TableIndex
from backsmith.databases.sql_tokens import tokens
from backsmith.errors import DatabaseError

Place = tuple[TableName, str]


class Linked(NamedTuple):
    """A foreign key of which a column at one of its ends gets another type."""

    child: TableName
    key: ForeignKey


class Group(NamedTuple):
    """Columns that have to change at once: foreign keys or common indexes hold them together."""

    changes: list[AlterColumnType]
    links: list[Linked]
    enums: list[AlterEnum]
    """Types whose place a new one takes when the columns change."""

    @property
    def tables(self) -> list[TableName]:
        """The tables of these columns."""
        return list(dict.fromkeys(change.table for change in self.changes))

    @property
    def approval(self) -> str:
        """By the column that the others follow."""
        pointing = {(link.child, column) for link in self.links for column in link.key.columns}
        first = next((each for each in self.changes if (each.table, each.new.name) not in pointing), self.changes[0])
        return f"convert:{first.table}.{first.new.name}"


def mentions(situation: Situation, sql: str, column: str) -> bool:
    """Whether the SQL names the column."""
    return any(token.is_name() and token.value == column for token in tokens(sql, brackets=False))


def index_mentions(situation: Situation, index: TableIndex, column: str) -> bool:
    """Whether the index is of the column, or has it in an expression or condition."""
    return any(
        term in (column, f"-{column}") or ("(" in term and mentions(situation, term, column)) for term in index.columns
    ) or (index.where is not None and mentions(situation, index.where, column))


def stays_in_place(situation: Situation, change: AlterColumnType) -> bool:
    """Whether no row is read or written, of this table with its indexes."""
    if not in_place(situation.ddl, change.old, change.new):
        return False
    indexes = [
        index for index in situation.before[change.table].indexes if index_mentions(situation, index, change.old.name)
    ]
    plain = all(index.where is None and not any("(" in term for term in index.columns) for index in indexes)
    if same_order(situation.ddl, change.old, change.new):
        return plain
    table = situation.before[change.table]
    keys = [table.primary_key, *(unique.columns for unique in table.uniques)]
    return not indexes and not any(change.old.name in key for key in keys)


def retype_in_place(situation: Situation, change: AlterColumnType) -> Iterator[Placed]:
    """ALTER COLUMN … TYPE. A check of the column would be tried on all rows under the lock: it is made anew."""
    table, ddl = change.table, situation.ddl
    check_retype(situation, table, change.new.name)
    checks = [check for check in checks_of(situation, table) if mentions(situation, check.sql, change.old.name)]
    title = describe(change)
    of_times = not same_order(ddl, change.old, change.new)
    yield altered(
        situation,
        Phase.RETYPES,
        table,
        title,
        *(f"DROP CONSTRAINT {ddl.quote(check.name or '')}" for check in checks),
        f"ALTER COLUMN {ddl.quote(change.new.name)} TYPE {typed(change.old, replace(change.new, collation=None))}",
        *(check_sql(situation, check.name or "", as_desired(situation, table, check)) for check in checks),
        before=("SET LOCAL timezone = 'UTC'",) if of_times else (),
    )
    for check in checks:
        yield validate(situation, Phase.RETYPES, table, check.name or "", f"{title}: check the rows by {check.name}")


def typed(old: Column, new: Column) -> str:
    """The type with its collation: the one that the column has, which requests don't go by."""
    collation = old.collation if old.collation is not None else new.collation
    texts = ("text", "character", "name", "citext")
    keeps = new.type.startswith(texts) or new.type.startswith("varchar")
    return f"{new.type} COLLATE {collation}" if collation is not None and keeps else new.type


def groups(situation: Situation, changes: list[AlterColumnType], enums: list[AlterEnum]) -> list[Group]:
    """The changes that aren't made in place, by what holds them together."""
    places: dict[Place, int] = {(each.table, each.new.name): number for number, each in enumerate(changes)}
    leaders = list(range(len(changes)))

    def leader(number: int) -> int:
        while leaders[number] != number:
            number = leaders[number]
        return number

    def join(together: list[Place]) -> None:
        numbers = [leader(places[place]) for place in together if place in places]
        for number in numbers:
            leaders[number] = numbers[0]

    links = _links(situation, set(places))
    for link in links:
        join(_ends(link))
    for table in {each.table for each in changes}:
        columns = [(table, column) for other, column in places if other == table]
        for shared in _shared(situation, table):
            join([place for place in columns if shared(place[1])])
    for enum in enums:
        join([place for place, number in places.items() if is_of_enum(situation, changes[number].old, enum)])
    found: dict[int, list[AlterColumnType]] = {}
    for number, change in enumerate(changes):
        found.setdefault(leader(number), []).append(change)
    return [
        Group(
            members,
            [link for link in links if any((each.table, each.new.name) in _ends(link) for each in members)],
            [enum for enum in enums if any(is_of_enum(situation, each.old, enum) for each in members)],
        )
        for members in found.values()
    ]


def is_of_enum(situation: Situation, column: Column, enum: AlterEnum) -> bool:
    """Whether the column has that type, or lists of it."""
    name = column.type.removesuffix("[]")
    plain = enum.old.name if enum.old.schema is None else f"{enum.old.schema}.{enum.old.name}"
    return name in (plain, situation.ddl.table_name(enum.old.name, enum.old.schema), situation.ddl.quote(plain))


def _links(situation: Situation, places: set[Place]) -> list[Linked]:
    gone = {(each.table, each.foreign_key) for each in situation.of_kind(DropForeignKey)}
    dropped = {TableName(each.table.name, each.table.schema) for each in situation.of_kind(DropTable)}
    return [
        link
        for name, table in situation.before.items()
        for key in table.foreign_keys
        if name not in dropped and (name, key) not in gone and not places.isdisjoint(_ends(link := Linked(name, key)))
    ]


def _ends(link: Linked) -> list[Place]:
    target = target_of(link.key)
    return [(link.child, column) for column in link.key.columns] + [
        (target, column) for column in link.key.target_columns
    ]


def _shared(situation: Situation, table: TableName) -> Iterator[Callable[[str], bool]]:
    """What holds columns of one table together, each as a function that tells whether a column is of it."""
    before = situation.before[table]
    for columns in (before.primary_key, *(unique.columns for unique in before.uniques)):
        yield columns.__contains__
    for index in before.indexes:
        yield lambda column, index=index: index_mentions(situation, index, column)
    for check in before.checks:
        yield lambda column, check=check: mentions(situation, check.sql, column)


def check_possible(situation: Situation, change: AlterColumnType) -> None:
    """Raise DatabaseError for what is no column of a table, and for one that something else needs."""
    if change.table not in situation.before:
        raise DatabaseError(
            f"Column {change.table}.{change.new.name} is {change.old.type}, not {change.new.type}: it is a view's.\n"
            f"- Change the view by SQL, so that it gives {change.new.type}.\n"
            f"- Give the field the type that the view has."
        )
    if change.old.generated is not None:
        raise DatabaseError(
            f"Column {change.table}.{change.new.name} can't get another type: the database works it out from others.\n"
            f"- Change it by SQL.\n- Give the field the type {change.old.type}."
        )
    check_retype(situation, change.table, change.new.name)
