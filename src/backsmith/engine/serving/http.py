"""From an HTTP request to the reply, whatever server carries them: the spine, and around it what every reply has.

Paths below the prefix go to the spine; /health, /ready, /metrics and /errors/… are answered here. `asgi` and `rsgi`
carry requests here and replies back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from time import perf_counter
from urllib.parse import unquote

from backsmith import errors
from backsmith.engine.exchange import Exchange
from backsmith.engine.reply import Headers, Reply
from backsmith.engine.reply import reply as plain_reply
from backsmith.engine.request import Request
from backsmith.engine.serving.cors import Cors
from backsmith.engine.serving.error_pages import error_page
from backsmith.engine.serving.health import Readiness, health
from backsmith.engine.serving.limiter import Limiter
from backsmith.engine.serving.logs import AccessLine, AccessLog
from backsmith.engine.serving.metrics import CONTENT_TYPE as METRICS_TYPE
from backsmith.engine.serving.metrics import Metrics
from backsmith.engine.serving.problem import problem
from backsmith.engine.serving.request_id import RequestIds
from backsmith.engine.serving.security import SECURITY, VARY
from backsmith.engine.serving.timing import server_timing
from backsmith.engine.spine import Engine
from backsmith.errors import RequestError
from backsmith.settings import Settings

MAX_BODY = 1_048_576
"""Bytes of a request's body, at most."""
BODY_TIMEOUT = 30.0
"""Seconds that a body may take to arrive."""


class HttpApplication:
    """Answers HTTP requests."""

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
        self._common: Headers = [*SECURITY, ("vary", self._cors.vary(VARY))]
        metrics.gauges["in_flight"] = lambda: self._limiter.running
        metrics.gauges["queued"] = lambda: self._limiter.waiting

    def segments(self, path: str) -> tuple[str, ...]:
        """The segments of a raw path below the prefix; after an empty one, those of a path beside it."""
        below = path[len(self._prefix) :].rstrip("/").split("/") if path.startswith(self._prefix) else [""]
        # To the letter: who keeps /metrics from the world by its path is not to be asked for //metrics.
        return tuple(below) if below[0] else ("", *path[1:].split("/"))

    async def reply(self, request: Request, body: Callable[[], Awaitable[bytes]] | None = None) -> Reply:
        """The reply to a request; whatever goes wrong is one too.

        `body` reads the body, which the request doesn't hold yet. It is awaited before the request counts as one in
        work, so that clients that are slow to send don't keep the others out.
        """
        exchange = Exchange(request, self._ids.next(request.header("x-request-id")))
        try:
            if body is not None:
                exchange.request = await _with_body(request, body)
            if request.path[0]:
                reply = await self._in_turn(exchange)
            else:
                reply = await self._answer(exchange)  # /health and /metrics answer however much there is to do
        except RequestError as error:
            if error.kind is errors.OVERLOADED:
                self._metrics.overloaded += 1
            reply = problem(error, exchange.request_id, head=request.method == "HEAD")
        except Exception as error:  # whatever it is, the client hears of it as INTERNAL and the log has it all
            reply = problem(error, exchange.request_id, head=request.method == "HEAD")
        return self._finished(exchange, reply)

    async def _in_turn(self, exchange: Exchange) -> Reply:
        if not self._limiter.enter():
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
        preflight = self._cors.preflight(request.header("origin"), request.header("access-control-request-method"))
        allowed = "GET, HEAD, POST, OPTIONS" if request.path[0] == "rpc" else "GET, HEAD, OPTIONS"
        return preflight or Reply(204, [("allow", allowed)], b"")

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
                html = "text/html" in (request.header("accept") or "")
                page = error_page(unquote(slug[0]) if slug else None, html=html, head=head)
                if page is not None:
                    return page
            case _:
                pass
        raise RequestError(
            errors.NOTHING_HERE,
            f"There is nothing at {request.target}",
            hint=f"Collections lie below {self._prefix}",
        )

    def _finished(self, exchange: Exchange, reply: Reply) -> Reply:
        """The reply with the headers that all have; counted and logged."""
        request, now = exchange.request, perf_counter()
        headers = [*reply.headers, *self._common, ("x-request-id", exchange.request_id)]
        if self._server_timing and exchange.run_at > exchange.planned:
            timing = server_timing(
                exchange.start, exchange.was_read, exchange.who, exchange.planned, exchange.run_at, now
            )
            headers.append(("server-timing", timing))
        if self._cors.enabled:
            headers.extend(self._cors.headers(request.header("origin")))
        seconds = now - exchange.start
        self._metrics.count(exchange.route, request.method, reply.status, seconds)
        if self._log is not None:
            self._log.add(_line(exchange, reply, seconds))
        return Reply(reply.status, headers, reply.body)


async def _with_body(request: Request, body: Callable[[], Awaitable[bytes]]) -> Request:
    """The request with its body. Raises RequestError TOO_LARGE, BODY_TIMEOUT."""
    length = request.header("content-length")
    if length is not None and length.isdecimal() and int(length) > MAX_BODY:
        raise too_large()
    try:
        async with asyncio.timeout(BODY_TIMEOUT):
            return request._replace(body=await body())
    except TimeoutError:
        message = f"The body didn't arrive within {BODY_TIMEOUT:g} seconds"
        raise RequestError(errors.BODY_TIMEOUT, message, headers=(("connection", "close"),)) from None


def too_large() -> RequestError:
    """The refusal of a body that is too large."""
    return RequestError(errors.TOO_LARGE, f"The body may have {MAX_BODY:,} bytes at most")


def _line(exchange: Exchange, reply: Reply, seconds: float) -> AccessLine:
    asker, remembered = exchange.asker, exchange.remembered
    return AccessLine(
        time.time(),
        exchange.request_id,
        exchange.request.method,
        exchange.request.target,
        reply.status,
        round(seconds * 1e3, 3),
        len(reply.body),
        asker.id if isinstance(asker.id, int | str | None) else str(asker.id),
        asker.via,
        "" if remembered is None else "hit" if remembered else "miss",
    )
