"""An entry of the change log, as those who read it see it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from backsmith.errors import BacksmithError

Position = int
"""Where an entry stands: greater than those of all entries that can have been known to who made it."""

FORGET = "forget"
"""The verb of what is left of the last entry that was too old: all up to its position are gone."""


class Entry(Struct, frozen=True, kw_only=True):
    """A change of one row."""

    position: Position
    at: datetime
    """The instant of the request: `now()` of its defaults and rules."""
    account: Any
    """The key of who did it; None for nobody."""
    via: str
    """How they showed who they are: `nobody`, `token`, `key`."""
    api_key: str | None
    """The name of the API key."""
    system: bool
    """The application acted for itself, without rules."""
    action: str | None
    """The action of the application that did it; None where the API itself did."""
    verb: Literal["create", "update", "delete", "link"]
    entity_id: str
    """Stable: it outlives a new name."""
    entity: str
    """The entity's name then."""
    key: tuple[Any, ...]
    """As JSON has its values. Of an update that changes the key, the new one."""
    before: str | None
    """The row as canonical JSON, all stored fields of it; None of a create. Of a link, the keys that it was unlinked
    from by name of the relation: `{"tags":[[1]]}`."""
    after: str | None
    """The same; None of a delete. Of a link, the keys that it was linked to."""
    request_id: str
    impersonator: Any = None
    """The key of the administrator who acted as the account; None: nobody did."""


class PositionError(BacksmithError):
    """The log can't be read from that position on: what comes next is gone, or was never there."""


def forgotten(after: Position, oldest: Position) -> PositionError:
    """The refusal to read on from a position that the log doesn't reach back to any more."""
    return PositionError(
        f"Entries after position {after} are gone: the log now begins after {oldest}. Whoever follows it has missed"
        f" some and has to begin anew: read the rows themselves, then the log from {oldest} on. log_retention says how"
        " many days entries are kept."
    )


def ahead(after: Position, last: Position) -> PositionError:
    """The refusal to read on from a position that the log hasn't reached yet."""
    return PositionError(
        f"The log ends at position {last}, before {after}: this is another database, or an older copy of the one that"
        f" the position is of. Whoever follows it has to begin anew: read the rows themselves, then the log from"
        f" {last} on."
    )
