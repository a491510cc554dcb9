"""A built front end beside the API: a request that nothing else answers -> a file of it, or its page.

In production the names of the files are read once, at start; in development at each request, so that a build is seen
at once. Where an address names no file and a browser asks for a page, it gets `index.html`, whose script reads the
address (an application of one page).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

from backsmith.engine.files.ranges import span_of
from backsmith.engine.front_end.kept import Keeper, Kept, pieces
from backsmith.engine.front_end.listing import ENCODINGS, INDEX, WELL_KNOWN, Names, check_folder, is_own, names_of
from backsmith.engine.front_end.negotiation import best_encoding, wants_page
from backsmith.engine.front_end.types import is_immutable, is_named_as_file, type_of
from backsmith.engine.replies import matches
from backsmith.http.reply import Headers, Reply
from backsmith.http.request import Request
from backsmith.settings import Settings

ROUTE = "/{front-end}"
"""What the log and the metrics call all of it."""
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""The Content-Security-Policy unless the setting `front_end_policy` has another. Styles within a page are let in,
since most libraries of components write some."""
FOREVER = "public, max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"
_REPLACES = frozenset({"content-security-policy", "referrer-policy", "vary"})
_STALE = 2_000_000_000
"""Nanoseconds that a compressed file may be older than the one it was made of: of another build otherwise."""


class FrontEnd:
    """Answers what asks for files of a front end."""

    def __init__(self, settings: Settings, vary: str) -> None:
        """`vary` is what every reply depends on. Raises UsageError where there is no front end in the folder."""
        self._folder = Path(settings.front_end)
        check_folder(self._folder)
        self._prefix = tuple(settings.prefix.strip("/").split("/"))
        self._names: Names | None = None if settings.development else names_of(self._folder)
        self._keeper = Keeper()
        self._headers: Headers = [
            ("content-security-policy", settings.front_end_policy or POLICY),
            ("referrer-policy", "strict-origin-when-cross-origin"),  # without one, forms would send `Origin: null`
            ("cross-origin-opener-policy", "same-origin-allow-popups"),
            ("vary", vary),
        ]

    def hidden(self, answered: Callable[[tuple[str, ...]], bool]) -> list[str]:
        """The files at addresses where something else answers, as it does with the segments of a path in `answered`."""
        names = names_of(self._folder)
        split = ((name, tuple(name.split("/"))) for name in names)
        return [name for name, path in split if is_own(path, self._prefix) or answered(tuple(map(quote, path)))]

    async def answer(self, request: Request) -> Reply | None:
        """The reply to a GET or HEAD; None where there is nothing. Raises RequestError UNSATISFIABLE_RANGE."""
        segments = tuple(map(unquote, request.path[1:]))
        if is_own(segments, self._prefix) or any("/" in each or "\\" in each for each in segments):
            return None
        names = self._names
        if names is None:
            names = await asyncio.to_thread(names_of, self._folder)
        name = _name(segments, names) or _page(request, segments)
        if name is None or name not in names:
            return None
        kept = await self._keeper.get(names[name])
        return None if kept is None else await self._reply(request, name, kept, names)

    async def _reply(self, request: Request, name: str, whole: Kept, names: Names) -> Reply:
        headers: Headers = [
            ("content-type", type_of(name)),
            ("cache-control", FOREVER if is_immutable(name) else ASKED_AGAIN),
            ("accept-ranges", "bytes"),
            *self._headers,
        ]
        forms = await self._forms(name, whole, names)
        ranged = request.method == "GET" and request.header("range") is not None
        encoding = None if ranged else best_encoding(request.header("accept-encoding"), _sizes(forms))
        kept = whole if encoding is None else forms[encoding]
        if encoding is not None:
            headers.append(("content-encoding", encoding))
        headers.append(("etag", kept.etag))
        known = request.header("if-none-match")
        if known is not None and matches(known, kept.etag):
            return Reply(304, [header for header in headers if header[0] != "content-type"], b"", _REPLACES)
        span = None
        if ranged and (request.header("if-range") or kept.etag) == kept.etag:
            span = span_of(request.header("range"), kept.size)
        start, size = (0, kept.size) if span is None else span
        headers.append(("content-length", str(size)))
        if span is not None:
            headers.append(("content-range", f"bytes {start}-{start + size - 1}/{kept.size}"))
        status = 200 if span is None else 206
        if request.method == "HEAD" or not size:
            return Reply(status, headers, b"", _REPLACES)
        body = pieces(kept, start, size) if kept.body is None else kept.body[start : start + size]
        return Reply(status, headers, body, _REPLACES)

    async def _forms(self, name: str, whole: Kept, names: Names) -> dict[str, Kept]:
        """The file compressed, as far as the build wrote that beside it, by encoding."""
        found: dict[str, Kept] = {}
        for ending, encoding in ENCODINGS.items():
            path = names.get(name + ending)
            kept = None if path is None else await self._keeper.get(path)
            if kept is not None and kept.written + _STALE >= whole.written:
                found[encoding] = kept
        return found


def _name(segments: tuple[str, ...], names: Names) -> str | None:
    """The file that an address means: by its name, or as generators of sites write pages."""
    path = "/".join(segments)
    tries = (path, f"{path}.html", f"{path}/{INDEX}") if segments[-1] else (f"{path}{INDEX}",)
    return next((each for each in tries if each in names), None)


def _page(request: Request, segments: tuple[str, ...]) -> str | None:
    """The page of the application, where a browser goes to an address that is no file's."""
    if segments[0] == WELL_KNOWN or is_named_as_file(segments[-1]) or not wants_page(request.header("accept")):
        return None
    return INDEX


def _sizes(forms: dict[str, Kept]) -> dict[str, int]:
    return {encoding: kept.size for encoding, kept in forms.items()}
