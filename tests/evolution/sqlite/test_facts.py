"""What is known of a SQLite file before it is changed."""

from __future__ import annotations

from pathlib import Path

import apsw

from backsmith.databases.facts import DatabaseObject, TableFacts
from backsmith.databases.sqlite import facts as module
from backsmith.databases.sqlite.facts import facts


def test_facts(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "facts.db"))
    connection.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER); CREATE TABLE u (x TEXT);"
        " CREATE INDEX partly ON t (a) WHERE b > 0; CREATE INDEX plain ON t (a);"
        " CREATE VIEW v AS SELECT a, x FROM t, u; CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM u; END;"
        " CREATE VIRTUAL TABLE f USING fts5 (x); INSERT INTO t (a) VALUES ('1'), ('2')"
    )
    found = facts(connection)
    assert found.product == f"SQLite {apsw.sqlite_lib_version()}"
    assert found.version == apsw.SQLITE_VERSION_NUMBER
    assert found.disk_free is not None
    assert found.tables == {
        "t": TableFacts(rows=2, bytes=4096, index_bytes=8192),
        "u": TableFacts(rows=0, bytes=4096),
    }
    assert found.tables_sql == {
        "t": "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER)",
        "u": "CREATE TABLE u (x TEXT)",
    }
    assert list(found.indexes_sql) == ["partly", "plain"]
    view, trigger = (
        "CREATE VIEW v AS SELECT a, x FROM t, u",
        "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM u; END",
    )
    assert found.objects == (
        DatabaseObject(
            kind="index", name="partly", table="t", columns=("a", "b"), sql="CREATE INDEX partly ON t (a) WHERE b > 0"
        ),
        DatabaseObject(kind="view", name="v", table="t", columns=("a",), sql=view),
        DatabaseObject(kind="view", name="v", table="u", columns=("x",), sql=view),
        DatabaseObject(kind="trigger", name="g", table="t", sql=trigger),
        DatabaseObject(kind="trigger", name="g", table="u", sql=trigger),
        DatabaseObject(kind="virtual table", name="f", sql="CREATE VIRTUAL TABLE f USING fts5 (x)"),
    )


def test_a_large_table_is_estimated(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "facts.db"))
    connection.execute(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);"
        " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
        " INSERT INTO t SELECT i, 'some text of this length' FROM n"
    )
    counted = module.COUNTED_BYTES
    try:
        module.COUNTED_BYTES = 1000
        assert 4500 <= facts(connection).tables["t"].rows <= 5500
    finally:
        module.COUNTED_BYTES = counted
