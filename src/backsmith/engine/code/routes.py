"""`@route` functions: addresses of the application's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

import msgspec

from backsmith import errors
from backsmith.blueprint.blueprint import Parameter, Route, Upload
from backsmith.databases.transaction import Transaction
from backsmith.engine.access import AskerKind
from backsmith.engine.bodies.opening import opened
from backsmith.engine.bodies.problems import Problems
from backsmith.engine.bodies.sources import JSON
from backsmith.engine.code.actions import members_of
from backsmith.engine.code.arguments import Arguments, RowKey
from backsmith.engine.code.forms import FormReader, is_form_body
from backsmith.engine.code.functions import Function, refuse_others
from backsmith.engine.code.responses import reply_of
from backsmith.engine.code.runtime import Runtime, with_rows
from backsmith.engine.exchange import Exchange
from backsmith.engine.serving.security import CACHE_PRIVATE, CACHE_SHARED
from backsmith.engine.writing.idempotency import identity_of
from backsmith.errors import RequestError
from backsmith.http.reply import Reply
from backsmith.http.request import Request
from backsmith.model.request import read_cookies


class RouteCall:
    """Answers requests for one route."""

    def __init__(self, route: Route, runtime: Runtime) -> None:
        self.route = route
        self.label = route.path
        self.methods = ""
        """The value of Allow, of all routes at the path; set when all are known."""
        self._runtime = runtime
        self._function = Function(route.function, route.injected)
        entities = runtime.services.catalogue.entities
        self._arguments = Arguments(route.parameters, entities, runtime.limits, strict=False)
        self._by_source: dict[str, list[Parameter]] = {}
        for parameter in route.parameters:
            self._by_source.setdefault(parameter.source, []).append(parameter)
        form = [*self._by_source.get("form", ()), *self._by_source.get("form_field", ())]
        self._form = FormReader(form, self._arguments, entities, runtime.limits) if form else None
        self.streams = any(isinstance(parameter.type, Upload) for parameter in form)

    def refuse_others(self, kind: AskerKind) -> None:
        """Raises RequestError UNAUTHENTICATED or FORBIDDEN where that kind of asker may not call it."""
        refuse_others(self.route.name, self.route.allow, kind, needs_user=self.route.needs_user)

    async def answer(self, exchange: Exchange, parameters: Mapping[str, str]) -> Reply:
        """The reply, once all is kept that the route did. Raises RequestError."""
        request = exchange.request
        problems = Problems()
        values = self._values(request, parameters, problems)
        form = None
        if self._form is not None:
            form, given = await self._form.read(request, problems)
            values |= given
        try:
            if problems:
                problems.refuse()
            exchange.plan_made()
            reply = await self._answer(exchange, values)
            exchange.ran()
            return reply
        finally:
            if form is not None:
                form.close()

    async def _answer(self, exchange: Exchange, values: Mapping[str, Any]) -> Reply:
        reads = _elsewhere if from_elsewhere(exchange) else None

        async def run(transaction: Transaction | None) -> Reply:
            action = self.route.name if transaction else None
            session, data = self._runtime.session(exchange, transaction, action, reads)
            try:
                arguments = await with_rows(values, data)
                handed = self._runtime.handed(exchange, data)
                result = (
                    self._function.call(**arguments, **self._function.handed(handed))
                    if self.route.streams
                    else await self._function(arguments, handed)
                )
                reply = await reply_of(result, self.route.status, data, self._runtime.hidden)
                if all(name != "cache-control" for name, _ in reply.headers):
                    reply.headers.append(CACHE_SHARED if exchange.asker.id is None else CACHE_PRIVATE)
                return await _headless(reply) if exchange.request.method == "HEAD" else reply
            finally:
                session.end()

        if not self.route.transaction or reads is not None:
            return await run(None)
        identity = identity_of(exchange.request, exchange.asker)
        return await self._runtime.idempotency.run(identity, run, retry=self.route.retry)

    def _values(self, request: Request, path: Mapping[str, str], problems: Problems) -> dict[str, Any]:
        """The arguments that stand in the request's address, headers and JSON body."""
        values: dict[str, Any] = {}
        for source in ("path", "rest"):
            for parameter in self._by_source.get(source, ()):
                values |= _of_path(self._arguments, parameter, path[parameter.name])
        if "query" in self._by_source:
            pairs = _query(request, self._runtime.limits.filters)
            for parameter in self._by_source["query"]:
                values |= self._arguments.texts(parameter, pairs.get(parameter.key or parameter.name, ()), problems)
        for parameter in self._by_source.get("header", ()):
            text = request.header((parameter.key or parameter.name).lower())
            values |= self._arguments.texts(parameter, () if text is None else (text,), problems)
        if "cookie" in self._by_source:
            cookies = read_cookies(request.header("cookie") or "")
            for parameter in self._by_source["cookie"]:
                name = parameter.key or parameter.name
                values |= self._arguments.texts(parameter, (cookies[name],) if name in cookies else (), problems)
        values |= self._of_body(request, problems)
        return values

    def _of_body(self, request: Request, problems: Problems) -> dict[str, Any]:
        """The arguments that are the body, or members of it. Raises RequestError BAD_BODY."""
        content_type = request.header("content-type")
        for parameter in self._by_source.get("raw", ()):
            return {parameter.name: request.body}
        for parameter in self._by_source.get("body", ()):
            if not request.body.strip() and not parameter.required:
                return {}
            return self._arguments.whole(parameter, _json(request.body, content_type), problems)
        members = self._by_source.get("member")
        if not members:
            return {}
        return self._arguments.members(members, members_of(request.body, content_type, problems), problems)


