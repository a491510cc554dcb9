"""Reply: the rows of a read -> status, headers and body, in the form that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec

from backsmith import errors
from backsmith.blueprint.asker import Asker
from backsmith.databases.database import Row
from backsmith.engine.cursor import write_cursor
from backsmith.engine.formats import array, comma_separated, not_single, without_nulls
from backsmith.engine.grammar.prefer import NO_PREFERENCES, applied
from backsmith.engine.grammar.ranges import content_range, limit_of, offset_of, status_of
from backsmith.engine.planning.plans import Plan
from backsmith.engine.reading import Asked
from backsmith.engine.serving.security import CACHE_PRIVATE, CACHE_SHARED
from backsmith.engine.spelling.binding import Inputs
from backsmith.errors import RequestError
from backsmith.http.reply import Headers, Reply
from backsmith.http.request import Request

ADDRESS = "!$%&'()*+,/:;=?@[]"
"""What stands in an address as it is. `>` would end it within the header; quotation marks have no place in it."""

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Result(NamedTuple):
    """What the database gave."""

    rows: Sequence[Row]
    total: int | None
    """How many rows there are without the limit, where that was asked for."""


def reply_list(request: Request, asked: Asked, plan: Plan, result: Result, inputs: Inputs) -> Reply:
    """The reply to a list. Raises RequestError NOT_SINGLE, or BAD_RANGE for an offset beyond the last row."""
    rows: list[str] = [row[0] for row in result.rows]
    offset = 0 if plan.read.offset is None else offset_of(inputs.values[plan.read.offset.slot or 0])
    status = status_of(offset, len(rows), result.total)
    if asked.form.form == "object":
        if len(rows) != 1:
            raise not_single(len(rows))
        body = rows[0].encode()
    elif asked.form.form == "csv":
        body = comma_separated(rows, plan.names)
    else:
        body = array(rows)
    if asked.form.strip_nulls:
        body = without_nulls(body)
    headers = [("content-range", content_range(offset, len(rows), result.total))]
    link = _next_page(request, asked, plan, result, inputs.values)
    if link is not None:
        headers.append(("link", link))
    return _reply(request, asked, inputs.asker, status, body, headers)


def reply_item(request: Request, asked: Asked, plan: Plan, result: Result, inputs: Inputs) -> Reply:
    """The reply to an item. Raises RequestError NOT_FOUND where there is no such row, or none to be seen."""
    if not result.rows:
        raise RequestError(errors.NOT_FOUND, f"There is no row {request.path[1]} in {asked.resource.entity.collection}")
    text: str = result.rows[0][0]
    body = comma_separated([text], plan.names) if asked.form.form == "csv" else text.encode()
    if asked.form.strip_nulls:
        body = without_nulls(body)
    return _reply(request, asked, inputs.asker, 200, body, [])


def _reply(request: Request, asked: Asked, asker: Asker, status: int, body: bytes, headers: Headers) -> Reply:
    etag = etag_of(body)
    headers.append(("etag", etag))
    headers.append(CACHE_SHARED if asker.id is None else CACHE_PRIVATE)
    if asked.prefer is not NO_PREFERENCES:
        preferences = applied(asked.prefer, "count", "handling")
        if preferences is not None:
            headers.append(("preference-applied", preferences))
    known = request.header("if-none-match")
    if known is not None and matches(known, etag):
        return Reply(304, headers, b"")
    headers.append(("content-type", asked.form.content_type))
    headers.append(("content-length", str(len(body))))
    return Reply(status, headers, b"" if request.method == "HEAD" else body)


def etag_of(body: bytes) -> str:
    """The tag of a reply with that body."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def matches(condition: str, etag: str, *, strong: bool = False) -> bool:
    """Whether an If-None-Match names the tag (RFC 9110, 13.1.2: weak comparison); `strong`: an If-Match (13.1.1)."""
    tags = [tag.strip() for tag in condition.split(",")]
    if not strong:
        tags = [tag.removeprefix("W/") for tag in tags]
    return etag in tags or tags == ["*"]


def _next_page(request: Request, asked: Asked, plan: Plan, result: Result, values: Sequence[str]) -> str | None:
    """The Link to the page after this one, when this one is full."""
    read = plan.read
    limit = read.most or 0
    if read.limit is not None:
        own = limit_of(values[read.limit.slot or 0])
        limit = limit if own is None else min(limit, own)
    if read.grouped or not limit or len(result.rows) < limit or asked.range is not None:
        return None
    last = result.rows[len(result.rows) - 1]
    cursor = write_cursor(last[1] if plan.cursor_names is None else _order_values(last[0], plan.cursor_names))
    kept = [part for part in request.query.split("&") if part and part.partition("=")[0] not in ("after", "offset")]
    query = "&".join([*kept, f"after={cursor}"])
    return f'<{quote(f"{request.target}?{query}", safe=ADDRESS)}>; rel="next"'


def _order_values(row: str, names: Sequence[str]) -> str:
    members: dict[str, Any] = _members.decode(row)
    return f"[{','.join(bytes(members[name]).decode() for name in names)}]"
