"""Random pairs of schemas with rows: there and back, whatever the way, no row or value is lost.

BACKSMITH_RANDOM_SCHEMAS says how many pairs (150 in the suite).
"""

from __future__ import annotations

import os
import random
from typing import Any

import apsw
import pytest
from msgspec.structs import replace

from backsmith.databases.altering import Alteration
from backsmith.databases.changes import AddColumn, AlterColumnType, Change, Fill, SetNullable
from backsmith.databases.sqlite.facts import facts
from backsmith.databases.sqlite.inspect import inspect
from backsmith.evolution.diff import diff
from tests.evolution.sqlite.changed import DIALECT, LARGE, changes_of, opened, rows, run, schema_of

PAIRS = int(os.environ.get("BACKSMITH_RANDOM_SCHEMAS", "100"))
TABLES = ("alpha", "beta", "Gamma ray")
COLUMNS = ("c1", "c2", "c 3", "c4")


class Shape:
    """A schema of three tables, each of which may point at others."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.keys = {table: dice.choice(("rowid", "autoincrement", "text", "text without rowid")) for table in TABLES}
        self.columns: dict[str, dict[str, dict[str, Any]]] = {}
        self.strict = {table: dice.random() < 0.5 for table in TABLES}
        for table in TABLES:
            names = [name for name in COLUMNS if dice.random() < 0.7]
            self.columns[table] = {name: self.column() for name in names}

    def column(self) -> dict[str, Any]:
        dice = self.dice
        return {
            "type": dice.choice(("INTEGER", "TEXT", "REAL")),
            "nullable": dice.random() < 0.5,
            "default": dice.choice((None, None, "5", "(1 + 4)")),
            "unique": dice.choice((None, None, "constraint", "index")),
            "index": dice.random() < 0.3,
            "check": dice.random() < 0.3,
            "collate": dice.random() < 0.1,
            "parent": dice.choice((None, None, None, *TABLES)),
        }

    def mutated(self) -> Shape:
        dice = self.dice
        other = Shape(dice)
        other.strict = self.strict
        other.keys = dict(self.keys)
        if dice.random() < 0.3:
            table = dice.choice(TABLES)
            other.keys[table] = {"rowid": "text", "text": "rowid"}.get(self.keys[table], self.keys[table])
        for table in TABLES:
            changed: dict[str, dict[str, Any]] = {}
            for name in COLUMNS:
                column = self.columns[table].get(name)
                roll = dice.random()
                if column is None:
                    if roll < 0.3:
                        changed[name] = self.column()
                elif roll < 0.6:
                    changed[name] = dict(column)
                elif roll < 0.9:
                    part = dice.choice(list(column))
                    changed[name] = {**column, part: self.column()[part]}
            other.columns[table] = changed
        return other

    def key_type(self, table: str) -> str:
        return "TEXT" if self.keys[table].startswith("text") else "INTEGER"

    def sql(self, *, around: bool = True) -> str:
        found: list[str] = []
        for table in TABLES:
            key = {
                "rowid": '"id" INTEGER PRIMARY KEY',
                "autoincrement": '"id" INTEGER PRIMARY KEY AUTOINCREMENT',
            }.get(self.keys[table], '"id" TEXT NOT NULL PRIMARY KEY')
            lines, constraints = [key, '"kept" TEXT'], list[str]()
            for name, column in self.columns[table].items():
                parent = column["parent"]
                line = f'"{name}" {self.key_type(parent) if parent else column["type"]}'
                line += " COLLATE NOCASE" if column["collate"] else ""
                line += "" if column["nullable"] or parent else " NOT NULL"
                line += f" DEFAULT {column['default']}" if column["default"] and not parent else ""
                line += f' REFERENCES "{parent}" ("id")' if parent else ""
                lines.append(line)
                if column["unique"] == "constraint" and not parent:
                    constraints.append(f'UNIQUE ("{name}")')
                if column["check"]:
                    constraints.append(f"""CONSTRAINT "{name} ok" CHECK ("{name}" <> 'never')""")
            options = [*(["WITHOUT ROWID"] if "without" in self.keys[table] else [])]
            options += ["STRICT"] if self.strict[table] else []
            found.append(f'CREATE TABLE "{table}" ({", ".join([*lines, *constraints])}) {", ".join(options)}')
            for name, column in self.columns[table].items():
                if column["unique"] == "index" and not column["parent"]:
                    found.append(f'CREATE UNIQUE INDEX "{table} {name} u" ON "{table}" ("{name}")')
                elif column["index"]:
                    found.append(f'CREATE INDEX "{table} {name} i" ON "{table}" ("{name}")')
        if around:
            found += [
                "CREATE TABLE log (what TEXT)",
                'CREATE VIEW seen AS SELECT a."id", b.kept FROM alpha a LEFT JOIN beta b ON b."id" = a."id"',
                "CREATE VIEW seen_twice AS SELECT * FROM seen UNION ALL SELECT id, kept FROM seen",
                "CREATE INDEX partly ON alpha (kept) WHERE kept > 'k'",
                "CREATE TRIGGER noted AFTER UPDATE OF kept ON beta BEGIN INSERT INTO log VALUES (NEW.kept); END",
                "CREATE TRIGGER across AFTER INSERT ON log BEGIN UPDATE alpha SET kept = kept WHERE false; END",
                "CREATE TRIGGER through INSTEAD OF INSERT ON seen BEGIN INSERT INTO log VALUES ('through'); END",
            ]
        else:
            found.append("CREATE TABLE log (what TEXT)")
        return ";\n".join(found)

    def fill(self, connection: apsw.Connection) -> None:
        connection.pragma("foreign_keys", False)
        for table in TABLES:
            for number in range(1, 6):
                names, values = ["id", "kept"], [self.value(self.key_type(table), number), f"kept {number}"]
                for place, (name, column) in enumerate(self.columns[table].items()):
                    parent = column["parent"]
                    if parent:
                        value = self.dice.choice((None, self.value(self.key_type(parent), self.dice.randint(1, 5))))
                    elif column["nullable"] and self.dice.random() < 0.3:
                        value = None
                    else:
                        value = self.value(column["type"], number * 10 + place)
                    names.append(name)
                    values.append(value)
                listed = ", ".join(f'"{name}"' for name in names)
                places = ", ".join("?" * len(names))
                connection.execute(f'INSERT INTO "{table}" ({listed}) VALUES ({places})', values)
            if self.keys[table] == "autoincrement":
                connection.execute("UPDATE sqlite_sequence SET seq = 77 WHERE name = ?", (table,))
        connection.pragma("foreign_keys", True)

    @staticmethod
    def value(type: str, number: int) -> Any:
        return {"INTEGER": number, "TEXT": str(number), "REAL": float(number)}[type]


def told(connection: apsw.Connection, before: Shape, after: Shape) -> list[Change]:
    """The changes, with values for what may not be null, by the row's own key."""
    found: list[Change] = []
    fills: list[Change] = []
    for change in changes_of(connection, after.sql(around=False)):
        match change:
            case AlterColumnType(table, _, new, _, _):
                column = after.columns[table.name].get(new.name, {})
                if column.get("parent") and not before.columns[table.name][new.name]["parent"]:
                    found.append(AlterColumnType(table, change.old, new, "NULL"))
                else:
                    found.append(AlterColumnType(table, change.old, new, f'CAST("{new.name}" AS {new.type})'))
            case AddColumn(table, column) if not column.nullable and column.default is None:
                found.append(change)
                sql = f'CAST("id" * 1000 AS {column.type})'
                fills.append(Fill(table, ((column.name, sql),), f'"{column.name}" IS NULL', "its key"))
            case SetNullable(table, name, False):
                found.append(change)
                if not before.columns[table.name][name]["parent"]:
                    new_type = before.columns[table.name][name]["type"]
                    sql = f'CAST("id" * 1000 AS {new_type})'
                    fills.append(Fill(table, ((name, sql),), f'"{name}" IS NULL', "its key"))
            case _:
                found.append(change)
    return [*found, *fills]


