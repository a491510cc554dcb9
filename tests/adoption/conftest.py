"""Adopting a schema and closing the loop: the written model, compiled, wants exactly what is there.

Golden files stand in `golden/`; BACKSMITH_WRITE_GOLDEN=1 writes them anew.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Literal, NamedTuple

import apsw
import asyncpg
import pytest

from backsmith.adoption import write_model
from backsmith.blueprint import compile as compile_model
from backsmith.blueprint import load
from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.changes import describe
from backsmith.databases.dialect import Dialect
from backsmith.databases.schema import Schema
from backsmith.evolution.desired import tables_of
from backsmith.evolution.diff import diff

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
SCHEMAS = HERE / "schemas"


class Adopted(NamedTuple):
    text: str
    blueprint: Blueprint
    differences: list[str]


Adopt = Callable[..., Adopted]


@pytest.fixture
def adopt(tmp_path: Path) -> Iterator[Adopt]:
    """Writes the model of a schema, compiles it, and compares what it wants with what is there."""
    numbers, before = count(), set(sys.modules)

    def adopt(
        schema: Schema, dialect: Dialect, open: Literal["read"] | None = "read", name: str = "adopted"
    ) -> Adopted:
        [(path, text)] = write_model(schema, dialect, open=open, name=name).items()
        assert path == f"{name}.py"
        folder = tmp_path / f"{tmp_path.name}_{next(numbers)}"
        folder.mkdir()
        (folder / path).write_text(text, encoding="utf-8")
        sys.modules.pop(name, None)
        importlib.invalidate_caches()
        sys.path.insert(0, str(folder))
        try:
            blueprint, _ = compile_model(load(str(folder / path)))
        finally:
            sys.path.remove(str(folder))
        changes = diff(schema, tables_of(blueprint, dialect), dialect)
        return Adopted(text, blueprint, [describe(change) for change in changes])

    yield adopt
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in str(sys.modules[name].__file__):
            del sys.modules[name]


def compare_with_golden(name: str, text: str) -> None:
    """The text is that of the golden file."""
    path = GOLDEN / name
    if os.environ.get("BACKSMITH_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def chinook() -> Path:
    """The folder with the example database Chinook, by BACKSMITH_CHINOOK or beside the repository."""
    folder = Path(os.environ.get("BACKSMITH_CHINOOK") or HERE.parents[1] / ".." / "shared" / "data")
    if not (folder / "chinook.sqlite").exists():
        pytest.skip("Chinook isn't here: set BACKSMITH_CHINOOK to the folder with chinook.sqlite")
    return folder


def open_read_only(path: Path) -> apsw.Connection:
    """A connection that can't change the file, nor leave others beside it."""
    return apsw.Connection(f"file:{path.resolve()}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)


def sqlite_with(sql: str) -> apsw.Connection:
    """An SQLite database in memory with that schema."""
    connection = apsw.Connection(":memory:")
    connection.execute(sql)
    return connection


@asynccontextmanager
async def postgres_with(url: str, sql: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a PostgreSQL database on which the statements have been run."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC"})
    try:
        await connection.execute(sql or "SELECT 1")
        yield connection
    finally:
        await connection.close()


def without_creation_of_database(script: str) -> str:
    """A script for psql without what only psql understands and what makes the database itself."""
    return re.sub(r"(?m)^\s*(?:DROP DATABASE|CREATE DATABASE|\\c).*$", "", script)
