"""Who asks: what the engine and the rules know of the one who sends a request.

Made by `accounts`, read by the engine. It lives beside the blueprint because both sides need the noun.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct


class Asker(Struct, frozen=True):
    """The one who asks. `id` is None for nobody, and for nobody only."""

    id: Any | None = None
    """The account's key, as the Python value of its type (int, str or UUID)."""
    roles: frozenset[str] = frozenset()
    via: Literal["nobody", "token", "key"] = "nobody"
    """How they showed who they are: not at all, by a signed token, by an API key."""
    name: str | None = None
    """The name of the API key, for the log."""


NOBODY = Asker()
