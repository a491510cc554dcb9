"""Two flat schemas of one value, where it is, and who sends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from backsmith.contract.diff.flat import Flat
from backsmith.contract.diff.nouns import Finding, Level

Direction = Literal["sent", "received"]
"""By the client."""


@dataclass(frozen=True)
class Sides:
    """Two schemas of a value, and where it is."""

    old: Flat
    new: Flat
    direction: Direction
    textual: bool
    """It is written as text whatever its type is: in an address or a header."""
    pointer: str
    today: date

    def finding(self, kind: str, level: Level, words: str, shown: str | None = "…") -> Finding:
        """A finding here."""
        return Finding(kind, level, (), words, self.pointer, shown)

    @property
    def sent(self) -> bool:
        """By the client."""
        return self.direction == "sent"
