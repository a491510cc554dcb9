"""From an HTTP request to the reply, whatever server carries them: the spine, and around it what every reply has.

Paths below the prefix go to the spine; /health, /ready, /metrics and /errors/… are answered here, and a front end's
files where nothing else answers. `asgi` and `rsgi` carry requests here and replies back.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from time import perf_counter
from urllib.parse import unquote, urlsplit

from backsmith import errors
from backsmith.databases.database import MissingError
from backsmith.engine.exchange import Exchange
from backsmith.engine.front_end.front_end import ROUTE as FRONT_END
from backsmith.engine.front_end.front_end import FrontEnd
from backsmith.engine.serving.client_kinds import kind_of_client
from backsmith.engine.serving.cors import Cors
from backsmith.engine.serving.deprecations import Deprecations
from backsmith.engine.serving.error_pages import error_page
from backsmith.engine.serving.health import Readiness, health
from backsmith.engine.serving.incoming import Incoming
from backsmith.engine.serving.limiter import Limiter
from backsmith.engine.serving.logs import AccessLine, AccessLog
from backsmith.engine.serving.metrics import CONTENT_TYPE as METRICS_TYPE
from backsmith.engine.serving.metrics import Metrics
from backsmith.engine.serving.outgoing import Ending, Outgoing
from backsmith.engine.serving.problem import problem, refusal_of
from backsmith.engine.serving.request_id import RequestIds
from backsmith.engine.serving.security import SECURITY, VARY
from backsmith.engine.serving.timing import server_timing
from backsmith.engine.spine import Engine
from backsmith.errors import RequestError
from backsmith.http.addresses import client_address
from backsmith.http.beside import Beside
from backsmith.http.limiting import Denied, Limits
from backsmith.http.origins import LOOPBACK, refuse_led_astray
from backsmith.http.reply import Headers, Reply
from backsmith.http.reply import reply as plain_reply
from backsmith.http.request import Request
from backsmith.settings import Settings

_UNLIMITED = frozenset({"/health", "/ready", "/metrics", "/errors", FRONT_END})
"""Routes that are answered whoever asks, however often."""
_log = logging.getLogger("backsmith.engine")


CountCall = Callable[[str, str, str], None]
"""Client, method, route."""
Renewed = Callable[[], Awaitable["HttpApplication | None"]]


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
        deprecations: Deprecations | None = None,
        renewed: Renewed | None = None,
        beside: Sequence[Beside] = (),
        limits: Limits | None = None,
        denied: Denied | None = None,
        cookies: bool = False,
        calls: CountCall | None = None,
    ) -> None:
        """`deprecations` where something of an older version is answered; `renewed` gives the one that is to answer
        instead, after a table or column wasn't there; `beside` answer at paths of their own; `cookies` where a cookie
        may show who asks; `calls` is told of who calls what."""
        self._engine = engine
        self._besides = beside
        self._limits = limits
        self._denied = denied
        self._deprecations = deprecations
        self._calls = calls
        self._renewed = renewed
        self._arriving = 0
        """Requests that have been admitted and whose bodies are on their way."""
        self._prefix = settings.prefix.rstrip("/") + "/"
        self._documented = "" if settings.documents == "off" else ", and the documentation at /docs"
        self._max_url = settings.max_url
        self._behind_proxies = settings if settings.trusted_proxies else None
        self._max_body = settings.max_body  # of a body that the handler reads as it arrives, the handler decides
        self._server_timing = settings.server_timing
        self._serves_metrics = settings.metrics
        self._readiness = readiness
        self._metrics = metrics
        self._log = access_log
        self._limiter = Limiter(settings.concurrency, settings.queue, settings.queue_timeout)
        self._streams = Limiter(settings.concurrency, settings.queue, settings.queue_timeout)
        """Requests whose bodies arrive while they are in work: slow ones keep out only one another."""
        self._ids = RequestIds()
        self._cors = Cors(settings.cors_origins, settings.cors_credentials, local=settings.development)
        alone = settings.development and settings.host in LOOPBACK
        self._own_address = (urlsplit(settings.address).hostname or "") if alone else None
        """The name that the developer gave a server of this machine alone."""
        self._front_end = FrontEnd(settings, self._cors.vary("Accept, Accept-Encoding")) if settings.front_end else None
        self._common: Headers = [*SECURITY, ("vary", self._cors.vary(f"{VARY}, Cookie" if cookies else VARY))]
        metrics.gauges["in_flight"] = lambda: self._limiter.running + self._streams.running
        metrics.gauges["queued"] = lambda: self._limiter.waiting + self._streams.waiting

    def segments(self, path: str) -> tuple[str, ...]:
        """The segments of a raw path below the prefix; after an empty one, those of a path beside it."""
        below = path[len(self._prefix) :].rstrip("/").split("/") if path.startswith(self._prefix) else [""]
        # To the letter: who keeps /metrics from the world by its path is not to be asked for //metrics.
        return tuple(below) if below[0] else ("", *path[1:].split("/"))

    def hidden_files(self) -> list[str]:
        """The files of the front end that nobody can get, because the API answers at their addresses."""

        def answered(path: tuple[str, ...]) -> bool:
            request = Request("GET", ("", *path), "/" + "/".join(path), "", {})
            return any(each.serves(path) for each in self._besides) or self._engine.serves(request)

        return [] if self._front_end is None else self._front_end.hidden(answered)

    async def reply(self, request: Request, body: Incoming | None = None) -> Reply:
        """The reply to a request; whatever goes wrong is one too.

        `body` is the body, where the method has one. It is read before the request counts as one in work, so that
        clients that are slow to send don't keep the others out; unless the engine wants to read it as it arrives.
        """
        if self._behind_proxies is not None:
            request = request._replace(client=client_address(request, self._behind_proxies))
        exchange = Exchange(request, self._ids.next(request.header("x-request-id")))
        beside = self._beside_of(request)
        try:
            if beside is not None:
                if body is not None:
                    exchange.request = request._replace(body=await body.read(beside.max_body))
                    exchange.body_arrived()
                return self._finished(exchange, await self._in_turn(exchange, self._limiter, beside))
            if body is not None:
                if self._engine.streams(request):
                    exchange.request = request._replace(stream=body)
                    return await self._streamed(exchange, body)
                exchange.request = request._replace(body=await self._awaited(exchange, body))
            if request.path[0] or self._engine.serves(request):
                reply = await self._in_turn(exchange, self._limiter)
            else:
                reply = await self._answer(exchange, None)  # /health and /metrics answer however much there is to do
        except MissingError as error:
            other = None if self._renewed is None else await self._renewed()
            if other is not None and exchange.request.stream is None:
                return await other.again(exchange)
            reply = self._refused(exchange, error)
        except Exception as error:  # whatever it is, the client hears of it as INTERNAL and the log has it all
            reply = self._refused(exchange, error)
        return self._finished(exchange, reply)

    @property
    def open(self) -> int:
        """Requests that it answers now."""
        running = self._limiter.running + self._streams.running
        return running + self._limiter.waiting + self._streams.waiting + self._arriving

    async def again(self, before: Exchange) -> Reply:
        """The reply to a request that another one couldn't answer, and of which it has kept nothing."""
        exchange = Exchange(before.request, before.request_id)
        try:
            if before.request.body or before.admitted is not None:
                await self._engine.admit(exchange)
            reply = await self._in_turn(exchange, self._limiter)
        except Exception as error:  # as above
            reply = self._refused(exchange, error)
        return self._finished(exchange, reply)

    async def _awaited(self, exchange: Exchange, incoming: Incoming) -> bytes:
        """The body of a request that may be made at all: who may not make it hears so before they have sent it."""
        self._arriving += 1
        try:
            try:
                await self._engine.admit(exchange)
            except Exception:
                await incoming.drain()
                raise
            body = await incoming.read(self._max_body)
        finally:
            self._arriving -= 1
        exchange.body_arrived()
        return body

    async def _streamed(self, exchange: Exchange, incoming: Incoming) -> Reply:
        """The reply to a request whose body is read while it is in work."""
        try:
            reply = await self._in_turn(exchange, self._streams)
        except Exception as error:  # as above
            await incoming.drain()
            reply = self._refused(exchange, error)
        return self._finished(exchange, reply)

    def _refused(self, exchange: Exchange, error: Exception) -> Reply:
        if isinstance(error, RequestError) and error.kind is errors.OVERLOADED:
            self._metrics.overloaded += 1
        refusal = refusal_of(error, exchange.request_id)
        if self._denied is not None:
            self._denied(exchange.request, exchange.request_id, exchange.route, exchange.asker, refusal)
        own = self._engine.refused(refusal, exchange.request)
        return own or problem(refusal, exchange.request_id, head=exchange.request.method == "HEAD")

    async def _in_turn(self, exchange: Exchange, limiter: Limiter, beside: Beside | None = None) -> Reply:
        if not limiter.enter():
            await limiter.wait()
        try:
            return await self._answer(exchange, beside)
        finally:
            limiter.leave()

    def _beside_of(self, request: Request) -> Beside | None:
        if request.path[0]:
            return None
        return next((each for each in self._besides if each.serves(request.path[1:])), None)

    async def _answer(self, exchange: Exchange, beside: Beside | None) -> Reply:
        request = exchange.request
        if self._own_address is not None:
            refuse_led_astray(request, self._own_address)
        if len(request.target) + len(request.query) > self._max_url:
            raise RequestError(errors.URL_TOO_LONG, f"The address is longer than {self._max_url} bytes")
        if request.method == "OPTIONS":
            return self._options(request, beside)
        if beside is not None:
            return await beside.answer(request, exchange)
        if request.path[0] or self._engine.serves(request):
            return await self._engine.answer(exchange)
        return await self._beside(request, exchange)

    def _options(self, request: Request, beside: Beside | None) -> Reply:
        preflight = self._cors.preflight(request.header("origin"), request.header("access-control-request-method"))
        methods = self._engine.methods(request) if beside is None else beside.methods(request.path[1:])
        return preflight or Reply(204, [("allow", methods)], b"")

    async def _beside(self, request: Request, exchange: Exchange) -> Reply:
        """What is answered beside the data."""
        head = request.method == "HEAD"
        if request.method not in ("GET", "HEAD"):
            allow = (("allow", "GET, HEAD, OPTIONS"),)
            raise RequestError(errors.METHOD_NOT_ALLOWED, f"{request.method} isn't allowed here", headers=allow)
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
                page = None if self._front_end is None else await self._front_end.answer(request)
                if page is not None:
                    exchange.route = FRONT_END
                    return page
        raise RequestError(
            errors.NOTHING_HERE,
            f"There is nothing at {request.target}",
            hint=f"Collections lie below {self._prefix}" + self._documented,
        )

    def _finished(self, exchange: Exchange, reply: Reply) -> Reply:
        """The reply with the headers that all have; counted and logged."""
        request, now = exchange.request, perf_counter()
        common = self._common
        if reply.replaces:
            common = [header for header in common if header[0] not in reply.replaces]
        headers = [*reply.headers, *common, ("x-request-id", exchange.request_id)]
        if self._server_timing and exchange.run_at > exchange.planned:
            timing = server_timing(
                exchange.start, exchange.was_read, exchange.who, exchange.planned, exchange.run_at, now
            )
            headers.append(("server-timing", timing))
        limits = None if exchange.route in _UNLIMITED else self._limits
        if limits is not None and not (reply.status == 429 and any(name == "ratelimit" for name, _ in reply.headers)):
            headers.extend(limits.headers(exchange.asker, request))
        if self._deprecations is not None:
            used = self._engine.deprecated(exchange)
            headers.extend(self._deprecations.noted(request, exchange.asker, used, exchange.route))
        if self._cors.enabled:
            headers.extend(self._cors.headers(request.header("origin")))
        if not isinstance(reply.body, bytes):
            return Reply(reply.status, headers, self._followed(exchange, reply.status, reply.body))
        self._count(exchange, reply.status, now - exchange.start, len(reply.body))
        return Reply(reply.status, headers, reply.body)

    def _followed(self, exchange: Exchange, status: int, pieces: AsyncIterator[bytes]) -> Outgoing:
        """The body that is sent piece by piece; its request is counted and logged at its end."""

        def ended(sent: int, ending: Ending, error: BaseException | None) -> None:
            self._count(exchange, status, perf_counter() - exchange.start, sent)
            if ending == "failed":
                name = exchange.request_id
                _log.error("The reply to request %s broke off.", name, exc_info=error, extra={"request_id": name})

        return Outgoing(pieces, ended)

    def _count(self, exchange: Exchange, status: int, seconds: float, length: int) -> None:
        self._metrics.count(exchange.route, exchange.request.method, status, seconds)
        self._metrics.rows_written += exchange.written
        if self._calls is not None and exchange.route not in _UNLIMITED:
            self._calls(kind_of_client(exchange.request, exchange.asker), exchange.request.method, exchange.route)
        if exchange.asker.name is not None:
            self._metrics.count_key(exchange.asker.name)
        if self._log is not None:
            self._log.add(_line(exchange, status, seconds, length))


def _line(exchange: Exchange, status: int, seconds: float, length: int) -> AccessLine:
    asker, remembered = exchange.asker, exchange.remembered
    return AccessLine(
        time.time(),
        exchange.request_id,
        exchange.request.method,
        exchange.request.target,
        status,
        round(seconds * 1e3, 3),
        length,
        asker.id if isinstance(asker.id, int | str | None) else str(asker.id),
        asker.via,
        "" if remembered is None else "hit" if remembered else "miss",
        asker.name or "",
    )
