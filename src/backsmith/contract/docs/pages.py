"""`/docs…`: the documentation of what who asks may reach (`contract.serving.Pages`).

In: a request and the contract of its asker. Out: a page, its style, its script or what its search finds. A page is made
when it is asked for, in a thread, and kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import lru_cache
from time import monotonic
from typing import NamedTuple
from urllib.parse import parse_qs, quote, unquote, urlencode

from backsmith import errors
from backsmith.accounts.credentials import ADMINISTRATOR
from backsmith.blueprint.blueprint import Blueprint
from backsmith.contract.contract import Contract
from backsmith.contract.docs.releases import told
from backsmith.contract.docs.renderer import TEMPLATES, Renderer
from backsmith.contract.docs.search_index import search_script
from backsmith.contract.docs.site import OVERVIEW, Site
from backsmith.contract.docs.system import System, system_of
from backsmith.engine.bounded import Bounded
from backsmith.engine.replies import etag_of, matches
from backsmith.engine.serving.security import CACHE_PRIVATE, CACHE_SHARED
from backsmith.errors import BacksmithError, RequestError
from backsmith.evolution.changelog import Entry
from backsmith.http.beside import Noted
from backsmith.http.reply import Headers, Reply, reply
from backsmith.http.request import Request
from backsmith.settings import Settings

ROOT = "/docs"
HTML, STYLE, SCRIPT = "text/html; charset=utf-8", "text/css; charset=utf-8", "text/javascript; charset=utf-8"
_ASSETS = {"style.css": STYLE, "script.js": SCRIPT}
_SEARCH = "search.js"
_POLICY = (
    "content-security-policy",
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'",
)
_REPLACED = frozenset({"content-security-policy"})
_FRESH = 60
"""Seconds for which the changelog that was read is believed."""
_MOST_SITES, _MOST_PAGES = 16, 256
"""Audiences, and pages of all of them, that are kept at once."""


Changelog = Callable[[], Awaitable[tuple[Entry, ...]]]
"""Reads the releases, the last one first."""


class _Kept(NamedTuple):
    """What is sent."""

    content_type: str
    body: bytes
    etag: str


class ServedLinks(NamedTuple):
    """Links between pages below `/docs`."""

    query: str
    """What was asked for beside the page, such as another audience: `?audience=staff`, or nothing."""

    def page(self, name: str, place: str = "") -> str:
        """As Links."""
        address = ROOT if name == OVERVIEW else f"{ROOT}/{quote(name, safe='')}"
        return f"{address}{self.query}{'#' + quote(place) if place else ''}"

    def asset(self, name: str) -> str:
        """As Links. What the search finds depends on who asks."""
        return f"{ROOT}/{name}{self.query if name == _SEARCH else ''}"


class DocumentationPages:
    """Answers what asks for the documentation."""

    def __init__(
        self,
        blueprint: Blueprint,
        settings: Settings,
        changelog: Callable[[], Awaitable[tuple[Entry, ...]]] | None = None,
    ) -> None:
        """`changelog` reads the releases from the database."""
        self._blueprint = blueprint
        self._settings = settings
        self._changelog = changelog
        self._releases: tuple[Entry, ...] = ()
        self._read_at = float("-inf")
        self._sites = Bounded[tuple[str, bool, int], Site](_MOST_SITES)
        self._pages = Bounded[tuple[str, bool, int, str, str], _Kept](_MOST_PAGES)

    async def answer(self, request: Request, noted: Noted, contract: Contract) -> Reply:
        """As Pages."""
        noted.route = f"{ROOT}/{{page}}"
        path = [unquote(part) for part in request.path[2:]]
        while path and not path[-1]:
            path.pop()
        if len(path) > 1:
            raise _nothing(request)
        name = path[0] if path else OVERVIEW
        kept = _asset(name)
        if kept is None:
            kept = await self._page(name, request, noted, contract)
        headers: Headers = [("etag", kept.etag), CACHE_SHARED if noted.asker.id is None else CACHE_PRIVATE, _POLICY]
        known = request.header("if-none-match")
        if known is not None and matches(known, kept.etag):
            return Reply(304, headers, b"", _REPLACED)
        made = reply(200, kept.content_type, kept.body, headers, head=request.method == "HEAD")
        return made._replace(replaces=_REPLACED)

    async def _page(self, name: str, request: Request, noted: Noted, contract: Contract) -> _Kept:
        # The system is told in development, and to those who administer it: it says where things lie.
        whole = self._settings.development or ADMINISTRATOR in noted.asker.roles
        await self._read_releases()
        named = parse_qs(request.query).get("audience")
        query = f"?{urlencode({'audience': named[-1]})}" if named else ""
        releases = self._releases
        key = (contract.audience, whole, len(releases), query, name)
        known = self._pages.get(key)
        if known is None:
            made = await asyncio.to_thread(self._made, contract, releases, name, query, whole=whole)
            if made is None:
                raise _nothing(request)
            known = self._pages[key] = made
        return known

    async def _read_releases(self) -> None:
        """Read the changelog now and then. Pages are made anew where it has become longer, part of their key."""
        if self._changelog is None or monotonic() - self._read_at < _FRESH:
            return
        self._read_at = monotonic()
        with suppress(BacksmithError):  # the pages are worth more than their last section
            self._releases = await self._changelog()

    def _made(
        self, contract: Contract, releases: tuple[Entry, ...], name: str, query: str, *, whole: bool
    ) -> _Kept | None:
        site = self._sites.get((contract.audience, whole, len(releases)))
        if site is None:
            system: System | None = system_of(self._settings, self._blueprint, hosts=True) if whole else None
            site = Site(contract, system, told(releases, contract))
            self._sites[contract.audience, whole, len(releases)] = site
        links = ServedLinks(query)
        if name == _SEARCH:
            return _kept(SCRIPT, search_script(site, links.page))
        if name not in site.pages:
            return None
        return _kept(HTML, Renderer(site, links, server=server_of(self._settings), trial="").page(name))


def server_of(settings: Settings) -> str:
    """The server's address as people reach it."""
    if settings.address:
        return settings.address.rstrip("/")
    host = "localhost" if settings.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


@lru_cache(maxsize=len(_ASSETS))
def _asset(name: str) -> _Kept | None:
    kind = _ASSETS.get(name)
    return None if kind is None else _kept(kind, (TEMPLATES / name).read_text(encoding="utf-8"))


def _kept(content_type: str, text: str) -> _Kept:
    body = text.encode()
    return _Kept(content_type, body, etag_of(body))


def _nothing(request: Request) -> RequestError:
    return RequestError(
        errors.NOTHING_HERE,
        f"There is no page at {request.target.partition('?')[0]}",
        hint=f"All pages are listed at {ROOT}",
    )
