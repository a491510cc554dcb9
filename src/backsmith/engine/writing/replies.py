"""Reply: what was written -> status, headers and body, as PostgREST 14 gives them; items have addresses beside that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from backsmith import errors
from backsmith.engine.formats import array, comma_separated, not_single, without_nulls
from backsmith.engine.grammar.keys import segment_of, texts_of
from backsmith.engine.grammar.prefer import Name, applied
from backsmith.engine.grammar.ranges import limit_of, offset_of
from backsmith.engine.replies import etag_of
from backsmith.engine.serving.security import CACHE_PRIVATE
from backsmith.engine.writing.planning import WritePlan
from backsmith.engine.writing.reading import AskedWrite
from backsmith.engine.writing.work import Key, Written
from backsmith.errors import RequestError
from backsmith.http.reply import Headers, Reply
from backsmith.http.request import Request

SKIPPED = "backsmith-skipped"
"""The header that says how many rows were meant and left alone."""


def refuse_excess(asked: AskedWrite, written: Written) -> None:
    """Raise RequestError where more was written than the request allows, or not the one row that it expects."""
    count = len(written.keys)
    if asked.most is not None and count > asked.most:
        raise RequestError(
            errors.TOO_MANY_AFFECTED,
            "Query result exceeds max-affected preference constraint",
            details=f"The query affects {count} rows",
        )
    if asked.form.form == "object" and not asked.key_parts and count != 1:
        raise not_single(count)


def reply_write(request: Request, asked: AskedWrite, plan: WritePlan, written: Written) -> Reply:
    """The reply to a request that has been done. Raises RequestError NOT_SINGLE, upon which nothing is to be kept."""
    headers: Headers = [CACHE_PRIVATE]
    span = _content_range(asked, len(written.keys))
    if span is not None:
        headers.append(("content-range", span))
    if asked.method == "POST" and len(written.keys) == 1:
        location = _location(request, asked, written.keys[0])
        if location is not None:
            headers.append(("location", location))
    if written.skipped:
        headers.append((SKIPPED, str(written.skipped)))
    preferences = applied(asked.prefer, *_counted(asked, plan))
    if preferences is not None:
        headers.append(("preference-applied", preferences))
    if not asked.shows:
        status = _status(asked, written, empty=True)
        return Reply(status, headers if status == 204 else [*headers, ("content-length", "0")], b"")
    rows = _page(asked, plan, written.shown or [])
    if asked.key_parts and not rows and asked.form.form != "object":
        return Reply(204, headers, b"")  # done, and now out of the sight of who did it
    body = _body(asked, plan, rows)
    if asked.key_parts and asked.method != "DELETE":
        headers.append(("etag", etag_of(body)))
    headers += [("content-type", asked.form.content_type), ("content-length", str(len(body)))]
    return Reply(_status(asked, written, empty=False), headers, body)


def _status(asked: AskedWrite, written: Written, *, empty: bool) -> int:
    match asked.method:
        case "POST":
            return 200 if asked.on_conflict == "merge" and not written.created else 201
        case "PUT":
            return 204 if empty else 201 if written.created else 200
        case "PATCH" | "DELETE":
            return 204 if empty else 200
        case _:
            assert_never(asked.method)


def _content_range(asked: AskedWrite, count: int) -> str | None:
    """PATCH numbers the rows; the others only count them, where that was asked for."""
    total = str(count) if asked.prefer.count in ("exact", "estimated") else "*"
    if asked.method == "PUT":
        return None
    return f"0-{count - 1}/{total}" if asked.method == "PATCH" and count else f"*/{total}"


def _counted(asked: AskedWrite, plan: WritePlan) -> tuple[Name, ...]:
    """The preferences that mean something for the request."""
    every: tuple[Name, ...] = ("return", "count", "tx", "handling")
    most: tuple[Name, ...] = () if asked.most is None else ("max-affected",)
    match asked.method:
        case "POST":
            return (*every, "missing", *(("resolution",) if plan.name.on_conflict else ()))
        case "PATCH":
            return (*every, "missing", *most)
        case "DELETE":
            return (*every, *most)
        case "PUT":
            return every
        case _:
            assert_never(asked.method)


def _location(request: Request, asked: AskedWrite, key: Key) -> str | None:
    """The address of the row that a POST made; None where its key isn't to be known."""
    fields = asked.resource.key
    if not fields or any(field.hidden for field in fields):
        return None
    return f"{request.target.rstrip('/')}/{segment_of(texts_of(key))}"


def _page(asked: AskedWrite, plan: WritePlan, rows: Sequence[str]) -> Sequence[str]:
    """What limit and offset leave of the rows that a POST shows."""
    if plan.offset is not None:
        rows = rows[offset_of(asked.values[plan.offset]) :]
    if plan.limit is not None:
        rows = rows[: limit_of(asked.values[plan.limit])]
    return rows


def _body(asked: AskedWrite, plan: WritePlan, rows: Sequence[str]) -> bytes:
    if asked.form.form == "csv":
        body = comma_separated(rows, plan.names)
    elif asked.form.form == "object" or asked.key_parts:
        if len(rows) != 1:
            raise not_single(len(rows))
        body = rows[0].encode()
    else:
        body = array(rows)
    return without_nulls(body) if asked.form.strip_nulls else body
