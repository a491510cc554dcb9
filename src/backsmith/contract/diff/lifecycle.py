"""The end of things: what was deprecated, with or without a day of its end (`x-sunset`), and is gone now."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from backsmith.contract.diff.documents import object_of
from backsmith.contract.diff.nouns import Level


class Removal(NamedTuple):
    """How the end of something was told."""

    kind: str
    """What a difference's kind ends with."""
    words: str
    told: bool
    """Its day has come: clients knew."""

    def lower(self, level: Level) -> Level:
        """The level of its removal: what ends on the day that it was to end on isn't against the contract."""
        return "risky" if self.told and level == "breaking" else level


def removal(value: Any, today: date) -> Removal:
    """What a thing that is gone today said of its end."""
    said = object_of(value)
    if said.get("deprecated") is not True:
        return Removal("", "", told=False)
    sunset = day_of(said.get("x-sunset"))
    if sunset is None:
        return Removal("-deprecated", "; it was deprecated, with no day of its end", told=False)
    if sunset > today:
        return Removal("-before-sunset", f"; it was to end on {sunset}, which is yet to come", told=False)
    return Removal("-after-sunset", f"; it was to end on {sunset}", told=True)


def day_of(value: Any) -> date | None:
    """A day as documents write it, or the day of an instant; None where it is neither."""
    try:
        return date.fromisoformat(str(value)[:10]) if value is not None else None
    except ValueError:
        return None
