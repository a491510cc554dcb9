"""`backsmith secrets`: what it writes, and its exit codes."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from backsmith.cli import secrets as commands
from backsmith.cli.main import run as command
from backsmith.secrets import secrets as module

MODEL = """
    from typing import Annotated
    from backsmith import Account, Entity, Secret, allow

    class Note(Entity):
        owner: Account
        text: Annotated[str, Secret]

        @allow("read", "create")
        def own(self, user: Account) -> bool:
            return self.owner == user
"""

Told = Callable[..., tuple[int, str, str]]


@pytest.fixture
def told(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Told:
    """Runs `backsmith secrets` for a model whose database has been made."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "HOLD", timedelta(0))
    monkeypatch.setattr(commands, "HOLD", timedelta(0))
    Path("notes.py").write_text(textwrap.dedent(MODEL))
    assert command(["create", "notes.py", "--database", database_url]) == 0
    capsys.readouterr()

    def run(what: str, *words: str) -> tuple[int, str, str]:
        code = command(["secrets", what, "notes.py", "--database", database_url, *words])
        return code, *capsys.readouterr()

    return run


def test_keys_are_made_shown_and_replaced(told: Told, tmp_path: Path) -> None:
    code, out, err = told("show")
    assert (code, err) == (0, f"Root secret: {tmp_path}/.backsmith/root_secret\n")
    purposes = ("digests ", "accounts", "fields  ")
    assert re.fullmatch("".join(_line(purpose, "in use") for purpose in purposes), out)
    code, out, err = told("rotate", "--only", "fields")
    assert (code, out) == (0, "")
    assert re.fullmatch(
        r"Made the key [0-9a-f]{16}\. It is used in 0 seconds, when every server has read it\.\n"
        r"Next: backsmith secrets reseal notes\.py\n",
        err,
    )
    states = [(each["purpose"], each["state"]) for each in json.loads(told("show", "--json")[1])]
    assert states == [("digests", "in use"), ("accounts", "in use"), ("fields", "old"), ("fields", "in use")]
    code, out, err = told("reseal")
    assert (code, out) == (0, "")
    assert err.endswith("Sealed 0 values again; all have the newest key.\n")
    code, _, err = told("rotate")
    assert (code, len(re.findall("Made the key", err)), len(re.findall("Made the signing key", err))) == (0, 2, 1)


def _line(purpose: str, state: str) -> str:
    return rf"[0-9a-f]{{16}}  {purpose}  {state}  \d{{4}}-\d\d-\d\d \d\d:\d\d, today\n"


def test_a_new_root_secret(told: Told, tmp_path: Path) -> None:
    before = told("show")[1]
    code, out, err = told("rotate-root", "--new-file", "new_root")
    assert (code, out) == (0, "")
    assert err.startswith("Wrapped 3 keys by the root secret in new_root.\nBack it up, set secret_file to it, or put")
    code, _, err = told("show")
    assert (code, err.partition("\n")[0]) == (
        2,
        "The root secret isn't the one that the keys in this database were made with, so nothing that is sealed there"
        " could be opened.",
    )
    (tmp_path / "new_root").replace(tmp_path / ".backsmith" / "root_secret")
    assert told("show")[:2] == (0, before)


def test_a_new_root_secret_that_could_be_guessed_is_refused(told: Told, tmp_path: Path) -> None:
    (tmp_path / "weak").write_text("0123456789" * 4)
    code, _, err = told("rotate-root", "--new-file", "weak")
    assert (code, err) == (
        2,
        "The root secret in weak can be guessed: it repeats itself. Make one: backsmith secrets new\n",
    )
    assert told("show")[0] == 0


def test_new_prints_one_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(["secrets", "new"]) == 0
    assert re.fullmatch(r"[\w-]{43}\n", capsys.readouterr().out)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rotate-root"], "rotate-root and --new-file belong together: the file of the new root secret.\n"),
        (["rotate", "--at-once"], "--at-once is of rotate --only signing: other keys have nothing to end.\n"),
    ],
)
def test_words_that_dont_fit_are_refused(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["secrets", *words]) == 2
    assert capsys.readouterr().err == message
