"""The nouns of a request on its way through the spine: what is known of it so far, and how it is found out who asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import NamedTuple, Protocol

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.engine.access import AskerKind
from backsmith.engine.writing.reading import AskedWrite
from backsmith.http.reply import Reply
from backsmith.http.request import Request

Identify = Callable[[Request], Awaitable[Asker]]
"""Who asks, by the headers of the request. Raises RequestError for what isn't valid."""


class Call(Protocol):
    """What answers requests for one function of the application."""

    label: str
    """Its path with names for what varies, for the metrics and the log."""
    methods: str
    """The value of Allow."""
    streams: bool
    """It reads the body as it arrives."""

    def refuse_others(self, kind: AskerKind) -> None:
        """Raise RequestError UNAUTHENTICATED or FORBIDDEN where that kind of asker may not call it."""
        ...

    async def answer(self, exchange: Exchange, parameters: Mapping[str, str]) -> Reply:
        """The reply. Raises RequestError."""
        ...


class Called(NamedTuple):
    """A function that a request calls."""

    call: Call
    parameters: Mapping[str, str]
    """What stands in the path."""


class Exchange:
    """A request on its way, and what is known of it so far: for the log, the metrics and Server-Timing."""

    __slots__ = (
        "admitted",
        "asker",
        "call",
        "deprecated",
        "parts",
        "planned",
        "remembered",
        "request",
        "request_id",
        "route",
        "run_at",
        "start",
        "was_read",
        "who",
        "written",
    )

    def __init__(self, request: Request, request_id: str) -> None:
        self.request = request
        self.request_id = request_id
        self.route = "other"
        self.asker: Asker = NOBODY
        self.admitted: tuple[AskedWrite, AskerKind] | None = None
        """What a request that writes asks for, and the kind of who asks; it may be made by that kind."""
        self.call: Called | None = None
        """The application's function that it calls, whom it may be called by; the asker is known then."""
        self.deprecated: tuple[str, ...] = ()
        """What it uses of an older version that is answered still: `customers.surname`."""
        self.parts = 1
        """Operations that it is: of a batch as many as it has."""
        self.written = 0
        """Rows that were written."""
        self.remembered: bool | None = None
        """Whether the plan was in the cache; None: no plan was made."""
        self.start = self.was_read = self.who = self.planned = self.run_at = perf_counter()

    def plan_made(self) -> None:
        """It is known what is to be done."""
        self.planned = perf_counter()

    def ran(self) -> None:
        """It is done."""
        self.run_at = perf_counter()

    def body_arrived(self) -> None:
        """The wait for the body is over. It counts as reading, whatever was done before it."""
        now = perf_counter()
        waited = now - max(self.start, self.was_read, self.who)
        self.was_read += waited
        self.who += waited
