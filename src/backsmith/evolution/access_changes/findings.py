"""What is said of several kinds of askers, put together: one finding for all of whom the same is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from backsmith.evolution.access_changes.askers import who
from backsmith.evolution.access_changes.comparing import Comparison
from backsmith.evolution.access_changes.rights import Roles
from backsmith.evolution.plan import AccessChange

PUBLIC = "PUBLIC: "
"""Begins what is newly open to those who aren't signed in."""


Word = Literal["wider", "narrower", "other"]


@dataclass(frozen=True)
class Said:
    """What became of a right for one kind of asker."""

    kind: Roles
    found: Comparison
    text: str


def findings(about: str, verb: str, said: Sequence[Said], kinds: Sequence[Roles]) -> Iterator[AccessChange]:
    """The findings about one right; `kinds` are all kinds of askers that were looked at."""
    became = {each.kind: _word(each.found) for each in said}
    groups: dict[tuple[Word, bool, str], list[Roles]] = {}
    for each in said:
        word = _word(each.found)
        several = each.kind is not None and len(each.kind) > 1
        if several and any(_is_told(kind, each.kind) and became[kind] == word for kind in became):
            continue
        gains = word == "wider" or bool(each.found.gained)
        groups.setdefault((word, gains, each.text), []).append(each.kind)
    for (word, gains, text), group in groups.items():
        others = [
            kind
            for kind in kinds
            if kind and became.get(kind) != word and any(_is_told(one, kind) for one in group) and kind not in group
        ]
        whole = f"{who(group, others)} {text}"
        public = None in group and gains
        shown = f"{PUBLIC}{whole}" if public else whole[0].upper() + whole[1:]
        yield AccessChange(kind=word, about=about, verb=verb, text=shown)


def _word(found: Comparison) -> Word:
    return "wider" if found.kind == "wider" else "narrower" if found.kind == "narrower" else "other"


def _is_told(kind: Roles, more: Roles) -> bool:
    """Whether what is said of a kind is said of those with more roles too."""
    return kind is not None and more is not None and kind < more
