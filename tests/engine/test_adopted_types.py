"""Columns that other programs made: read in the canonical forms, and what PostgreSQL alone can do."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from backsmith.app import asgi
from tests.chinook.test_questions import adopted
from tests.engine.client import Client

SQL = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE DOMAIN zip AS text CHECK (value ~ '^[0-9]+$');
CREATE TABLE things (
    id int PRIMARY KEY, mood mood, small smallint, big bigint, at timestamp, local timestamptz, addr inet,
    span int4range, days daterange, code char(4), money numeric(12, 3), free numeric, real4 real, doc jsonb, tags text[],
    numbers int[], area zip, words tsvector, name varchar(20) COLLATE "en_US.utf8", clock timetz, wait interval
);
INSERT INTO things VALUES
  (1, 'happy', 7, 9007199254740993, '2026-01-02 03:04:05.5', '2026-01-02 03:04:05+02', '10.0.0.1/8', '[1,5)',
   '[2026-01-01,2026-02-01)', 'ab', 12.5, 1.2300, 0.1, '{"b": 1, "a": [1, 2]}', '{x,"y z"}', '{1,2}', '12345',
   to_tsvector('english', 'running dogs'), 'Zoë', '10:00+02', '1 day 02:00'),
  (2, 'sad', NULL, NULL, NULL, NULL, NULL, '[5,9)', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'abc',
   NULL, NULL);
"""


@pytest.fixture(scope="module")
def things(new_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, run: Any) -> Iterator[Client]:
    url = new_url("postgres18")

    async def fill() -> None:
        connection = await asyncpg.connect(url)
        known = await connection.fetchval("SELECT count(*) FROM pg_collation WHERE collname = 'en_US.utf8'")
        await connection.execute(SQL if known else SQL.replace('COLLATE "en_US.utf8"', ""))
        await connection.close()

    run(fill())
    path: Path = run(adopted(url, tmp_path_factory.mktemp("things"), "adopted_things"))
    importlib.invalidate_caches()
    client = Client(asgi(path, database=url, access_log=False), run)
    yield client
    run(client.application.close())
    sys.modules.pop("adopted_things", None)


def test_every_type_is_read_in_its_canonical_form(things: Client) -> None:
    row = things.get("/api/things?id=eq.1").json[0]
    assert row == {
        "id": 1, "mood": "happy", "small": 7, "big": 9007199254740993, "at": "2026-01-02T03:04:05.5+00:00",
        "local": "2026-01-02T01:04:05+00:00", "addr": "10.0.0.1/8", "span": "[1,5)",
        "days": "[2026-01-01,2026-02-01)", "code": "ab", "money": 12.5, "free": 1.23, "real4": 0.1,
        "doc": {"a": [1, 2], "b": 1}, "tags": ["x", "y z"], "numbers": [1, 2], "area": "12345",
        "words": row["words"], "name": "Zoë", "clock": row["clock"], "wait": "P1DT2H",
    }  # fmt: skip
    assert '"money":12.500' in things.get("/api/things?id=eq.1").text
    assert set(things.get("/api/things/2").json.values()) == {2, "sad", "[5,9)", "abc", None}


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("mood=eq.happy", [1]),
        ("mood=in.(sad,happy)", [1, 2]),
        ("at=gt.2026-01-02", [1]),
        ("at=eq.2026-01-02T03:04:05.5Z", [1]),
        ("small=eq.7", [1]),
        ("code=eq.ab", [1]),
        ("real4=eq.0.1", [1]),
        ("numbers=cs.{2}", [1]),
        ("doc=cs.{\"b\":1}", [1]),
        ("doc->a->0=eq.1", [1]),
        ("span=sl.[7,9)", [1]),
        ("span=sr.(1,3)", [2]),
        ("span=adj.[9,12)", [2]),
        ("span=nxr.[0,6)", [1]),
        ("span=nxl.[5,6)", [2]),
        ("title=fts(english).dog", None),
        ("area=fts(english).12345", [1]),
        ("area=match.^[[:digit:]]%2B$", [1]),
        ("area=match.^\\d{5}$", [1]),
        ("name=ilike.ZO*", [1]),
    ],
)  # fmt: skip
def test_filters_on_them(things: Client, query: str, ids: list[int] | None) -> None:
    answer = things.get(f"/api/things?select=id&{query}&order=id")
    if ids is None:
        assert answer.status == 400
    else:
        assert (answer.status, answer.text) == (200, str([{"id": i} for i in ids]).replace("'", '"').replace(" ", ""))


def test_what_does_not_fit_is_said(things: Client) -> None:
    assert things.get("/api/things?mood=eq.angry").json["code"] == "22P02"
    assert things.get("/api/things?small=eq.70000").json["code"] == "22003"
    assert things.get("/api/things?area=fts(klingon).x").json["code"] == "0A000"
    assert things.get("/api/things?span=sl.nonsense").status == 400
    assert things.get("/api/things?small=sl.[1,2)").json["code"] == "42883"


def test_sqlite_says_what_it_cannot_do(client: Client, database_kind: str) -> None:
    if database_kind != "sqlite":
        pytest.skip("about SQLite")
    for query, message in {
        "title=sl.[1,2)": "The range operator 'sl' needs PostgreSQL; this is SQLite",
        "title=fts(english).x": "Full-text search in 'english' needs PostgreSQL; this is SQLite",
        "title=match.[[:alpha:]]": "'[[:' in a regular expression needs PostgreSQL; this is SQLite",
    }.items():
        answer = client.get(f"/api/books?{query}")
        assert (answer.status, answer.json["code"], answer.json["message"]) == (400, "0A000", message)
