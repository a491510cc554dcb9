"""What is advised, as frozen data."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Figures(Struct, frozen=True, kw_only=True):
    """How a statement was run."""

    plan: str
    """In the database's own words, a line a step."""
    effort: float
    milliseconds: float


class Comparison(Struct, frozen=True, kw_only=True):
    """A statement without the index and with it."""

    request: str
    value: Literal["typical", "most frequent"]
    """Which values were tried in place of the request's."""
    before: Figures
    after: Figures


class Advice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An index to be made, or one that may go."""

    kind: Literal["missing", "unused", "duplicate"]
    entity: str
    fields: tuple[str, ...]
    """As the model names them, "-" in front for descending."""
    line: str
    """What to write in the model, or to take out of it."""
    reason: str
    index: str | None = None
    """The name in the database of one that is there."""
    requests: tuple[str, ...] = ()
    """The requests that it serves, each with its counts."""
    measured: str = ""
    """What was measured, and on how many rows."""
    comparisons: tuple[Comparison, ...] = ()
    """Those of the request that gains most come first."""
    cost: str = ""
    """What it takes: room, and work at each write."""
