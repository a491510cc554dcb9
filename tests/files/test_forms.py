"""Forms are read as they arrive, whatever the pieces; what is hostile is refused while it arrives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from backsmith import errors
from backsmith.engine.serving.multipart import IN_MEMORY, MAX_PARTS, is_form, parts, read_form
from backsmith.errors import RequestError

TYPE = "multipart/form-data; boundary=cut"
BODY = (
    b"--cut\r\n"
    b'Content-Disposition: form-data; name="title"\r\n\r\n'
    b"Gr\xc3\xbc\xc3\x9fe\r\n"
    b"--cut\r\n"
    b'Content-Disposition: form-data; name="photo"; filename="a b.png"\r\n'
    b"Content-Type: image/png\r\n\r\n"
    b"\x89PNG\r\n--cu not the end\r\n"
    b"--cut--\r\n"
)


async def pieces(body: bytes, size: int = 65536) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def a_part(name: str, content: bytes, filename: str | None = None) -> bytes:
    extra = "" if filename is None else f'; filename="{filename}"'
    return f'--cut\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode() + content + b"\r\n"


async def refused(body: bytes, content_type: str = TYPE, most: int = 10_000_000) -> errors.Kind:
    with pytest.raises(RequestError) as caught:
        await read_form(pieces(body), content_type, most=most)
    return caught.value.kind


@pytest.mark.parametrize("size", [1, 7, 4096])
async def test_a_form_is_the_same_however_it_is_cut(size: int) -> None:
    seen: list[Any] = []
    async for part in parts(pieces(BODY, size), TYPE):
        content = b"".join([piece async for piece in part.pieces])
        seen.append((part.name, part.filename, part.content_type, content))
    assert seen == [
        ("title", None, "", "Grüße".encode()),
        ("photo", "a b.png", "image/png", b"\x89PNG\r\n--cu not the end"),
    ]


async def test_parts_that_nobody_reads_are_passed_over() -> None:
    assert [part.name async for part in parts(pieces(BODY, 5), TYPE)] == ["title", "photo"]


async def test_a_form_read_whole() -> None:
    form = await read_form(pieces(BODY), TYPE, most=100)
    [(name, file)] = form.files
    assert form.texts == [("title", "Grüße")]
    assert (name, file.filename, file.content_type, file.size) == ("photo", "a b.png", "image/png", 22)
    assert await file.read() == b"\x89PNG\r\n--cu not the end"
    form.close()


async def test_large_files_are_on_disk_and_read_as_often_as_one_likes() -> None:
    content = bytes(range(256)) * (IN_MEMORY // 128)
    form = await read_form(pieces(a_part("x", content, "x") + b"--cut--"), TYPE, most=len(content))
    file = form.files[0][1]
    assert file._disk is not None
    first, second = await asyncio.gather(file.read(), file.read())
    assert first == second == content
    form.close()
    assert file._disk.closed


async def test_a_form_that_breaks_off_is_refused() -> None:
    assert await refused(BODY[:-9]) is errors.BAD_FORM
    assert await refused(b"") is errors.BAD_FORM


async def test_a_body_that_is_no_form_is_refused() -> None:
    assert await refused(b'{"title": "x"}') is errors.BAD_FORM
    assert await refused(BODY, "multipart/form-data") is errors.BAD_FORM
    assert await refused(BODY.replace(b'; name="title"', b"")) is errors.BAD_FORM


async def test_a_form_of_too_many_parts_is_refused() -> None:
    assert await refused(a_part("x", b"") * (MAX_PARTS + 1) + b"--cut--") is errors.TOO_LARGE


async def test_long_headers_and_many_of_them_are_refused() -> None:
    assert await refused(b"--cut\r\nX-Long: " + b"x" * 5000) is errors.TOO_LARGE
    assert await refused(b"--cut\r\n" + b"X: y\r\n" * 9) is errors.TOO_LARGE


async def test_long_texts_are_refused_also_in_many_parts() -> None:
    assert await refused(a_part("x", b"x" * 1_048_577) + b"--cut--") is errors.TOO_LARGE
    assert await refused(a_part("x", b"x" * 600_000) * 2 + b"--cut--") is errors.TOO_LARGE


async def test_a_file_beyond_the_most_bytes_is_refused_while_it_arrives() -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield a_part("x", b"x" * 1000, "x")[:-2]
        while True:
            taken += 1000
            yield b"x" * 1000

    with pytest.raises(RequestError) as caught:
        await read_form(endless(), TYPE, most=50_000)
    assert (caught.value.kind, taken <= 51_000) == (errors.TOO_LARGE, True)


async def test_texts_are_utf_8() -> None:
    assert await refused(a_part("x", b"\xff") + b"--cut--") is errors.BAD_FORM


def test_what_is_a_form() -> None:
    assert [is_form(each) for each in (TYPE, "Multipart/Form-Data", "multipart/mixed", None)] == [
        True,
        True,
        False,
        False,
    ]
