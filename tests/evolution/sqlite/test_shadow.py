"""A large table that is copied while it is written: whatever is written at whatever moment, nothing is lost."""

from __future__ import annotations

import itertools
from typing import Any

import apsw
import pytest

from backsmith.databases.changes import CreateSync, DropSync, Sync
from backsmith.databases.sqlite.inspect import inspect
from tests.evolution.sqlite.changed import change, opened, rows, run, statements, steps_of, table

PEOPLE = """
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, code TEXT UNIQUE, age TEXT) STRICT;
CREATE INDEX people_age_idx ON people (age);
INSERT INTO people VALUES (1, 'a', 'A', '10'), (2, 'b', 'B', '20'), (3, 'c', 'C', '30'), (5, 'e', 'E', '50');
"""
WANTED = """
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, code TEXT UNIQUE, age INTEGER) STRICT;
CREATE INDEX people_age_idx ON people (age);
"""
WITHOUT_UNIQUE = WANTED.replace("code TEXT UNIQUE", "code TEXT")
USING = {"age": "CAST(age AS INTEGER)"}

WRITES = (
    "INSERT INTO people VALUES (4, 'd', 'D', '40')",
    "UPDATE people SET age = '11' WHERE id IN (1, 5)",
    "DELETE FROM people WHERE id = 2",
    "UPDATE people SET id = id + 100 WHERE id = 3",
    "INSERT OR REPLACE INTO people VALUES (6, 'f', 'A', '60')",
    "UPDATE OR REPLACE people SET code = 'E' WHERE id = 1",
    "INSERT OR IGNORE INTO people VALUES (5, 'x', 'X', '1')",
    "INSERT INTO people VALUES (5, 'y', 'Y', '2') ON CONFLICT (id) DO UPDATE SET age = '55'",
)


class Twins:
    """What the writers did is done to a second table as well, and compared in the end."""

    def __init__(self, connection: apsw.Connection, plan: dict[int, list[str]], twin: apsw.Connection) -> None:
        self.connection, self.plan, self.twin, self.moment = connection, plan, twin, 0

    def __call__(self, title: str) -> None:
        for sql in self.plan.get(self.moment, []):
            self.connection.execute(sql)
            self.twin.execute(sql)
        self.moment += 1


def compared(connection: apsw.Connection, twin: apsw.Connection) -> None:
    listed = "SELECT id, name, code, CAST(age AS INTEGER) FROM people ORDER BY id"
    assert rows(connection, listed) == rows(twin, listed)
    assert rows(connection, "PRAGMA integrity_check") == [("ok",)]


MOMENTS = 5  # before the copy begins, before the batches, after the first, after the second, before the swap


@pytest.mark.parametrize("wanted", [WANTED, WITHOUT_UNIQUE], ids=["unique", "no longer unique"])
def test_each_write_at_each_moment(wanted: str) -> None:
    steps = steps_of(opened(PEOPLE), wanted, using=USING, large=["people"])
    for first, second in itertools.product(range(MOMENTS), repeat=2):
        for one, other in itertools.permutations(WRITES, 2):
            if first > second:
                continue
            plan: dict[int, list[str]] = {}
            plan.setdefault(first, []).append(one)
            plan.setdefault(second, []).append(other)
            connection, twin = opened(PEOPLE), opened(PEOPLE)
            try:
                run(connection, steps, between=Twins(connection, plan, twin))
                compared(connection, twin)
            except Exception as error:
                raise AssertionError(f"{one} at {first}, {other} at {second}") from error


