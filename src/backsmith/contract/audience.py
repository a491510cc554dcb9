"""Audiences: whose contract it is. Everybody's holds what anyone may reach; another one what one kind of asker may."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from backsmith.engine.access import AskerKind
from backsmith.errors import UsageError


class Audience(Struct, frozen=True):
    """Who reads the contract."""

    name: str
    kind: AskerKind | None
    """None: everything that is served to anyone."""


EVERYBODY = Audience("everybody", None)
"""Of the contract that holds everything: for those who build the application."""


def audience_of(kind: AskerKind) -> Audience:
    """The audience that those are of."""
    if kind.anonymous:
        return Audience("anonymous", kind)
    return Audience(",".join(sorted(kind.roles)) or "signed_in", kind)


def audience_named(name: str, roles: Iterable[str]) -> Audience:
    """The audience of a name: `everybody`, `anonymous`, `signed_in`, or roles with commas between.

    Arguments:
        name: The name.
        roles: The roles that the rules of the application mention.

    Raises:
        UsageError: No rule mentions such a role.
    """
    known = frozenset(roles)
    match name:
        case "everybody":
            return EVERYBODY
        case "anonymous":
            return Audience(name, AskerKind(anonymous=True, roles=frozenset()))
        case "signed_in":
            return Audience(name, AskerKind(anonymous=False, roles=frozenset()))
        case _:
            asked = frozenset(each.strip() for each in name.split(","))
            if unknown := sorted(asked - known):
                there = ", ".join(("everybody", "anonymous", "signed_in", *sorted(known)))
                raise UsageError(f"No rule mentions the role '{unknown[0]}'. There are: {there}.")
            return audience_of(AskerKind(anonymous=False, roles=asked))
