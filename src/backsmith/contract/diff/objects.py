"""What became of objects: their properties, which of them have to be there, which others may. And of the keywords that
only narrow. In: two flat schemas. Out: findings."""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.contract.diff.documents import Node
from backsmith.contract.diff.lifecycle import removal
from backsmith.contract.diff.nouns import Finding, Level
from backsmith.contract.diff.value_sides import Sides


def object_findings(sides: Sides) -> Iterator[Finding]:
    """Every difference of an object and of what is in it, but for what its properties hold."""
    for name, now in sides.new.properties.items():
        was = sides.old.properties.get(name)
        if _hidden(now, sides) and (was is None or _hidden(was, sides)):
            continue
        if was is None or _hidden(was, sides):
            yield from _added(sides, name, now)
        elif _hidden(now, sides):
            yield from _became_hidden(sides, name, now)
        else:
            yield from _requiredness(sides, name, now)
            yield from _lifecycle(sides, name, was, now)
    for name, was in sides.old.properties.items():
        if name not in sides.new.properties and not _hidden(was, sides):
            yield from _removed(sides, name, was)
    for name in sorted(sides.new.required - sides.old.required):
        if name not in sides.new.properties and sides.sent:
            yield Finding("became-required", "breaking", (name,), "has to be given from now on", sides.pointer)
    yield from _additional(sides)


def _hidden(node: Node, sides: Sides) -> bool:
    """Whether such a property is never sent, or never received."""
    return node.get("readOnly" if sides.sent else "writeOnly") is True


def _added(sides: Sides, name: str, now: Node) -> Iterator[Finding]:
    if not sides.sent:
        yield Finding("added", "compatible", (name,), "is new", now.pointer)
    elif name in sides.new.required:
        words = "is new and has to be given: requests without it are refused"
        yield Finding("added-required", "breaking", (name,), words, now.pointer)
    elif sides.old.additional is not False and sides.old.additional is not None and sides.old.properties:
        words = "is new; what was given by that name until now has to be of its type"
        yield Finding("added", "compatible", (name,), words, now.pointer)
    else:
        yield Finding("added", "compatible", (name,), "is new and may be left out", now.pointer)


def _became_hidden(sides: Sides, name: str, now: Node) -> Iterator[Finding]:
    if sides.sent:
        words = "can only be read from now on: what requests give is passed over or refused"
        yield Finding("became-read-only", "risky", (name,), words, now.pointer, "…")
    else:
        yield Finding("became-write-only", "breaking", (name,), "isn't shown any more", now.pointer)


def _requiredness(sides: Sides, name: str, now: Node) -> Iterator[Finding]:
    before, after = name in sides.old.required, name in sides.new.required
    if before == after:
        return
    if after:
        if sides.sent:
            words = "has to be given: requests without it are refused from now on"
            yield Finding("became-required", "breaking", (name,), words, now.pointer)
        else:
            yield Finding("became-required", "compatible", (name,), "is always there from now on", now.pointer)
    elif sides.sent:
        yield Finding("became-optional", "compatible", (name,), "may be left out from now on", now.pointer)
    else:
        yield Finding("became-optional", "breaking", (name,), "may be missing from now on", now.pointer)


def _lifecycle(sides: Sides, name: str, was: Node, now: Node) -> Iterator[Finding]:
    before, after = (each.get("deprecated") is True for each in (was, now))
    if after and not before:
        sunset = now.get("x-sunset")
        until = f", and goes on {sunset}" if isinstance(sunset, str) else ""
        yield Finding("deprecated", "compatible", (name,), f"is deprecated{until}", now.pointer)
    elif before and not after:
        yield Finding("reactivated", "compatible", (name,), "isn't deprecated any more", now.pointer)
    elif before and after and was.get("x-sunset") != now.get("x-sunset"):
        yield _sunset(name, was, now)


def _sunset(name: str, was: Node, now: Node) -> Finding:
    old, new = was.get("x-sunset"), now.get("x-sunset")
    if not isinstance(new, str):
        return Finding(
            "sunset-removed", "compatible", (name,), "is deprecated, with no day of its end any more", now.pointer
        )
    earlier = not isinstance(old, str) or new < old
    level: Level = "risky" if earlier else "compatible"
    words = f"goes on {new}" + (f", not on {old}" if isinstance(old, str) else "")
    return Finding("sunset-earlier" if earlier else "sunset-later", level, (name,), words, now.pointer)


def _removed(sides: Sides, name: str, was: Node) -> Iterator[Finding]:
    gone = removal(was.value, sides.today)
    if sides.sent:
        closed = sides.new.additional is False
        text = "can't be given any more: requests with it are refused" if closed else "isn't known any more"
        level: Level = "breaking" if closed else "risky"
        yield Finding(f"removed{gone.kind}", gone.lower(level), (name,), f"{text}{gone.words}", was.pointer, "…")
        return
    # Where no property is said to be required, nothing is said about which are there; then all of them were.
    sure = name in sides.old.required or not sides.old.required
    level = gone.lower("breaking" if sure else "risky")
    yield Finding(f"removed{gone.kind}", level, (name,), f"isn't there any more{gone.words}", was.pointer)


def _additional(sides: Sides) -> Iterator[Finding]:
    old, new = (True if each is None else each for each in (sides.old.additional, sides.new.additional))
    if (isinstance(old, Node) and isinstance(new, Node)) or old == new:
        return
    narrower = new is False or (old is True and isinstance(new, Node))
    words = {
        (False, True): "may have no other members than those named from now on",
        (False, False): "may have other members than those named from now on",
        (True, True): "may have other members only of one type from now on",
        (True, False): "may have other members of any type from now on",
    }[(isinstance(new, Node) or (isinstance(old, Node) and new is not False)), narrower]
    kind = "additional-properties-" + ("closed" if new is False else "narrowed" if narrower else "opened")
    level: Level = ("breaking" if narrower else "compatible") if sides.sent else ("compatible" if narrower else "risky")
    if not sides.sent and not narrower and new is True:
        level = "compatible"  # who receives passes over what it doesn't know
    yield sides.finding(kind, level, words)
