"""A model whose secret fields change: what keeps its values, what the application carries over, what can't be."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from backsmith.app import asgi
from backsmith.cli.main import run as command
from tests.accounts.application import Served
from tests.engine.sealed.conftest import Clinic

Run = Callable[[Awaitable[Any]], Any]

HEAD = """\
from typing import Annotated

from annotated_types import MaxLen
from backsmith import Entity, RenamedFrom, Secret, allow, migration


class Note(Entity):
    title: str
    {fields}

    @allow("read", "create", "update")
    def everyone(self) -> bool:
        return True


{more}
"""


class Versions:
    """Versions of a model, applied to one database one after the other."""

    def __init__(self, url: str, folder: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
        self._url, self._folder, self._run, self._capsys = url, folder, run, capsys
        self._number = 0
        self._file = folder

    def apply(self, fields: str, *words: str, more: str = "", first: bool = False) -> tuple[int, str]:
        """The exit code of `backsmith apply` (`create`: of the first one), and what it says."""
        self._number += 1
        file = self._folder / f"version_{self._number}_{self._folder.name.lower()}.py"
        file.write_text(HEAD.format(fields=fields, more=textwrap.dedent(more)))
        if not first:
            shutil.copy(self._file.with_suffix(".lock.json"), file.with_suffix(".lock.json"))
        self._capsys.readouterr()
        given = [str(file), "--database", self._url]
        code = command(["create", *given] if first else ["apply", *given, "--yes", *words])
        if code == 0:
            self._file = file
        return code, "".join(self._capsys.readouterr())

    def ask(self, *requests: tuple[Any, ...]) -> list[Any]:
        """The replies of the version that was applied last."""

        async def asked() -> list[Any]:
            application = asgi(self._file, database=self._url, access_log=False)
            await application.start()
            clinic = Clinic(Served(application, self._folder), self._url)
            try:
                return [await clinic.given(*request) for request in requests]
            finally:
                await application.close()

        return self._run(asked())


@pytest.fixture
def versions(database_url: str, tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> Versions:
    return Versions(database_url, tmp_path, run, capsys)


def test_a_migration_makes_values_secret_and_plain_again(versions: Versions) -> None:
    versions.apply("word: str", first=True)
    versions.ask(("POST", "/notes", [{"title": "a", "word": "one"}, {"title": "b", "word": "two"}]))
    code, said = versions.apply(
        "sealed: Annotated[str, Secret]",
        "--approve",
        "drop:notes.word",
        "--approve",
        "break:notes.sealed",
        more="""
            @migration(Note)
            class Seal:
                @staticmethod
                def up(word: str) -> Annotated[str, "sealed"]:
                    return word.upper()
        """,
    )
    assert code == 0, said
    shown = [{"title": "a", "sealed": "ONE"}, {"title": "b", "sealed": "TWO"}]
    assert versions.ask(("GET", "/notes?select=title,sealed")) == [shown]
    code, said = versions.apply(
        "word: str",
        "--approve",
        "drop:notes.sealed",
        "--approve",
        "break:notes.word",
        more="""
            @migration(Note)
            class Open:
                @staticmethod
                def up(sealed: str) -> Annotated[str, "word"]:
                    return sealed.lower()
        """,
    )
    assert code == 0, said
    assert versions.ask(("GET", "/notes?select=title,word")) == [
        [{"title": "a", "word": "one"}, {"title": "b", "word": "two"}]
    ]


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("word: str", "word: Annotated[str, Secret]"),
        ("word: Annotated[str, Secret]", "word: str"),
        ("word: bytes | None", "word: Annotated[bytes, Secret] | None"),
        ("word: Annotated[str, Secret] | None", "word: Annotated[int, Secret] | None"),
    ],
)
def test_by_itself_a_field_becomes_neither(versions: Versions, was: str, becomes: str) -> None:
    versions.apply(was, first=True)
    versions.ask(("POST", "/notes", {"title": "a", **({"word": "w"} if "None" not in was else {})}))
    code, said = versions.apply(becomes)
    assert code == 1
    assert "The database can't encrypt values, nor decrypt them, nor see what is in them." in said
    assert "write a @migration that returns what it gets from the old field" in " ".join(said.split())


def test_another_name_or_length_keeps_the_values(versions: Versions) -> None:
    versions.apply("word: Annotated[str, MaxLen(5), Secret]", first=True)
    versions.ask(("POST", "/notes", {"title": "a", "word": "seven"}))
    code, said = versions.apply(
        "term: Annotated[str, MaxLen(9), Secret, RenamedFrom('word')]", "--approve", "rename:notes.word"
    )
    assert code == 0, said
    code, said = versions.apply(
        "term: Annotated[str, MaxLen(3), Secret] | None\n    more: Annotated[int, Secret] | None",
        "--approve",
        "break:notes.term",
    )
    assert code == 0, said
    rows = [{"id": 1, "title": "a", "term": "seven", "more": None}]
    assert versions.ask(("GET", "/notes"), ("PATCH", "/notes/1", {"more": 7}), ("GET", "/notes?select=more")) == [
        rows,
        None,
        [{"more": 7}],
    ]


def test_a_new_one_that_has_to_be_there_is_refused_where_rows_are(versions: Versions) -> None:
    versions.apply("word: str", first=True)
    versions.ask(("POST", "/notes", {"title": "a", "word": "w"}))
    code, said = versions.apply("word: str\n    sealed: Annotated[str, Secret] = 'default'")
    assert code == 1
    assert "sealed" in said


def test_both_versions_of_a_name_are_served_while_clients_move(versions: Versions) -> None:
    versions.apply("word: Annotated[str, Secret]", first=True)
    versions.ask(("POST", "/notes", {"title": "a", "word": "one"}))
    code, said = versions.apply("term: Annotated[str, Secret, RenamedFrom('word')]", "--expand")
    assert code == 0, said
    assert versions.ask(
        ("GET", "/notes?select=word,term"),
        ("PATCH", "/notes/1", {"word": "two"}),
        ("GET", "/notes?select=word,term"),
    ) == [[{"word": "one", "term": "one"}], None, [{"word": "two", "term": "two"}]]
