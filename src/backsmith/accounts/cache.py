"""Tokens that were found valid, so that a token sent again costs a look into a dictionary.

Bounded in entries and in characters; the oldest leave first. Tokens that are not valid are not kept: whoever invents
tokens would push out those of others.
"""

from __future__ import annotations

from collections.abc import Callable

from backsmith.accounts.revocations import Kind, Subject
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


class Known:
    """A credential of this application's own, as it was found in its tables."""

    __slots__ = ("asker", "idle", "noted", "subjects", "text", "until")

    def __init__(
        self, text: str, asker: Asker, until: float, subjects: tuple[Subject, ...], noted: float, idle: float
    ) -> None:
        self.text = text
        self.asker = asker
        self.until = until
        """Seconds since 1970 when it ends."""
        self.subjects = subjects
        """What it hangs on: when one of these is revoked, it is forgotten."""
        self.noted = noted
        """Seconds since 1970 when its use was last noted."""
        self.idle = idle
        """Seconds without use after which it has to be looked up again."""


class OwnCache:
    """From the text of a credential to who it shows, until something that it hangs on is revoked."""

    def __init__(
        self,
        noted: Callable[[Asker], None],
        *,
        every: float,
        max_entries: int = MAX_ENTRIES,
        max_characters: int = MAX_CHARACTERS,
    ) -> None:
        """`noted` is told of the use of a credential, once in `every` seconds."""
        self._entries: dict[str, Known] = {}
        self._hanging: dict[Subject, set[str]] = {}
        self._noted = noted
        self._every = every
        self._max_entries = max_entries
        self._max_characters = max_characters
        self._characters = 0

    def get(self, text: str, now: float) -> Asker | None:
        """Who it shows at `now` (seconds since 1970), or None."""
        found = self._entries.get(text)
        if found is None:
            return None
        if now >= found.until:
            self.drop(text)
            return None
        unseen = now - found.noted
        if unseen >= self._every:
            if unseen >= found.idle:
                self.drop(text)
                return None
            found.noted = now
            self._noted(found.asker)
        return found.asker

    def put(self, entry: Known) -> None:
        """Keep one more; the oldest leave first."""
        text = entry.text
        self.drop(text)
        if len(text) > self._max_characters:
            return
        self._entries[text] = entry
        self._characters += len(text)
        for subject in entry.subjects:
            self._hanging.setdefault(subject, set()).add(text)
        while len(self._entries) > self._max_entries or self._characters > self._max_characters:
            self.drop(next(iter(self._entries)))

    def drop(self, text: str) -> None:
        """Forget one, if it is there."""
        entry = self._entries.pop(text, None)
        if entry is None:
            return
        self._characters -= len(text)
        for subject in entry.subjects:
            hanging = self._hanging.get(subject)
            if hanging is not None:
                hanging.discard(text)
                if not hanging:
                    del self._hanging[subject]

    def forget(self, kind: Kind, subject: str) -> None:
        """Forget all that hang on something."""
        if kind == "signing":
            self.clear()
            return
        for text in tuple(self._hanging.get((kind, subject), ())):
            self.drop(text)

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()
        self._hanging.clear()
        self._characters = 0
