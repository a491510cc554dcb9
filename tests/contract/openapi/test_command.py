"""`backsmith openapi`: what it writes where, and its exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backsmith.cli.main import run

MODEL = '''\
from __future__ import annotations

from backsmith import Account, Entity, allow


class Tea(Entity):
    """What we pour."""

    name: str
    secret: str | None

    @allow("read", fields=("name",))
    def everyone(self) -> bool:
        return True

    @allow("read", "create")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles
'''


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "tea.py").write_text(MODEL)
    yield tmp_path
    sys.modules.pop("tea", None)


def test_the_document_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["openapi", "tea.py"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith('{\n  "openapi": "3.1.0",\n  "info": {\n    "title": "Tea",\n')
    assert out.endswith("}\n")
    assert not out.endswith("\n\n")
    assert set(json.loads(out)["paths"]["/api/teas"]) == {"get", "post"}


def test_of_an_audience(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["openapi", "tea.py", "--audience", "anonymous"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found["paths"]["/api/teas"]) == {"get"}
    assert set(found["components"]["schemas"]["Tea"]["properties"]) == {"id", "name"}
    assert "secret" not in json.dumps(found)


def test_an_audience_that_no_rule_mentions(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["openapi", "tea.py", "--audience", "stuff"]) == 2
    assert capsys.readouterr() == (
        "",
        "No rule mentions the role 'stuff'. There are: everybody, anonymous, signed_in, admin, staff.\n",
    )


def test_to_a_file_and_whether_that_is_up_to_date(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["openapi", "tea.py", "--output", "api.json"]) == 0
    assert capsys.readouterr() == ("", "Wrote api.json.\nNext: backsmith openapi tea.py --check api.json\n")
    assert run(["openapi", "tea.py", "--check", "api.json"]) == 0
    assert capsys.readouterr() == ("", "api.json is up to date.\n")
    (folder / "tea.py").write_text(MODEL.replace("What we pour.", "What we drink."))
    sys.modules.pop("tea", None)
    assert run(["openapi", "tea.py", "--check", "api.json"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("--- api.json\n+++ now\n")
    assert '-      "description": "What we pour.' in out
    assert '+      "description": "What we drink.' in out
    assert err.endswith(
        "api.json is out of date. Read the difference; if it is meant, write the file anew and commit it.\n"
        "Next: backsmith openapi tea.py --output api.json\n"
    )


def test_a_file_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["openapi", "tea.py", "--audience", "staff", "--check", "api.json"]) == 2
    assert capsys.readouterr().err == (
        "api.json can't be read. Make it: backsmith openapi tea.py --audience staff --output api.json\n"
    )


def test_writing_and_checking_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["openapi", "tea.py", "--check", "a", "--output", "b"]) == 2
    assert capsys.readouterr().err == "--check goes alone: it compares and writes nothing.\n"
