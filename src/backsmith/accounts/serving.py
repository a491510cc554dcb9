"""`/auth`: which endpoint a request means, whether who asks may call it, and the reply made of its answer.

In: a request. Out: JSON, with the session's cookie or tokens where one was begun. Requests of browsers for pages, and
the forms of such pages, go on to `pages`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol
from urllib.parse import parse_qsl, unquote

import msgspec

from backsmith import errors
from backsmith.accounts.browsers import SAFE, Origins
from backsmith.accounts.cookies import ended_cookie, session_cookie
from backsmith.accounts.credentials import ADMINISTRATOR
from backsmith.accounts.endpoint import Answer, Call, Endpoint, SignedInShown
from backsmith.accounts.problems import read_body
from backsmith.accounts.services import Services
from backsmith.accounts.sessions import CONFIRMED, Client, Transport
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError
from backsmith.http.addresses import plain_address
from backsmith.http.beside import Beside, Noted
from backsmith.http.reply import Headers, Reply, reply
from backsmith.http.request import Request

PREFIX = "auth"
MAX_BODY = 65_536
"""Bytes of a body of `/auth`, at most."""
ALIASES: Mapping[tuple[str, ...], tuple[str, ...]] = {(".well-known", "jwks.json"): (PREFIX, "jwks.json")}
"""Paths elsewhere that are answered as one here."""
_FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_NO_STORE = ("cache-control", "no-store")


class Pages(Beside, Protocol):
    """Answers browsers. Requests that change something were sent by our own pages (`browsers`)."""


class AuthEndpoints:
    """Answers requests for accounts (`http.beside.Beside`)."""

    max_body = MAX_BODY

    def __init__(
        self, services: Services, endpoints: Sequence[Endpoint], identify: Callable[[Request], Awaitable[Asker]]
    ) -> None:
        self._services = services
        self._identify = identify
        self._endpoints = [(each, tuple(each.path.strip("/").split("/"))) for each in endpoints]
        self._origins = Origins(services.settings)
        self.pages: Pages | None = None

    def serves(self, path: tuple[str, ...]) -> bool:
        """As Beside."""
        return path[0] == PREFIX or path in ALIASES

    def methods(self, path: tuple[str, ...]) -> str:
        """As Beside."""
        own = ALIASES.get(path, path)
        found: set[str] = {each.method for each, template in self._endpoints if _match(template, own[1:]) is not None}
        if self.pages is not None and self.pages.serves(own):
            found.update(self.pages.methods(own).split(", "))
        if "GET" in found:
            found.add("HEAD")
        return ", ".join(sorted({*found, "OPTIONS"}))

    async def answer(self, request: Request, noted: Noted) -> Reply:
        """As Beside."""
        path = ALIASES.get(request.path[1:], request.path[1:])
        if self.pages is not None and _is_for_pages(request, path) and self.pages.serves(path):
            self._origins.refuse_cross_site(request)
            return await self.pages.answer(request, noted)
        endpoint, parameters = self._find(request, path)
        noted.route = f"/{PREFIX}{endpoint.path}"
        transport = _transport(request)
        if transport == "cookie":  # else another site could sign its visitor in, as somebody of its own choice
            self._origins.refuse_cross_site(request)
        call = await self.call(request, noted, transport, parameters, anyone=endpoint.access == "anyone")
        await self.refuse_others(endpoint, call)
        if endpoint.body is None:
            answer = await endpoint.handle(call)
        else:
            answer = await endpoint.handle(call, read_body(endpoint.body, request))
        return await self.reply(call, answer)

    async def call(
        self,
        request: Request,
        noted: Noted,
        transport: Transport,
        parameters: Mapping[str, str] | None = None,
        *,
        anyone: bool = True,
    ) -> Call:
        """A call, with who asks. What `anyone` may call, one may whose session has ended, as nobody.

        Raises RequestError.
        """
        try:
            asker = await self._identify(request)
        except RequestError as error:
            if not anyone or error.kind is not errors.BAD_TOKEN:
                raise
            asker = NOBODY
        noted.asker = asker
        return Call(
            self._services,
            request,
            noted.request_id,
            asker,
            client_of(request),
            transport,
            parameters or {},
            dict(parse_qsl(request.query, keep_blank_values=True)),
        )

    async def refuse_others(self, endpoint: Endpoint, call: Call) -> None:
        """Raise RequestError UNAUTHENTICATED, FORBIDDEN or CONFIRM_FIRST for who may not call it."""
        asker = call.asker
        if endpoint.access == "anyone":
            return
        if asker.id is None:
            raise RequestError(
                errors.UNAUTHENTICATED,
                "Sign in first",
                hint="POST /auth/sign-in gives a session.",
                headers=(("www-authenticate", "Bearer"),),
            )
        if asker.impersonator is not None:
            raise RequestError(errors.FORBIDDEN, "Who acts as somebody else can't do that in their name")
        if asker.session is None:
            what = "An API key" if asker.via == "key" else "A token that wasn't made at a sign-in here"
            raise RequestError(errors.FORBIDDEN, f"{what} can't do that", hint="Sign in: POST /auth/sign-in.")
        if endpoint.access == "administrator" and ADMINISTRATOR not in asker.roles:
            hint = f"Administrators give it, and at the machine: backsmith accounts grant EMAIL {ADMINISTRATOR}"
            raise RequestError(errors.FORBIDDEN, f"Only accounts with the role {ADMINISTRATOR} may do that", hint=hint)
        if endpoint.access != "account" and not await self._confirmed(call):
            raise RequestError(
                errors.CONFIRM_FIRST,
                f"That takes somebody who proved who they are within the last {CONFIRMED.seconds // 60} minutes",
                hint="POST /auth/confirm, or sign in again.",
            )

    async def reply(self, call: Call, answer: Answer) -> Reply:
        """The reply made of an endpoint's answer. Raises RequestError."""
        headers: Headers = [*answer.headers, *(("set-cookie", cookie) for cookie in await self.cookies(call, answer))]
        if not any(name == "cache-control" for name, _ in headers):
            headers.append(_NO_STORE)
        if answer.location is not None:
            headers.append(("location", answer.location))
        shown = answer.body
        signed_in = answer.signed_in
        if signed_in is not None and (shown is None or signed_in.transport == "token"):
            shown = SignedInShown.of(signed_in)
        head = call.request.method == "HEAD"
        if shown is None:
            return Reply(answer.status, [*headers, ("content-length", "0")] if answer.status != 204 else headers, b"")
        return reply(answer.status, "application/json", msgspec.json.encode(shown), headers, head=head)

    async def cookies(self, call: Call, answer: Answer) -> list[str]:
        """The values of Set-Cookie of an answer. A session that another one takes the place of ends. Raises
        RequestError."""
        found, signed_in, before = list(answer.cookies), answer.signed_in, call.asker.session
        if signed_in is not None and signed_in.cookie is not None:
            found.append(session_cookie(signed_in.cookie, signed_in.expires_in))
            if call.asker.via == "session" and before is not None and before != signed_in.id:
                await self._replace(call, before, signed_in.id)
        elif answer.signed_out:
            found.append(ended_cookie())
        return found

    async def _replace(self, call: Call, before: str, after: str) -> None:
        """End the session that the browser had until now: its cookie is gone. That of an administrator who acts as
        somebody for a while stays."""
        sessions = self._services.sessions

        async def work(transaction: Transaction) -> None:
            new = await sessions.find(transaction, after)
            if new is None or new.impersonator is None:
                await sessions.end(transaction, call.asker.id, before)

        await self._services.database.transact(work, retry=True)

    async def _confirmed(self, call: Call) -> bool:
        assert call.asker.session is not None
        session = await self._services.sessions.find(self._services.database, call.asker.session)
        return session is not None and self._services.clock() - session.confirmed_at < CONFIRMED

    def _find(self, request: Request, path: tuple[str, ...]) -> tuple[Endpoint, dict[str, str]]:
        fitting = [
            (each, parameters)
            for each, template in self._endpoints
            if (parameters := _match(template, path[1:])) is not None
        ]
        if not fitting:
            raise RequestError(errors.NOTHING_HERE, f"There is nothing at {request.target}")
        method = "GET" if request.method == "HEAD" else request.method
        for each in sorted(fitting, key=lambda each: len(each[1])):  # a path to the letter goes before one of `{id}`
            if each[0].method == method:
                return each
        allow = (("allow", self.methods(request.path[1:])),)
        raise RequestError(errors.METHOD_NOT_ALLOWED, f"{request.method} isn't allowed here", headers=allow)


