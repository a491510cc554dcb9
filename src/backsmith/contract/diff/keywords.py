"""What became of the keywords that only narrow what a schema lets through: `not`, `contains`, `dependentRequired`…

In: two flat schemas. Out: findings, and the schemas within those keywords that are to be compared further.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest

from backsmith.contract.diff.documents import Node, list_of
from backsmith.contract.diff.flat import Flat
from backsmith.contract.diff.nouns import Finding
from backsmith.contract.diff.same import canonical
from backsmith.contract.diff.value_sides import Sides

_SCHEMAS = ("contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema")
"""Keywords that hold a schema of what is within."""
_MAPS = ("patternProperties", "dependentSchemas")
"""Keywords that hold schemas by name."""


def keyword_findings(sides: Sides) -> Iterator[Finding]:
    """Every difference of these keywords, but for what the schemas within them say."""
    old, new = sides.old.others, sides.new.others
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name), new.get(name)
        if was is None or now is None or was.value != now.value:
            yield from _found(sides, name, was, now)
    yield from _conditions(sides)


def _conditions(sides: Sides) -> Iterator[Finding]:
    """Conditions are the same where they say the same; of one, what follows from it is compared further."""
    old, new = ({_said(each, _IF): each for each in flat.conditions} for flat in (sides.old, sides.new))
    follows = (
        {_said(each, _IF[:1]) for each in sides.old.conditions},
        {_said(each, _IF[:1]) for each in sides.new.conditions},
    )
    for key, now in new.items():
        if key in old or _said(now, _IF[:1]) in follows[0]:
            continue
        required = list_of(now.member("if").get("required"))
        fresh = any(name in sides.new.properties and name not in sides.old.properties for name in required)
        # Who doesn't know a property doesn't give it; then what is said otherwise holds.
        level = "breaking" if sides.sent and (not fresh or now.get("else") is not None) else "compatible"
        yield sides.finding("condition-added", level, f"has to meet a condition from now on: {key}")
    for key, was in old.items():
        if key not in new and _said(was, _IF[:1]) not in follows[1]:
            level = "compatible" if sides.sent else "risky"
            yield sides.finding("condition-removed", level, f"doesn't have to meet a condition any more: {key}")


_IF = ("if", "then", "else")


def _said(condition: Node, names: tuple[str, ...]) -> str:
    return canonical({name: condition.get(name) for name in names if condition.get(name) is not None})


def _found(sides: Sides, name: str, was: Node | None, now: Node | None) -> Iterator[Finding]:
    slug = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name)
    before, after = (None if each is None else canonical(each.value) for each in (was, now))
    if name in ("contentMediaType", "contentEncoding"):
        yield sides.finding(f"{slug}-changed", "breaking", f"has {name} {after} from now on, where it had {before}")
        return
    narrower, wider = _direction(name, was, now)
    if was is not None and now is not None and not narrower and not wider:
        if name not in (*_SCHEMAS, *_MAPS, "prefixItems"):
            yield sides.finding(f"{slug}-changed", "risky", f"has to meet another {name} from now on: {after}")
        return
    if narrower:
        level = "breaking" if sides.sent else "compatible"
        yield sides.finding(f"{slug}-added", level, f"has to meet {name} {after} from now on")
    if wider:
        level = "compatible" if sides.sent else "risky"
        yield sides.finding(f"{slug}-removed", level, f"doesn't have to meet {name} {before} any more")


def _direction(name: str, was: Node | None, now: Node | None) -> tuple[bool, bool]:
    """Whether less is let through, and whether more is."""
    if was is None or now is None:
        return was is None, now is None
    if name in ("minContains", "maxContains"):
        more = was.value < now.value
        return more == (name == "minContains"), more != (name == "minContains")
    if name == "dependentRequired":
        before, after = _pairs(was.object), _pairs(now.object)
        return bool(after - before), bool(before - after)
    if name in _MAPS:
        return bool(now.object.keys() - was.object.keys()), bool(was.object.keys() - now.object.keys())
    if name == "prefixItems":
        before, after = len(list_of(was.value)), len(list_of(now.value))
        return before < after, after < before
    return False, False


def _pairs(required: Mapping[str, object]) -> set[tuple[str, str]]:
    return {(name, str(other)) for name, others in required.items() for other in list_of(others)}


def within(old: Flat, new: Flat) -> Iterator[tuple[str, Node, Node]]:
    """The schemas in the same keyword of both, by what their values are called."""
    for name in (each for each in old.others if each in new.others):
        was, now = old.others[name], new.others[name]
        if name in _SCHEMAS:
            yield {"contains": "[]", "unevaluatedItems": "[]", "unevaluatedProperties": "{}"}.get(name, name), was, now
        elif name in _MAPS:
            for key in (each for each in was.object if each in now.object):
                yield key, was.member(key), now.member(key)
        elif name == "prefixItems":
            for number, pair in enumerate(zip_longest(was.items(), now.items())):
                if None not in pair:
                    yield f"[{number}]", *pair
    for was in old.conditions:
        for now in new.conditions:
            if was.get("if") == now.get("if"):
                for name in _IF[1:]:
                    nothing = Node({}, now.pointer)
                    before, after = (
                        each.member(name) if each.get(name) is not None else nothing for each in (was, now)
                    )
                    yield f"({name})", before, after
