"""The matrix as it is computed and written: a small model, all of its text."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from backsmith.checks.matrix.as_page import as_page
from backsmith.checks.matrix.as_text import EXPLAINED, as_text, difference
from backsmith.checks.matrix.computing import matrix_of
from backsmith.cli.main import run
from tests.checks.matrix import shelf
from tests.checks.matrix.models import MODELS, model

SHELF = matrix_of(model(shelf).blueprint)
TEXT = f"""\
# Who may do what in shelf

{EXPLAINED}

## Book

Channels: item, list, filter, sort, embed, aggregate, csv, bulk, batch, upsert, nested write.
Never shown: cost.

| what | verb | fields | who | answer |
|---|---|---|---|---|
| Book | read | id, title, code | anonymous | where it is not marked lent |
| Book | read | id, title, code | signed in, other owner | where it is not marked lent |
| Book | read | id, title, code | owner (reader) | always |
| Book | read | id, title, code | role librarian | where it is not marked lent |
| Book | read | note, lent, reader_id | anonymous | never |
| Book | read | note, lent, reader_id | signed in, other owner | never |
| Book | read | note, lent, reader_id | owner (reader) | always |
| Book | read | note, lent, reader_id | role librarian | never |
| Book | create | all fields | anonymous | never |
| Book | create | all fields | signed in, other owner | never |
| Book | create | all fields | owner (reader) | never |
| Book | create | all fields | role librarian | always |
| Book | update | title, code, cost, lent, reader_id | anonymous | never |
| Book | update | title, code, cost, lent, reader_id | signed in, other owner | never |
| Book | update | title, code, cost, lent, reader_id | owner (reader) | never |
| Book | update | title, code, cost, lent, reader_id | role librarian | never |
| Book | update | note | anonymous | never |
| Book | update | note | signed in, other owner | never |
| Book | update | note | owner (reader) | always |
| Book | update | note | role librarian | never |
| Book | delete | the row | anonymous | never |
| Book | delete | the row | signed in, other owner | never |
| Book | delete | the row | owner (reader) | never |
| Book | delete | the row | role librarian | always |

- Book.code is unique: that a value is taken, also by a row that they may not read, is told to role librarian.

## Account

Channels: none, it is private.

## Functions

| what | verb | fields | who | answer |
|---|---|---|---|---|
| GET /api/rpc/hours | call |  | anonymous | always |
| GET /api/rpc/hours | call |  | signed in | always |
"""


def test_each_cell_is_a_line_of_its_own() -> None:
    assert as_text(SHELF) == TEXT


def test_a_difference_shows_just_what_has_changed() -> None:
    old = TEXT.replace(
        "| Book | delete | the row | owner (reader) | never |", "| Book | delete | the row | owner (reader) | always |"
    )
    assert [line for line in difference(old, SHELF, "access.matrix.md") if line[0] in "+-"] == [
        "--- access.matrix.md",
        "+++ the model",
        "-| Book | delete | the row | owner (reader) | always |",
        "+| Book | delete | the row | owner (reader) | never |",
    ]


def test_members_of_teams_and_other_tenants_have_answers_of_their_own() -> None:
    task = next(part for part in matrix_of(MODELS["teamwork"].blueprint).parts if part.name == "Task")
    update = next(right for right in task.rights if right.verb == "update" and "state" in right.fields)
    assert {cell.standing.name: cell.answer for cell in update.cells} == {
        "anonymous": "never",
        "signed in, other tenant, other owner": "never",
        "member (team.memberships)": "never",
        "owner (doer)": "never",
        "owner (project.lead)": "never",
        "member (team.memberships) and owner (doer)": "where the state is not 'done'",
    }


class Outline(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.scopes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)
        if tag == "th":
            self.scopes.add(str(dict(attrs).get("scope")))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_needs_nothing_else_and_is_well_formed() -> None:
    page = as_page(SHELF)
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert {"script", "link", "img"}.isdisjoint(outline.tags)
    assert outline.tags.count("table") == outline.tags.count("caption") == 2
    assert outline.scopes == {"col", "row"}
    assert "prefers-color-scheme: dark" in page
    assert '<html lang="en">' in page


def test_the_command_writes_and_compares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, committed = str(shelf.__file__), tmp_path / "access.matrix.md"
    assert run(["matrix", path, "--write", str(committed)]) == 0
    assert committed.read_text() == TEXT
    assert run(["matrix", path, "--check", str(committed)]) == 0
    assert capsys.readouterr().out == ""
    committed.write_text(TEXT.replace("| role librarian | always |", "| role librarian | never |"))
    assert run(["matrix", path, "--check", str(committed)]) == 1
    assert "+| Book | create | all fields | role librarian | always |" in capsys.readouterr().out
    assert run(["matrix", path, "--check", str(tmp_path / "missing.md")]) == 2
    assert run(["matrix", path, "--check", str(committed), "--ask"]) == 2


def test_the_command_shows_tables_json_and_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(shelf.__file__)
    assert run(["matrix", path]) == 0
    assert "where it is not marked lent" in capsys.readouterr().out
    assert run(["matrix", path, "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["entities"][0]["rights"][0]["cells"][0] == {
        "who": "anonymous", "roles": [], "ties": [], "anonymous": True, "answer": "where",
        "where": "it is not marked lent",
    }  # fmt: skip
    assert run(["matrix", path, "--write", str(tmp_path / "matrix.html")]) == 0
    assert (tmp_path / "matrix.html").read_text() == as_page(SHELF)
