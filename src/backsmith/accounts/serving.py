"""`/auth`: which endpoint a request means, whether who asks may call it, and the reply made of its answer.

In: a request. Out: JSON, with the session's cookie or tokens where one was begun. Pages for browsers are in `pages/`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

from backsmith import errors
from backsmith.accounts.endpoint import Answer, Call, Endpoint
from backsmith.accounts.services import Services
from backsmith.accounts.sessions import Client
from backsmith.blueprint.asker import Asker
from backsmith.errors import RequestError
from backsmith.http.beside import Noted
from backsmith.http.reply import Headers, Reply, reply
from backsmith.http.request import Request

PREFIX = "auth"
MAX_BODY = 65_536
"""Bytes of a body of `/auth`, at most."""
ADMINISTRATOR = "admin"
"""The role whose accounts may administer others."""
_NO_STORE = ("cache-control", "no-store")


class AuthEndpoints:
    """Answers requests for accounts (`http.beside.Beside`)."""

    max_body = MAX_BODY

    def __init__(
        self, services: Services, endpoints: Sequence[Endpoint], identify: Callable[[Request], Awaitable[Asker]]
    ) -> None:
        self._services = services
        self._identify = identify
        self._endpoints = [(each, tuple(each.path.strip("/").split("/"))) for each in endpoints]

    def serves(self, path: tuple[str, ...]) -> bool:
        """As Beside."""
        return path[0] == PREFIX

    def methods(self, path: tuple[str, ...]) -> str:
        """As Beside."""
        found = {each.method for each, template in self._endpoints if _match(template, path[1:]) is not None}
        return ", ".join([*sorted(found), "OPTIONS"])

    async def answer(self, request: Request, noted: Noted) -> Reply:
        """As Beside."""
        path = request.path[2:]
        fitting = [
            (each, parameters)
            for each, template in self._endpoints
            if (parameters := _match(template, path)) is not None
        ]
        if not fitting:
            raise RequestError(errors.NOTHING_HERE, f"There is nothing at {request.target}")
        noted.route = f"/{PREFIX}{fitting[0][0].path}"
        found = next((each for each in fitting if each[0].method == request.method), None)
        if found is None:
            allow = (("allow", self.methods(request.path[1:])),)
            raise RequestError(errors.METHOD_NOT_ALLOWED, f"{request.method} isn't allowed here", headers=allow)
        endpoint, parameters = found
        noted.asker = asker = await self._identify(request)
        call = Call(
            self._services,
            request,
            noted.request_id,
            asker,
            Client(request.client, (request.header("user-agent") or "")[:200]),
            "token",
            parameters,
            dict(parse_qsl(request.query, keep_blank_values=True)),
        )
        _refuse_others(endpoint, asker)
        if endpoint.body is None:
            return _reply(await endpoint.handle(call))
        return _reply(await endpoint.handle(call, _body(endpoint, request)))


def _match(template: tuple[str, ...], path: tuple[str, ...]) -> dict[str, str] | None:
    """What stands in the path for the names in the template; None where it doesn't fit."""
    if len(template) != len(path):
        return None
    found: dict[str, str] = {}
    for part, segment in zip(template, path, strict=True):
        if part.startswith("{"):
            found[part[1:-1]] = unquote(segment)
        elif part != segment:
            return None
    return found


def _refuse_others(endpoint: Endpoint, asker: Asker) -> None:
    if endpoint.access == "anyone":
        return
    if asker.id is None:
        raise RequestError(errors.UNAUTHENTICATED, "Sign in first", headers=(("www-authenticate", "Bearer"),))
    if asker.session is None or asker.impersonator is not None:
        raise RequestError(errors.FORBIDDEN, "Only who is signed in here themselves may do that")
    if endpoint.access == "administrator" and ADMINISTRATOR not in asker.roles:
        raise RequestError(errors.FORBIDDEN, f"Only accounts with the role {ADMINISTRATOR} may do that")


def _body(endpoint: Endpoint, request: Request) -> Any:
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RequestError(errors.UNSUPPORTED_BODY, "The body has to be application/json")
    try:
        return msgspec.json.decode(request.body, type=endpoint.body)
    except msgspec.ValidationError as error:
        raise RequestError(errors.INVALID, str(error)) from error
    except msgspec.DecodeError as error:
        raise RequestError(errors.BAD_BODY, f"The body is no JSON: {error}") from error


def _reply(answer: Answer) -> Reply:
    headers: Headers = [_NO_STORE, *(("set-cookie", cookie) for cookie in answer.cookies)]
    if answer.location is not None:
        headers.append(("location", answer.location))
    body = b"" if answer.body is None else msgspec.json.encode(answer.body)
    return reply(answer.status, "application/json", body, headers)
