"""Names of files are texts to show; in headers they stay what they are, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsmith.engine.files.names import LONGEST, content_disposition, name_in, safe_name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("photo.png", "photo.png"),
        ("Grüße 2026.pdf", "Grüße 2026.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/", "file"),
        ("..", "file"),
        ("", "file"),
        (".htaccess", "htaccess"),
        ("C:\\fakepath\\me.jpg", "me.jpg"),
        ("a\x00b\r\nSet-Cookie: x.png", "ab Set-Cookie x.png"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),  # shown as invoiceexe.png
        ('quote".png', "quote.png"),
        ("con.txt", "_con.txt"),
        ("a" * 300 + ".png", "a" * (LONGEST - 4) + ".png"),
        ("ü" * 300, "ü" * (LONGEST // 2)),
        ("name. ", "name"),
        ("\ud800.png", "png"),
    ],
)
def test_a_name_is_made_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe


@given(st.text())
def test_a_safe_name_is_no_path_and_stays_what_it_is(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe.encode()) <= LONGEST
    assert not set(safe) & set('/\\:"<>|?*\0\r\n')
    assert safe not in (".", "..")
    assert safe_name(safe) == safe


@given(st.text())
def test_a_header_is_one_line_of_ascii_and_gives_the_name_back(name: str) -> None:
    safe = safe_name(name)
    header = content_disposition(safe, attachment=True)
    assert header.isascii() and header.isprintable()
    assert name_in(header) == safe


def test_the_header() -> None:
    assert content_disposition("a b.png", attachment=False) == 'inline; filename="a b.png"'
    assert (
        content_disposition("Grüße.pdf", attachment=True)
        == "attachment; filename=\"Grue.pdf\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.pdf"
    )


def test_a_name_that_a_client_gives() -> None:
    assert name_in('attachment; filename="a;b \\"c\\".png"; size=3') == 'a;b "c".png'
    assert name_in("inline; filename=plain.txt") == "plain.txt"
    assert name_in("attachment; filename=a; filename*=utf-8'en'gr%C3%BC") == "grü"
    assert [name_in(header) for header in (None, "", "inline", 'inline; filename="open')] == [None] * 4
