"""Calls of the application's functions over HTTP: which request means which, and whether who asks may make it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter

from backsmith import errors
from backsmith.blueprint.route_paths import BESIDE as PAGES
from backsmith.blueprint.route_paths import Segment, segments_of
from backsmith.databases.database import Database
from backsmith.engine.access import Authorizer
from backsmith.engine.bodies import Bodies
from backsmith.engine.catalogue import Catalogue, did_you_mean
from backsmith.engine.code.actions import ActionCall
from backsmith.engine.code.finding import found
from backsmith.engine.code.hooks import Hooks
from backsmith.engine.code.objects import Objects
from backsmith.engine.code.queries import QueryCall
from backsmith.engine.code.refusals import Refusals
from backsmith.engine.code.replies import NO_STORE
from backsmith.engine.code.responses import plain_reply_of
from backsmith.engine.code.router import Router
from backsmith.engine.code.routes import RouteCall
from backsmith.engine.code.runtime import Runtime
from backsmith.engine.code.session import Services
from backsmith.engine.code.statements import Statements
from backsmith.engine.exchange import Call, Called, Exchange, Identify
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.sealed.opening import Opening
from backsmith.engine.writing.idempotency import Idempotency
from backsmith.engine.writing.violations import Violations
from backsmith.engine.writing.writer import Writer
from backsmith.errors import RequestError
from backsmith.http.reply import Reply
from backsmith.http.request import Request
from backsmith.model.entity import Entity
from backsmith.model.response import Response

_log = logging.getLogger("backsmith.engine")


class Calls:
    """Answers requests for functions of the application."""

    def __init__(
        self,
        database: Database,
        catalogue: Catalogue,
        authorizer: Authorizer,
        limits: Limits,
        classes: Mapping[str, type[Entity]],
        prefix: str,
        *,
        writer: Writer,
        bodies: Bodies,
        identify: Callable[[], Identify],
        idempotency: Idempotency,
        opening: Opening,
    ) -> None:
        """`classes` are the application's entities by name, to make their objects."""
        blueprint = catalogue.blueprint
        objects = Objects(catalogue.entities, classes, blueprint.account)
        services = Services(
            database,
            catalogue,
            authorizer,
            objects,
            Statements(),
            bodies,
            writer,
            Refusals(catalogue, Violations(catalogue, database.dialect)),
            opening,
        )
        hidden = {name: resource.hidden for name, resource in catalogue.resources.items()}
        runtime = Runtime(services, limits, hidden, idempotency, prefix)
        self._format: Callable[[RequestError], Response] | None = (
            None if blueprint.error_format is None else found(blueprint.error_format)
        )
        self.services = services
        self._identify = identify
        self._authorizer = authorizer
        self._prefix = prefix
        self._free: dict[str, Call] = {}
        for query in blueprint.queries:
            self._free[query.name] = QueryCall(query, runtime)
        self._of_rows: dict[tuple[str, str], Call] = {}
        for action in blueprint.actions:
            if action.entity is None:
                self._free[action.name] = ActionCall(action, runtime)
            else:
                entity, call = catalogue.entities[action.entity], ActionCall(action, runtime)
                for collection in (entity.collection, *entity.former_collections):
                    self._of_rows[collection, action.name] = call
        self._router: Router[RouteCall] | None = None
        if blueprint.routes:
            self._router = _router([RouteCall(route, runtime) for route in blueprint.routes], prefix)
        if blueprint.hooks:
            writer.observers.append(Hooks(blueprint.hooks, services))

    def find(self, request: Request) -> Called | None:
        """The function that a request calls; None where it is for something else. Raises RequestError."""
        path = request.path
        if self._router is not None:
            routed = self._routed(request)
            if routed is not None:
                return routed
        if path[0] == "rpc":
            name = path[1] if len(path) == 2 else ""
            free = self._free.get(name)
            if free is None:
                message, hint = f"Could not find the function '{name}'", did_you_mean(name, self._free)
                raise RequestError(errors.UNKNOWN_FUNCTION, message, hint=hint)
            return Called(free, {})
        if len(path) == 3 and (path[0], path[2]) in self._of_rows:
            return Called(self._of_rows[path[0], path[2]], {"key": path[1]})
        return None

    def _routed(self, request: Request) -> Called | None:
        assert self._router is not None
        if is_own(request.path):
            return None
        method = "GET" if request.method == "HEAD" else request.method
        match = self._router.find(request.path, method)
        if match is None:
            return None
        if method in match.methods:
            return Called(match.methods[method], match.parameters)
        first = next(iter(match.methods.values()))
        if method == "OPTIONS":
            return Called(first, {})
        allow = (("allow", first.methods),)
        raise RequestError(errors.METHOD_NOT_ALLOWED, f"{request.method} isn't allowed here", headers=allow)

    def streams(self, request: Request) -> bool:
        """Whether the request calls a function that reads the body as it arrives."""
        try:
            called = self.find(request)
        except RequestError:
            return False  # which `admit` says
        return called is not None and called.call.streams

    def serves(self, request: Request) -> bool:
        """Whether there is a route at an address beside the API's."""
        if self._router is None or is_own(request.path):
            return False
        return self._router.find(request.path, request.method) is not None

    def refused(self, error: RequestError, request: Request) -> Reply | None:
        """The reply to what is refused, in the application's own format; None where it has none, or that fails."""
        if self._format is None:
            return None
        try:
            reply = plain_reply_of(self._format(error))
        except Exception:
            _log.exception("The error format of the application failed.")
            return None
        given = {name for name, _ in reply.headers}
        headers = [*reply.headers, *((n.lower(), v) for n, v in error.headers if n.lower() not in given)]
        if "cache-control" not in given:
            headers.append(NO_STORE)
        return reply._replace(headers=headers, body=b"" if request.method == "HEAD" else reply.body)

    async def admit(self, exchange: Exchange, called: Called) -> None:
        """Find out who asks, and refuse who may not. Raises RequestError."""
        request = exchange.request
        exchange.route = called.call.label
        if request.method not in called.call.methods.split(", "):
            allow = (("allow", called.call.methods),)
            raise RequestError(errors.METHOD_NOT_ALLOWED, f"{request.method} isn't allowed here", headers=allow)
        exchange.was_read = perf_counter()
        exchange.asker = await self._identify()(request)
        called.call.refuse_others(self._authorizer.kind(exchange.asker))
        exchange.call = called
        exchange.who = perf_counter()

    async def answer(self, exchange: Exchange, called: Called) -> Reply:
        """The reply to a call. Raises RequestError."""
        if exchange.call is None:
            await self.admit(exchange, called)
        with self.services.refusals.said():
            return await called.call.answer(exchange, called.parameters)


