"""A change of the model travels: it is planned and approved, told in the changelog and in documents, and while it is
expanded what old clients ask works as it did."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backsmith.blueprint.blueprint import Blueprint
from backsmith.cli.main import run as command
from backsmith.contract import contract_of
from backsmith.contract.diff import differences, worst
from backsmith.contract.openapi import document_of, encoded
from backsmith.databases import Database, open_database
from backsmith.evolution.applying import apply
from backsmith.evolution.changelog import Entry, as_markdown, changelog, shown_to
from backsmith.evolution.create import create_missing
from backsmith.evolution.developing import keep_in_step
from backsmith.evolution.plan import ApiChange, Plan, verdict
from backsmith.evolution.releases import Release, plan_release
from tests.engine.client import Client
from tests.evolution.expansion.versions import versions_of
from tests.evolution.models import HEAD
from tests.evolution.versions import Versions

RULE = """
    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True
"""
BEFORE = f"class Person(Entity):\n    surname: str\n    note: str | None\n{RULE}"
AFTER = f"class Person(Entity):\n    last_name: Annotated[str, RenamedFrom('surname')]\n    note: str | None\n{RULE}"
WITH_ACTION = f"{BEFORE}\n@query(allow='everyone')\nasync def top(data: Data) -> list[int]:\n    return []\n"
STATES = f"class Person(Entity):\n    state: Literal['a', 'b'] = 'a'\n{RULE}"
MORE_STATES = f"class Person(Entity):\n    state: Literal['a', 'b', 'c'] = 'a'\n{RULE}"


def document(blueprint: Blueprint) -> dict[str, Any]:
    return json.loads(encoded(document_of(contract_of(blueprint))))


async def released(
    database: Database, blueprint: Blueprint, release: Release = "direct", approvals: Collection[str] = ()
) -> Plan:
    """Plan and apply."""
    found = await plan_release(database, blueprint, release, approvals=approvals)
    await apply(database, found.plan, found.blueprint)
    return found.plan


async def test_a_renamed_field_travels(database_url: str, tmp_path: Path) -> None:
    first, second = versions_of(tmp_path, BEFORE, AFTER)
    old, new = first.blueprint, second.blueprint
    database = open_database(database_url)
    await database.open()
    await create_missing(database, old)

    # At once, it breaks clients and has to be approved; the documents say the same.
    direct = (await plan_release(database, new, "direct")).plan
    assert [each.text for each in direct.api if each.breaking] == [
        "The field is called last_name from now on: replies don't have it under its old name, and requests with that "
        "are refused."
    ]
    assert verdict(direct) == "approval"
    assert worst(differences(document(old), document(new))) == "breaking"

    # Expanded, nothing breaks: both names are in the document, the old one deprecated.
    expanded = await plan_release(database, new, "expand")
    assert verdict(expanded.plan) == "safe"
    between = document(expanded.blueprint)
    assert worst(differences(document(old), between)) == "compatible"
    shown = between["components"]["schemas"]["Person"]["properties"]
    assert shown["surname"]["deprecated"] is True
    assert "last_name" in shown["surname"]["description"]
    assert "deprecated" not in shown["last_name"]
    await apply(database, expanded.plan, expanded.blueprint)
    await database.close()

    # What an old client asks works as it did, and it is told.
    application = second.served(database_url)
    await application.start()
    client = Client(application, None)
    typed = {"content_type": "application/json"}
    made = await client.ask("/api/people", method="POST", body=b'{"surname": "Curie"}', **typed)
    assert made.status == 201
    old_reply = await client.ask("/api/people?select=surname&surname=eq.Curie")
    new_reply = await client.ask("/api/people?select=last_name")
    assert (old_reply.json, new_reply.json) == ([{"surname": "Curie"}], [{"last_name": "Curie"}])
    assert old_reply.headers["backsmith-deprecated"] == "people.surname"
    assert old_reply.headers["deprecation"].startswith("@")
    assert "deprecation" not in new_reply.headers
    await application.close()

    # It ends, and the changelog has told it all.
    database = open_database(database_url)
    await database.open()
    ending = await plan_release(database, new, "contract")
    needed = [approval.name for approval in ending.plan.approvals]
    assert needed == ["end:people.surname"]  # somebody used it a moment ago
    await released(database, new, "contract", needed)
    entries = await changelog(database)
    await database.close()
    assert [entry.mode for entry in entries] == ["contract", "expand", None]
    assert [(each.breaking, each.about) for each in entries[1].changes] == [
        (False, "people.last_name"),
        (False, "people.surname"),
    ]
    assert [(each.breaking, each.about) for each in entries[0].changes] == [(True, "people.surname")]
    text = as_markdown(entries)
    assert "### Breaking\n\n- `people.surname`: The deprecated field is gone" in text


async def test_what_breaks_clients_and_loses_nothing_has_to_be_approved(database: Database, tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    await create_missing(database, versions.next(WITH_ACTION))
    new = versions.next(BEFORE)
    asked = (await plan_release(database, new, "direct")).plan
    assert [(each.name, each.text, each.given) for each in asked.approvals] == [
        ("break:GET:/api/rpc/top", "The query is gone (404). --expand keeps what can be kept.", False)
    ]
    assert verdict(asked) == "approval"
    given = (await plan_release(database, new, "direct", approvals=["break:GET:/api/rpc/top"])).plan
    assert verdict(given) == "safe"


async def test_what_is_risky_needs_no_approval_and_is_said(database: Database, tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    await create_missing(database, versions.next(STATES))
    plan = await released(database, versions.next(MORE_STATES))
    assert [(each.breaking, each.risky, each.text) for each in plan.api] == [
        (False, True, "Replies may hold 'c', which clients don't know.")
    ]
    entries = await changelog(database)
    assert "### Risky\n\n- `people.state`: Replies may hold 'c', which clients don't know." in as_markdown(entries)


async def test_a_database_that_nothing_was_applied_to_has_no_changelog(database: Database) -> None:
    assert await changelog(database) == ()


async def test_who_may_not_see_a_field_hears_nothing_of_it(database: Database, tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    await create_missing(database, versions.next(BEFORE))
    await released(database, versions.next(BEFORE.replace("note:", "hint: str | None\n    note:")))
    entries = await changelog(database)
    assert _abouts(entries) == ["people.hint"]
    assert _abouts(shown_to(entries, ["/api/people"], ["people.note"])) == []
    assert _abouts(shown_to(entries, [], ["people.hint"])) == ["people.hint"]


def _abouts(entries: Any) -> list[str]:
    return [change.about for entry in entries for change in entry.changes]


def test_names_in_the_changelog_mean_nothing_as_markdown() -> None:
    change = ApiChange(breaking=True, about="a.b", text="Replies may hold '<b>*x*</b>'.\n# No heading")
    entry = Entry(at=datetime(2026, 1, 23, tzinfo=UTC), version="0" * 16, mode="direct", changes=(change,))
    assert as_markdown([entry]).splitlines()[-1] == r"- `a.b`: Replies may hold '\<b\>\*x\*\</b\>'. \# No heading"


def test_the_command_writes_the_changelog(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("told.py").write_text(HEAD + BEFORE)
    words = ["contract", "changelog", "told.py", "--database", database_url]
    assert command(["apply", "told.py", "--database", database_url, "--yes"]) == 0
    capsys.readouterr()
    assert command([*words, "--output", "changes.md"]) == 0
    assert (
        Path("changes.md").read_text().startswith("# Changes of the API\n\nWritten by `backsmith contract changelog`.")
    )
    assert command([*words, "--json"]) == 0
    assert [entry["mode"] for entry in json.loads(capsys.readouterr().out)] == [None]


async def test_in_development_nobody_is_asked(database: Database, tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    old = versions.next(WITH_ACTION)
    await create_missing(database, old)
    new = versions.next(BEFORE)
    await keep_in_step(database, new)
    assert [(entry.mode, [each.about for each in entry.changes]) for entry in await changelog(database)] == [
        ("direct", ["GET /api/rpc/top"]),
        (None, []),
    ]
