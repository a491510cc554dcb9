"""Statements of `Data` that are asked again and again, remembered: reading rows by their keys.

Everything that a statement depends on is in its key: what it is for, the entity, what is loaded, and the kind of asker.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from backsmith.engine.bounded import Bounded
from backsmith.engine.spelling.binding import Statement


class Statements:
    """A bounded memory of statements."""

    def __init__(self, size: int = 2000) -> None:
        self._known = Bounded[Hashable, Statement](size)

    def get(self, key: Hashable, make: Callable[[], Statement]) -> Statement:
        """The statement of that key, made where it isn't known."""
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = make()
        return known
