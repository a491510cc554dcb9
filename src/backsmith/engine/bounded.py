"""A dictionary that remembers so much and no more: what plans and statements are kept in."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Bounded(dict[K, V]):
    """At most so many entries, set one by one. When it is full, the older half goes: cheap, and what is used comes
    back at once."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= self.most:
            for old in list(self)[: (self.most + 1) // 2]:
                del self[old]
        super().__setitem__(key, value)
