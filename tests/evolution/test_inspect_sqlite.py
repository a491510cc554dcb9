"""What an SQLite database says of itself, and what only its text says."""

from __future__ import annotations

from backsmith.databases.schema import (
    CheckConstraint,
    Column,
    ForeignKey,
    Schema,
    Table,
    TableIndex,
    UniqueConstraint,
)
from backsmith.databases.sqlite.inspect import inspect
from tests.adoption.conftest import sqlite_with


def schema_of(sql: str) -> Schema:
    with sqlite_with(sql) as connection:
        return inspect(connection)


def table_of(sql: str, name: str = "t") -> Table:
    return next(table for table in schema_of(sql).tables if table.name == name)


def test_an_empty_database() -> None:
    assert schema_of("") == Schema(tables=())


def test_columns_as_they_are_declared() -> None:
    sql = """
        CREATE TABLE t (
            id INTEGER PRIMARY KEY, a NVARCHAR(160) NOT NULL, b DECIMAL (10, 2) DEFAULT 1.50, c TEXT DEFAULT 'it''s',
            d DEFAULT CURRENT_TIMESTAMP, e INT DEFAULT (1 + 1), f TEXT COLLATE NOCASE, g AS (a || 'x'),
            h INT NOT NULL GENERATED ALWAYS AS (e * 2) STORED
        )
    """
    assert table_of(sql).columns == (
        Column(name="id", type="integer", nullable=False, identity="rowid"),
        Column(name="a", type="nvarchar(160)", nullable=False),
        Column(name="b", type="decimal (10, 2)", default="1.50"),
        Column(name="c", type="text", default="'it''s'"),
        Column(name="d", type="", default="CURRENT_TIMESTAMP"),
        Column(name="e", type="int", default="1 + 1"),
        Column(name="f", type="text", collation="nocase"),
        Column(name="g", type="", generated="a || 'x'"),
        Column(name="h", type="int", nullable=False, generated="e * 2"),
    )


def test_which_keys_are_the_rowid() -> None:
    for key, identity in {
        "id INTEGER PRIMARY KEY": "rowid",
        "id INTEGER NOT NULL, PRIMARY KEY (id)": "rowid",
        "id INTEGER NOT NULL, CONSTRAINT pk PRIMARY KEY (id DESC)": "rowid",
        "id INTEGER PRIMARY KEY AUTOINCREMENT": "rowid",
        "id INTEGER PRIMARY KEY DESC": None,
        "id INT PRIMARY KEY": None,
        "id TEXT PRIMARY KEY": None,
    }.items():
        assert table_of(f"CREATE TABLE t ({key})").columns[0].identity == identity, key
    assert table_of("CREATE TABLE t (id INTEGER PRIMARY KEY) WITHOUT ROWID").columns[0].identity is None


def test_checks_by_a_real_tokenizer() -> None:
    sql = """
        CREATE TABLE "t" ( -- CHECK (no)
            [a] INT CHECK (a <> ')' AND "a" > (1)) CONSTRAINT `named` CHECK([a] < 10) /* CHECK (neither) */,
            "check" TEXT DEFAULT 'CHECK (nor this)' CHECK ("check" IN ('a,b', 'c''d')),
            CONSTRAINT [both] CHECK (a > 0 -- not the end )
            ) CHECK (1)
        )
    """
    assert table_of(sql).checks == (
        CheckConstraint(sql="a <> ')' AND \"a\" > (1)"),
        CheckConstraint(name="named", sql="[a] < 10"),
        CheckConstraint(sql="\"check\" IN ('a,b', 'c''d')"),
        CheckConstraint(name="both", sql="a > 0 -- not the end )"),
        CheckConstraint(sql="1"),
    )


