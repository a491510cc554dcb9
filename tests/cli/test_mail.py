"""`backsmith mail preview`: what an author of templates sees before anything is sent."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backsmith.cli.main import run
from backsmith.mail.texts import SAMPLES


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model that is never loaded, and templates of an application's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    Path("tea.py").write_text("")
    Path("mail").mkdir()
    Path("mail/code.txt").write_text("Subject: {{ code | grouped }} for {{ application }}\n\nOpen <it>: {{ link }}\n")
    return tmp_path


def test_all_mails_are_written_with_a_page_that_shows_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["mail", "preview", "tea.py"]) == 0
    written = Path(".backsmith/mail-preview")
    assert capsys.readouterr() == (
        "", f"Wrote {len(SAMPLES)} mails. Open .backsmith/mail-preview/index.html in a browser.\n",
    )  # fmt: skip
    assert {file.stem for file in written.glob("*.txt")} == set(SAMPLES)
    assert "1234 5678</p>" in (written / "code.html").read_text()
    assert not (written / "totp.added.html").exists(), "it has text alone"
    page = (written / "index.html").read_text()
    assert "<b>1234 5678 for Tea</b></p>\n<pre>Open &lt;it&gt;: https://app.example/auth/page#" in page
    assert '<iframe sandbox title="code, as HTML" src="code.html"></iframe>' in page
    assert (written / ".gitignore").read_text() == "*\n"


def test_one_mail_is_printed_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mail/password.changed.txt").write_text("Subject: Changed\n\n{{ name | name }}, it was you?\n")
    assert run(["mail", "preview", "tea.py", "password.changed", "--to", "out"]) == 0
    assert capsys.readouterr().out == "Subject: Changed\n\nAda, it was you?\n"
    assert sorted(file.name for file in Path("out").iterdir()) == [".gitignore", "index.html", "password.changed.txt"]


@pytest.mark.parametrize(
    ("template", "text", "said"),
    [
        (["cod"], "Subject: x\n", "There is no mail cod. Did you mean 'code'? There are code, email, "),
        (["code"], "Subject: x\n\n{{ kode }}\n", "mail/code.txt:3: 'kode' is undefined\n"),
        ([], "Hello\n", "mail/code.txt:1: The first line of a mail is its subject: Subject: …\n"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(
    template: list[str], text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mail/code.txt").write_text(text)
    assert run(["mail", "preview", "tea.py", *template]) == 2
    assert said in capsys.readouterr().err
    assert not Path(".backsmith").exists()


def test_templates_are_not_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("mail/code.txt").read_text()
    assert run(["mail", "preview", "tea.py", "code", "--to", "./mail"]) == 2
    assert capsys.readouterr() == (
        "", "mail is where the templates are, which would be written over. Name another with --to.\n",
    )  # fmt: skip
    assert [(file.name, file.read_text()) for file in Path("mail").iterdir()] == [("code.txt", before)]
