"""Every kind of change of a model, planned and applied to a database with rows in it, on all databases.

Each case: a model, rows by SQL, the next version, what has to be approved, and what the API's tables say afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple

import pytest

from backsmith.databases import Database
from backsmith.evolution.applying import apply
from backsmith.evolution.create import create_missing
from backsmith.evolution.plan import verdict
from backsmith.evolution.planning import plan
from tests.evolution.versions import Versions


class Case(NamedTuple):
    """A change."""

    name: str
    old: str
    rows: tuple[str, ...]
    new: str
    shows: dict[str, list[tuple[Any, ...]]]
    """What a SELECT gives afterwards."""
    approve: tuple[str, ...] = ()


PLAIN = """
class Pump(Entity, private=True):
    name: str
    size: int
"""
ROWS = (
    "INSERT INTO pumps (id, name, size) VALUES (1, 'north', 4)",
    "INSERT INTO pumps (id, name, size) VALUES (2, 'south', 7)",
)


def cases() -> Iterator[Case]:
    """All of them."""
    yield Case(
        "an entity and a relation to it",
        PLAIN,
        ROWS,
        """
        class Station(Entity, private=True):
            title: str
            pumps: list["Pump"]

        class Pump(Entity, private=True):
            name: str
            size: int
            station: Station | None
        """,
        {
            "SELECT id, name, size, station_id FROM pumps ORDER BY id": [(1, "north", 4, None), (2, "south", 7, None)],
            "SELECT count(*) FROM stations": [(0,)],
        },
    )
    yield Case(
        "a field with a default",
        PLAIN,
        ROWS,
        PLAIN + "    state: str = 'new'\n",
        {"SELECT id, name, size, state FROM pumps ORDER BY id": [(1, "north", 4, "new"), (2, "south", 7, "new")]},
    )
    yield Case(
        "a required field with a value for the rows that are there",
        PLAIN,
        ROWS,
        PLAIN + "    state: Annotated[str, Backfill('old')]\n",
        {"SELECT id, state FROM pumps ORDER BY id": [(1, "old"), (2, "old")]},
    )
    yield Case(
        "a field that is a new UUID for each row",
        PLAIN,
        ROWS,
        PLAIN + "    token: UUID = uuid7()\n",
        {"SELECT count(DISTINCT token) FROM pumps": [(2,)], "SELECT count(*) FROM pumps WHERE token IS NULL": [(0,)]},
    )
    yield Case(
        "a field that is gone",
        PLAIN,
        ROWS,
        "class Pump(Entity, private=True):\n    name: str\n",
        {"SELECT * FROM pumps ORDER BY id": [(1, "north"), (2, "south")]},
        ("drop:pumps.size",),
    )
    yield Case(
        "a field by another name",
        PLAIN,
        ROWS,
        PLAIN.replace("name: str", "title: Annotated[str, RenamedFrom('name')]"),
        {"SELECT id, title, size FROM pumps ORDER BY id": [(1, "north", 4), (2, "south", 7)]},
        ("rename:pumps.name",),
    )
    yield Case(
        "two fields that swap their names by way of a version in between",
        PLAIN.replace("size: int", "size: str"),
        ("INSERT INTO pumps (id, name, size) VALUES (1, 'north', 'four')",),
        PLAIN.replace("name: str", "label: Annotated[str, RenamedFrom('size')]").replace(
            "size: int", "title: Annotated[str, RenamedFrom('name')]"
        ),
        {"SELECT id, title, label FROM pumps": [(1, "north", "four")]},
        ("rename:pumps.name", "rename:pumps.size"),
    )
    yield Case(
        "an entity by another name",
        PLAIN,
        ROWS,
        PLAIN.replace("Pump(Entity", "Engine(Entity, renamed_from='Pump'"),
        {"SELECT id, name, size FROM engines ORDER BY id": [(1, "north", 4), (2, "south", 7)]},
        ("rename:pumps",),
    )
    yield Case(
        "an entity that is gone",
        PLAIN + "\nclass Note(Entity, private=True):\n    text: str\n",
        (*ROWS, "INSERT INTO notes (id, text) VALUES (1, 'x')"),
        PLAIN,
        {"SELECT id FROM pumps ORDER BY id": [(1,), (2,)]},
        ("drop:notes",),
    )
    yield Case(
        "a number that becomes text",
        PLAIN,
        ROWS,
        PLAIN.replace("size: int", "size: str"),
        {"SELECT id, size FROM pumps ORDER BY id": [(1, "4"), (2, "7")]},
        ("convert:pumps.size",),
    )
    yield Case(
        "text that becomes a number",
        PLAIN.replace("size: int", "size: str"),
        ("INSERT INTO pumps (id, name, size) VALUES (1, 'north', '4')",),
        PLAIN,
        {"SELECT id, size FROM pumps": [(1, 4)]},
        ("convert:pumps.size",),
    )
    yield Case(
        "text that becomes a list, while clients may write",
        PLAIN.replace("size: int", "size: str"),
        ("INSERT INTO pumps (id, name, size) VALUES (1, 'north', '[\"a\", \"b\"]')",),
        PLAIN.replace("size: int", "size: list[str]"),
        {
            "SELECT id FROM pumps": [(1,)],
            "SELECT 1 FROM pumps WHERE CAST(size AS text) IN ('{a,b}', '[\"a\",\"b\"]')": [(1,)],
        },
        ("convert:pumps.size",),
    )
    yield Case(
        "a longer text",
        PLAIN.replace("name: str", "name: Annotated[str, MaxLen(10)]"),
        ROWS,
        PLAIN.replace("name: str", "name: Annotated[str, MaxLen(20)]"),
        {"SELECT id, name FROM pumps ORDER BY id": [(1, "north"), (2, "south")]},
    )
    yield Case(
        "a field that may be empty, and one that may not any more",
        "class Pump(Entity, private=True):\n    name: str\n    size: int | None\n",
        ROWS,
        "class Pump(Entity, private=True):\n    name: str | None\n    size: int\n",
        {"SELECT id, name, size FROM pumps ORDER BY id": [(1, "north", 4), (2, "south", 7)]},
    )
    yield Case(
        "unique, indexed, checked and bounded",
        PLAIN,
        ROWS,
        """
        class Pump(Entity, private=True, indexes=[Index("name", "-size")]):
            name: Annotated[str, Unique]
            size: Annotated[int, Ge(1), Indexed]

            @check
            def sensible(self) -> bool:
                return self.size < 100
        """,
        {"SELECT id, name, size FROM pumps ORDER BY id": [(1, "north", 4), (2, "south", 7)]},
    )
    yield Case(
        "values of an enum by other names",
        PLAIN.replace("size: int", 'size: Literal["s", "m", "l"]'),
        (
            "INSERT INTO pumps (id, name, size) VALUES (1, 'north', 's')",
            "INSERT INTO pumps (id, name, size) VALUES (2, 'south', 'l')",
        ),
        PLAIN.replace(
            "size: int", 'size: Annotated[Literal["small", "m", "l", "xl"], RenamedFrom(values={"s": "small"})]'
        ),
        {"SELECT id, size FROM pumps ORDER BY id": [(1, "small"), (2, "l")]},
    )
    family = """
    class Station(Entity, private=True):
        title: str
        pumps: list["Pump"]

    class Pump(Entity, private=True):
        name: str
        station: Annotated[Station, OnDelete("restrict")] | None
    """
    family_rows = (
        "INSERT INTO stations (id, title) VALUES (1, 'a')",
        "INSERT INTO stations (id, title) VALUES (2, 'b')",
        "INSERT INTO pumps (id, name, station_id) VALUES (1, 'north', 2)",
        "INSERT INTO pumps (id, name, station_id) VALUES (2, 'south', NULL)",
    )
    yield Case(
        "what happens on delete",
        family,
        family_rows,
        family.replace('"restrict"', '"cascade"'),
        {"SELECT id, station_id FROM pumps ORDER BY id": [(1, 2), (2, None)]},
    )
    yield Case(
        "a relation by another name",
        family,
        family_rows,
        family.replace(
            'station: Annotated[Station, OnDelete("restrict")]', "place: Annotated[Station, RenamedFrom('station')]"
        ),
        {"SELECT id, place_id FROM pumps ORDER BY id": [(1, 2), (2, None)]},
        ("rename:pumps.station_id",),
    )
    yield Case(
        "many to one becomes many to many",
        family,
        family_rows,
        """
        class Station(Entity, private=True):
            title: str
            pumps: list["Pump"]

        class Pump(Entity, private=True):
            name: str
            stations: Annotated[list[Station], RenamedFrom("station")]
        """,
        {
            "SELECT pump_id, station_id FROM pumps_stations": [(1, 2)],
            "SELECT * FROM pumps ORDER BY id": [(1, "north"), (2, "south")],
        },
        ("drop:pumps.station_id",),
    )
    yield Case(
        "a field that moves to another entity",
        family.replace("title: str", "title: str\n        phone: str | None"),
        (
            "INSERT INTO stations (id, title, phone) VALUES (1, 'a', '11')",
            "INSERT INTO stations (id, title, phone) VALUES (2, 'b', '22')",
            "INSERT INTO pumps (id, name, station_id) VALUES (1, 'north', 2)",
            "INSERT INTO pumps (id, name, station_id) VALUES (2, 'south', NULL)",
        ),
        family.replace("name: str", "name: str\n        phone: Annotated[str, RenamedFrom('station.phone')] | None"),
        {"SELECT id, phone FROM pumps ORDER BY id": [(1, "22"), (2, None)]},
        ("drop:stations.phone",),
    )
    computed = """
    class Pump(Entity, private=True):
        name: str
        size: int

        @computed
        def double(self) -> int:
            return self.size * 2
    """
    yield Case(
        "a computed field that is stored",
        computed,
        ROWS,
        PLAIN + "    double: int\n",
        {"SELECT id, double FROM pumps ORDER BY id": [(1, 8), (2, 14)]},
    )
    yield Case(
        "a key of numbers that becomes one of UUIDs, with what points at it",
        family,
        family_rows,
        family.replace("title: str", "id: UUID\n        title: str"),
        {
            "SELECT p.id, s.title FROM pumps p LEFT JOIN stations s ON s.id = p.station_id ORDER BY p.id": [
                (1, "b"),
                (2, None),
            ],
            "SELECT title FROM stations ORDER BY title": [("a",), ("b",)],
        },
        ("convert:stations.id",),
    )
    yield Case(
        "a key of text where it was a number, with what points at it",
        family,
        family_rows,
        family.replace("title: str", "id: str\n        title: str"),
        {
            "SELECT id, station_id FROM pumps ORDER BY id": [(1, "2"), (2, None)],
            "SELECT id, title FROM stations ORDER BY id": [("1", "a"), ("2", "b")],
        },
        ("convert:stations.id",),
    )
    yield Case(
        "one field becomes two, in SQL",
        PLAIN,
        ("INSERT INTO pumps (id, name, size) VALUES (1, 'Ada Lovelace', 4)",),
        """
        class Pump(Entity, private=True):
            first: str
            last: str
            size: int

        split = migration(
            Pump,
            up={
                "first": Sql(sqlite="substr(name, 1, instr(name, ' ') - 1)", postgres="split_part(name, ' ', 1)"),
                "last": Sql(sqlite="substr(name, instr(name, ' ') + 1)", postgres="split_part(name, ' ', 2)"),
            },
            down={"name": "first || ' ' || last"},
        )
        """,
        {"SELECT id, first, last, size FROM pumps": [(1, "Ada", "Lovelace", 4)]},
        ("drop:pumps.name",),
    )


@pytest.mark.every_postgres
@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
async def test_a_change(case: Case, database: Database, tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    old = versions.next(case.old)
    await create_missing(database, old)
    await database.execute(";\n".join(case.rows))
    new = versions.next(case.new)

    asked = await plan(database, new)
    missing = tuple(approval.name for approval in asked.plan.approvals)
    assert (sorted(missing), verdict(asked.plan)) == (sorted(case.approve), "approval" if case.approve else "safe")
    if case.approve:
        kept = {sql: await _rows(database, sql) for sql in ["SELECT count(*) FROM pumps"]}
        assert kept  # planning touched nothing
    planned = await plan(database, new, approvals=case.approve)
    await apply(database, planned.plan, planned.blueprint)

    assert {sql: await _rows(database, sql) for sql in case.shows} == case.shows
    again = await plan(database, new)
    assert (again.plan.changes, verdict(again.plan)) == ((), "none")
    assert again.plan.drift == ()


async def _rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row[at] for at in range(len(row))) for row in await database.fetch(dedent(sql), ())]