BESIDE = Segment("literal", "")
"""What the path of a request begins with that lies outside the prefix; `/` alone has it twice."""


def is_own(path: Sequence[str]) -> bool:
    """Whether it is the path of a page that Backsmith has beside the API, whatever routes there are."""
    return not path[0] and path[1] in OWN and len(path) <= 2 + (path[1] == "errors")


OWN = frozenset(path.split("/")[1] for path in PAGES)
"""Their first segments."""


def _router(calls: list[RouteCall], prefix: str) -> Router[RouteCall]:
    """The routes by the segments that a request's path is taken apart into: below the prefix, or after an empty one."""
    router: Router[RouteCall] = Router()
    below = segments_of(prefix.rstrip("/") or "/")
    at: dict[tuple[str, ...], list[RouteCall]] = {}
    for call in calls:
        segments = segments_of(call.route.path)
        inside = segments[: len(below)] == below and len(segments) > len(below)
        path = segments[len(below) :] if inside else (BESIDE, *(segments or (BESIDE,)))
        router.add(call.route.method, path, call)
        shape = tuple("" if each.kind != "literal" else each.text for each in path)
        at.setdefault(shape, []).append(call)
    for some in at.values():
        names = [call.route.method for call in some]
        methods = ", ".join(
            [*(["GET", "HEAD"] if "GET" in names else []), *(n for n in names if n != "GET"), "OPTIONS"]
        )
        for call in some:
            call.methods = methods
    return router
