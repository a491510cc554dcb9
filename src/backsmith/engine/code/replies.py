"""The replies to calls: JSON in the form that was asked for, or nothing."""

from __future__ import annotations

import msgspec

from backsmith import errors
from backsmith.blueprint.asker import Asker
from backsmith.engine.formats import not_single, without_nulls
from backsmith.engine.grammar.accept import Representation
from backsmith.engine.serving.security import CACHE_PRIVATE, CACHE_SHARED
from backsmith.errors import RequestError
from backsmith.http.reply import Headers, Reply
from backsmith.http.request import Request

_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
NO_STORE = ("cache-control", "no-store")


def json_reply(request: Request, asker: Asker, body: bytes, form: Representation, status: int = 200) -> Reply:
    """The reply that holds some JSON. Raises RequestError NOT_SINGLE, NOT_ACCEPTABLE."""
    if form.form == "csv":
        raise RequestError(errors.NOT_ACCEPTABLE, "Functions answer in JSON", hint="Send Accept: application/json.")
    if form.form == "object" and body.startswith(b"["):
        rows = _items(body)
        if len(rows) != 1:
            raise not_single(len(rows))
        body = bytes(rows[0])
    body = without_nulls(body) if form.strip_nulls else body
    cache = CACHE_SHARED if asker.id is None else CACHE_PRIVATE
    headers: Headers = [("content-type", form.content_type), ("content-length", str(len(body))), cache]
    return Reply(status, headers, b"" if request.method == "HEAD" else body)


def empty_reply() -> Reply:
    """The reply of what was done and gives nothing."""
    return Reply(204, [NO_STORE], b"")