def from_elsewhere(exchange: Exchange) -> bool:
    """Whether a GET was sent with a session's cookie by what is none of the application's own pages, as far as it
    says: a link on any page, or in a mail, may have set it off."""
    request = exchange.request
    by_cookie = exchange.asker.via == "session"
    return by_cookie and request.method in ("GET", "HEAD") and request.header("sec-fetch-site") != "same-origin"


def _elsewhere() -> RequestError:
    return RequestError(
        errors.CROSS_SITE,
        "A GET with a cookie writes only where the application's own pages sent it",
        hint="Browsers say so by Sec-Fetch-Site: same-origin. What links lead to shows a page whose form sends a POST.",
    )


def _of_path(arguments: Arguments, parameter: Parameter, text: str) -> dict[str, Any]:
    """A value of the path; one that doesn't fit its type means that there is nothing at the address."""
    problems = Problems()
    values = arguments.texts(parameter, (text,), problems)
    if problems:
        raise RequestError(errors.NOTHING_HERE, f"There is nothing at this address: '{text}' is no {parameter.name}")
    return {name: v._replace(pointer=None) if isinstance(v, RowKey) else v for name, v in values.items()}


def _query(request: Request, most: int) -> Mapping[str, Sequence[str]]:
    try:
        return parse_qs(request.query, keep_blank_values=True, errors="strict", max_num_fields=most)
    except ValueError:
        raise RequestError(errors.BAD_QUERY, "The query string isn't a list of name=value") from None


def _json(body: bytes, content_type: str | None) -> msgspec.Raw:
    """The JSON value that the body is. Raises RequestError BAD_BODY."""
    if is_form_body(content_type):
        raise RequestError(errors.UNSUPPORTED_BODY, "This takes JSON", hint="Send application/json.")
    found = opened(body, content_type)
    if found.source is not JSON:
        raise RequestError(errors.UNSUPPORTED_BODY, "This takes JSON", hint="Send application/json.")
    return msgspec.Raw(body.strip()) if found.many else found.rows[0]


async def _headless(reply: Reply) -> Reply:
    close: Any = getattr(reply.body, "aclose", None)
    if close is not None:
        await close()
    return reply._replace(body=b"")
