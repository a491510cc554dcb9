"""Plans that would break what others have made are refused, by name, before anything is touched."""

from __future__ import annotations

import pytest

from backsmith.errors import DatabaseError
from tests.evolution.sqlite.changed import change, opened, rows, steps_of

OLD = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT) STRICT;"
WITHOUT_B = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT) STRICT;"
WAYS = "\nEither drop them or write them anew by SQL before this plan, or leave in the model what they read."


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("CREATE VIEW v AS SELECT id, b FROM t", "- view v (on v): no such column: b"),
        ('CREATE VIEW v AS SELECT id, "b" FROM t', '- view v (on v): no such column: "b"'),
        (
            "CREATE TRIGGER g AFTER UPDATE ON t BEGIN UPDATE t SET a = NEW.b; END",
            "- trigger g (on t): no such column: NEW.b",
        ),
        (
            "CREATE TRIGGER g AFTER UPDATE OF b ON t BEGIN UPDATE t SET a = 1; END",
            "- trigger g (on t): no such column: b",
        ),
        ("CREATE INDEX i ON t (a) WHERE b > 'x'", "- index i (on t): no such column: b"),
        ("CREATE INDEX i ON t (a, lower(b))", "- index i (on t): no such column: b"),
        ("CREATE INDEX i ON t (a, b) WHERE a IS NOT NULL", "- index i (on t): no such column: b"),
    ],
)
def test_a_column_that_others_read_is_not_dropped(made: str, said: str) -> None:
    connection = opened(f"{OLD} {made};")
    with pytest.raises(DatabaseError) as raised:
        steps_of(connection, WITHOUT_B)
    assert str(raised.value) == f"Other things in the database read what would be gone:\n{said}{WAYS}"


def test_a_table_that_a_view_reads_is_not_dropped() -> None:
    connection = opened(f"{OLD} CREATE TABLE u (x TEXT); CREATE VIEW v AS SELECT a FROM t")
    with pytest.raises(DatabaseError) as raised:
        steps_of(connection, "CREATE TABLE u (x TEXT)")
    said = "- view v (on v): no such table: main.t"
    assert str(raised.value) == f"Other things in the database read what would be gone:\n{said}{WAYS}"


def test_what_is_broken_already_is_in_nobodys_way() -> None:
    connection = opened(f"{OLD} CREATE VIEW old_and_broken AS SELECT gone FROM t;")
    assert change(connection, WITHOUT_B) == [
        'DROP VIEW "old_and_broken"',
        'ALTER TABLE "t" DROP COLUMN "b"',
        "CREATE VIEW old_and_broken AS SELECT gone FROM t",
    ]


def test_an_index_of_nothing_else_goes_with_its_column() -> None:
    connection = opened(f"{OLD} CREATE INDEX i ON t (b);")
    assert change(connection, WITHOUT_B)[0] == 'DROP INDEX "i"'
    assert rows(connection, "SELECT name FROM sqlite_schema") == [("t",)]
