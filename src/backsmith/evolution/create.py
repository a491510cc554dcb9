"""Creating a model's tables in a database that has none of them, and checking one that has."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.types import Float, Integer, Numeric, Text
from backsmith.databases.changes import AddColumn, AlterColumnType, Change, CreateTable, MissingView, describe
from backsmith.databases.database import Database
from backsmith.databases.ddl import Ddl
from backsmith.databases.own_tables import create_own_tables
from backsmith.databases.schema import Schema
from backsmith.errors import DatabaseError
from backsmith.evolution.desired import tables_of
from backsmith.evolution.diff import diff
from backsmith.evolution.records import Records


async def create_missing(database: Database, blueprint: Blueprint) -> int:
    """Create the blueprint's tables if the database has none of them; else check that it can be read.

    A database that is made so has the blueprint as its head (`history.Head`), from which later plans lead on. Tables
    that Backsmith keeps for itself are made wherever they are missing. Several processes may do all this at
    once: one of them creates the tables, all in one transaction, and the others find them there. Returns how many
    tables of the model were made. Raises DatabaseError, which names what keeps the model from being read.
    """
    desired = tables_of(blueprint, database.dialect)
    actual = await database.inspect()
    made = 0
    if _has_none(actual, desired, database.dialect.ddl):
        made = await _create(database, blueprint, desired, actual)
        actual = await database.inspect()
    _check(actual, desired, database)
    await create_own_tables(database, blueprint, actual)
    return made


async def check_readable(database: Database, blueprint: Blueprint) -> None:
    """Check that the database can be read by the blueprint, changing nothing. Raises DatabaseError where it can't."""
    desired = tables_of(blueprint, database.dialect)
    actual = await database.inspect()
    if _has_none(actual, desired, database.dialect.ddl):
        raise DatabaseError(
            "The database has no tables of this model yet. `backsmith create` makes them, and `backsmith serve` too."
        )
    _check(actual, desired, database)


def _check(actual: Schema, desired: Schema, database: Database) -> None:
    ddl = database.dialect.ddl
    problems = [
        problem
        for change in diff(actual, desired, database.dialect)
        if (problem := _problem(change, actual, ddl)) is not None
    ]
    if problems:
        listed = "\n".join(f"- {problem}" for problem in problems)
        raise DatabaseError(
            f"The model can't be read from this database:\n{listed}\n"
            "See what it takes to change the database: backsmith plan. Or change the model, or begin with an empty"
            " database."
        )


def _has_none(actual: Schema, desired: Schema, ddl: Ddl) -> bool:
    wanted = {(table.schema, ddl.fold(table.name)) for table in desired.tables if not table.view}
    return bool(wanted) and wanted.isdisjoint((table.schema, ddl.fold(table.name)) for table in actual.tables)


async def _create(database: Database, blueprint: Blueprint, desired: Schema, actual: Schema) -> int:
    ddl = database.dialect.ddl
    recorded = Records(database.dialect).first_head(blueprint, actual)
    statements = [*ddl.locks, *ddl.statements(desired), *recorded]
    try:
        await database.execute(";\n".join(statements))
    except DatabaseError:
        if _has_none(await database.inspect(), desired, ddl):
            raise
        return 0  # another process was faster
    return sum(not table.view for table in desired.tables)


def _problem(change: Change, actual: Schema, ddl: Ddl) -> str | None:
    """What is wrong, where the change stands for something that keeps rows from being read as the model says."""
    match change:
        case CreateTable(table):
            return f"Table {table.name} is missing"
        case AddColumn(table, column):
            return f"Column {table}.{column.name} is missing"
        case MissingView():
            return describe(change)
        case AlterColumnType(table, old, new):
            mine, its = (ddl.field_type(column, actual.enums) for column in (new, old))
            wider = isinstance(mine, Text | Integer | Float | Numeric) and type(mine) is type(its)
            hint = f'or write Column(type="{ddl.storage(old)}")'
            return None if wider else f"Column {table}.{new.name} is {old.type}, not {new.type}: change it, {hint}"
        case _:
            return None
