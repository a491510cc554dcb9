"""Who calls what is counted by servers, cheaply, for some days, and told where a change would break it."""

from __future__ import annotations

import asyncio
import json
import timeit
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backsmith.app import asgi
from backsmith.blueprint.asker import Asker
from backsmith.cli.main import run as command
from backsmith.databases import Database
from backsmith.engine.serving.client_kinds import kind_of_client
from backsmith.evolution.calls import KEPT_DAYS, MOST, Caller, Calls, callers
from tests.engine.client import Client

MODEL = """
from backsmith import Entity, allow

class Note(Entity):
    text: str
    {}

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True
"""
NOW = datetime(2026, 1, 23, 12, tzinfo=UTC)
MOBILE = Asker(id=None, name="mobile-app", via="key")


def model(folder: Path, field: str, name: str = "notes.py") -> Path:
    path = folder / name
    path.write_text(MODEL.format(field))
    return path


async def test_calls_are_counted_by_client_and_operation(database_url: str, tmp_path: Path) -> None:
    application = asgi(str(model(tmp_path, "phone: str | None")), database=database_url)
    await application.start()
    client = Client(application, None)
    for _ in range(3):
        await client.ask("/api/notes?select=phone", MOBILE)
    await client.ask("/api/notes/1", user_agent="okhttp/4.12.0 (phone of Ann)")
    await client.ask("/api/notes/2", user_agent="Mozilla/5.0 (X11; Linux x86_64)")
    await client.ask("/health")
    assert application.calls is not None
    await application.calls.write(NOW)
    found = await callers(application.database, now=NOW)
    await application.close()
    assert found == [
        Caller("key mobile-app", "GET", "/api/notes", 3, "2026-01-23"),
        Caller("a browser", "GET", "/api/notes/{id}", 1, "2026-01-23"),
        Caller("okhttp/4.12.0", "GET", "/api/notes/{id}", 1, "2026-01-23"),
    ]


async def test_workers_add_up_and_days_that_are_long_gone_leave(database: Database) -> None:
    one, other = Calls(database), Calls(database)
    one.count("a", "GET", "/x")
    await one.write(NOW - timedelta(days=KEPT_DAYS + 1))
    one.count("a", "GET", "/x")
    other.count("a", "GET", "/x")
    await one.write(NOW - timedelta(days=1))
    await other.write(NOW)
    await other.write(NOW)  # nothing new
    assert await callers(database, now=NOW) == [Caller("a", "GET", "/x", 2, "2026-01-23")]
    assert await callers(database, days=500, now=NOW) == [Caller("a", "GET", "/x", 2, "2026-01-23")]
    assert await callers(database, now=NOW + timedelta(days=40)) == []


async def test_names_that_anybody_may_give_fill_no_table(database: Database) -> None:
    calls = Calls(database)
    for number in range(MOST + 50):
        calls.count(f"client {number}", "GET", "/x")
    await calls.write(NOW)
    found = await callers(database, now=NOW)
    assert len(found) == MOST + 1
    assert found[0] == Caller("others", "GET", "/x", 50, "2026-01-23")


async def test_nothing_is_counted_where_the_setting_is_off(database_url: str, tmp_path: Path) -> None:
    path = str(model(tmp_path, ""))
    application = asgi(path, database=database_url, usage=False)
    await application.start()
    await Client(application, None).ask("/api/notes")
    assert application.calls is None
    assert await callers(application.database) == []
    await application.close()


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("", "no user agent"),
        ("\x1b[2J", "no user agent"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("python-httpx/0.28.1", "python-httpx/0.28.1"),
        ("Mozilla/5.0 (iPhone)", "a browser"),
        ("x" * 100, "x" * 40),
    ],
)
def test_of_a_program_its_kind_is_kept(agent: str, kind: str) -> None:
    assert kind_of_client(_request(agent), Asker(id=1, name="Ann", via="token")) == kind


def _request(agent: str) -> Any:
    class Sent:
        def header(self, name: str) -> str | None:
            return agent if name == "user-agent" else None

    return Sent()


def test_counting_costs_next_to_nothing(database: Database) -> None:
    calls, request = Calls(database), _request("okhttp/4.12.0")
    asker = Asker(id=None, name=None, via="nobody")
    took = min(timeit.repeat(lambda: calls.count(kind_of_client(request, asker), "GET", "/x"), number=10_000, repeat=3))
    assert took / 10_000 < 5e-6  # about a millionth of a second here


async def test_the_command_says_which_clients_break(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    old = model(tmp_path, "phone: str | None")
    assert command(["openapi", "notes.py", "--output", "old.json"]) == 0
    application = asgi(str(old), database=database_url)
    await application.start()
    client = Client(application, None)
    for _ in range(12):
        await client.ask("/api/notes?select=phone", MOBILE)
    assert application.calls is not None
    await application.calls.write()
    await application.close()
    model(tmp_path, "", "changed.py")  # a module of its own in this process

    capsys.readouterr()
    words = ["contract", "diff", "old.json", "changed.py", "--database", database_url]
    assert await asyncio.to_thread(command, words) == 1
    said = capsys.readouterr().out
    assert "  The query parameter phone isn't known any more" in said
    assert "      breaks: GET /api/notes?phone=…\n" in said
    assert "      used by key `mobile-app`, 12 times in the last 30 days: GET /api/notes\n" in said
    assert await asyncio.to_thread(command, [*words, "--json"]) == 1
    found = [each for each in json.loads(capsys.readouterr().out) if each["kind"] == "response-property-removed"]
    assert found[0]["used_by"][0] | {"last": ""} == {"client": "key mobile-app", "count": 12, "last": ""}
