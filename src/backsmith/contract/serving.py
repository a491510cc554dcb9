"""`/openapi.json`, and `/docs…` by `pages`: what is served, said to who asks.

In: a request. Out: the document of the audience that its asker is of, or everybody's (the setting `documents`). Made
once for each kind of asker, in a thread: a large one takes a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import parse_qs

from msgspec.structs import replace

from backsmith import errors
from backsmith.accounts.accounts import ENDPOINTS, keeps_accounts
from backsmith.accounts.credentials import ADMINISTRATOR
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Blueprint
from backsmith.contract.audience import EVERYBODY, Audience, audience_named, audience_of
from backsmith.engine.access import AskerKind
from backsmith.engine.bounded import Bounded
from backsmith.engine.replies import etag_of, matches
from backsmith.engine.serving.security import CACHE_PRIVATE, CACHE_SHARED
from backsmith.errors import RequestError, UsageError
from backsmith.http.beside import Noted
from backsmith.http.reply import Headers, Reply, reply
from backsmith.http.request import Request
from backsmith.settings import Settings

if TYPE_CHECKING:
    from backsmith.contract.contract import Contract

# What makes contracts is imported where it is used: an application starts without it.

DOCUMENT, PAGES = "openapi.json", "docs"
"""The first segments of the addresses that are answered here."""
CONTENT_TYPE = "application/json"
_MOST_KINDS = 64
"""Audiences that are remembered at once."""


class Pages(Protocol):
    """The documentation for people."""

    async def answer(self, request: Request, noted: Noted, contract: Contract) -> Reply:
        """The reply to a GET or HEAD of `/docs…`, for who may see that contract. Raises RequestError."""
        ...


class Document(NamedTuple):
    """The OpenAPI document as it is sent."""

    body: bytes
    etag: str


def served_contract(blueprint: Blueprint, settings: Settings, audience: Audience) -> Contract:
    """The contract of an audience, of what a server with these settings answers."""
    from backsmith.contract.contracts import contract_of  # noqa: PLC0415  see above
    from backsmith.contract.endpoints import answered  # noqa: PLC0415  see above

    contract = contract_of(
        blueprint,
        audience,
        prefix=settings.prefix,
        endpoints=answered(ENDPOINTS, settings, blueprint) if keeps_accounts(settings, blueprint) else (),
        limited=bool(settings.limits),
        metrics=settings.metrics,
    )
    return replace(
        contract,
        address=settings.address or None,
        max_rows=settings.max_rows,
        max_list=settings.max_list,
        max_body_rows=settings.max_body_rows,
    )


class ContractPages:
    """Answers what asks for the contract (`http.beside.Beside`)."""

    max_body = 0

    def __init__(
        self,
        blueprint: Blueprint,
        settings: Settings,
        identify: Callable[[Request], Awaitable[Asker]],
        kind: Callable[[Asker], AskerKind],
    ) -> None:
        """`kind` tells which kind of asker one is (`Authorizer.kind`)."""
        self._blueprint = blueprint
        self._settings = settings
        self._identify = identify
        self._kind = kind
        self._contracts: Bounded[Audience, Contract] = Bounded(_MOST_KINDS)
        self._documents = Bounded[Audience, Document](_MOST_KINDS)
        self._making = asyncio.Lock()
        self._own = {each.path.strip("/").split("/")[0] for each in blueprint.routes}
        self.pages: Pages | None = None
        self.open_pages: Callable[[], Pages] | None = None
        """Makes the pages when they are first asked for."""

    def serves(self, path: tuple[str, ...]) -> bool:
        """As Beside. An application that has routes there has them to itself."""
        if self._settings.documents == "off" or path[0] in self._own:
            return False
        return path == (DOCUMENT,) or (path[0] == PAGES and (self.pages or self.open_pages) is not None)

    def methods(self, path: tuple[str, ...]) -> str:
        """As Beside."""
        return "GET, HEAD, OPTIONS"

    async def answer(self, request: Request, noted: Noted) -> Reply:
        """As Beside."""
        path = request.path[1:]
        noted.route = f"/{path[0]}"
        if request.method not in ("GET", "HEAD"):
            allow = (("allow", self.methods(path)),)
            raise RequestError(errors.METHOD_NOT_ALLOWED, f"{request.method} isn't allowed here", headers=allow)
        audience = await self._audience(request, noted)
        if path[0] == PAGES and self.open_pages is not None and self.pages is None:
            self.pages = await asyncio.to_thread(self.open_pages)
        if path[0] == PAGES and self.pages is not None:
            return await self.pages.answer(request, noted, await self._contract(audience))
        document = await self._document(audience)
        headers: Headers = [("etag", document.etag), CACHE_SHARED if noted.asker.id is None else CACHE_PRIVATE]
        known = request.header("if-none-match")
        if known is not None and matches(known, document.etag):
            return Reply(304, headers, b"")
        return reply(200, CONTENT_TYPE, document.body, headers, head=request.method == "HEAD")

    async def _audience(self, request: Request, noted: Noted) -> Audience:
        """Whose contract is shown. Raises RequestError."""
        noted.asker = asker = await self._asker(request)
        development = self._settings.development
        if named := parse_qs(request.query).get("audience"):
            if not development:
                raise RequestError(
                    errors.FORBIDDEN,
                    "Another audience's contract is shown in development only",
                    hint="Ask as one of them, or write it with: backsmith openapi --audience",
                )
            from backsmith.contract.visible import roles_of  # noqa: PLC0415  see above

            try:
                return audience_named(named[-1], roles_of(self._blueprint))
            except UsageError as error:
                raise RequestError(errors.BAD_QUERY, str(error)) from error
        shown = self._settings.documents
        if shown == "everybody" or (shown == "auto" and development):
            return EVERYBODY
        return audience_of(self._kind(asker), administrator=ADMINISTRATOR in asker.roles)

    async def _asker(self, request: Request) -> Asker:
        """Who asks. Whose session has ended is nobody, as anyone may ask; another credential has to be good."""
        try:
            return await self._identify(request)
        except RequestError as error:
            named = request.header("authorization") is not None or request.header("x-api-key") is not None
            if named or error.kind is not errors.BAD_TOKEN:
                raise
            return NOBODY

    async def _contract(self, audience: Audience) -> Contract:
        known = self._contracts.get(audience)
        if known is None:
            async with self._making:
                known = await asyncio.to_thread(self._made, audience)
        return known

    async def _document(self, audience: Audience) -> Document:
        known = self._documents.get(audience)
        if known is None:
            async with self._making:
                known = await asyncio.to_thread(self._written, audience)
        return known

    def _made(self, audience: Audience) -> Contract:
        known = self._contracts.get(audience)
        if known is None:
            known = self._contracts[audience] = served_contract(self._blueprint, self._settings, audience)
        return known

    def _written(self, audience: Audience) -> Document:
        from backsmith.contract.openapi import document_of, encoded  # noqa: PLC0415  see above

        known = self._documents.get(audience)
        if known is None:
            body = encoded(document_of(self._made(audience)))
            known = self._documents[audience] = Document(body, etag_of(body))
        return known
