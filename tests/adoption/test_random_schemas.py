"""Schemas nobody would write: whatever names, types, keys and checks a database has, the loop closes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backsmith.databases.postgres.dialect import PostgresDialect
from backsmith.databases.postgres.inspect import inspect as inspect_postgres
from backsmith.databases.schema import Schema
from backsmith.databases.sqlite.dialect import SqliteDialect
from backsmith.databases.sqlite.inspect import inspect as inspect_sqlite
from tests.adoption.conftest import Adopt, sqlite_with

NASTY = [
    "id", "ID", "Id", "class", "select", "order", "Order", "orders", "date", "datetime", "int", "str", "list", "bytes",
    "now", "allow", "everyone", "Entity", "Column", "Open", "Account", "account", "accounts", "None", "True", "self",
    "_hidden", "__init__", "__declaration__", "1st", "2", "a b", "a-b", "A.B", 'say "hi"', "it's", "`tick`", "[x]",
    "x;--", '"); import os', "ñandú", "表", "İ", "ß", "ﬁ", "हिन्दी", "🙂", " ", "a\nb", "a\\b", "# type: ignore",
    "album_id", "AlbumId", "album", "data", "news", "rpc", "batch", "limit", "on_conflict", "roles", "id_", "x_id",
    "key", "metadata", "-a", "(a)", "a)",
]  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12),
)
SYSTEM_COLUMNS = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"}


@dataclass
class Kind:
    """A column's type, defaults it can have, and checks on the column `{}`."""

    type: str
    defaults: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)


TEXTS = ["{} IN ('a', 'b''c', '\"')", "length({}) <= 9", "length({}) > 0", "{} <> 'x'", "{} LIKE 'a%' OR {} IS NULL"]
NUMBERS = [
    "{} >= 0",
    "{} BETWEEN 1 AND 5",
    "{} % 3 = 0",
    "{} <> 7",
    "0 < {}",
    "{} IN (0, 1)",
    "NOT ({} > 3 AND {} < 5)",
]
SQLITE_KINDS = [
    Kind("INTEGER", ["0", "-1", "'3'", "NULL"], [*NUMBERS, "{} BETWEEN -32768 AND 32767"]),
    Kind("VARCHAR(20)", ["'a'", "''", '"a"', "'it''s'"], TEXTS),
    Kind("TEXT", ["'a'", "CURRENT_TIMESTAMP", "(lower('A'))"], [*TEXTS, "json_valid({})", "{} GLOB '[a-z]*'"]),
    Kind("TEXT COLLATE NOCASE"),
    Kind("REAL", ["0.5", "1e3"], ["{} < 0.5"]),
    Kind("DECIMAL(8, 3)", ["0", "1.50"], ["{} >= 0.25", "{} % 2 = 0"]),
    Kind("NUMERIC", ["1"]),
    Kind("BOOLEAN", ["0", "TRUE"], ["{} IN (0, 1)"]),
    Kind("DATETIME", ["CURRENT_TIMESTAMP", "'2026-01-01'"]),
    Kind("DATE", ["CURRENT_DATE"], ["{} > '2000-01-01'"]),
    Kind("BLOB", ["x'00'"]),
    Kind("", ["1"]),
    Kind("JSON", ["'[]'"]),
    Kind("STRANGE THING(1, 2)"),
]
POSTGRES_KINDS = [
    Kind("integer", ["0", "'-1'", "NULL"], NUMBERS),
    Kind("bigint", ["(1 + 1)"], NUMBERS),
    Kind("smallint", [], ["{} BETWEEN -5 AND 5"]),
    Kind("varchar(20)", ["'a'", "'it''s'", "upper('a')"], TEXTS),
    Kind("text", ["E'a\\nb'", "''"], [*TEXTS, "{} ~ '^[a-z]+$'", "char_length({}) >= 2"]),
    Kind("char(3)", ["'abc'"]),
    Kind("real", ["0.5"], ["{} < 0.5"]),
    Kind("double precision", ["1e3", "'NaN'"]),
    Kind("numeric(8, 3)", ["0", "1.50"], ["{} >= 0.25", "{} % 2 = 0"]),
    Kind("numeric", ["1"]),
    Kind("boolean", ["true", "'f'"], ["{}"]),
    Kind("timestamp", ["now()", "CURRENT_TIMESTAMP"]),
    Kind("timestamptz", ["now()", "'2026-01-01'"], ["{} > '2000-01-01'"]),
    Kind("date", ["CURRENT_DATE"], ["{} > '2000-01-01'"]),
    Kind("time(3)"),
    Kind("interval", ["'1 day'"]),
    Kind("uuid", ["gen_random_uuid()"]),
    Kind("bytea", ["'\\x00'"]),
    Kind("jsonb", ["'{}'"]),
    Kind("text[]", ["'{}'", "ARRAY['a']"]),
    Kind("numeric(5, 2)[]"),
    Kind("inet"),
    Kind("inet[]"),
    Kind("point"),
]


