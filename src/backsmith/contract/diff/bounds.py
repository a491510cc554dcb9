"""What became of ranges, lengths and patterns. In: two flat schemas. Out: findings.

Who sends is refused by a nearer bound; who receives may not have room for what is beyond the old one.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from backsmith.contract.diff.flat import End
from backsmith.contract.diff.nouns import Finding
from backsmith.contract.diff.patterns import beyond
from backsmith.contract.diff.same import canonical
from backsmith.contract.diff.value_sides import Sides


def bound_findings(sides: Sides) -> Iterator[Finding]:
    """Every difference of what bounds values."""
    yield from _ranges(sides)
    yield from _lengths(sides)
    yield from _patterns(sides)


def _ranges(sides: Sides) -> Iterator[Finding]:
    old, new = sides.old, sides.new
    yield from _range(sides, "minimum", old.minimum, new.minimum, ("at least", "more than"), 1)
    yield from _range(sides, "maximum", old.maximum, new.maximum, ("at most", "less than"), -1)
    was, now = old.multiple_of, new.multiple_of
    if was != now:
        narrower = now is not None and (was is None or was % now != 0)
        words = "can be any multiple" if now is None else f"has to be a multiple of {now}"
        yield _bound(sides, "multiple-of-changed", narrower, f"{words} from now on", None)


def _range(
    sides: Sides, name: str, old: End | None, new: End | None, words: tuple[str, str], sign: int
) -> Iterator[Finding]:
    if old == new:
        return
    narrower = new is not None and (old is None or (sign * new.value, new.open) > (sign * old.value, old.open))
    said = f"has no {name} any more" if new is None else f"has to be {words[new.open]} {new.value}"
    what = "set" if old is None else "removed" if new is None else "raised" if narrower == (sign > 0) else "lowered"
    before = "" if old is None else f", where it was {words[old.open]} {old.value}"
    yield _bound(sides, f"{name}-{what}", narrower, said + before, _beyond(new, sign) if narrower else None)


def _bound(sides: Sides, kind: str, narrower: bool, words: str, shown: str | None) -> Finding:
    """Who sends is refused by a nearer bound; who receives may not have room for what is beyond the old one."""
    if sides.sent:
        return sides.finding(kind, "breaking" if narrower else "compatible", words, shown or "…")
    return sides.finding(kind, "compatible" if narrower else "risky", words)


def _beyond(end: End | None, sign: int) -> str | None:
    """A value that a bound refuses."""
    return None if end is None else str(end.value if end.open else end.value - Decimal(sign))


def _lengths(sides: Sides) -> Iterator[Finding]:
    old, new = sides.old, sides.new
    for name, noun, was, now in (
        ("min-length", "characters", old.min_length, new.min_length),
        ("min-items", "items", old.min_items, new.min_items),
        ("min-properties", "members", old.min_properties, new.min_properties),
    ):
        if (was or 0) != (now or 0):
            narrower = (now or 0) > (was or 0)
            kind = f"{name}-{'set' if not was else 'removed' if not now else 'raised' if narrower else 'lowered'}"
            words = f"has at least {now or 0} {noun}, where it was {was or 0}"
            yield _bound(sides, kind, narrower, words, None)
    for name, noun, was, now in (
        ("max-length", "characters", old.max_length, new.max_length),
        ("max-items", "items", old.max_items, new.max_items),
        ("max-properties", "members", old.max_properties, new.max_properties),
    ):
        if was != now:
            narrower = now is not None and (was is None or now < was)
            kind = (
                f"{name}-{'set' if was is None else 'removed' if now is None else 'lowered' if narrower else 'raised'}"
            )
            words = f"has at most {now} {noun}" if now is not None else f"has any number of {noun}"
            yield _bound(sides, kind, narrower, words + ("" if was is None else f", where it was {was}"), None)
    if old.unique_items != new.unique_items:
        words = "has no item twice from now on" if new.unique_items else "may have an item twice from now on"
        kind = "unique-items-set" if new.unique_items else "unique-items-removed"
        yield _bound(sides, kind, new.unique_items, words, None)


_ANY = {".*", "^.*$", ""}
"""Patterns that match every text."""
_SHOWN = 60
"""Characters of a pattern that are shown."""


def _patterns(sides: Sides) -> Iterator[Finding]:
    old, new = (frozenset(each.patterns - _ANY) for each in (sides.old, sides.new))
    if old == new:
        return
    named = _shortened(" and ".join(sorted(new)))
    if not sides.sent:
        words = f"matches {named} from now on" if new else "doesn't have to match a pattern any more"
        kind = "pattern-added" if not old else "pattern-removed" if not new else "pattern-changed"
        yield sides.finding(kind, "compatible", words)
    elif new < old:
        gone = _shortened(" and ".join(sorted(old - new)))
        yield sides.finding("pattern-removed", "compatible", f"doesn't have to match {gone} any more")
    elif old < new:
        yield sides.finding("pattern-added", "breaking", f"has to match {named} from now on")
    else:
        yield from _other_pattern(sides, old, new)


def _other_pattern(sides: Sides, old: frozenset[str], new: frozenset[str]) -> Iterator[Finding]:
    """Whether other patterns take all that was taken."""
    named, before = (_shortened(" and ".join(sorted(each))) for each in (new, old))
    words = f"has to match {named} from now on, where it was {before}"
    each = [[beyond(was, now) for was in old] for now in new]
    lost = [found for found in each if True not in found]
    if lost:
        refused = lost[0][0] if len(old) == 1 else None
        if refused is None:
            yield sides.finding("pattern-changed", "risky", words)
        else:
            yield sides.finding("pattern-changed", "breaking", words, canonical(refused))
    elif not all(any(beyond(now, was) is True for now in new) for was in old):
        yield sides.finding("pattern-widened", "compatible", f"may match {named}, where it was {before}")


def _shortened(pattern: str) -> str:
    return pattern if len(pattern) <= _SHOWN else f"{pattern[:_SHOWN]}…"
