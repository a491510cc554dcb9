"""What became of alternatives (`oneOf`, `anyOf`): which are new, which are gone, which are to be compared further."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from backsmith.contract.diff.documents import Document, Node, reference_of
from backsmith.contract.diff.flat import Flat
from backsmith.contract.diff.nouns import Finding, Level
from backsmith.contract.diff.same import shape
from backsmith.contract.diff.value_sides import Direction

Side = tuple[Document, Node, Flat]


class Alternatives(NamedTuple):
    """What was found."""

    findings: list[Finding]
    pairs: list[tuple[Node, Node]]
    """Those that stand for the same alternative."""
    further: bool
    """What the schemas say beside their alternatives is to be compared too."""


def as_alternatives(old: Side, new: Side, direction: Direction) -> Alternatives | None:
    """The two sides as alternatives; None where neither has any."""
    was, now = old[2].choices, new[2].choices
    if not was and not now:
        return None
    sent = direction == "sent"
    if len(was) == len(now) == 1:
        pairs, gone, added = _matched((old[0], was[0].of), (new[0], now[0].of))
        findings = [*_changed(gone, added, sent=sent), *_discriminators(old[2], new[2])]
        return Alternatives(findings, pairs, further=True)
    if (len(was) == 1 and not now and _is_plain(old[2])) or (len(now) == 1 and not was and _is_plain(new[2])):
        before, after = was[0].of if was else (old[1],), now[0].of if now else (new[1],)
        pairs, gone, added = _matched((old[0], before), (new[0], after))
        return Alternatives(_changed(gone, added, sent=sent), pairs, further=False)
    return Alternatives(list(_as_a_whole(old, new, sent=sent)), [], further=True)


def _is_plain(flat: Flat) -> bool:
    """Whether it says nothing beside its alternatives."""
    return not (flat.properties or flat.required or flat.items or flat.values is not None)


def _changed(gone: list[Node], added: list[Node], *, sent: bool) -> list[Finding]:
    findings: list[Finding] = []
    for branch in gone:
        level: Level = "breaking" if sent else "compatible"
        words = f"can't be {_name(branch)} any more"
        findings.append(Finding("alternative-removed", level, (), words, branch.pointer, "…"))
    for branch in added:
        level = "compatible" if sent else "breaking"
        findings.append(Finding("alternative-added", level, (), f"may be {_name(branch)} from now on", branch.pointer))
    return findings


def _as_a_whole(old: Side, new: Side, *, sent: bool) -> Iterator[Finding]:
    """Where something has alternatives beside what it says itself, or several times."""
    was, now = old[2].choices, new[2].choices
    pointer = new[1].pointer
    if not was:
        level: Level = "breaking" if sent else "compatible"
        yield Finding(
            "alternatives-added", level, (), "has to be one of several alternatives from now on", pointer, "…"
        )
    elif not now:
        level = "compatible" if sent else "risky"
        yield Finding("alternatives-removed", level, (), "doesn't have to be one of several alternatives", pointer)
    elif [[shape(old[0], each) for each in choice.of] for choice in was] != [
        [shape(new[0], each) for each in choice.of] for choice in now
    ]:
        yield Finding("alternatives-changed", "risky", (), "is made of other alternatives from now on", pointer, "…")


def _matched(
    old: tuple[Document, tuple[Node, ...]], new: tuple[Document, tuple[Node, ...]]
) -> tuple[list[tuple[Node, Node]], list[Node], list[Node]]:
    """Alternatives that say the same; then those of one name or title; then those of one type that are left alone."""
    pairs: list[tuple[Node, Node]] = []
    before, after = list(old[1]), list(new[1])
    for key_of in (shape, _label, _kind):
        by_key: dict[str, list[Node]] = {}
        for node in after:
            by_key.setdefault(key_of(new[0], node), []).append(node)
        for node in list(before):
            key = key_of(old[0], node)
            found = by_key.get(key) or []
            alone = key_of is not _kind or (
                len(found) == 1 and sum(key_of(old[0], each) == key for each in before) == 1
            )
            if key and found and alone:
                pairs.append((node, found[0]))
                before.remove(node)
                after.remove(found.pop(0))
    return pairs, before, after


def _label(document: Document, node: Node) -> str:
    """The name of the component that it is, or its title."""
    reference = reference_of(node)
    if reference is not None:
        return reference
    title = node.get("title")
    return title if isinstance(title, str) else ""


def _kind(document: Document, node: Node) -> str:
    return str(document.resolve(node).get("type") or "")


def _name(branch: Node) -> str:
    """What people call it."""
    reference = reference_of(branch)
    if reference is not None:
        return reference.rpartition("/")[2]
    return str(branch.get("title") or branch.get("type") or "the alternative there")


def _discriminators(old: Flat, new: Flat) -> Iterator[Finding]:
    was, now = old.discriminator, new.discriminator
    if was is None and now is not None:
        yield Finding("discriminator-added", "compatible", (), f"is told apart by {_property(now)}", now.pointer)
    elif was is not None and now is None:
        yield Finding(
            "discriminator-removed", "risky", (), f"isn't told apart by {_property(was)} any more", was.pointer
        )
    elif was is not None and now is not None:
        if _property(was) != _property(now):
            words = f"is told apart by {_property(now)} from now on, not by {_property(was)}"
            yield Finding("discriminator-changed", "breaking", (), words, now.pointer)
        before, after = (each.member("mapping").object for each in (was, now))
        for value in before:
            if value not in after:
                words = f"doesn't know the {_property(now)} {value} any more"
                yield Finding("discriminator-value-removed", "risky", (), words, was.pointer)
        for value in after:
            if value not in before:
                words = f"knows the {_property(now)} {value} too"
                yield Finding("discriminator-value-added", "compatible", (), words, now.pointer)


def _property(node: Node) -> str:
    return str(node.get("propertyName") or "another property")
