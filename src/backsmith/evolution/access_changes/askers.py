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


def who(kinds: Collection[Roles], others: Collection[Roles] = ()) -> str:
    """The kinds of askers in words: "whoever is signed in"; `others` are those with more roles who aren't meant."""
    but = f" (but for those who have {' or '.join(map(_roles, _least(others)))})" if others else ""
    if SIGNED_IN in kinds:
        return f"anybody, signed in or not,{but}" if None in kinds else f"whoever is signed in{but}"
    found: list[str] = ["whoever isn't signed in"] if None in kinds else []
    least = _least(kinds)
    if least:
        found.append(f"whoever has {' or '.join(map(_roles, least))}{but}")
    return " and ".join(found)


def _least(kinds: Collection[Roles]) -> list[frozenset[str]]:
    """The kinds with some roles, without those who have all the roles of another one and more."""
    least: list[frozenset[str]] = []
    for kind in sorted((kind for kind in kinds if kind), key=lambda kind: (len(kind), sorted(kind))):
        if not any(each < kind for each in least):
            least.append(kind)
    return least


def _roles(roles: frozenset[str]) -> str:
    names = " and ".join(f"'{name}'" for name in sorted(roles))
    return f"the {'role' if len(roles) == 1 else 'roles'} {names}"