def test_foreign_keys_in_every_form() -> None:
    sql = """
        CREATE TABLE [Par ent] (a INT, "B" INT, c TEXT UNIQUE, PRIMARY KEY (a, b));
        CREATE TABLE t (
            x INT, y INT,
            z TEXT CONSTRAINT named REFERENCES "PAR ENT" (C) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
            me INT REFERENCES T, id INTEGER PRIMARY KEY, lost INT REFERENCES nowhere, loose INT REFERENCES t (x),
            FOREIGN KEY (x, y) REFERENCES `par ent` ON UPDATE CASCADE ON DELETE NO ACTION MATCH SIMPLE NOT DEFERRABLE,
            CONSTRAINT other FOREIGN KEY (y, x) REFERENCES [Par ent] (b, a) ON DELETE SET DEFAULT
        );
    """
    schema = schema_of(sql)
    assert schema.tables[1].foreign_keys == (
        ForeignKey(name="named", columns=("z",), target_table="Par ent", target_columns=("c",), on_delete="set null"),
        ForeignKey(columns=("me",), target_table="t", target_columns=("id",)),
        ForeignKey(columns=("x", "y"), target_table="Par ent", target_columns=("a", "B"), on_update="cascade"),
        ForeignKey(
            name="other",
            columns=("y", "x"),
            target_table="Par ent",
            target_columns=("B", "a"),
            on_delete="set default",
        ),
    )
    assert schema.not_modelled == (
        "deferrable foreign key (z) on t",
        "foreign key (loose) to t (x), not unique, on t",
        "foreign key (lost) to missing nowhere on t",
    )


def test_uniques_and_indexes_by_their_origin() -> None:
    sql = """
        CREATE TABLE t (
            a INT UNIQUE, b TEXT, c, "-d", CONSTRAINT two UNIQUE (B COLLATE NOCASE DESC, a) ON CONFLICT REPLACE
        );
        CREATE UNIQUE INDEX one ON t (c);
        CREATE INDEX [an index] ON t (b DESC, "-d", lower(b) COLLATE nocase, (a + 1) DESC) -- that's all
        ;
        CREATE INDEX partial ON "t" ( b COLLATE RTRIM ) WHERE c > ')' AND a IS NOT NULL;
    """
    table = table_of(sql)
    assert table.uniques == (
        UniqueConstraint(columns=("a",)),
        UniqueConstraint(name="two", columns=("b", "a")),
    )
    assert table.indexes == (
        TableIndex(name="an index", columns=("-b", "-d", "(lower(b) collate nocase)", "-(a + 1)")),
        TableIndex(name="one", columns=("c",), unique=True),
        TableIndex(name="partial", columns=("(b collate rtrim)",), where="c > ')' AND a IS NOT NULL"),
    )


def test_views_and_what_has_no_place() -> None:
    sql = """
        CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT);
        CREATE VIEW v AS SELECT id, a || '!' AS loud FROM t;
        CREATE VIEW broken AS SELECT * FROM nowhere;
        CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END;
        CREATE VIRTUAL TABLE search USING fts5(a);
    """
    schema = schema_of(sql)
    assert [table.name for table in schema.tables] == ["t", "v"]
    assert schema.tables[1] == Table(
        name="v",
        columns=(Column(name="id", type="integer"), Column(name="loud", type="")),
        view=True,
        definition="CREATE VIEW v AS SELECT id, a || '!' AS loud FROM t",
    )
    assert schema.not_modelled == (
        "broken view broken",
        "trigger tr on t",
        "virtual table search",
    )


def test_columns_added_later_and_tables_made_from_a_query() -> None:
    sql = """
        CREATE TABLE t (a INT);
        ALTER TABLE t ADD COLUMN b TEXT DEFAULT 'x' CHECK (b <> 'y') REFERENCES t (a);
        ALTER TABLE t RENAME COLUMN a TO "new name";
        CREATE UNIQUE INDEX u ON t ("new name");
        CREATE TABLE copy AS SELECT * FROM t;
    """
    assert table_of(sql).checks == (CheckConstraint(sql="b <> 'y'"),)
    assert table_of(sql).foreign_keys == (ForeignKey(columns=("b",), target_table="t", target_columns=("new name",)),)
    assert [column.name for column in table_of(sql, "copy").columns] == ["new name", "b"]
