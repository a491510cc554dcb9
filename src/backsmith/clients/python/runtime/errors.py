"""What the server refuses, and what never reached it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True)
class Mistake:
    """One mistake in a body."""

    pointer: str
    """Where it stands (RFC 6901): `/email`, `/lines/1/price`."""
    code: str
    message: str
    hint: str | None = None


class BacksmithError(Exception):
    """A refusal, as a problem document (RFC 9457) says it; `kind` is `unreachable` where nothing came back."""

    def __init__(
        self, kind: str, status: int, problem: dict[str, Any] | None = None, retry_after: float | None = None
    ) -> None:
        said = problem or {}
        self.kind = kind
        """The server explains it at `/errors/` and this."""
        self.status = status
        self.message = str(said.get("message") or said.get("detail") or said.get("title") or kind)
        self.code: str | None = said.get("code")
        self.details: str | None = said.get("details")
        self.hint: str | None = said.get("hint")
        self.errors: tuple[Mistake, ...] = tuple(_mistakes(said.get("errors")))
        self.request_id = str(said.get("instance") or "").removeprefix("urn:request:") or None
        self.operation: int | None = said.get("operation")
        """Of a batch: the number of the operation that was refused, from 0."""
        self.retry_after = retry_after
        """Seconds after which it may be tried again."""
        self.body = problem
        super().__init__(" ".join(each for each in (self.message, self.hint) if each))

    def at(self, pointer: str) -> str | None:
        """What is wrong at a place of the body: `at("/email")`, or `at("email")` of a member at its top."""
        sought = pointer if pointer.startswith("/") else f"/{pointer}"
        return next((each.message for each in self.errors if each.pointer == sought), None)


def _mistakes(given: Any) -> list[Mistake]:
    found = cast("list[dict[str, Any]]", given if isinstance(given, list) else [])
    return [
        Mistake(str(each.get("pointer", "")), str(each.get("code", "")), str(each.get("message", "")), each.get("hint"))
        for each in found
    ]


def refusal(status: int, body: bytes, retry_after: str | None) -> BacksmithError:
    """The error that a reply says."""
    try:
        after = float(retry_after or "")
    except ValueError:
        after = None
    try:
        problem = json.loads(body)
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        message = f"Not the server, but something before it answered, with the status {status}. Does the server run?"
        return BacksmithError("unreadable", status, {"message": message}, after)
    said = cast("dict[str, Any]", problem)
    slug = str(said.get("type") or "unreadable").rpartition("/")[2]
    return BacksmithError(slug, status, said, after)
