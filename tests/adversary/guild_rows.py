"""What the guild holds before each test."""

from __future__ import annotations

from typing import Any

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases import Database
from tests.writes.rows import begin_anew

ROWS: dict[str, list[dict[str, Any]]] = {
    "Fellow": [
        {"id": 1, "name": "Ada", "badge": "A-1", "pin": "1111"},
        {"id": 2, "name": "Bo", "badge": "B-2", "pin": "2222"},
        {"id": 3, "name": "Cy", "badge": "C-3", "pin": "3333", "rank": 9},
    ],
    "Crew": [{"id": 1, "title": "Masons"}, {"id": 2, "title": "Smiths"}],
    "Seal": [{"slug": "oak"}, {"slug": ""}, {"slug": "royal-lion"}],
    "Job": [
        {"id": 1, "crew_id": 1, "title": "wall", "cost": 5, "bid": 77},
        {"id": 2, "crew_id": 2, "title": "sword", "cost": 6, "bid": 88},
        {"id": 3, "crew_id": 2, "title": "hilt", "cost": 1, "above_id": 2},
    ],
    "Note": [{"id": 1, "text": "hi", "fellow_badge": "B-2", "writer_id": 2}],
    "Odd": [{"id": 1, "words": [], "numbers": [], "text": "one"}],
    "Spot": [{"room": "A", "number": 1}, {"room": "A", "number": 2}, {"room": "", "number": 0}],
    "Stamp": [{"slug": "oak"}, {"slug": "shut", "shut": True}],
}
MEMBERS = [(1, 1), (2, 2), (3, 2)]
"""Who is in which crew: (fellow, crew)."""


async def begin_guild(database: Database, blueprint: Blueprint, rows: dict[str, list[dict[str, Any]]]) -> None:
    """The guild with its members."""
    await begin_anew(database, blueprint, rows)
    crew = next(entity for entity in blueprint.entities if entity.name == "Crew")
    through = next(relation.through for relation in crew.relations if relation.name == "members")
    assert through is not None
    columns = f"{through.target_columns[0]}, {through.columns[0]}"
    for fellow, of in MEMBERS:
        await database.execute(f"INSERT INTO {through.table} ({columns}) VALUES ({fellow}, {of})")
