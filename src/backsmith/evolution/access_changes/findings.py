"""What is said of several kinds of askers, put together: one finding for all of whom the same is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from backsmith.evolution.access_changes.askers import SIGNED_IN, who
from backsmith.evolution.access_changes.comparing import Comparison
from backsmith.evolution.access_changes.rights import Roles
from backsmith.evolution.plan import AccessChange

PUBLIC = "PUBLIC: "
"""Begins what is newly open to those who aren't signed in."""


@dataclass(frozen=True)
class Said:
    """What became of a right for one kind of asker."""

    kind: Roles
    found: Comparison
    text: str


def findings(about: str, verb: str, said: Sequence[Said]) -> Iterator[AccessChange]:
    """The findings about one right."""
    groups: dict[tuple[str, str], list[Roles]] = {}
    told = {each.kind for each in said}
    for each in said:
        if each.kind is not None and len(each.kind) > 1 and any(_less(kind, each.kind) for kind in told):
            continue
        groups.setdefault((each.found.kind, each.text), []).append(each.kind)
    for (kind, text), kinds in groups.items():
        word: Literal["wider", "narrower", "other"] = (
            "wider" if kind == "wider" else "narrower" if kind == "narrower" else "other"
        )
        whole = f"{who(kinds)} {text}"
        public = None in kinds and word != "narrower"
        shown = f"{PUBLIC}{whole}" if public else whole[0].upper() + whole[1:]
        yield AccessChange(kind=word, about=about, verb=verb, text=shown)


def _less(kind: Roles, roles: frozenset[str]) -> bool:
    """Whether what is said of that kind tells enough of those with more roles."""
    return kind is not None and kind != roles and (kind < roles or kind == SIGNED_IN)
