"""Statements that were served, as data: made by `engine.served` from the requests' shapes, read by `evolution.advice`.

No value of any request is in them. What takes the place of values is taken from the rows when they are tried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from backsmith.blueprint.blueprint import Entity, Field


class Wanted(Struct, frozen=True, kw_only=True):
    """A way to rows of an entity that a statement takes: what an index on these fields would shorten."""

    entity: str
    equal: tuple[str, ...] = ()
    """Fields that are compared with one value each, in the order of their names."""
    ranged: tuple[str, ...] = ()
    """Fields of which a span of values is wanted."""
    order: tuple[str, ...] = ()
    """Fields by which the rows are put in order, "-" in front for descending."""


class Sample(Struct, frozen=True, kw_only=True):
    """Where a value that is like those of requests comes from: a field's own values, or one that always does."""

    entity: Entity | None = None
    field: Field | None = None
    form: str = "{}"
    """What a request writes, `{}` in place of the value: `({})` of `in`. Without a field the value itself."""
    pick: Literal["common", "middle"] = "common"
    """One of the most frequent values, or one in the middle of their order."""


class Served(Struct, frozen=True, kw_only=True):
    """A statement, and how often and how long it ran."""

    request: str
    """Method and address, `…` in place of values: `GET /api/orders?status=eq.…`."""
    asker: str
    """`nobody`, `a user`, `a user with the role staff`."""
    requests: int
    seconds: float
    """Time that the database took for all of them."""
    worst: float
    """Seconds of the slowest."""
    rows: int
    """Rows of all replies."""
    since: datetime
    """The day on which it was counted first."""
    sql: str
    values: tuple[Sample, ...]
    """What the request's values are like."""
    user: Sample | None
    """What the key of the account that asks is like; None where nobody asks."""
    wanted: tuple[Wanted, ...]
    parameters: Callable[[Sequence[str], str | None], Sequence[Any]]
    """Takes the texts of these values, and of the user's key, to what is bound. Raises RequestError."""
