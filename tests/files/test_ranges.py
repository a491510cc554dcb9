"""Byte ranges (RFC 9110, 14.1.2 and 14.2), of a file of 10 bytes."""

from __future__ import annotations

import pytest

from backsmith import errors
from backsmith.engine.files.ranges import span_of
from backsmith.errors import RequestError


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-4", (0, 5)),
        ("bytes=4-", (4, 6)),
        ("bytes=-3", (7, 3)),
        ("bytes=-30", (0, 10)),
        ("bytes=9-100", (9, 1)),
        ("bytes= 1-2 ", (1, 2)),
        (None, None),
        ("items=0-4", None),
        ("bytes=4-2", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=0-0,2-2", None),
        ("bytes=" + ",".join(["0-"] * 1000), None),
        ("bytes=" + "9" * 30 + "-", None),
        ("bytes=٣-", None),
    ],
)
def test_the_bytes_that_are_asked_for(header: str | None, span: tuple[int, int] | None) -> None:
    assert span_of(header, 10) == span


@pytest.mark.parametrize(("header", "size"), [("bytes=10-", 10), ("bytes=-0", 10), ("bytes=0-", 0), ("bytes=-5", 0)])
def test_a_range_outside_the_file(header: str, size: int) -> None:
    with pytest.raises(RequestError) as caught:
        span_of(header, size)
    assert caught.value.kind is errors.UNSATISFIABLE_RANGE
    assert ("content-range", f"bytes */{size}") in caught.value.headers
