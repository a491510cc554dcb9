"""The application as ASGI: bytes in, the spine's answer out, and around it what every reply has.

Paths below the prefix go to the spine; /health, /ready, /metrics and /errors/… are answered here.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from time import perf_counter
from typing import Any
from urllib.parse import unquote

from backsmith import errors
from backsmith.engine.cors import Cors
from backsmith.engine.error_pages import error_page
from backsmith.engine.health import Readiness, health
from backsmith.engine.limiter import Limiter
from backsmith.engine.logs import AccessLine, AccessLog
from backsmith.engine.metrics import CONTENT_TYPE as METRICS_TYPE
from backsmith.engine.metrics import Metrics
from backsmith.engine.problem import problem
from backsmith.engine.reply import Headers, Reply
from backsmith.engine.reply import reply as plain_reply
from backsmith.engine.request import Request
from backsmith.engine.request_id import RequestIds
from backsmith.engine.security import SECURITY, VARY
from backsmith.engine.spine import Engine, Exchange
from backsmith.engine.timing import server_timing
from backsmith.errors import RequestError
from backsmith.settings import Settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class HttpApplication:
    """Carries requests over HTTP to an engine and its answers back."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        readiness: Readiness,
        metrics: Metrics,
        access_log: AccessLog | None,
    ) -> None:
        self._engine = engine
        self._prefix = settings.prefix.rstrip("/") + "/"
        self._max_url = settings.max_url
        self._server_timing = settings.server_timing
        self._serves_metrics = settings.metrics
        self._readiness = readiness
        self._metrics = metrics
        self._log = access_log
        self._limiter = Limiter(settings.concurrency, settings.queue, settings.queue_timeout)
        self._ids = RequestIds()
        self._cors = Cors(settings.cors_origins, settings.cors_credentials)
        self._common: Headers = [*SECURITY, (b"vary", self._cors.vary(VARY))]
        metrics.gauges["in_flight"] = lambda: self._limiter.running
        metrics.gauges["queued"] = lambda: self._limiter.waiting

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request of an ASGI server."""
        headers: Mapping[bytes, bytes] = dict(scope["headers"])
        query: bytes = scope["query_string"]
        request = Request(scope["method"], self._segments(scope), scope["path"], query.decode("latin-1"), headers)
        exchange = Exchange(request, self._ids.next(headers.get(b"x-request-id")))
        try:
            reply = await self._limited(exchange)
        except RequestError as error:
            reply = problem(error, exchange.request_id, head=request.method == "HEAD")
        except Exception as error:  # whatever it is, the client hears of it as INTERNAL and the log has it all
            reply = problem(error, exchange.request_id, head=request.method == "HEAD")
        await self._send(exchange, reply, send)

    def _segments(self, scope: Scope) -> tuple[str, ...]:
        raw: bytes | None = scope.get("raw_path")
        path = scope["path"] if raw is None else raw.decode("latin-1").partition("?")[0]
        root: str = scope.get("root_path") or ""
        path = path.removeprefix(root) if root else path
        if path.startswith(self._prefix):
            return tuple(path[len(self._prefix) :].rstrip("/").split("/"))
        return ("", *path.strip("/").split("/"))

    async def _limited(self, exchange: Exchange) -> Reply:
        if not self._limiter.enter():
            self._metrics.pool_waits += 1
            await self._limiter.wait()
        try:
            return await self._answer(exchange)
        finally:
            self._limiter.leave()

    async def _answer(self, exchange: Exchange) -> Reply:
        request = exchange.request
        if len(request.target) + len(request.query) > self._max_url:
            raise RequestError(errors.URL_TOO_LONG, f"The address is longer than {self._max_url} bytes")
        if request.method == "OPTIONS":
            return self._options(request)
        if request.path[0]:
            return await self._engine.answer(exchange)
        return await self._beside(request, exchange)

    def _options(self, request: Request) -> Reply:
        headers = request.headers
        preflight = self._cors.preflight(headers.get(b"origin"), headers.get(b"access-control-request-method"))
        return preflight or Reply(204, [(b"allow", b"GET, HEAD, OPTIONS")], b"")

    async def _beside(self, request: Request, exchange: Exchange) -> Reply:
        """What is answered beside the data."""
        head = request.method == "HEAD"
        if request.method not in ("GET", "HEAD"):
            raise RequestError(errors.METHOD_NOT_ALLOWED, f"{request.method} isn't allowed here")
        match request.path[1:]:
            case ("health",):
                exchange.route = "/health"
                return health(head=head)
            case ("ready",):
                exchange.route = "/ready"
                return await self._readiness.reply(head=head)
            case ("metrics",) if self._serves_metrics:
                exchange.route = "/metrics"
                return plain_reply(200, METRICS_TYPE, self._metrics.render(), head=head)
            case ("errors", *slug) if len(slug) <= 1:
                exchange.route = "/errors"
                html = "text/html" in (request.header(b"accept") or "")
                page = error_page(unquote(slug[0]) if slug else None, html=html, head=head)
                if page is not None:
                    return page
            case _:
                pass
        raise RequestError(
            errors.NOT_FOUND,
            f"There is nothing at {request.target}",
            hint=f"Collections lie below {self._prefix}",
        )

    async def _send(self, exchange: Exchange, reply: Reply, send: Send) -> None:
        request, now = exchange.request, perf_counter()
        headers = [*reply.headers, *self._common, (b"x-request-id", exchange.request_id.encode())]
        if self._server_timing and exchange.run_at > exchange.planned:
            timing = server_timing(
                exchange.start, exchange.was_read, exchange.who, exchange.planned, exchange.run_at, now
            )
            headers.append((b"server-timing", timing))
        if self._cors.enabled:
            headers.extend(self._cors.headers(request.headers.get(b"origin")))
        seconds = now - exchange.start
        self._metrics.count(exchange.route, request.method, reply.status, seconds)
        if self._log is not None:
            self._log.add(self._line(exchange, reply, seconds))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})

    @staticmethod
    def _line(exchange: Exchange, reply: Reply, seconds: float) -> AccessLine:
        asker, remembered = exchange.asker, exchange.remembered
        who = asker.id if isinstance(asker.id, int | str | None) else str(asker.id)
        return AccessLine(
            time.time(),
            exchange.request_id,
            exchange.request.method,
            exchange.request.target,
            reply.status,
            round(seconds * 1e3, 3),
            len(reply.body),
            who,
            asker.via,
            "" if remembered is None else "hit" if remembered else "miss",
        )
