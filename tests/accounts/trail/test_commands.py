"""What commands do to keys and rights stands in the audit trail."""

from __future__ import annotations

import json
import sys
import textwrap
from asyncio import gather
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backsmith.cli import secrets as commands
from backsmith.cli.main import run as command
from backsmith.secrets import secrets as module
from tests.accounts.application import NOTES, serve
from tests.accounts.people import sign_in

EVERYBODY = """
        @allow("read")
        def all(self) -> bool:
            return True
"""


@pytest.fixture
def told(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Runs a command that ends well, for the notes; gives the events with who did them and details."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "notes", raising=False)
    for each in (module, commands):
        monkeypatch.setattr(each, "HOLD", timedelta(0))
    Path("notes.py").write_text(textwrap.dedent(NOTES))
    assert command(["create", "notes.py", "--database", database_url]) == 0

    def run(*words: str) -> list[tuple[str, str, Any]]:
        sys.modules.pop("notes", None)  # the file may be another one by now
        assert command([*words, "--database", database_url]) == 0, capsys.readouterr()
        capsys.readouterr()
        assert command(["audit-log", "list", "notes.py", "--json", "--database", database_url]) == 0
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        return [(row["event"], row["actor"], row["details"]) for row in rows]

    return run


def test_keys_that_are_replaced(told: Callable[..., Any]) -> None:
    told("secrets", "rotate", "notes.py", "--only", "accounts")
    told("secrets", "reseal", "notes.py")
    assert told("secrets", "rotate-root", "notes.py", "--new-file", ".backsmith/root_secret") == [
        ("secrets.rotated", "command line", {"only": "accounts", "keys": 1, "at_once": False}),
        ("secrets.resealed", "command line", {"values": 0, "left": 0}),
        ("secrets.root-rotated", "command line", {"keys": 4}),
    ]


def test_a_change_of_the_model_that_widens_rights(told: Callable[..., Any]) -> None:
    told("secrets", "show", "notes.py")
    model = Path("notes.py")
    model.write_text(textwrap.dedent(NOTES + EVERYBODY))
    (event,) = told("apply", "notes.py", "--yes")
    name, actor, details = event
    assert (name, actor, details["count"], len(details["changes"])) == ("rights.widened", "command line", 2, 2)
    assert details["changes"][0].startswith("Note, read: PUBLIC: ")
    model.write_text(textwrap.dedent(NOTES))
    assert told("apply", "notes.py", "--yes") == [event]  # less is allowed: that is no news to look for


async def test_on_serializable_databases_all_who_append_at_once_succeed(database_url: str, tmp_path: Path) -> None:
    settings = {"isolation": "serializable"} if database_url.startswith("postgres") else {}
    served = await serve(NOTES, database_url, tmp_path, **settings)
    people = [await sign_in(served, f"ann{number}@example.com") for number in range(8)]
    answers = await gather(*(each.ask("POST", "/auth/sign-out-everywhere") for each in people))
    assert [answer.status for answer in answers] == [200] * 8
    await served.application.close()
