"""The two judges of plans do judge: each unsafe form is found where it stands."""

from __future__ import annotations

import pytest

from backsmith.databases.steps import Alone, Lock, Statements, Step
from tests.evolution.postgres.squawk import unexpected
from tests.evolution.postgres.unsafe import unsafe_forms


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("CREATE INDEX i ON t (a)", "an index is built under a lock"),
        ("DROP INDEX i", "an index is dropped under a lock"),
        ("ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u (a)", "all rows are checked under a lock"),
        ("ALTER TABLE t ADD CONSTRAINT k CHECK (a > 1)", "all rows are checked under a lock"),
        ("ALTER TABLE t ADD CONSTRAINT k UNIQUE (a)", "a key's index is built under a lock"),
        ("ALTER TABLE t ADD COLUMN a text NOT NULL", "a column can't be null, and rows have no value"),
        ("ALTER TABLE t ADD COLUMN a uuid DEFAULT gen_random_uuid()", "a default is another for each row"),
        ("ALTER TABLE t ALTER COLUMN a TYPE bigint USING (a)", "all rows are written anew"),
        ("ALTER TABLE t DROP COLUMN a CASCADE", "more goes than was said"),
        ("UPDATE t SET a = 1 WHERE true", "all rows are written in one transaction"),
        ("ALTER TABLE t ALTER COLUMN a SET NOT NULL", "all rows are read under a lock"),
    ],
)
def test_an_unsafe_form_is_found(sql: str, what: str) -> None:
    steps: list[Step] = [Statements(title="", statements=(sql,), locks=(Lock("t", "ACCESS EXCLUSIVE", "writes"),))]
    assert list(unsafe_forms(steps)) == [f"{what}: {sql}"]


def test_a_lock_that_was_not_said_is_found() -> None:
    sqls = ("ALTER TABLE t DROP COLUMN a", "ALTER TABLE u DROP COLUMN a")
    steps: list[Step] = [Statements(title="", statements=sqls, locks=(Lock("t", "ACCESS EXCLUSIVE", "writes"),))]
    assert list(unsafe_forms(steps)) == [f"more tables are locked than said: {sqls}"]


def test_squawk_judges_too() -> None:
    steps: list[Step] = [Alone(title="", statement="CREATE INDEX i ON t (a)")]
    assert unexpected("anything", steps, "18") == [
        "require-concurrent-index-creation: During normal index creation, table updates are blocked, but reads are "
        "still allowed."
    ]
