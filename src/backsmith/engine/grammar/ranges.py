"""Which rows of a list: `limit`, `offset` and the Range header in, the rows out; Content-Range and 416 for replies."""

from __future__ import annotations

import re

from msgspec import Struct

from backsmith.errors import BAD_QUERY, BAD_RANGE, RequestError

_WHOLE = re.compile(r"\s*([+-]?)0*([0-9]+)\s*")
_RANGE = re.compile(r"(?:items=)?([0-9]{1,19})-([0-9]{0,19})")
MAXIMUM = 2**63 - 1
"""Larger numbers count as this one: no table has that many rows."""

_MESSAGE = "Requested range not satisfiable"


class RowRange(Struct, frozen=True):
    """Rows from `offset` (from 0) on, `limit` of them at most; None is no limit."""

    offset: int = 0
    limit: int | None = None


ALL_ROWS = RowRange()


def limit_of(text: str) -> int | None:
    """The number of a `limit`; an empty one is no limit. Raises RequestError BAD_RANGE below 0, BAD_QUERY otherwise."""
    number = _number(text, "limit")
    if number is not None and number < 0:
        raise RequestError(BAD_RANGE, _MESSAGE, details="Limit should be greater than or equal to zero.")
    return number


def offset_of(text: str) -> int:
    """The number of an `offset`; an empty or negative one is 0, as in PostgREST. Raises RequestError BAD_QUERY."""
    return max(0, _number(text, "offset") or 0)


def row_range(limit: int | None, offset: int, header: str | None) -> RowRange:
    """The rows that both the parameters and the Range header ask for.

    `header` is the Range header of a GET (of other methods it is to be ignored, RFC 9110): `0-24`, `items=0-24`,
    `10-`; a header in another form or unit counts as none. Raises RequestError BAD_RANGE when nothing can fit.
    """
    match = None if header is None else _RANGE.fullmatch(header.strip())
    if match is None or limit == 0:
        return RowRange(offset, limit)
    first = max(offset, int(match[1]))
    last = min(int(match[2]) if match[2] else MAXIMUM, MAXIMUM if limit is None else offset + limit - 1)
    if first > last:
        raise RequestError(
            BAD_RANGE,
            _MESSAGE,
            details="The lower boundary must be lower than or equal to the upper boundary in the Range header.",
        )
    return RowRange(min(first, MAXIMUM), None if last >= MAXIMUM else last - first + 1)


def content_range(offset: int, rows: int, total: int | None) -> str:
    """The Content-Range of a reply with `rows` rows from `offset` on, of `total` (None: not counted)."""
    rows_text = f"{offset}-{offset + rows - 1}" if rows and total != 0 else "*"
    return f"{rows_text}/{'*' if total is None else total}"


def status_of(offset: int, rows: int, total: int | None) -> int:
    """200, or 206 where the reply holds part of the counted rows.

    Raises RequestError BAD_RANGE with its Content-Range where the offset lies beyond them.
    """
    if total is None or (rows >= total and offset <= total):
        return 200
    if offset > total:
        raise RequestError(
            BAD_RANGE,
            _MESSAGE,
            details=f"An offset of {offset} was requested, but there are only {total} rows.",
            headers=(("content-range", f"*/{total}"),),
        )
    return 206


def _number(text: str, name: str) -> int | None:
    if not text.strip():
        return None
    match = _WHOLE.fullmatch(text)
    if match is None or not text.isascii():
        raise RequestError(
            BAD_QUERY,
            f'"failed to parse {name} ({text[:100]})" (line 1, column 1)',
            details=f"{name} is a whole number.",
            hint=f"Write {name}=20.",
            position=1,
        )
    sign, digits = match.groups()
    number = MAXIMUM if len(digits) > 19 else min(int(digits), MAXIMUM)
    return -number if sign == "-" else number
