"""Whole databases adopted: the model that comes out, and that it wants nothing else than what is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from backsmith.databases.postgres.dialect import PostgresDialect
from backsmith.databases.postgres.inspect import inspect as inspect_postgres
from backsmith.databases.sqlite.dialect import SqliteDialect
from backsmith.databases.sqlite.inspect import inspect as inspect_sqlite
from tests.adoption.conftest import (
    GOLDEN,
    SCHEMAS,
    Adopt,
    compare_with_golden,
    open_read_only,
    postgres_with,
    sqlite_with,
    without_creation_of_database,
)


def test_everything_sqlite_lets_a_schema_have(adopt: Adopt) -> None:
    with sqlite_with((SCHEMAS / "hard_sqlite.sql").read_text()) as connection:
        adopted = adopt(inspect_sqlite(connection), SqliteDialect(), name="hard_sqlite")
    compare_with_golden("hard_sqlite.py", adopted.text)
    assert adopted.differences == []


@pytest.mark.every_postgres
async def test_everything_postgres_lets_a_schema_have(adopt: Adopt, postgres_url: str) -> None:
    async with postgres_with(postgres_url, (SCHEMAS / "hard_postgres.sql").read_text()) as connection:
        schema = await inspect_postgres(connection, ["public", "other"])
    adopted = adopt(schema, PostgresDialect(), name="hard_postgres")
    compare_with_golden("hard_postgres.py", adopted.text)
    assert adopted.differences == []


def test_chinook_from_sqlite_and_the_file_is_as_it_was(adopt: Adopt, chinook: Path) -> None:
    before = (chinook / "chinook.sqlite").read_bytes()
    with open_read_only(chinook / "chinook.sqlite") as connection:
        schema = inspect_sqlite(connection)
    adopted = adopt(schema, SqliteDialect(), name="chinook_sqlite")
    compare_with_golden("chinook_sqlite.py", adopted.text)
    assert adopted.differences == []
    assert (chinook / "chinook.sqlite").read_bytes() == before


@pytest.mark.every_postgres
async def test_chinook_from_postgres_and_the_catalogue_is_as_it_was(
    adopt: Adopt, chinook: Path, postgres_url: str
) -> None:
    script = (chinook / "chinook_postgres.sql").read_text()
    catalogue = "select xmin::text, relname from pg_class union all select xmin::text, conname from pg_constraint"
    async with postgres_with(postgres_url, without_creation_of_database(script)) as connection:
        before = await connection.fetch(catalogue)
        schema = await inspect_postgres(connection)
        assert await connection.fetch(catalogue) == before
    adopted = adopt(schema, PostgresDialect(), open=None, name="chinook_postgres")
    compare_with_golden("chinook_postgres.py", adopted.text)
    assert adopted.differences == []


@pytest.mark.parametrize("width", [88, 120])
def test_a_formatter_leaves_the_models_as_they_are(width: int) -> None:
    command = ["ruff", "format", "--isolated", "--check", f"--line-length={width}", str(GOLDEN)]
    result = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_a_linter_finds_nothing_in_the_models(tmp_path: Path) -> None:
    # Elsewhere than in this repository, where backsmith itself would count as the application.
    command = ["ruff", "check", "--isolated", "--select=E4,E7,E9,F,I,UP,B,C4,RET", str(GOLDEN)]
    result = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert result.returncode == 0, result.stdout


def test_a_type_checker_finds_nothing_in_the_models(tmp_path: Path) -> None:
    settings = {"typeCheckingMode": "strict", "include": ["."], "extraPaths": [str(Path(GOLDEN).parents[2] / "src")]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    for path in GOLDEN.glob("*.py"):
        (tmp_path / path.name).write_text(path.read_text())
    command = [sys.executable, "-m", "pyright", "--outputjson", f"--pythonpath={sys.executable}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    report = json.loads(result.stdout)
    assert report["generalDiagnostics"] == []
    assert report["summary"]["filesAnalyzed"] >= 4
