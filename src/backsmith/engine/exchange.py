"""The noun of a request on its way through the spine."""

from __future__ import annotations

from time import perf_counter

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.engine.request import Request


class Exchange:
    """A request on its way, and what is known of it so far: for the log, the metrics and Server-Timing."""

    __slots__ = (
        "asker",
        "planned",
        "remembered",
        "request",
        "request_id",
        "route",
        "run_at",
        "start",
        "was_read",
        "who",
    )

    def __init__(self, request: Request, request_id: str) -> None:
        self.request = request
        self.request_id = request_id
        self.route = "other"
        self.asker: Asker = NOBODY
        self.remembered: bool | None = None
        """Whether the plan was in the cache; None: no plan was made."""
        self.start = self.was_read = self.who = self.planned = self.run_at = perf_counter()
