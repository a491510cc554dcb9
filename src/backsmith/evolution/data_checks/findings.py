"""What the rows that are there say of a plan: database and alteration -> findings, in the order of the changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from backsmith.blueprint.types import Type
from backsmith.databases.altering import Alteration
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
    DropColumn,
    DropTable,
    SetNullable,
    TableName,
)
from backsmith.databases.database import Database
from backsmith.evolution.data_checks import constraints, losses, missing, types
from backsmith.evolution.data_checks.asking import Asker
from backsmith.evolution.data_checks.present import Present
from backsmith.evolution.data_checks.words import Names, Words
from backsmith.evolution.plan import Finding

Types = Mapping[tuple[TableName, str], tuple[Type, Type]]
"""Table and column, by new names -> the field's type before and after."""


async def findings(database: Database, alteration: Alteration, names: Names, of: Types | None = None) -> list[Finding]:
    """Whether each change can go well with the rows that are there, and what is lost. Only reads.

    `names` are the model's names of columns, by table and column, of before and after the change; `of` the types of
    fields, which on SQLite say more than the columns' own. Each check reads a table twice at most, and no statement
    takes longer than the database's statement timeout: what isn't known by then is said to be so.
    """
    present = Present(alteration, database.dialect)
    asker, words = Asker(database, present), Words(present, names)
    found: list[Finding] = []
    for change in alteration.changes:
        async for finding in _of(change, asker, words, of or {}):
            found.append(finding)
    return found


def _of(change: Change, asker: Asker, words: Words, of: Types) -> AsyncIterator[Finding]:
    there = asker.present.tables
    match change:
        case SetNullable(table, column, False) if table in there:
            return missing.nulls(asker, words, table, column)
        case AddColumn(table, column) if table in there and not column.nullable:
            return missing.new_column(asker, words, table, column)
        case AddUnique(table, unique) if table in there:
            return constraints.duplicates(asker, words, table, unique.columns)
        case AddIndex(table, index) if table in there and index.unique and index.where is None:
            return constraints.duplicates(asker, words, table, index.columns)
        case ChangePrimaryKey(table, _, columns) if table in there and columns:
            return constraints.key(asker, words, table, columns)
        case AddForeignKey(table, key) if table in there:
            return constraints.orphans(asker, words, table, key)
        case AddCheck(table, check) if table in there:
            return constraints.breaking(asker, words, table, check)
        case AlterColumnType(table, old, new, _, None) if table in there:
            return types.retyped(asker, words, table, old, new, of.get((table, new.name)), change.using)
        case AlterEnum(old, new, renamed):
            return types.removed_values(asker, words, old, new, renamed)
        case DropColumn(table, column) if table in there and column.generated is None:
            return losses.column(asker, words, table, column)
        case DropTable(table) if TableName(table.name, table.schema) in there:
            return losses.table(asker, words, TableName(table.name, table.schema))
        case _:
            return _nothing()


async def _nothing() -> AsyncIterator[Finding]:
    for finding in ():
        yield finding
