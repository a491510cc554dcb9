"""Creating the tables of a blueprint in an empty database."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases import Database
from backsmith.evolution.desired import tables_of


async def create_missing(database: Database, blueprint: Blueprint) -> None:
    """Create the tables of the blueprint where the database is empty."""
    if (await database.inspect()).tables:
        return
    for statement in database.dialect.ddl.statements(tables_of(blueprint, database.dialect)):
        await database.execute(statement)
