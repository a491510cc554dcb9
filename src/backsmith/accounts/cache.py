"""Tokens that were found valid, so that a token sent again costs a look into a dictionary.

Bounded in entries and in characters; the oldest leave first. Tokens that are not valid are not kept: whoever invents
tokens would push out those of others.
"""

from __future__ import annotations

from backsmith.blueprint.asker import Asker

MAX_ENTRIES = 8192
MAX_CHARACTERS = 8 * 1024 * 1024


class TokenCache:
    """From the text of a header to who it shows and until when."""

    def __init__(self, max_entries: int = MAX_ENTRIES, max_characters: int = MAX_CHARACTERS) -> None:
        self.entries: dict[str, tuple[Asker, float]] = {}
        """Read directly on the hot path: text -> (asker, the time in seconds since 1970 when it ends)."""
        self._max_entries = max_entries
        self._max_characters = max_characters
        self._characters = 0

    def put(self, text: str, asker: Asker, until: float) -> None:
        """Keep one more."""
        self.drop(text)
        if len(text) > self._max_characters:
            return
        self.entries[text] = (asker, until)
        self._characters += len(text)
        while len(self.entries) > self._max_entries or self._characters > self._max_characters:
            self.drop(next(iter(self.entries)))

    def drop(self, text: str) -> None:
        """Forget one, if it is there."""
        if self.entries.pop(text, None) is not None:
            self._characters -= len(text)

    def clear(self) -> None:
        """Forget all, because the keys changed."""
        self.entries.clear()
        self._characters = 0
