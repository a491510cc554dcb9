"""Audiences: whose contract it is. Everybody's holds what anyone may reach; another one what one kind of asker may."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from backsmith.accounts.credentials import ADMINISTRATOR
from backsmith.engine.access import AskerKind
from backsmith.errors import UsageError


class Audience(Struct, frozen=True):
    """Who reads the contract."""

    name: str
    kind: AskerKind | None
    """None: everything that is served to anyone."""
    administrator: bool = False
    """Accounts are administered by them, who have that role whether or not any rule mentions it."""


EVERYBODY = Audience("everybody", None)
"""Of the contract that holds everything: for those who build the application."""


def audience_of(kind: AskerKind, *, administrator: bool = False) -> Audience:
    """The audience that those are of."""
    if kind.anonymous:
        return Audience("anonymous", kind)
    roles = {*kind.roles, ADMINISTRATOR} if administrator else kind.roles
    return Audience(",".join(sorted(roles)) or "signed_in", kind, administrator)


def audience_named(name: str, roles: Iterable[str]) -> Audience:
    """The audience of a name: `everybody`, `anonymous`, `signed_in`, or roles with commas between.

    Arguments:
        name: The name.
        roles: The roles that the rules of the application mention. `admin` is known beside them.

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
            if unknown := sorted(asked - known - {ADMINISTRATOR}):
                there = ", ".join(("everybody", "anonymous", "signed_in", *sorted(known | {ADMINISTRATOR})))
                raise UsageError(f"No rule mentions the role '{unknown[0]}'. There are: {there}.")
            kind = AskerKind(anonymous=False, roles=asked & known)
            return audience_of(kind, administrator=ADMINISTRATOR in asked)
