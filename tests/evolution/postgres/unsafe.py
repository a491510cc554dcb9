"""Forms of statements that lock tables for long, or that old servers can't bear: none may be in a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from backsmith.databases.steps import Alone, Batches, Statements, Step, TransformRows

FORMS = {
    "an index is built under a lock": r"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)",
    "an index is dropped under a lock": r"DROP INDEX (?!CONCURRENTLY)",
    "all rows are checked under a lock": r"ADD CONSTRAINT \S+ (FOREIGN KEY|CHECK|NOT NULL)(?!.*NOT VALID)",
    "a key's index is built under a lock": r"ADD CONSTRAINT \S+ (UNIQUE|PRIMARY KEY)(?! USING INDEX)",
    "a column can't be null, and rows have no value": r"ADD COLUMN (?!.*DEFAULT).*NOT NULL",
    "a default is another for each row": r"ADD COLUMN .*DEFAULT (gen_random_uuid|clock_timestamp|random|nextval)",
    "numbers are written into all rows": r"ADD COLUMN .*(AS IDENTITY|serial)",
    "values are written into all rows": r"ADD COLUMN .*STORED",
    "all rows are written anew": r"ALTER COLUMN \S+ TYPE .*USING",
    "more goes than was said": r"(?<!DELETE )(?<!UPDATE )CASCADE|TRUNCATE",
    "all rows are written in one transaction": r"^(UPDATE|INSERT|DELETE)",
    "a table is rebuilt": r"^(CLUSTER|VACUUM FULL|REINDEX)",
}


def unsafe_forms(steps: Sequence[Step]) -> Iterator[str]:
    """What is unsafe in steps for large tables."""
    created = {name for step in steps for sql in _statements(step) for name in re.findall(r"^CREATE TABLE (\S+)", sql)}
    checked: set[str] = set()
    for step in steps:
        for sql in _statements(step):
            on = re.search(r" ON (\S+)", sql)
            if sql.startswith("CREATE") and on is not None and on[1] in created:
                continue
            for what, form in FORMS.items():
                if not isinstance(step, Batches) and not sql.startswith("CREATE FUNCTION") and re.search(form, sql):
                    yield f"{what}: {sql}"
            checked.update(re.findall(r"VALIDATE CONSTRAINT (\S+)", sql))
        yield from _of_transaction(step, checked)


def _of_transaction(step: Step, checked: set[str]) -> Iterator[str]:
    sqls = _statements(step)
    tables = {name for sql in sqls for name in re.findall(r"^ALTER TABLE (\S+)", sql)}
    exclusive = [lock.table for lock in step.locks if lock.mode == "ACCESS EXCLUSIVE"]
    if len(tables) > len(set(exclusive)) and not _only_validates(sqls) and not _only_keys(sqls):
        yield f"more tables are locked than said: {sqls}"
    if any("VALIDATE" in sql for sql in sqls) and len(sqls) > 1:
        yield f"rows are checked while another lock is held: {sqls}"
    for sql in sqls:
        if "SET NOT NULL" in sql:
            dropped = {name for each in sqls for name in re.findall(r"DROP CONSTRAINT (\S+)", each)}
            if not dropped & checked:
                yield f"all rows are read under a lock: {sql}"


def _only_validates(sqls: Sequence[str]) -> bool:
    return all("VALIDATE CONSTRAINT" in sql for sql in sqls)


def _only_keys(sqls: Sequence[str]) -> bool:
    return all("FOREIGN KEY" in sql and "DROP" not in sql for sql in sqls)


def _statements(step: Step) -> tuple[str, ...]:
    match step:
        case Statements(statements=statements):
            return statements
        case Alone(statement=sql) | Batches(statement=sql):
            return (sql,)
        case TransformRows():
            return ()