@dataclass
class Shape:
    """What a database takes: kinds of columns, those that a key can have, names that are the same."""

    kinds: list[Kind]
    keys: list[str]
    fold: Callable[[str], str]
    deferred: bool
    """Whether foreign keys can be written only once their tables are there."""


def quoted(*names: str) -> str:
    return ", ".join('"' + name.replace('"', '""') + '"' for name in names)


@st.composite
def scripts(draw: st.DrawFn, shape: Shape) -> list[str]:
    """The statements that create some tables."""
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique_by=shape.fold).filter(_no_internals))
    statements: list[str] = []
    later: list[str] = []
    keys: dict[str, list[tuple[str, str]]] = {}
    for table in names:
        columns = draw(st.lists(NAMES, min_size=1, max_size=5, unique_by=shape.fold).filter(_no_system))
        key_size = draw(st.integers(0, min(2, len(columns))))
        lines: list[str] = []
        constraints: list[str] = []
        keys[table] = []
        for number, column in enumerate(columns):
            if number < key_size:
                type = draw(st.sampled_from(shape.keys))
                keys[table].append((column, type))
                lines.append(f"{quoted(column)} {type} NOT NULL")
            else:
                lines.append(draw(_column(column, shape)))
        if key_size:
            constraints.append(f"PRIMARY KEY ({quoted(*columns[:key_size])})")
        pointed_at = draw(st.lists(st.sampled_from(names), max_size=3))
        for target in pointed_at:
            its = keys.get(target, [])
            if not its:
                continue
            own = draw(st.lists(NAMES, min_size=len(its), max_size=len(its), unique_by=shape.fold).filter(_no_system))
            if {shape.fold(each) for each in own} & {shape.fold(each) for each in columns}:
                continue
            columns += own
            null = draw(st.sampled_from(["", " NOT NULL"]))
            lines += [f"{quoted(name)} {type}{null}" for name, (_, type) in zip(own, its, strict=True)]
            action = draw(st.sampled_from(["", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON UPDATE CASCADE"]))
            key = f"FOREIGN KEY ({quoted(*own)}) REFERENCES {quoted(target)} ({quoted(*(n for n, _ in its))}){action}"
            later.append(f"ALTER TABLE {quoted(table)} ADD {key}")
            if not shape.deferred:
                constraints.append(key)
        indexable = [name for name in columns if not any(line.startswith(f"{quoted(name)} point") for line in lines)]
        for unique in draw(st.lists(st.sampled_from(["", "UNIQUE "]), max_size=2)):
            terms = draw(st.lists(st.sampled_from(columns), min_size=1, max_size=2, unique=True))
            if set(terms) <= set(indexable):
                later.append(
                    f"CREATE {unique}INDEX index_{len(statements)}_{len(later)} ON {quoted(table)} ({quoted(*terms)})"
                )
        statements.append(f"CREATE TABLE {quoted(table)} (\n  " + ",\n  ".join([*lines, *constraints]) + "\n)")
    return statements + [each for each in later if shape.deferred or each.startswith("CREATE")]


@st.composite
def _column(draw: st.DrawFn, name: str, shape: Shape) -> str:
    kind = draw(st.sampled_from(shape.kinds))
    line = f"{quoted(name)} {kind.type}{draw(st.sampled_from(['', ' NOT NULL']))}"
    if kind.defaults and draw(st.booleans()):
        default = draw(st.sampled_from(kind.defaults))
        line += "" if default == "NULL" and "NOT NULL" in line else f" DEFAULT {default}"
    if kind.checks and draw(st.booleans()):
        line += f" CHECK ({draw(st.sampled_from(kind.checks)).replace('{}', quoted(name))})"
    if kind.type in {"INTEGER", "integer", "TEXT", "text"} and draw(st.booleans()):
        line += " UNIQUE"
    return line


def _no_internals(names: list[str]) -> bool:
    return not any(name.lower().startswith(("sqlite_", "pg_")) or len(name.encode()) > 60 for name in names)


def _no_system(names: list[str]) -> bool:
    return not SYSTEM_COLUMNS.intersection(names) and all(len(name.encode()) <= 60 for name in names)


SQLITE = Shape(
    SQLITE_KINDS, ["INTEGER", "TEXT", "VARCHAR(9)", "INT"], lambda name: name.encode().lower().decode(), False
)
POSTGRES = Shape(POSTGRES_KINDS, ["integer", "bigint", "text", "varchar(9)", "uuid"], str, True)
MANY = int(os.environ.get("BACKSMITH_EXAMPLES", "40"))
EXAMPLES = settings(
    max_examples=MANY,
    deadline=None,  # the first example imports what the others have
    suppress_health_check=[HealthCheck.too_slow],
)


def test_any_sqlite_schema(adopt: Adopt, tmp_path: Path) -> None:
    @EXAMPLES
    @given(script=scripts(SQLITE))
    def closes_the_loop(script: list[str]) -> None:
        with sqlite_with(";\n".join(script)) as connection:
            adopted = adopt(inspect_sqlite(connection), SqliteDialect())
        texts.append(adopted.text)
        assert adopted.differences == []

    texts: list[str] = []
    closes_the_loop()
    assert_tools_find_nothing(texts, tmp_path)


def test_any_postgres_schema(adopt: Adopt, tmp_path: Path, postgres_url: str, run: Any) -> None:
    async def inspected(script: list[str]) -> Schema:
        connection = await asyncpg.connect(postgres_url, server_settings={"timezone": "UTC"})
        try:
            await connection.execute("create schema random; set search_path = random")
            await connection.execute(";\n".join(script))
            return await inspect_postgres(connection)
        finally:
            await connection.execute("drop schema random cascade")
            await connection.close()

    @EXAMPLES
    @given(script=scripts(POSTGRES))
    def closes_the_loop(script: list[str]) -> None:
        adopted = adopt(run(inspected(script)), PostgresDialect())
        texts.append(adopted.text)
        assert adopted.differences == []

    texts: list[str] = []
    closes_the_loop()
    assert_tools_find_nothing(texts, tmp_path)


def assert_tools_find_nothing(texts: list[str], folder: Path) -> None:
    """Formatter, linter and type checker are content with the models."""
    models = folder / "models"
    models.mkdir()
    for number, text in enumerate(texts):
        (models / f"model_{number}.py").write_text(text, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    # A column may be called l, whatever the linter thinks of such names.
    for command in (
        ["format", "--isolated", "--diff"],
        ["check", "--isolated", "--select=E4,E7,E9,F,I", "--ignore=E741,E742", "--output-format=concise"],
    ):
        result = subprocess.run([*ruff, *command, str(models)], capture_output=True, text=True, check=False, cwd=folder)
        assert result.returncode == 0, result.stdout + result.stderr
    source = Path(__file__).parents[2] / "src"
    (models / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "strict", "include": ["."], "extraPaths": [str(source)]})
    )
    pyright = [sys.executable, "-m", "pyright", f"--pythonpath={sys.executable}"]
    result = subprocess.run(pyright, capture_output=True, text=True, check=False, cwd=models)
    assert result.returncode == 0, result.stdout
