"""The example `history`: twenty versions of a shop, one after the other, on each kind of database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backsmith.databases import Database, open_database
from backsmith.evolution import servers
from backsmith.evolution.plan import verdict
from examples.history.story import STORY, story


@pytest.mark.every_postgres
async def test_twenty_versions(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers.wait_for_servers, "__kwdefaults__", {"timeout": 10.0, "grace": 0.0})
    told = [(version, release, verdict(plan)) async for version, release, plan, _ in story(database_url, tmp_path)]
    assert told == [(chapter.version, release, "safe") for chapter in STORY for release in chapter.releases]
    database = open_database(database_url)
    await database.open()
    try:
        assert await _rows(database, "SELECT id, first_name, last_name, email, phone, country FROM customers") == [
            (1, "Ada", "Lovelace", "ada@example.org", "", "AT"),
            (2, "Grace", "Brewster Hopper", "g@example.org", "", "AT"),
            (3, "Cher", "", "cher@example.org", "", "AT"),
        ]
        assert await _rows(database, "SELECT customer_id, street FROM addresses") == [(1, "St James 12"), (3, "Hill 3")]
        assert await _rows(database, "SELECT id, customer_id, status, remark FROM orders") == [
            (1, 1, "sent", "by water"),
            (2, 2, "draft", None),
        ]
        lines = "SELECT l.id, order_id, title, quantity, total FROM order_lines l JOIN products p ON p.id = product_id"
        assert await _rows(database, lines) == [
            (1, 1, "Boat", 1, 1250000),
            (2, 1, "Oar", 2, 9800),
            (3, 2, "Oar", 1, 4900),
        ]
    finally:
        await database.close()


async def _rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    rows = await database.fetch(f"{sql} ORDER BY 1", ())
    return [tuple(row[at] for at in range(len(row))) for row in rows]
