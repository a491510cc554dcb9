"""What answers requests at paths beside the API's own: `/auth/…`, and later whatever else Backsmith serves."""

from __future__ import annotations

from typing import Protocol

from backsmith.blueprint.asker import Asker
from backsmith.http.reply import Reply
from backsmith.http.request import Request


class Noted(Protocol):
    """What is to be known of a request that was answered, for the log and the metrics (`engine.exchange.Exchange`)."""

    request_id: str
    route: str
    """The path with names for what varies."""
    asker: Asker


class Beside(Protocol):
    """Answers requests."""

    max_body: int
    """Bytes of a body, at most."""

    def serves(self, path: tuple[str, ...]) -> bool:
        """Whether the path of these segments is one of its own: `("auth", "sign-in")`."""
        ...

    def methods(self, path: tuple[str, ...]) -> str:
        """The value of Allow for such a path."""
        ...

    async def answer(self, request: Request, noted: Noted) -> Reply:
        """The reply; `request.path` is an empty segment and those of the path. Raises RequestError."""
        ...
