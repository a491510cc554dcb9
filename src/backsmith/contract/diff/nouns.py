"""What a comparison of two documents gives: differences, as frozen data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from msgspec import Struct

Level = Literal["breaking", "risky", "compatible"]
"""Requests or clients that worked fail; they may, which the document alone can't say; nothing that worked fails."""

LEVELS: tuple[Level, ...] = ("breaking", "risky", "compatible")


class Place(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a difference is."""

    pointer: str
    """A JSON pointer (RFC 6901) into the new document; into the old one for what is gone."""
    operation: str | None = None
    """The operation's id."""
    method: str | None = None
    path: str | None = None


class Difference(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference, seen from the client's side."""

    kind: str
    """A name that stays: `request-property-became-required`."""
    level: Level
    place: Place
    text: str
    """A sentence."""
    request: str | None = None
    """A request that breaks, or may, as an example: `POST /orders {"total": null}`."""


class Finding(NamedTuple):
    """What two schemas differ in, before it is known in which requests and replies they stand."""

    kind: str
    """The end of a difference's kind: `became-required`."""
    level: Level
    path: tuple[str, ...]
    """Where in the value: names of properties, `[]` for items, `{}` for properties of any name."""
    words: str
    """The predicate of the sentence: `has to be given from now on`."""
    pointer: str
    shown: str | None = None
    """The value that breaks a request, as JSON; None: the request without it."""


def worst(differences: Iterable[Difference]) -> Level:
    """The worst level of any of them."""
    found = [LEVELS.index(difference.level) for difference in differences]
    return LEVELS[min(found)] if found else "compatible"
