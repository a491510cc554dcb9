"""What releases changed, for a page. In: the changelog, a contract. Out: views of what its audience may hear."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from backsmith.contract.contract import Contract
from backsmith.evolution.changelog import Entry, shown_to
from backsmith.evolution.plan import ApiChange

_TITLES = {
    None: "The first version",
    "direct": "Released",
    "expand": "Old and new work side by side",
    "contract": "The old version ends",
    "rollback": "Taken back",
}


class ReleaseView(NamedTuple):
    """A release."""

    day: str
    title: str
    version: str
    first: bool
    groups: tuple[tuple[str, tuple[ApiChange, ...]], ...]
    """`Breaking`, and what is; only those that there are."""


def told(releases: Iterable[Entry], contract: Contract) -> tuple[Entry, ...]:
    """What an audience may hear of: all, or what is about that which it may reach, and of releases only those."""
    if contract.audience == "everybody":
        return tuple(releases)
    rows = {each.row: each.name for each in contract.collections}
    fields = [f"{rows[shape.name]}.{member.name}" for shape in contract.shapes if shape.name in rows
              for member in shape.members]  # fmt: skip
    found = shown_to(releases, (each.path for each in contract.operations), fields)
    return tuple(entry for entry in found if entry.changes)


def release_view(entry: Entry) -> ReleaseView:
    """A release as it is shown."""
    groups = (
        ("Breaking", tuple(each for each in entry.changes if each.breaking)),
        ("Risky", tuple(each for each in entry.changes if each.risky)),
        ("Compatible", tuple(each for each in entry.changes if not each.breaking and not each.risky)),
    )
    there = tuple(each for each in groups if each[1])
    return ReleaseView(f"{entry.at:%Y-%m-%d}", _TITLES[entry.mode], entry.version, entry.mode is None, there)
