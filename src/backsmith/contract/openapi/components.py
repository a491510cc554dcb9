"""The named parts of a document: named while its operations are written, each made once, and not where it is named.

Rows lead to rows: parts that were made where they are named would be within one another as deep as the model is large.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Literal

Section = Literal["schemas", "parameters", "headers", "responses"]
SECTIONS: tuple[Section, ...] = ("schemas", "parameters", "headers", "responses")
Make = Callable[[], dict[str, Any]]


class Components:
    """Holds them by section and name."""

    def __init__(self) -> None:
        self._parts: dict[Section, dict[str, Any]] = {section: {} for section in SECTIONS}
        self._references: dict[tuple[Section, str], dict[str, str]] = {}
        self._unmade: deque[tuple[Section, str, Make]] = deque()

    def refer(self, section: Section, name: str, make: Make) -> dict[str, str]:
        """The reference to a part, which is to be made by `make` if it was never named before."""
        known = self._references.get((section, name))
        if known is None:
            known = self._references[section, name] = {"$ref": f"#/components/{section}/{name}"}
            self._parts[section][name] = {}
            self._unmade.append((section, name, make))
        return known

    def all(self) -> dict[str, dict[str, Any]]:
        """All parts, in the order in which they were first named."""
        while self._unmade:
            section, name, make = self._unmade.popleft()
            self._parts[section][name] = make()
        return {section: parts for section, parts in self._parts.items() if parts}
