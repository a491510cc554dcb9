"""What a file is, by its content; names and claims count for nothing but the choice between what bytes allow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsmith.engine.files.content import INERT, accepts, type_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 50
ZIP = b"PK\x03\x04\x14\0\0\0\x08\0" + b"\0" * 50


@pytest.mark.parametrize(
    ("head", "name", "type"),
    [
        (PNG, "a.png", "image/png"),
        (PNG, "a.html", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + b"\0" * 50, "a", "image/jpeg"),
        (b"GIF89a" + b"\0" * 50, "a", "image/gif"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 50, "a", "image/webp"),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41" + b"\0" * 50, "a", "video/mp4"),
        (b"%PDF-1.7\n", "a", "application/pdf"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "a.png", "image/svg+xml"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "a.png", "text/html"),
        (ZIP, "a.zip", "application/zip"),
        (ZIP, "a", "application/zip"),
        (ZIP, "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (b"BMW is a maker of cars", "a.txt", "text/plain"),
        (b"a,b\n1,2\n", "a.csv", "text/csv"),
        (b"a,b\n1,2\n", "a.html", "text/plain"),
        ("Grüße".encode()[:4], "a", "text/plain"),
        (b"\x01\x02\x03\x04", "a.png", "application/octet-stream"),
        (b"", "a.png", "text/plain"),
    ],
)
def test_the_type_of_a_file(head: bytes, name: str, type: str) -> None:
    assert type_of(head, name) == type


@given(st.binary(max_size=300), st.text(max_size=10))
def test_any_bytes_have_a_type(head: bytes, name: str) -> None:
    assert type_of(head, name).count("/") == 1


def test_what_a_field_accepts() -> None:
    assert accepts((), "text/html")
    assert accepts(("image/*",), "image/png")
    assert not accepts(("image/png", "image/*"), "text/html")
    assert not accepts(("image/jpeg",), "image/png")


def test_nothing_that_can_hold_a_script_is_shown() -> None:
    assert not [type for type in INERT if "svg" in type or "xml" in type or "html" in type or type.startswith("text/")]
