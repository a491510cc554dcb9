"""Each pair of documents is judged as its row says: there, and back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from backsmith.contract.diff import differences

from .documents import with_fragment
from .pairs import PLACES, SCHEMAS

TODAY = date(2026, 7, 1)


def verdicts(old: dict[str, Any], new: dict[str, Any], prefixes: tuple[str, ...] = ()) -> str | None:
    """What is said of a change, in few words."""
    found = differences(old, new, today=TODAY)
    kinds = [each.kind for each in found]
    for prefix in prefixes:
        kinds = [kind.removeprefix(prefix) for kind in kinds]
    return ", ".join(dict.fromkeys(f"{each.level} {kind}" for each, kind in zip(found, kinds, strict=True))) or None


@pytest.mark.parametrize("row", SCHEMAS, ids=lambda row: row[0])
@pytest.mark.parametrize("direction", ["sent", "received"])
def test_a_schema_is_judged_by_who_sends_it(row: tuple[Any, ...], direction: str) -> None:
    _, old, new, *said = row
    before, after = (with_fragment(f"property {direction}", each) for each in (old, new))
    prefixes = ("request-property-", "response-property-")
    there, back = said[:2] if direction == "sent" else said[2:]
    assert verdicts(before, after, prefixes) == there
    assert verdicts(after, before, prefixes) == back


@pytest.mark.parametrize("row", PLACES, ids=lambda row: row[0])
def test_a_change_is_judged(row: tuple[Any, ...]) -> None:
    _, slot, old, new, there, back = row
    before, after = with_fragment(slot, old), with_fragment(slot, new)
    assert verdicts(before, after) == there
    assert verdicts(after, before) == back


def test_there_are_enough_pairs() -> None:
    pairs = [*[each for row in SCHEMAS for each in row[3:]], *[each for row in PLACES for each in row[4:]]]
    assert len(pairs) >= 400
    assert sum(each is not None for each in pairs) >= 350
