"""Rows of random models in a database: put in as SQL constants, read back as canonical JSON."""

from __future__ import annotations

from typing import Any

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.blueprint import Entity as MadeEntity
from backsmith.blueprint.blueprint import Field as MadeField
from backsmith.databases import Database
from tests.evolution.random_models import Entity, Model

Rows = dict[int, dict[str, dict[int, str]]]
"""By the number of the entity, the key as JSON, and the number of the field: the value as JSON."""


async def put_in(database: Database, model: Model, blueprint: Blueprint, rows: dict[int, list[dict[int, Any]]]) -> None:
    """Insert rows as `random_models.random_rows` makes them."""
    ddl = database.dialect.ddl
    statements: list[str] = []
    references: list[str] = []
    for entity in model.entities:
        made = made_entity(blueprint, entity)
        columns = columns_of(entity, made)
        fields = {field.name: field for field in made.fields}
        table = ddl.table_name(made.table, made.schema)
        for row in rows[entity.uid]:
            constants = {
                uid: "NULL" if value is None else ddl.constant(value, fields[columns[uid]].type, None)
                for uid, value in row.items()
            }
            own = [0, *(field.uid for field in entity.fields)]
            names = ", ".join(ddl.quote(fields[columns[uid]].column) for uid in own)
            values = ", ".join(str(constants[uid]) for uid in own)
            statements.append(f"INSERT INTO {table} ({names}) VALUES ({values})")
            for relation in entity.relations:
                column, key = (ddl.quote(fields[columns[uid]].column) for uid in (relation.uid, 0))
                references.append(
                    f"UPDATE {table} SET {column} = {constants[relation.uid]} WHERE {key} = {constants[0]}"
                )
    if statements:
        await database.execute(";\n".join(statements + references))


async def read_back(database: Database, model: Model, blueprint: Blueprint) -> Rows:
    """All rows of the model's tables."""
    dialect = database.dialect
    found: Rows = {}
    for entity in model.entities:
        made = made_entity(blueprint, entity)
        fields = {field.name: field for field in made.fields}
        columns = columns_of(entity, made)
        values = [_json(database, fields[name]) for name in columns.values()]
        rows = await database.fetch(f"SELECT {', '.join(values)} FROM {dialect.quote(made.table)}", ())
        found[entity.uid] = {row[0]: {uid: row[at] for at, uid in enumerate(columns)} for row in rows}
    return found


def _json(database: Database, field: MadeField) -> str:
    sql = database.dialect.load(database.dialect.quote(field.column), field)
    return database.dialect.json(sql, field.type, nullable=True, column=True)


def made_entity(blueprint: Blueprint, entity: Entity) -> MadeEntity:
    """What the entity became."""
    name = entity.name[0].upper() + entity.name[1:]
    return next(each for each in blueprint.entities if each.name == name)


def columns_of(entity: Entity, made: MadeEntity) -> dict[int, str]:
    """Names of fields by the numbers of fields and relations; the key is 0."""
    found = {0: made.key[0]} | {field.uid: field.name for field in entity.fields}
    relations = {relation.name: relation for relation in made.relations}
    return found | {each.uid: relations[each.name].fields[0] for each in entity.relations}
