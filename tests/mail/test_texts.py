"""Texts of mails: our own, those that an application puts in their place, and mistakes in these."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import backsmith.mail.texts
from backsmith.errors import UsageError
from backsmith.mail.texts import SAMPLES, Texts
from backsmith.settings import Settings


@pytest.mark.parametrize("name", SAMPLES)
def test_every_mail_says_who_it_is_from_and_leaves_nothing_open(name: str) -> None:
    mail = Texts(Settings(name="Notes & Co")).mail(name, "ada@example.org", SAMPLES[name])
    assert "Notes & Co" in mail.subject + mail.text
    for text in (mail.subject, mail.text, mail.html or ""):
        assert not re.search(r"[{}]|None|undefined", text)
    assert all(len(line) < 120 for line in mail.text.splitlines() if "http" not in line)
    assert "code" not in SAMPLES[name] or ("1234 5678" in mail.text and "1234" not in mail.subject)
    assert mail.html is None or ("Notes &amp; Co" in mail.html and "<script" not in mail.html)


def test_links_are_built_from_the_configured_address() -> None:
    settings = Settings(address="https://notes.example/")
    assert "\nhttps://notes.example/auth/account\n" in Texts(settings).mail("totp.added", "a@b.cd", {"name": None}).text


def test_what_people_call_themselves_is_text_in_html() -> None:
    values = {"link": "https://x.example/#y", "team": "<b>Crew</b> & http://evil.example"}
    html = Texts(Settings()).mail("team-invitation", "a@b.cd", values).html
    assert html is not None
    assert "&lt;b&gt;Crew&lt; b&gt; &amp; http evil example" in html


def test_an_application_replaces_a_text_and_builds_on_the_layout(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/code.txt").write_text("Subject: Hallo\n\nDein Code: {{ code }}\n")
    (tmp_path / "mail/code.html").write_text(
        '{% extends "_layout.html" %}{% block text %}<p>{{ code }}</p>{% endblock %}'
    )
    texts = Texts(Settings(folder=str(tmp_path)))
    texts.check()
    mail = texts.mail("code", "a@b.cd", {"code": "1", "link": "2"})
    assert (mail.subject, mail.text) == ("Hallo", "Dein Code: 1\n")
    assert "<p>1</p>" in (mail.html or "")


def test_mistakes_are_found_at_the_start_each_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "code.txt").write_text("Subject: x\n\n{{ kode }}\n")
    (tmp_path / "reset.txt").write_text("Subject: x\n\n{% if %}\n")
    (tmp_path / "verify.txt").write_text("Hello\n")
    (tmp_path / "cod.txt").write_text("Subject: x\n")
    with pytest.raises(UsageError) as refused:
        Texts(Settings(mail_templates=str(tmp_path))).check()
    assert str(refused.value).replace(str(tmp_path), "mail").splitlines() == [
        "mail/code.txt:3: 'kode' is undefined",
        "mail/reset.txt:3: Expected an expression, got 'end of statement block'",
        "mail/verify.txt:1: The first line of a mail is its subject: Subject: …",
        f"mail/cod.txt: No mail has that name. There are {', '.join(sorted(SAMPLES))}.",
    ]


def test_a_folder_that_is_named_has_to_be_there() -> None:
    with pytest.raises(UsageError, match="There is no folder nowhere"):
        Texts(Settings(mail_templates="nowhere")).check()


def test_every_template_here_belongs_to_a_mail() -> None:
    folder = Path(backsmith.mail.texts.__file__).parent / "templates"
    assert {file.stem for file in folder.glob("[!_]*")} == set(SAMPLES)


@pytest.mark.parametrize(
    ("name", "greeting"), [("Ada", "Hello Ada,"), ("evil.example", "Hello evil example,"), (None, "Hello,")]
)
def test_a_notice_greets_who_has_a_name_and_who_has_none(name: str | None, greeting: str) -> None:
    mail = Texts(Settings()).mail("totp.added", "a@b.cd", {"name": name})
    assert mail.text.startswith(f"{greeting}\n\nfrom now on, ")