def client_of(request: Request) -> Client:
    """Who is at the other end."""
    return Client(plain_address(request.client), (request.header("user-agent") or "")[:200])


def _is_for_pages(request: Request, path: tuple[str, ...]) -> bool:
    """Whether a browser asks for a page, or sends a page's form. What another provider's page sends is for its
    endpoint."""
    if request.method in SAFE:
        return "text/html" in (request.header("accept") or "")
    return path[1:2] != ("oidc",) and (request.header("content-type") or "").partition(";")[0].strip().lower() in _FORMS


def _match(template: tuple[str, ...], path: tuple[str, ...]) -> dict[str, str] | None:
    """What stands in the path for the names in the template; None where it doesn't fit."""
    if len(template) != len(path):
        return None
    found: dict[str, str] = {}
    for part, segment in zip(template, path, strict=True):
        if part.startswith("{") and segment:
            found[part[1:-1]] = unquote(segment)
        elif part != segment:
            return None
    return found


def _transport(request: Request) -> Transport:
    """What a session is to be carried by, as the query says: `?transport=cookie`."""
    wanted = dict(parse_qsl(request.query)).get("transport", "token")
    if wanted == "cookie":
        return "cookie"
    if wanted != "token":
        raise RequestError(
            errors.BAD_QUERY, f"There is no transport {wanted!r}", hint="Write ?transport=cookie or ?transport=token."
        )
    return "token"
