"""Adopted models are read: every collection of the hard schemas answers, with rows of every type."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from backsmith.adoption import write_model
from backsmith.app import asgi
from backsmith.databases import open_database
from tests.adoption.conftest import SCHEMAS

ORDER = {
    "sqlite": {
        "id": 1, "class_": "plain", "select_": 7, "status": "sent", "total": 19.9, "discount": 0.25, "quantity": 2,
        "note": "n", "is_gift": True, "is_late": False, "placed": "2026-01-23T10:00:00+00:00", "due": "2026-01-24",
        "at": "13:45:00", "ref": "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "extra": {"a": [1]}, "raw": "\\x00ff",
        "anything": 5, "label": "L", "doubled": 4, "shown": "L!", "ship_to_code": "DE", "bill_to_code": "DE",
        "parent_id": None,
    },
    "postgres": {
        "id": 1, "class_": "plain", "select_": 7, "mood": "ok", "moods": ["sad", "ok"], "size": "s", "status": "paid",
        "title": "T", "email": "a@work.example", "total": 19.9, "exact": 1.5, "tiny": 0.125, "ratio": 0.1,
        "quantity": 2, "half": 1, "tags": ["a", "b"], "codes": ["x"], "amounts": [1.5, 2.0], "payloads": [{"a": 1}],
        "placed": "2026-01-23T10:00:00+00:00", "changed": "2026-01-23T10:00:00+00:00", "day": "2026-01-23",
        "at": "13:45:00", "at_zone": "13:45:00", "took": "P1D", "ref": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "data": {"a": [1]}, "plain": {"b": 2}, "raw": "\\x00ff", "flag": True, "ip": "::1/128", "price": "$5.00",
        "found": "'x'", "fixed": "f", "version": None, "german": "g", "counter": 1, "country_code": "DE",
        "parent_id": None,
    },
}  # fmt: skip


@pytest.mark.every_postgres
async def test_every_collection_of_a_hard_schema_can_be_read(
    database_kind: str, new_url: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_url(database_kind)
    kind = "sqlite" if database_kind == "sqlite" else "postgres"
    await prepare(url, kind)
    name = f"hard_{database_kind}"
    database = open_database(url, read_only=True)
    await database.open()
    [text] = write_model(await database.inspect(), database.dialect, open="read", name=name).values()
    await database.close()
    (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path])
    application = asgi(tmp_path / f"{name}.py", database=url, access_log=False)
    await application.start()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as client:
        for entity in application.blueprint.entities:
            reply = await client.get(f"/api/{entity.collection}")
            assert reply.status_code == 200, (entity.name, reply.text)
            for relation in entity.relations:
                reply = await client.get(f"/api/{entity.collection}", params={"select": f"{relation.name}(*)"})
                assert reply.status_code == 200, (entity.name, relation.name, reply.text)
        [order] = (await client.get("/api/orders")).json()
    await application.close()
    sys.modules.pop(name, None)
    assert order == ORDER[kind]


async def prepare(url: str, kind: str) -> None:
    """The hard schema with some rows."""
    script = "".join((SCHEMAS / f"{what}_{kind}.sql").read_text() for what in ("hard", "rows"))
    if kind == "sqlite":
        database: Any = open_database(url)
        await database.open()
        await database.execute(script)
        await database.close()
        return
    connection = await asyncpg.connect(url)
    name = await connection.fetchval("SELECT current_database()")
    try:
        await connection.execute(script)
        await connection.execute(f'ALTER DATABASE "{name}" SET search_path = public, other')
    finally:
        await connection.close()
