"""Puts a made-up world into an open, empty database, past the engine: its rows are there whatever rules say."""

from __future__ import annotations

from typing import Any

from backsmith.blueprint.blueprint import Blueprint
from backsmith.checks.matrix.world import World, in_order
from backsmith.databases import Database
from backsmith.evolution.create import create_missing


async def store(database: Database, blueprint: Blueprint, world: World) -> None:
    """Create the tables and fill them. Raises DatabaseError where the database doesn't take a row."""
    await create_missing(database, blueprint)
    quote = database.dialect.quote
    for entity in in_order(world.entities):
        fields = [field for field in entity.fields if field.computed is None]
        rows = world.rows[entity.name]
        if not rows or entity.view:
            continue
        table = quote(entity.table) if entity.schema is None else f"{quote(entity.schema)}.{quote(entity.table)}"
        columns = ", ".join(quote(field.column) for field in fields)
        places = ", ".join(database.dialect.placeholder(number, field.type) for number, field in enumerate(fields, 1))
        encoders = [database.dialect.encoder(field.type) for field in fields]
        values: list[list[Any]] = [
            [
                None if row.values[field.name] is None else encode(row.values[field.name])
                for field, encode in zip(fields, encoders, strict=True)
            ]
            for row in rows
        ]
        await database.execute_many(f"INSERT INTO {table} ({columns}) VALUES ({places})", values)
    await _join(database, world)


async def _join(database: Database, world: World) -> None:
    quote = database.dialect.quote
    for name, pairs in world.joins.items():
        entity = world.entities[name.partition(".")[0]]
        relation = next(each for each in entity.relations if each.name == name.partition(".")[2])
        through, there = relation.through, world.entities[relation.entity]
        assert through is not None  # of many to many
        table = quote(through.table) if through.schema is None else f"{quote(through.schema)}.{quote(through.table)}"
        own = [next(field for field in entity.fields if field.name == each) for each in relation.fields]
        far = [next(field for field in there.fields if field.name == each) for each in relation.target_fields]
        fields = [*own, *far]
        columns = ", ".join(map(quote, (*through.columns, *through.target_columns)))
        places = ", ".join(database.dialect.placeholder(number, field.type) for number, field in enumerate(fields, 1))
        encoders = [database.dialect.encoder(field.type) for field in fields]
        rows: list[list[Any]] = []
        for a, b in pairs:
            values = [*(a.values[field.name] for field in own), *(b.values[field.name] for field in far)]
            rows.append([encode(value) for value, encode in zip(values, encoders, strict=True)])
        if rows:
            await database.execute_many(f"INSERT INTO {table} ({columns}) VALUES ({places})", rows)
