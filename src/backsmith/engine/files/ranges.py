"""Byte ranges of a file (RFC 9110, 14): the header Range -> which bytes, or all of them."""

from __future__ import annotations

import re
from typing import NamedTuple

from backsmith import errors
from backsmith.errors import RequestError

_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.ASCII)


class Span(NamedTuple):
    """Bytes of a file."""

    start: int
    size: int


def span_of(header: str | None, size: int) -> Span | None:
    """The bytes that a Range header asks for, of a file of `size` bytes; None for all of it.

    What can't be read is passed over, as the RFC says, and so are several ranges at once: a server need not heed them,
    and many small ones would cost far more than the file. Raises RequestError UNSATISFIABLE_RANGE.
    """
    match = None if header is None else _RANGE.fullmatch(header)
    if match is None:
        return None
    first, last = match.groups()
    if not first:
        if not last:
            return None
        start, end = max(0, size - int(last)), size
        satisfiable = int(last) > 0 and size > 0
    else:
        start, end = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return None
        satisfiable = start < size
    if not satisfiable:
        raise RequestError(
            errors.UNSATISFIABLE_RANGE,
            f"The file has {size:,} bytes",
            headers=(("content-range", f"bytes */{size}"), ("accept-ranges", "bytes")),
        )
    return Span(start, end - start)
