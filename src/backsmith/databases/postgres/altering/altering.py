"""PostgreSQL's way to change tables that are in use: changes -> steps, each under a lock that is held for a moment.

The modules beside this one each make the steps of some kinds of changes; `Phase` says in which order they are done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, assert_never

from backsmith.blueprint.types import Type
from backsmith.databases.altering import Alteration, Altering, Conversion
from backsmith.databases.changes import (
    AddCheck,
    AddColumn,
    AddForeignKey,
    AddIndex,
    AddUnique,
    AlterColumnType,
    AlterEnum,
    Change,
    ChangePrimaryKey,
    CreateEnum,
    CreateSync,
    CreateTable,
    DropCheck,
    DropColumn,
    DropForeignKey,
    DropIndex,
    DropSync,
    DropTable,
    DropUnique,
    Fill,
    FillTable,
    MissingView,
    RenameColumn,
    RenameTable,
    SetDefault,
    SetIdentity,
    SetNullable,
    Transform,
    describe,
)
from backsmith.databases.postgres.altering import columns, enums, fills, indexes, keys, syncs, tables
from backsmith.databases.postgres.altering.constraints import check_changes, foreign_key_changes
from backsmith.databases.postgres.altering.in_place import in_place
from backsmith.databases.postgres.altering.phases import Placed
from backsmith.databases.postgres.altering.retyping import Retypes
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.postgres.altering.statistics import statistics
from backsmith.databases.postgres.conversions import conversion
from backsmith.databases.postgres.ddl import PostgresDdl
from backsmith.databases.schema import Column
from backsmith.databases.steps import Step
from backsmith.errors import DatabaseError

if TYPE_CHECKING:
    from backsmith.databases.postgres.dialect import PostgresDialect


class PostgresAltering(Altering):
    """PostgreSQL's way to change its tables."""

    def __init__(self, dialect: PostgresDialect) -> None:
        self._dialect = dialect
        self._ddl = PostgresDdl()

    def steps(self, alteration: Alteration) -> list[Step]:
        """Short transactions, batches and what runs alone, in the order of their phases."""
        situation = Situation(alteration, self._ddl)
        retypes = Retypes(situation)
        placed = [*_of_changes(situation, retypes), *_of_tables(situation), *retypes.steps()]
        placed += statistics(situation, retypes.swapped)
        return [each.step for each in sorted(placed, key=lambda each: each.phase)]

    def conversion(self, old: Column, new: Column, was: Type, becomes: Type) -> Conversion | None:
        """As `conversions.py` has them."""
        return conversion(self._dialect, old, new, was, becomes)

    def in_place(self, old: Column, new: Column) -> bool:
        """As `in_place.py` has them."""
        return in_place(self._ddl, old, new)


def _of_changes(situation: Situation, retypes: Retypes) -> Iterator[Placed]:
    for change in situation.changes:
        match change:
            # These come with a new column or type.
            case SetDefault(table, column, _, _) if (table, column) in retypes.moved:
                pass
            case SetIdentity(table, column, False) if (table, column) in retypes.moved:
                pass
            case SetNullable(table, column, False) | SetIdentity(table, column, True) if (
                table,
                column,
            ) in retypes.swapped:
                pass
            case _:
                yield from _of_change(situation, change)


def _of_change(situation: Situation, change: Change) -> Iterable[Placed]:
    match change:
        case RenameTable() | RenameColumn():
            return [tables.rename(situation, change)]
        case CreateEnum(enum):
            return [enums.create_enum(situation, enum)]
        case AlterEnum():
            return enums.alter_enum(situation, change)
        case AddColumn():
            return columns.add_column(situation, change)
        case DropColumn():
            return columns.drop_column(situation, change)
        case SetNullable():
            return columns.set_nullable(situation, change)
        case SetDefault():
            return columns.set_default(situation, change)
        case SetIdentity():
            return columns.set_identity(situation, change)
        case ChangePrimaryKey():
            return keys.change_primary_key(situation, change)
        case AddUnique():
            return keys.add_unique(situation, change)
        case DropUnique():
            return keys.drop_unique(situation, change)
        case AddIndex():
            return indexes.add_index(situation, change)
        case DropIndex():
            return indexes.drop_index(situation, change)
        case Fill():
            return fills.fill(situation, change)
        case FillTable():
            return fills.fill_table(situation, change)
        case Transform():
            return fills.transform(situation, change)
        case CreateSync():
            return [syncs.create_sync(situation, change)]
        case DropSync():
            return [syncs.drop_sync(situation, change)]
        case MissingView():
            raise DatabaseError(
                f"{describe(change)}.\n- Create the view by SQL: views are yours.\n- Take it out of the model."
            )
        case CreateTable() | DropTable() | AlterColumnType():
            return ()  # all of them together, below
        case AddForeignKey() | DropForeignKey() | AddCheck() | DropCheck():
            return ()  # those of a table together, below
        case _:
            assert_never(change)


def _of_tables(situation: Situation) -> Iterator[Placed]:
    """What is made of several changes at once."""
    yield from tables.create_tables(situation)
    yield from tables.drop_tables(situation)
    together = (AddForeignKey, DropForeignKey, AddCheck, DropCheck)
    for table in dict.fromkeys(each.table for each in situation.changes if isinstance(each, together)):
        yield from check_changes(situation, table)
        yield from foreign_key_changes(situation, table)
