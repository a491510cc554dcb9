"""Values in a column of one type, taken to columns of others: what they become, which are refused, which are lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.types import Type
from backsmith.databases import Database
from backsmith.databases.altering import Conversion
from backsmith.databases.conversions import field_of
from backsmith.databases.schema import Column


class Outcome(NamedTuple):
    """What became of one value."""

    value: str | None
    """Canonical JSON; None where it was refused."""
    loses: bool = False


REFUSED = Outcome(None)


def column_of(database: Database, name: str, type: Type) -> Column:
    """A column that Backsmith would make for a field of the type."""
    return Column(name=name, type=database.dialect.ddl.column_type(_field(name, type)))


async def converted(
    database: Database, was: Type, constants: Sequence[str | None], targets: Sequence[Type]
) -> list[list[Outcome] | None]:
    """The outcomes of all values for each type; None where there is no conversion.

    The values, SQL constants, are put in a column of the type `was`, and what becomes of them in columns of the others.
    """
    dialect = database.dialect
    old = column_of(database, "old", was)
    conversions: list[tuple[Column, Type, Conversion] | None] = []
    for number, becomes in enumerate(targets):
        new = column_of(database, f"new{number}", becomes)
        found = dialect.altering.conversion(old, new, was, becomes)
        conversions.append(None if found is None else (new, becomes, found))
    made = [each for each in conversions if each is not None]
    collation = ' COLLATE "C"' if dialect.name == "postgres" and old.type in ("text", "character varying") else ""
    columns = ", ".join(f"{new.name} {new.type}" for new, _, _ in made)
    rows = ", ".join(f"({number}, {'NULL' if each is None else each})" for number, each in enumerate(constants))
    names = ", ".join(new.name for new, _, _ in made)
    values = ", ".join(f"CASE WHEN {each.refuses or '1 = 0'} THEN NULL ELSE {each.sql} END" for _, _, each in made)
    await database.execute(
        "DROP TABLE IF EXISTS before; DROP TABLE IF EXISTS after;"
        f"CREATE TABLE before (id integer PRIMARY KEY, old {old.type}{collation});"
        f"CREATE TABLE after (id integer PRIMARY KEY, {columns});"
        f"INSERT INTO before (id, old) VALUES {rows};"
        f"INSERT INTO after (id, {names}) SELECT id, {values} FROM before"
    )
    shown = [_json(database, new, becomes) for new, becomes, _ in made]
    flags = [
        f"CASE WHEN {sql or '1 = 0'} THEN 1 ELSE 0 END" for _, _, each in made for sql in (each.refuses, each.loses)
    ]
    # What a refused value becomes is of no matter, but it mustn't be an error.
    bare = [f"({each.sql}) IS NULL" for _, _, each in made]
    found = await database.fetch(
        f"SELECT {', '.join([*shown, *flags, *bare])} FROM before JOIN after USING (id) ORDER BY id",
        (),
    )
    outcomes = iter(
        [
            [
                REFUSED if row[len(made) + 2 * at] else Outcome(str(row[at]), bool(row[len(made) + 2 * at + 1]))
                for row in found
            ]
            for at in range(len(made))
        ]
    )
    return [None if each is None else next(outcomes) for each in conversions]


async def back_again(database: Database, was: Type, constants: Sequence[str | None], becomes: Type) -> list[str | None]:
    """The JSON of values that went to a column of another type and back into one of their own."""
    dialect = database.dialect
    old, new = column_of(database, "old", was), column_of(database, "new", becomes)
    there = dialect.altering.conversion(old, new, was, becomes)
    back = dialect.altering.conversion(new, old, becomes, was)
    assert there is not None
    if not constants:
        return []
    if back is None:  # then all that had a value is lost
        return ["null" if each is None else None for each in constants]
    rows = ", ".join(f"({number}, {'NULL' if each is None else each})" for number, each in enumerate(constants))
    await database.execute(
        "DROP TABLE IF EXISTS first; DROP TABLE IF EXISTS second; DROP TABLE IF EXISTS third;"
        f"CREATE TABLE first (id integer PRIMARY KEY, old {old.type});"
        f"CREATE TABLE second (id integer PRIMARY KEY, new {new.type});"
        f"CREATE TABLE third (id integer PRIMARY KEY, old {old.type});"
        f"INSERT INTO first (id, old) VALUES {rows};"
        f"INSERT INTO second (id, new) SELECT id, {there.sql} FROM first;"
        f"INSERT INTO third (id, old) SELECT id, {back.sql} FROM second"
    )
    shown = _json(database, old, was)
    return [str(row[0]) for row in await database.fetch(f"SELECT {shown} FROM third ORDER BY id", ())]


def constants_of(database: Database, type: Type, values: Sequence[Any]) -> list[str | None]:
    """SQL of values that are given as canonical JSON."""
    return [None if value is None else database.dialect.ddl.constant(value, type, None) for value in values]


def _json(database: Database, column: Column, type: Type) -> str:
    field = field_of(column, type, database.dialect.ddl)
    return database.dialect.json(database.dialect.load(column.name, field), type, nullable=True, column=True)


def _field(name: str, type: Type) -> Field:
    return Field(id=name, name=name, column=name, type=type)
