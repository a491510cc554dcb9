"""The kinds of askers that rules tell apart, and what they are called."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations

from backsmith.blueprint.expressions import Node
from backsmith.blueprint.simplify import mentioned_roles
from backsmith.evolution.access_changes.rights import Roles

SIGNED_IN: frozenset[str] = frozenset()
MOST_ROLES = 5
"""Up to so many roles all ways to have them are gone through; of more, one at a time, all, and none."""


def kinds_of(roles: Collection[str]) -> list[Roles]:
    """Nobody, somebody without any of these roles, and those who have some."""
    names = sorted(roles)
    sizes = range(1, len(names) + 1) if len(names) <= MOST_ROLES else (1, len(names))
    return [None, SIGNED_IN, *(frozenset(some) for size in sizes for some in combinations(names, size))]


def roles_of(conditions: Iterable[Node]) -> frozenset[str]:
    """The roles that conditions mention."""
    return frozenset[str]().union(*(mentioned_roles(condition) for condition in conditions))


def who(kinds: Collection[Roles]) -> str:
    """The kinds of askers in words: "whoever is signed in"."""
    if SIGNED_IN in kinds:
        return "anybody, signed in or not," if None in kinds else "whoever is signed in"
    found: list[str] = ["whoever isn't signed in"] if None in kinds else []
    roles = sorted((kind for kind in kinds if kind), key=lambda kind: (len(kind), sorted(kind)))
    least: list[frozenset[str]] = []
    for kind in roles:
        if not any(each < kind for each in least):
            least.append(kind)
    if least:
        found.append(f"whoever has {' or '.join(map(_roles, least))}")
    return " and ".join(found)


def _roles(roles: frozenset[str]) -> str:
    names = " and ".join(f"'{name}'" for name in sorted(roles))
    return f"the {'role' if len(roles) == 1 else 'roles'} {names}"
