"""Counting requests by their shapes, on the way of every request: an addition to what the remembered plan carries.

In: the key of a plan and how long the database took. Out: counts for those who keep them. No value of a request is in
any of it.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from msgspec import Struct

K = TypeVar("K")
MOST = 500
"""Shapes that are kept; of more the rarest go."""


class Tally:
    """What a remembered plan has been used for since it was last asked."""

    __slots__ = ("requests", "rows", "seconds", "worst")

    def __init__(self) -> None:
        self.requests = 0
        self.seconds = 0.0
        self.worst = 0.0
        self.rows = 0


class Count(Struct, frozen=True):
    """How often requests of a shape came, how long the database took for all of them and for the slowest."""

    requests: int
    seconds: float
    worst: float
    rows: int


class Counts(Generic[K]):
    """The tallies that are not empty. It holds twice as many as are kept, at most."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._begun: list[tuple[K, Tally]] = []

    def __len__(self) -> int:
        return len(self._begun)

    def add(self, key: K, tally: Tally, seconds: float, rows: int) -> None:
        """Count a request. `tally` is the one that the plan of that key carries."""
        if not tally.requests:
            self._begin(key, tally)
        tally.requests += 1
        tally.rows += rows
        tally.seconds += seconds
        tally.worst = max(tally.worst, seconds)

    def _begin(self, key: K, tally: Tally) -> None:
        if len(self._begun) >= 2 * self._most:
            self._begun.sort(key=lambda each: each[1].requests, reverse=True)
            for _, rare in self._begun[self._most :]:
                _empty(rare)
            del self._begun[self._most :]
        self._begun.append((key, tally))

    def take(self) -> list[tuple[K, Count]]:
        """What was counted since the last time, the most frequent first, not more than are kept."""
        begun, self._begun = self._begun, []
        found = [(key, Count(each.requests, each.seconds, each.worst, each.rows)) for key, each in begun]
        for _, tally in begun:
            _empty(tally)
        return sorted(found, key=lambda each: each[1].requests, reverse=True)[: self._most]


def _empty(tally: Tally) -> None:
    tally.requests = tally.rows = 0
    tally.seconds = tally.worst = 0.0
