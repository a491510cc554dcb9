"""What the workshop holds before each test, how it gets there, and how all of it is read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases import Database
from tests.engine.rows import fill

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

ROWS: dict[str, list[dict[str, Any]]] = {
    "Member": [
        {"id": 1, "email": "ada@example.org", "name": "Ada"},
        {"id": 2, "email": "bo@example.org", "name": "Bo"},
        {"id": 3, "email": None, "name": None},
    ],
    "Project": [
        {"id": 1, "name": "Boat", "owner_id": 1, "budget": Decimal("1000.00"), "due": date(2026, 3, 1),
         "notes": {"wood": "oak"}, "margin": Decimal("12.5")},
        {"id": 2, "name": "Chair", "owner_id": 2},
        {"id": 3, "name": "Secret", "owner_id": 1, "open": False},
    ],
    "Task": [
        {"id": 1, "project_id": 1, "title": "saw", "labels": ["wood"], "added": NOON, "assignee_id": 2},
        {"id": 2, "project_id": 1, "title": "glue", "state": "doing", "points": 3, "labels": [], "added": NOON,
         "follows_id": 1},
        {"id": 3, "project_id": 2, "title": "sit", "labels": [], "added": NOON, "assignee_id": 1, "state": "done"},
        {"id": 4, "project_id": 3, "title": "hide", "labels": [], "added": NOON, "rating": 1e-7},
    ],
    "Tag": [{"slug": "wood", "title": "Wood", "creator_id": 1}, {"slug": "rush", "title": "Rush", "creator_id": 2}],
    "Place": [{"room": "A", "number": 1}, {"room": "A", "number": 2, "taken": True, "note": "by the door"}],
    "Wish": [{"id": 1, "text": "coffee", "mail": "eve@example.org"}],
    "Price": [{"id": 1, "what": "an hour"}],
}  # fmt: skip


async def begin_anew(database: Database, blueprint: Blueprint, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Empty all tables, put `rows` in, and let the database number on after them."""
    quote = database.dialect.quote
    tables = list(reversed(tables_of(blueprint)))
    numbered = [
        (entity.table, field.column) for entity in blueprint.entities for field in entity.fields if field.identity
    ]
    if database.dialect.name == "postgres":
        await database.execute(f"TRUNCATE {', '.join(map(quote, tables))} RESTART IDENTITY CASCADE")
    else:
        deletes = [f"DELETE FROM {quote(table)}" for table in tables]
        names = ", ".join(f"'{table}'" for table in tables)
        numbers = f"DELETE FROM sqlite_sequence WHERE name IN ({names})"
        await database.execute(";\n".join(["PRAGMA defer_foreign_keys = ON", *deletes, numbers]))
    await database.execute("DELETE FROM backsmith_idempotency")
    await fill(database, blueprint, rows)
    if database.dialect.name == "postgres":
        for table, column in numbered:
            await database.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), max({quote(column)}))"
                f" FROM {quote(table)} HAVING count(*) > 0"
            )


def tables_of(blueprint: Blueprint) -> list[str]:
    """The tables of all entities, and the join tables of their relations after them."""
    tables = [entity.table for entity in blueprint.entities]
    throughs = [
        relation.through.table for entity in blueprint.entities for relation in entity.relations if relation.through
    ]
    return [*tables, *dict.fromkeys(throughs)]


async def everything(database: Database, blueprint: Blueprint) -> dict[str, list[str]]:
    """All rows of all tables as JSON, in a certain order: what two databases must have the same of."""
    dialect = database.dialect
    found: dict[str, list[str]] = {}
    for entity in blueprint.entities:
        fields = [field for field in entity.fields if field.computed is None]
        shown = [
            dialect.json(dialect.load(f"t.{dialect.quote(f.column)}", f), f.type, nullable=True, column=False)
            for f in fields
        ]
        rows = await database.fetch(f"SELECT {', '.join(shown)} FROM {dialect.quote(entity.table)} AS t", ())
        texts = [", ".join(f'"{f.name}": {row[number]}' for number, f in enumerate(fields)) for row in rows]
        found[entity.name] = sorted("{" + text + "}" for text in texts)
        for relation in entity.relations:
            if relation.through is not None:
                columns = ", ".join(
                    map(dialect.quote, sorted((*relation.through.columns, *relation.through.target_columns)))
                )
                links = await database.fetch(f"SELECT {columns} FROM {dialect.quote(relation.through.table)}", ())
                found[relation.through.table] = sorted(str(tuple(row[n] for n in range(len(row)))) for row in links)
    return found
