"""What became of values: types, formats, lists of values, ranges, lengths, patterns.

In: two flat schemas and the direction. Out: findings. Whatever lets less through breaks who sends; whatever lets more
through may break who receives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backsmith.contract.diff.bounds import bound_findings
from backsmith.contract.diff.flat import Flat
from backsmith.contract.diff.nouns import Finding, Level
from backsmith.contract.diff.same import canonical
from backsmith.contract.diff.value_sides import Sides

_PARSED = {"date", "date-time", "time", "duration", "uuid", "byte", "binary", "ipv4", "ipv6"}
"""Formats whose texts clients read as something else than text."""
_WITHIN = {("int32", "int64"), ("float", "double"), ("int16", "int32"), ("int16", "int64")}
"""Each value of the first format is one of the second."""


def value_findings(sides: Sides) -> Iterator[Finding]:
    """Every difference of the values themselves."""
    yield from _types(sides)
    yield from _nulls(sides)
    yield from _values(sides)
    yield from _format(sides)
    yield from bound_findings(sides)
    yield from _defaults(sides)


def _types(sides: Sides) -> Iterator[Finding]:
    old, new = sides.old, sides.new
    if old.nothing != new.nothing:
        level: Level = "breaking" if new.nothing == sides.sent else "compatible"
        words = "takes nothing at all from now on" if new.nothing else "takes something from now on"
        yield sides.finding("type-changed", level, words if sides.sent else words.replace("takes", "holds"))
        return
    if old.types == new.types:
        return
    narrower, wider = covers(old.types, new.types), covers(new.types, old.types)
    was, now = _type_names(old), _type_names(new)
    if sides.sent:
        if wider:
            yield sides.finding("type-widened", "compatible", f"takes {now}, where it took {was}")
        elif narrower:
            yield sides.finding(
                "type-narrowed", "breaking", f"takes only {now}, where it took {was}", _sample(old, new)
            )
        elif sides.textual and new.types == frozenset({"string"}) and not (old.types or set()) & {"array", "object"}:
            yield sides.finding("type-widened", "compatible", f"takes {now}, where it took {was}")
        else:
            yield sides.finding("type-changed", "breaking", f"takes {now}, where it took {was}", _sample(old, new))
    elif narrower:
        yield sides.finding("type-narrowed", "compatible", f"holds only {now}, where it held {was}")
    elif wider:
        level = "breaking" if new.types is not None else "risky"  # nothing is said of it any more
        yield sides.finding("type-widened", level, f"may hold {now}, where it held {was}")
    else:
        yield sides.finding("type-changed", "breaking", f"holds {now}, where it held {was}")


def covers(some: frozenset[str] | None, others: frozenset[str] | None) -> bool:
    """Whether each value of the others is one of the first types."""
    if some is None:
        return True
    if others is None:
        return False
    return all(name in some or (name == "integer" and "number" in some) for name in others)


_NAMES = {
    "string": "texts",
    "integer": "whole numbers",
    "number": "numbers",
    "boolean": "true or false",
    "array": "lists",
    "object": "objects",
}
_SAMPLES = {"string": '"…"', "integer": "1", "number": "1.5", "boolean": "true", "array": "[…]", "object": "{…}"}


def _type_names(flat: Flat) -> str:
    names = [_NAMES.get(name, name) for name in sorted(flat.types or ())]
    return " or ".join(names) if names else "anything" if flat.types is None else "null"


def _sample(old: Flat, new: Flat) -> str:
    """A value that was taken and isn't any more."""
    gone = [name for name in sorted(old.types or ()) if not covers(new.types, frozenset({name}))]
    return _SAMPLES.get(gone[0], "…") if gone else "…"


def _nulls(sides: Sides) -> Iterator[Finding]:
    old, new = sides.old.nullable, sides.new.nullable
    if old is None or new is None or old == new:
        return
    if new:
        level: Level = "compatible" if sides.sent else "breaking"
        yield sides.finding("became-nullable", level, "may be null from now on")
    else:
        level = "breaking" if sides.sent else "compatible"
        yield sides.finding("became-not-nullable", level, "can't be null any more", "null")


def _values(sides: Sides) -> Iterator[Finding]:
    old, new = sides.old.values, sides.new.values
    if old is None and new is not None:
        if sides.sent:
            yield sides.finding("became-enum", "breaking", f"takes only {_listed(new)} from now on")
        else:
            yield sides.finding("became-enum", "compatible", f"holds only {_listed(new)} from now on")
    elif old is not None and new is None:
        if sides.sent:
            yield sides.finding("became-any-value", "compatible", f"takes more than {_listed(old)} from now on")
        else:
            yield sides.finding("became-any-value", "risky", f"may hold more than {_listed(old)} from now on")
    elif old is not None and new is not None:
        yield from _listed_values(sides, old, new)


def _listed_values(sides: Sides, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Finding]:
    for value in (each for each in old if each not in new):
        if sides.sent:
            yield sides.finding("enum-value-removed", "breaking", f"doesn't take {value} any more", value)
        else:
            yield sides.finding("enum-value-removed", "compatible", f"doesn't hold {value} any more")
    for value in (each for each in new if each not in old):
        if sides.sent:
            yield sides.finding("enum-value-added", "compatible", f"takes {value} too")
        else:
            known: Level = "risky" if any(each in new for each in old) else "breaking"
            level = "compatible" if sides.old.open_values else known
            yield sides.finding("enum-value-added", level, f"may hold {value}, which clients don't know")


def _listed(values: Iterable[str]) -> str:
    found = list(values)
    return ", ".join(found[:5]) + (f" and {len(found) - 5} more" if len(found) > 5 else "")


def _format(sides: Sides) -> Iterator[Finding]:
    old, new = sides.old.format, sides.new.format
    if old == new or sides.old.types != sides.new.types:
        return  # of another type, that says it
    narrower, wider = new is not None and _within(new, old), old is not None and _within(old, new)
    was, now = (f"the format {name}" if name else "no format" for name in (old, new))
    if sides.sent:
        level: Level = "compatible" if wider else "breaking"
    elif narrower:
        level = "compatible"
    else:
        level = "breaking" if new in _PARSED or old in _PARSED or new in ("int64", "double") else "risky"
    yield sides.finding("format-changed", level, f"has {now} from now on, where it had {was}")


def _within(one: str, other: str | None) -> bool:
    return other is None or (one, other) in _WITHIN


def _defaults(sides: Sides) -> Iterator[Finding]:
    old, new = sides.old.default, sides.new.default
    if old == new:
        return
    words = f"is {new} where it is left out" if new is not None else "has no default any more"
    before = "" if old is None else f", where it was {old}"
    kind = "default-added" if old is None else "default-removed" if new is None else "default-changed"
    if sides.sent and not (old is None and new == canonical(None)):
        yield sides.finding(kind, "risky" if old is not None else "compatible", words + before, None)
    else:
        yield sides.finding(kind, "compatible", words + before)