def numbers(connection: apsw.Connection, table: str, names: list[str]) -> dict[int, dict[str, float | None]]:
    listed = ", ".join(['CAST("id" AS INTEGER)', *(f'CAST("{name}" AS REAL)' for name in names)])
    found = rows(connection, f'SELECT {listed} FROM "{table}"')
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in found}


def plain(shape: Shape) -> None:
    """Only pairs whose rows can follow: a column that begins or ends to point at others would be another thing."""
    for table in TABLES:
        for column in shape.columns[table].values():
            if column["parent"]:
                column.update(type="INTEGER", default=None, nullable=True, unique=None, collate=False)
            if column["unique"]:
                column["default"] = None


@pytest.mark.parametrize("block", range(10))
def test_random_pairs_there_and_back(block: int) -> None:
    for number in range(PAIRS // 10):
        seed = block * 1_000_000 + number
        dice = random.Random(seed)
        first = Shape(dice)
        plain(first)
        second = first.mutated()
        plain(second)
        for table in TABLES:
            for name, column in second.columns[table].items():
                was = first.columns[table].get(name)
                if was is not None and bool(was["parent"]) != bool(column["parent"]):
                    second.columns[table][name] = dict(was)
                elif was is not None and was["parent"] != column["parent"]:
                    column["parent"] = was["parent"]
        connection = opened(first.sql())
        first.fill(connection)
        try:
            there_and_back(connection, first, second, dice)
        except Exception as error:
            raise AssertionError(f"seed {seed}\n{first.sql()}\n\n{second.sql()}") from error
        finally:
            connection.close()


def there_and_back(connection: apsw.Connection, first: Shape, second: Shape, dice: random.Random) -> None:
    for before, after in ((first, second), (second, first)):
        common = {table: [name for name in before.columns[table] if name in after.columns[table]] for table in TABLES}
        values = {table: numbers(connection, table, names) for table, names in common.items()}
        row_numbers = {
            table: rows(connection, f'SELECT rowid, kept FROM "{table}"')
            for table in TABLES
            if "without" not in before.keys[table]
        }
        objects = "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger') ORDER BY name"
        around, seen = rows(connection, objects), rows(connection, "SELECT * FROM seen_twice ORDER BY 1, 2")
        large = [table for table in TABLES if dice.random() < 0.3]
        version = dice.choice((3_051_003, None))
        changes = told(connection, before, after)
        alteration_steps = steps_with(connection, after, changes, large, version)
        run(connection, alteration_steps)

        wanted = schema_of(after.sql(around=False))
        assert diff(inspect(connection), wanted, DIALECT, previous=wanted) == []
        assert rows(connection, objects) == around
        assert [(int(key), kept) for key, kept in rows(connection, "SELECT * FROM seen_twice ORDER BY 1, 2")] == [
            (int(key), kept) for key, kept in seen
        ]
        for table in TABLES:
            now = numbers(connection, table, common[table])
            assert now.keys() == values[table].keys()
            for key, row in values[table].items():
                for name, value in row.items():
                    assert now[key][name] == value or (value is None and now[key][name] == key * 1000), (key, name)
            if table in row_numbers:
                assert rows(connection, f'SELECT rowid, kept FROM "{table}"') == row_numbers[table]
            if before.keys[table] == after.keys[table] == "autoincrement":
                assert rows(connection, f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'") == [(77,)]
        connection.execute("DELETE FROM log; UPDATE beta SET kept = kept WHERE CAST(id AS INTEGER) = 1")
        assert rows(connection, "SELECT what FROM log") == [("kept 1",)]
        assert rows(connection, "PRAGMA integrity_check") == [("ok",)]


def steps_with(
    connection: apsw.Connection, after: Shape, changes: list[Change], large: list[str], version: int | None
) -> Any:
    found = facts(connection)
    found = replace(found, tables={**found.tables, **dict.fromkeys(large, LARGE)}, version=version or found.version)
    return DIALECT.altering.steps(
        Alteration(
            actual=inspect(connection), desired=schema_of(after.sql(around=False)), changes=tuple(changes), facts=found
        )
    )
