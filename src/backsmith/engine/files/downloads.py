"""A file as a reply: what a field holds, and the bytes of the store -> status, headers and a body that is streamed.

Nothing of a file is run, whatever is in it: only types that a browser shows without running anything keep their name,
all others are bytes to be saved; no sniffing, and a policy that puts what is shown into a box of its own.
"""

from __future__ import annotations

import logging
from base64 import b64encode

from backsmith import errors
from backsmith.blueprint.asker import Asker
from backsmith.engine.files.content import INERT, UNKNOWN
from backsmith.engine.files.keeper import URL
from backsmith.engine.files.names import content_disposition
from backsmith.engine.files.ranges import span_of
from backsmith.engine.files.storage import Storage, StorageError
from backsmith.engine.files.uploads import unavailable
from backsmith.engine.replies import matches
from backsmith.engine.serving.security import CACHE_PRIVATE, CACHE_SHARED
from backsmith.errors import RequestError
from backsmith.http.reply import Headers, Reply
from backsmith.http.request import Request
from backsmith.model.files import File

REPLACES = frozenset({"content-security-policy", "cross-origin-resource-policy"})
POLICY = ("content-security-policy", "sandbox; default-src 'none'; frame-ancestors 'none'")

_log = logging.getLogger("backsmith.files")


async def download(request: Request, file: File, asker: Asker, storage: Storage) -> Reply:
    """The reply to a GET or HEAD of a file. Raises RequestError UNSATISFIABLE_RANGE, PRECONDITION_FAILED, or
    STORAGE_UNAVAILABLE."""
    tag = etag_of(file)
    # What everyone may read, pages of other origins may show. What only some may read never gets into them by itself.
    policy = "cross-origin" if asker.id is None else "same-origin"
    headers: Headers = [
        ("etag", tag),
        CACHE_SHARED if asker.id is None else CACHE_PRIVATE,
        ("accept-ranges", "bytes"),
        POLICY,
        ("cross-origin-resource-policy", policy),
    ]
    refuse_mismatch(request, tag)
    known = request.header("if-none-match")
    if known is not None and matches(known, tag):
        return Reply(304, headers, b"", REPLACES)
    span = None
    if request.method == "GET" and (request.header("if-range") or tag) == tag:
        span = span_of(request.header("range"), file.size)
    start, size = (0, file.size) if span is None else span
    shown = file.type in INERT
    headers += [
        ("content-type", file.type if shown else UNKNOWN),
        ("content-disposition", content_disposition(file.name, attachment=not shown)),
        ("content-length", str(size)),
        ("repr-digest", f"sha-256=:{b64encode(bytes.fromhex(file.sha256)).decode()}:"),
    ]
    if span is not None:
        headers.append(("content-range", f"bytes {start}-{start + size - 1}/{file.size}"))
    status = 200 if span is None else 206
    if request.method == "HEAD" or not size:
        return Reply(status, headers, b"", REPLACES)
    try:
        pieces = await storage.read(file.url.removeprefix(URL), start, size)
    except StorageError as error:
        _log.error("The file %s can't be read: %s", file.url, error)
        raise unavailable() from error
    return Reply(status, headers, pieces, REPLACES)


def etag_of(file: File) -> str:
    """The tag of a file's content and of what is said of it."""
    return f'"{file.url.removeprefix(URL)}"'


def refuse_mismatch(request: Request, tag: str | None) -> None:
    """Raise RequestError PRECONDITION_FAILED where If-Match names another file than the one of that tag, or where there
    is none."""
    wanted = request.header("if-match")
    if wanted is None:
        return
    if tag is None:
        raise RequestError(errors.PRECONDITION_FAILED, "There is no file")
    if wanted.strip() != "*" and tag not in [each.strip() for each in wanted.split(",")]:
        raise RequestError(errors.PRECONDITION_FAILED, "The file is another one by now")
