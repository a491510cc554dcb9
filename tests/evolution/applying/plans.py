"""A long plan written by hand, on a table of its own, in which whatever is done twice shows."""

from __future__ import annotations

from typing import Any

from backsmith.blueprint.blueprint import Blueprint, Field
from backsmith.blueprint.types import Integer, Text
from backsmith.databases import Database
from backsmith.databases.changes import TableName
from backsmith.databases.steps import Alone, Batches, Cost, Lock, Statements, Step, TransformRows
from backsmith.evolution.carrying import Options
from backsmith.evolution.history import fingerprint
from backsmith.evolution.plan import Plan

OLD = Blueprint(name="old", entities=())
NEW = Blueprint(name="new", entities=())
QUICK = Options(first_pause=0.05, longest_pause=0.1, patience=20, throttle=1, first_batch=10)
ROWS = 25

CONCURRENTLY = {"sqlite": "", "postgres": " CONCURRENTLY"}


def grown(count: int, name: str | None) -> tuple[int, str]:
    """Another count, and a name that says from which."""
    return count + 1, f"{name or 'nobody'} {count}"


def field(name: str, type: Any, *, nullable: bool = False) -> Field:
    return Field(id=name, name=name, column=name, type=type, nullable=nullable)


def steps_of(dialect: str) -> tuple[Step, ...]:
    """All kinds of steps."""
    concurrently = CONCURRENTLY[dialect]
    return (
        Statements(
            title="Add columns",
            statements=("ALTER TABLE things ADD COLUMN more integer", "ALTER TABLE things ADD COLUMN label text"),
            locks=(Lock("things", "ACCESS EXCLUSIVE", "reads and writes"),),
        ),
        Statements(title="Count once", statements=("UPDATE once SET n = n + 1", "UPDATE once SET m = m + 10")),
        Batches(
            title="Fill",
            table=TableName("things"),
            key=("id",),
            key_types=("bigint",),
            alias="t",
            statement="UPDATE things AS t SET count = count + 1, more = id * 2 WHERE id > 0",
            cost=Cost(work="batches", rows=ROWS),
        ),
        Alone(
            title="Build an index",
            statement=f"CREATE INDEX{concurrently} things_count ON things (count)",
            undo=f"DROP INDEX{concurrently} IF EXISTS things_count",
            locks=(Lock("things", "SHARE UPDATE EXCLUSIVE", "schema changes"),),
        ),
        TransformRows(
            title="Ask the application",
            table=TableName("things"),
            key=(field("id", Integer()),),
            function="tests.evolution.applying.plans:grown",
            reads=(field("count", Integer()), field("name", Text(), nullable=True)),
            writes=(field("count", Integer()), field("label", Text())),
            cost=Cost(work="batches", rows=ROWS),
        ),
        Statements(title="Count once more", statements=("UPDATE once SET n = n + 1",)),
    )


def plan_of(database: Database, *, steps: tuple[Step, ...] | None = None, **members: Any) -> Plan:
    """From nothing to NEW."""
    return Plan(
        mode="direct",
        database="any",
        from_hash=members.pop("from_hash", None),
        to_hash=members.pop("to_hash", fingerprint(NEW)),
        steps=steps_of(database.dialect.name) if steps is None else steps,
        **members,
    )


async def fill(database: Database) -> None:
    """The tables as they are before."""
    await database.execute("CREATE TABLE things (id integer PRIMARY KEY, count integer NOT NULL, name text)")
    await database.execute("CREATE TABLE once (n integer NOT NULL, m integer NOT NULL)")
    await database.execute("INSERT INTO once VALUES (0, 0)")
    names = ["NULL" if number % 5 == 0 else f"'thing {number}'" for number in range(1, ROWS + 1)]
    values = [f"({number * 3}, {number}, {name})" for number, name in enumerate(names, 1)]
    await database.execute(f"INSERT INTO things VALUES {', '.join(values)}")


EXPECTED = [
    (
        number * 3,
        number + 2,
        None if number % 5 == 0 else f"thing {number}",
        number * 6,
        f"{'nobody' if number % 5 == 0 else f'thing {number}'} {number + 1}",
    )
    for number in range(1, ROWS + 1)
]
"""The things as they are after the plan."""


async def things(database: Database) -> list[tuple[Any, ...]]:
    """The things as they are now."""
    rows = await database.fetch("SELECT id, count, name, more, label FROM things ORDER BY id", ())
    return [tuple(row) for row in rows]


async def check(database: Database) -> None:
    """See that all was done, and all of it once."""
    assert await things(database) == EXPECTED
    assert [tuple(row) for row in await database.fetch("SELECT n, m FROM once", ())] == [(2, 10)]
    table = next(table for table in (await database.inspect()).tables if table.name == "things")
    assert [index.name for index in table.indexes] == ["things_count"]
