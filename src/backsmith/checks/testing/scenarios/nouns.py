"""The nouns of scenarios, as they were read."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from backsmith.errors import BacksmithError

NOBODY, DATABASE = "nobody", "database"
"""Who isn't signed in; and who sees and may do everything, past the rules, to look at what has become of rows."""


class ScenarioError(BacksmithError):
    """A mistake in a file of scenarios: says where, what, and what to write instead."""

    def __init__(self, file: str, line: int, message: str, hint: str = "") -> None:
        self.file, self.line = file, line
        super().__init__(f"{file}:{line}: {message}" + (f" {hint}" if hint else ""))


class GivenRow(Struct, frozen=True):
    """A row that is there before a scenario begins."""

    collection: str
    name: str | None
    """By which the scenario speaks of it."""
    values: dict[str, Any]
    line: int


class Who(Struct, frozen=True):
    """Who sends a request."""

    name: str
    roles: frozenset[str] = frozenset()


class Step(Struct, frozen=True, kw_only=True):
    """A request, and the reply that it is to have."""

    line: int
    who: Who
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    target: str
    """The path below the prefix, or a whole one that begins with it or leads elsewhere, with its query."""
    reply: int
    sends: bool = False
    send: Any = None
    headers: dict[str, str]
    shows: Any = None
    """What the reply's body holds at least."""
    is_shown: bool = False
    exactly: bool = False
    """`shows` is all of it."""
    reply_headers: dict[str, str]
    named: str | None = None
    """What the row that is shown is called from here on."""


class Scenario(Struct, frozen=True):
    """What somebody does, and what comes of it."""

    file: str
    name: str
    line: int
    given: tuple[GivenRow, ...]
    steps: tuple[Step, ...]
