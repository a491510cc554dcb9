"""What goes over the wire: one header is one header, whatever people call themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from backsmith.mail.addresses import is_address, parse_address, parse_sender
from backsmith.mail.message import Mail, envelope
from backsmith.mail.texts import shown_name

AT = datetime(2026, 1, 23, 12, tzinfo=UTC)


def test_a_whole_mail() -> None:
    made = envelope("id1", Mail("ada@example.org", "Grüße", "Ähm = ja\n"), parse_sender("Notes <a@notes.example>"), AT)
    assert made.content.decode().replace("\r\n", "\n") == (
        "From: Notes <a@notes.example>\n"
        "To: ada@example.org\n"
        "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n"
        "Date: Fri, 23 Jan 2026 12:00:00 +0000\n"
        "Message-ID: <id1@notes.example>\n"
        "Auto-Submitted: auto-generated\n"
        "X-Auto-Response-Suppress: All\n"
        'Content-Type: text/plain; charset="utf-8"\n'
        "Content-Transfer-Encoding: quoted-printable\n"
        "MIME-Version: 1.0\n"
        "\n"
        "=C3=84hm =3D ja\n"
    )


@pytest.mark.parametrize(
    "evil", ["\r\nBcc: eve@example.org", "\nBcc: eve@example.org\n\nbody", "\u2028Bcc: e@e", "\x00", "\x0b"]
)
def test_no_header_ends_in_the_middle(evil: str) -> None:
    made = envelope("id1", Mail("ada@example.org", f"Hi{evil}", "x"), parse_address("a@notes.example", f"N{evil}"), AT)
    parsed = message_from_bytes(made.content, policy=policy.default)
    assert parsed["Bcc"] is None
    assert parsed["Subject"].startswith("Hi")
    assert len(parsed.keys()) == 10


def test_long_lines_and_long_subjects_are_folded() -> None:
    made = envelope(
        "id1", Mail("a@example.org", "ä" * 500, "ö" * 5000, f"<p>{'x' * 5000}</p>"), parse_address("a@b.cd"), AT
    )
    assert max(map(len, made.content.split(b"\r\n"))) <= 78
    parsed = message_from_bytes(made.content, policy=policy.default)
    assert parsed["Subject"] == "ä" * 500
    assert [part.get_content_type() for part in parsed.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org",
        "ada+tag@example.org",
        "o'neil@sub.example.org",
        "jörg@müller.example",
        "我@例子.例",
        "a@localhost",
    ],
)
def test_what_is_an_address(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        *("", "ada", "@example.org", "ada@", "a@b@c.de", "ada@@example.org"),
        *(".ada@example.org", "ada.@example.org", "a..b@example.org", '"ada"@example.org', "ada@[127.0.0.1]"),
        *("ada@127.0.0.1", "ada@exam ple.org", "ada@-example.org", "ada@example..org", "ada@example.org."),
        *("a\rb@example.org", "a\nb@example.org", "a\x00@example.org", "a\u200b@example.org", "a\u202e@example.org"),
        *("<ada@example.org>", "ada@example.org,eve@example.org", "ada@example.org\r\nRCPT TO:<eve@example.org>"),
        *("a" * 65 + "@example.org", "ada@" + "a" * 64 + ".org", "ada@" + "a." * 130 + "org", "ada\ud800@example.org"),
    ],
)
def test_what_is_no_address(address: str) -> None:
    assert not is_address(address)


def test_a_name_carries_no_message_to_others() -> None:
    assert shown_name("Win at http://evil.example/x now") == "Win at http evil example x now"
    assert shown_name("A\r\nB\u202eC") == "A BC"
    assert shown_name("x" * 99) == "x" * 60 + "…"
    assert shown_name("Dr. Ada L.") == "Dr. Ada L."
