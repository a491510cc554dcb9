"""Who asks: what the engine and the rules know of the one who sends a request.

Made by `accounts`, read by the engine. It lives beside the blueprint because both sides need the noun.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from msgspec import Struct


class Asker(Struct, frozen=True):
    """The one who asks. `id` is None for nobody, and for nobody only."""

    id: Any | None = None
    """The account's key, as the Python value of its type (int, str or UUID)."""
    roles: frozenset[str] = frozenset()
    via: Literal["nobody", "token", "key", "session"] = "nobody"
    """How they showed who they are: not at all, by a signed token, by an API key, by the cookie of a session."""
    name: str | None = None
    """The name of the API key, for the log."""
    scopes: frozenset[str] | None = None
    """What an API key is good for at most: `read:orders`, `*:orders`, `read:*`; None: for all that its account may."""
    session: str | None = None
    """The id of the session at which they signed in here."""
    impersonator: Any | None = None
    """The key of the administrator who acts as this account."""


NOBODY = Asker()


class Person(NamedTuple):
    """An account as its row has it, as far as signing in has to know it."""

    key: Any
    """The row's key, as the Python value of its type."""
    email: str | None
    name: str | None


class TeamRow(NamedTuple):
    """A team as its row has it, as far as those who are in it have to know it."""

    key: Any
    name: str