def test_the_steps() -> None:
    connection = opened(PEOPLE)
    steps = steps_of(connection, WANTED, using=USING, large=["people"])

    assert [(step.title, step.cost.work, step.approval) for step in steps] == [
        ("Begin a copy of people: change the type of people.age from text to integer", "catalogue", None),
        ("Copy the rows of people", "batches", None),
        ("Let the copy of people take its place", "scan", "convert:people.age"),
    ]
    assert statements(steps) == [
        'CREATE TABLE "backsmith_new_people" (id INTEGER PRIMARY KEY, name TEXT NOT NULL, code TEXT UNIQUE,'
        " age INTEGER) STRICT",
        'CREATE INDEX "people_age_idx_2" ON "backsmith_new_people" (age)',
        'CREATE TRIGGER "backsmith_new_people_insert" AFTER INSERT ON "people" BEGIN'
        ' DELETE FROM "backsmith_new_people" WHERE "backsmith_new_people"."id" IN (NEW."id");'
        ' INSERT INTO "backsmith_new_people" ("id", "name", "code", "age")'
        ' SELECT "id", "name", "code", (CAST(age AS INTEGER)) FROM "people" WHERE "people"."id" IN (NEW."id");'
        " SELECT RAISE(ABORT, 'people is being changed, and its new shape does not take this row')"
        ' FROM "people" WHERE "people"."id" IN (NEW."id") AND NOT EXISTS'
        ' (SELECT 1 FROM "backsmith_new_people" WHERE "backsmith_new_people"."id" = "people"."id"); END',
        'CREATE TRIGGER "backsmith_new_people_update" AFTER UPDATE ON "people" BEGIN'
        ' DELETE FROM "backsmith_new_people" WHERE "backsmith_new_people"."id" IN (OLD."id", NEW."id");'
        ' INSERT INTO "backsmith_new_people" ("id", "name", "code", "age")'
        ' SELECT "id", "name", "code", (CAST(age AS INTEGER)) FROM "people" WHERE "people"."id" IN'
        ' (OLD."id", NEW."id");'
        " SELECT RAISE(ABORT, 'people is being changed, and its new shape does not take this row')"
        ' FROM "people" WHERE "people"."id" IN (OLD."id", NEW."id") AND NOT EXISTS'
        ' (SELECT 1 FROM "backsmith_new_people" WHERE "backsmith_new_people"."id" = "people"."id"); END',
        'CREATE TRIGGER "backsmith_new_people_delete" AFTER DELETE ON "people" BEGIN'
        ' DELETE FROM "backsmith_new_people" WHERE "backsmith_new_people"."id" IN (OLD."id");'
        ' INSERT INTO "backsmith_new_people" ("id", "name", "code", "age")'
        ' SELECT "id", "name", "code", (CAST(age AS INTEGER)) FROM "people" WHERE "people"."id" IN (OLD."id");'
        " SELECT RAISE(ABORT, 'people is being changed, and its new shape does not take this row')"
        ' FROM "people" WHERE "people"."id" IN (OLD."id") AND NOT EXISTS'
        ' (SELECT 1 FROM "backsmith_new_people" WHERE "backsmith_new_people"."id" = "people"."id"); END',
        'INSERT INTO "backsmith_new_people" ("id", "name", "code", "age")'
        ' SELECT "id", "name", "code", (CAST(age AS INTEGER)) FROM "people" WHERE NOT EXISTS'
        ' (SELECT 1 FROM "backsmith_new_people" WHERE "backsmith_new_people"."id" = "people"."id")',
        'DELETE FROM "backsmith_new_people" WHERE (SELECT count(*) FROM "people") <>'
        ' (SELECT count(*) FROM "backsmith_new_people") AND NOT EXISTS'
        ' (SELECT 1 FROM "people" WHERE "backsmith_new_people"."id" = "people"."id")',
        'DROP TABLE "people"',
        'ALTER TABLE "backsmith_new_people" RENAME TO "people"',
    ]


NEWLY_UNIQUE = (
    PEOPLE.split("INSERT", maxsplit=1)[0]
    .replace("name TEXT NOT NULL", "name TEXT NOT NULL UNIQUE")
    .replace("age TEXT", "age INTEGER")
)


@pytest.mark.parametrize("write", ["INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE"])
def test_a_write_that_the_new_shape_refuses_is_refused_and_takes_no_row_away(write: str) -> None:
    connection = opened(PEOPLE)
    refusals: list[str] = []

    def between(title: str) -> None:
        if title.startswith("Let the copy"):
            with pytest.raises(apsw.ConstraintError) as raised:
                connection.execute(f"{write} INTO people VALUES (9, 'a', 'Z', '1')")
            refusals.append(str(raised.value))

    change(connection, NEWLY_UNIQUE, using=USING, large=["people"], between=between)
    assert refusals == ["UNIQUE constraint failed: people.name"]
    assert rows(connection, "SELECT id, name FROM people") == [(1, "a"), (2, "b"), (3, "c"), (5, "e")]


def test_a_plan_that_was_given_up_leaves_nothing_once_another_one_is_made() -> None:
    connection = opened(PEOPLE)
    run(connection, steps_of(connection, WANTED, using=USING, large=["people"])[:2])

    assert change(connection, WANTED, using=USING)[:4] == [
        'DROP TRIGGER "backsmith_new_people_insert"',
        'DROP TRIGGER "backsmith_new_people_update"',
        'DROP TRIGGER "backsmith_new_people_delete"',
        'DROP TABLE "backsmith_new_people"',
    ]


def test_rows_without_numbers_are_told_apart_by_their_key() -> None:
    old = "CREATE TABLE links (a INTEGER, b TEXT COLLATE NOCASE, n TEXT, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;"
    connection = opened(f"{old} INSERT INTO links VALUES (1, 'x', '1'), (1, 'y', '2'), (2, 'x', '3')")
    moments = iter(["", "UPDATE links SET b = 'z' WHERE a = 2", "INSERT INTO links VALUES (0, 'q', '9')"])

    def between(title: str) -> None:
        connection.execute(next(moments, ""))

    change(
        connection,
        old.replace("n TEXT", "n INTEGER"),
        using={"n": "CAST(n AS INTEGER)"},
        large=["links"],
        between=between,
    )
    assert rows(connection, "SELECT * FROM links") == [(0, "q", 9), (1, "x", 1), (1, "y", 2), (2, "z", 3)]


def test_values_that_are_held_together_are_so_before_a_row_is_copied() -> None:
    sync = Sync("backsmith_sync_people_name", up=(("title", "upper(name)"),), down=(("name", "lower(title)"),))
    old = PEOPLE.split("INSERT", maxsplit=1)[0]
    expanded = old.replace("name TEXT NOT NULL", "name TEXT, title TEXT")
    connection = opened(PEOPLE)
    change(connection, expanded, [CreateSync(table("people"), sync)])
    moments: list[Any] = [lambda: None, lambda: connection.execute("INSERT INTO people (title) VALUES ('NEW')")]

    def between(title: str) -> None:
        if moments:
            moments.pop(0)()

    change(connection, old, [DropSync(table("people"), sync)], large=["people"], between=between)
    assert rows(connection, "SELECT id, name FROM people WHERE id > 4") == [(5, "e"), (6, "new")]
    assert [each.name for each in inspect(connection).tables] == ["people"]
