"""What is a difference between two schemas, and what isn't."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from backsmith.databases.constraint_names import name_by_content
from backsmith.databases.postgres.dialect import PostgresDialect
from backsmith.databases.schema import CheckConstraint, Column, EnumType, ForeignKey, Schema, Table
from backsmith.databases.sqlite.dialect import SqliteDialect
from backsmith.databases.sqlite.inspect import inspect
from backsmith.evolution import describe, diff
from tests.adoption.conftest import sqlite_with

PARENT = "CREATE TABLE parent (id INTEGER PRIMARY KEY, a TEXT NOT NULL UNIQUE, b TEXT);"


def schema_of(sql: str) -> Schema:
    with sqlite_with(sql) as connection:
        return inspect(connection)


def changes(actual: str, desired: str, previous: str | None = None) -> list[str]:
    """What takes one SQLite schema to the other."""
    before = None if previous is None else schema_of(previous)
    found = diff(schema_of(actual), _with_indexes_of_keys(schema_of(desired)), SqliteDialect(), previous=before)
    return [describe(change) for change in found]


def _with_indexes_of_keys(schema: Schema) -> Schema:
    """An index without a name is one that is desired for a foreign key."""
    tables = (
        replace(table, indexes=tuple(replace(each, of_key=not each.name) for each in table.indexes))
        for table in schema.tables
    )
    return replace(schema, tables=tuple(tables))


@pytest.mark.parametrize(
    ("actual", "desired", "expected"),
    [
        ("", "CREATE TABLE t (a)", ["Create table t"]),
        ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INT, b TEXT)", ["Add column t.b (text)"]),
        ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INT, b INT NOT NULL)", ["Add column t.b (int, not null)"]),
        ("CREATE TABLE t (a INT)", "CREATE TABLE t (a TEXT)", ["Change the type of t.a from int to text"]),
        (
            "CREATE TABLE t (a TEXT COLLATE NOCASE)",
            "CREATE TABLE t (a TEXT)",
            ["Change the type of t.a from text collate nocase to text"],
        ),
        ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INT NOT NULL)", ["Don't let t.a be null"]),
        ("CREATE TABLE t (a INT NOT NULL)", "CREATE TABLE t (a INT)", ["Let t.a be null"]),
        ("CREATE TABLE t (a INT)", "CREATE TABLE t (a INT DEFAULT 1)", ["Set the default of t.a to 1"]),
        ("CREATE TABLE t (a INT DEFAULT 1)", "CREATE TABLE t (a INT)", ["Drop the default of t.a (1)"]),
        (
            "CREATE TABLE t (a INT DEFAULT 1)",
            "CREATE TABLE t (a INT DEFAULT 2)",
            ["Change the default of t.a from 1 to 2"],
        ),
        (
            "CREATE TABLE t (a INT PRIMARY KEY, b INT NOT NULL)",
            "CREATE TABLE t (a INT, b INT NOT NULL, PRIMARY KEY (a, b))",
            ["Change the primary key of t from (a) to (a, b)"],
        ),
        (
            PARENT + "CREATE TABLE t (a INT)",
            PARENT + "CREATE TABLE t (a INT REFERENCES parent ON DELETE CASCADE)",
            ["Add a foreign key from t (a) to parent (id), on delete cascade"],
        ),
        (
            PARENT + "CREATE TABLE t (a INT REFERENCES parent ON DELETE CASCADE)",
            PARENT + "CREATE TABLE t (a INT REFERENCES parent)",
            [
                "Drop the foreign key from t (a) to parent (id), on delete cascade",
                "Add a foreign key from t (a) to parent (id)",
            ],
        ),
        ("CREATE TABLE t (a, b)", "CREATE TABLE t (a, b, UNIQUE (a, b))", ["Make (a, b) of t unique"]),
        ("CREATE TABLE t (a, b, UNIQUE (a, b))", "CREATE TABLE t (a, b)", ["No longer keep (a, b) of t unique"]),
        ("CREATE TABLE t (a CHECK (a > 1))", "CREATE TABLE t (a)", ["Drop the check of t: a > 1"]),
        (
            "CREATE TABLE t (a CHECK (a > 1 AND a < 5))",
            "CREATE TABLE t (a CHECK (a > 1))",
            ["Drop the check of t: a > 1 AND a < 5", "Add a check to t: a > 1"],
        ),
        ("CREATE TABLE t (a)", "CREATE TABLE t (a); CREATE INDEX i ON t (a)", ["Add an index on (a) of t"]),
        # A column that is not in the model, and that every row has to have a value for.
        ("CREATE TABLE t (a, b INT NOT NULL)", "CREATE TABLE t (a)", ["Drop column t.b"]),
        ("", "CREATE TABLE t (a); CREATE VIEW v AS SELECT a FROM t", ["Create table t", "View v is missing"]),
    ],
)
def test_a_difference(actual: str, desired: str, expected: list[str]) -> None:
    assert changes(actual, desired) == expected


@pytest.mark.parametrize(
    ("actual", "desired"),
    [
        # Names, order and spelling
        ("CREATE TABLE T (A INT, b TEXT)", "CREATE TABLE t (b TEXT, a INT)"),
        ("CREATE TABLE t (a NVARCHAR(160))", "CREATE TABLE t (a TEXT)"),
        ("CREATE TABLE t (a NVARCHAR(160))", "CREATE TABLE t (a TEXT CHECK (length(a) <= 160))"),
        ("CREATE TABLE t (a INT DEFAULT '1')", "CREATE TABLE t (a INT DEFAULT (1))"),
        ("CREATE TABLE t (a INT DEFAULT NULL)", "CREATE TABLE t (a INT)"),
        ('CREATE TABLE t (a TEXT DEFAULT "x")', "CREATE TABLE t (a TEXT DEFAULT 'x')"),
        (
            "CREATE TABLE t (a, CONSTRAINT x CHECK (a > 1 AND a < 5))",
            "CREATE TABLE t (a CHECK (5 > a) CHECK ((a) > 1))",
        ),
        ("CREATE TABLE t (a, b, CONSTRAINT x UNIQUE (b, a))", "CREATE TABLE t (a, b, UNIQUE (a, b))"),
        ("CREATE TABLE t (a, b); CREATE UNIQUE INDEX i ON t (a, b)", "CREATE TABLE t (a, b, UNIQUE (a, b))"),
        ("CREATE TABLE t (a, b); CREATE INDEX i ON t (a)", "CREATE TABLE t (a, b); CREATE INDEX j ON t (a)"),
        ("CREATE TABLE t (a UNIQUE)", "CREATE TABLE t (a UNIQUE); CREATE INDEX j ON t (a)"),
        # Of an old table SQLite takes nulls in a key, which is a mistake it keeps for old times' sake.
        ("CREATE TABLE t (a TEXT PRIMARY KEY)", "CREATE TABLE t (a TEXT NOT NULL PRIMARY KEY)"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE t (a INT NOT NULL PRIMARY KEY)"),
        # What the model doesn't say and what does no harm
        ("CREATE TABLE t (a); CREATE TABLE others (a)", "CREATE TABLE t (a)"),
        ("CREATE TABLE t (a, b INT, c INT NOT NULL DEFAULT 1, d INT NOT NULL AS (1))", "CREATE TABLE t (a)"),
        ("CREATE TABLE t (a); CREATE INDEX i ON t (a)", "CREATE TABLE t (a)"),
        ("CREATE TABLE t (a); CREATE UNIQUE INDEX i ON t (lower(a))", "CREATE TABLE t (a)"),
        ("CREATE TABLE t (a); CREATE UNIQUE INDEX i ON t (a) WHERE a > 1", "CREATE TABLE t (a)"),
        ("CREATE TABLE t (a INT, b INT NOT NULL AS (a + 1))", "CREATE TABLE t (a INT, b INT)"),
        # The index of a foreign key comes with the key.
        (
            PARENT + "CREATE TABLE t (a INT REFERENCES parent ON UPDATE CASCADE)",
            PARENT + "CREATE TABLE t (a INT REFERENCES parent (id)); CREATE INDEX " + '"" ON t (a)',
        ),
    ],
)
def test_no_difference(actual: str, desired: str) -> None:
    assert changes(actual, desired) == []


def test_what_the_model_had_and_has_no_more_is_dropped() -> None:
    before = "CREATE TABLE t (a, b); CREATE INDEX i ON t (a); CREATE TABLE gone (a)"
    there = before + "; ALTER TABLE t ADD COLUMN theirs; CREATE INDEX theirs ON t (b); CREATE TABLE others (a)"
    assert changes(there, "CREATE TABLE t (a)", previous=before) == [
        "Drop the index on (a) of t",
        "Drop column t.b",
        "Drop table gone",
    ]


def table(*columns: Column, **others: object) -> Schema:
    return Schema(tables=(Table(name="t", columns=columns, **others),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("actual", "desired"),
    [
        (Column(name="a", type="character varying(20)"), Column(name="a", type="varchar(20)")),
        (Column(name="a", type="character varying"), Column(name="a", type="text")),
        (Column(name="a", type="timestamp(3) without time zone"), Column(name="a", type="timestamp(3)")),
        (Column(name="a", type="timestamp with time zone[]"), Column(name="a", type="timestamptz[]")),
        (Column(name="a", type="numeric(10,0)"), Column(name="a", type="NUMERIC (10)")),
        (Column(name="a", type="text"), Column(name="a", type="text", collation='"C"')),
        (Column(name="a", type="text", default="'x'::text"), Column(name="a", type="text", default="'x'")),
        (Column(name="a", type="numeric", default="(0)::numeric"), Column(name="a", type="numeric", default="0.00")),
        (Column(name="a", type="bigint", identity="serial"), Column(name="a", type="bigint", identity="by default")),
        (Column(name="a", type="text", comment="One"), Column(name="a", type="text", comment="Another")),
    ],
)
def test_no_difference_on_postgres(actual: Column, desired: Column) -> None:
    assert diff(table(actual), table(desired), PostgresDialect()) == []


def test_differences_on_postgres() -> None:
    key = ForeignKey(columns=("a", "b"), target_schema="other", target_table="p", target_columns=("x", "y"))
    turned = replace(key, columns=("b", "a"), target_columns=("y", "x"))
    crossed = replace(key, columns=("b", "a"))
    a, b = Column(name="a", type="integer"), Column(name="b", type="integer", identity="serial")
    desired = table(a, replace(b, identity=None), foreign_keys=(turned,))
    assert [describe(change) for change in diff(table(a, b, foreign_keys=(key,)), desired, PostgresDialect())] == [
        "Let the database no longer hand out t.b"
    ]
    desired = table(a, b, foreign_keys=(crossed,))
    assert [describe(change) for change in diff(table(a, b, foreign_keys=(key,)), desired, PostgresDialect())] == [
        "Drop the foreign key from t (a, b) to other.p (x, y)",
        "Add a foreign key from t (b, a) to other.p (x, y)",
    ]
    names = table(replace(a, name="A"))
    assert [describe(change) for change in diff(names, table(a), PostgresDialect())] == ["Add column t.a (integer)"]


def test_enums() -> None:
    old, new = EnumType(name="mood", values=("sad",)), EnumType(name="mood", values=("sad", "ok"))
    without, one, other = (Schema(tables=(), enums=enums) for enums in ((), (old,), (new,)))
    dialect = PostgresDialect()
    assert [describe(change) for change in diff(without, one, dialect)] == ["Create type mood of 'sad'"]
    assert [describe(change) for change in diff(one, other, dialect)] == [
        "Change the values of type mood from 'sad' to 'sad', 'ok'"
    ]
    assert diff(one, without, dialect) == []


def test_a_check_named_by_its_content_is_known_by_its_name() -> None:
    # PostgreSQL gives it back in words whose meaning can't be told to be the same.
    sql = "extract(year from made) > 2000"
    named = CheckConstraint(name=name_by_content("t", "modern", sql), sql=sql)
    there = replace(named, sql="(EXTRACT(year FROM made) > (2000)::numeric)")
    a = Column(name="made", type="date")
    dialect = PostgresDialect()
    assert diff(table(a, checks=(there,)), table(a, checks=(named,)), dialect) == []
    assert [describe(each) for each in diff(table(a, checks=(there,)), table(a), dialect)] == [
        "Drop the check of t: (EXTRACT(year FROM made) > (2000)::numeric)"
    ]
