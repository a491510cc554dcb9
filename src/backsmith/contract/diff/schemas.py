"""Two schemas -> what they differ in, for who sends such values or for who receives them.

Schemas refer to one another, also in circles, and one of them stands in many requests and replies. So each pair that a
reference leads to is compared once, on its own; what is found in it is then found from wherever references lead there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from backsmith.contract.diff.alternatives import Alternatives, as_alternatives
from backsmith.contract.diff.documents import Document, Node, reference_of
from backsmith.contract.diff.flat import Flat
from backsmith.contract.diff.flattening import Flattener
from backsmith.contract.diff.keywords import keyword_findings, within
from backsmith.contract.diff.nouns import Finding
from backsmith.contract.diff.objects import object_findings
from backsmith.contract.diff.value_sides import Direction, Sides
from backsmith.contract.diff.values import value_findings

Pair = tuple[int, int]
"""Ids of the values of two nodes, which live as long as their documents."""


@dataclass
class _Found:
    """What was found in a pair, up to the next references."""

    findings: list[Finding] = field(default_factory=list[Finding])
    further: list[tuple[tuple[str, ...], Pair]] = field(default_factory=list[tuple[tuple[str, ...], Pair]])


class Schemas:
    """Compares schemas of two documents, in one direction. First all are added, then findings are asked for."""

    def __init__(
        self, old: Document, new: Document, flats: tuple[Flattener, Flattener], direction: Direction, today: date,
        *, textual: bool,
    ) -> None:  # fmt: skip
        self._old, self._new = old, new
        self._flats = flats
        self._direction: Direction = direction
        self._textual = textual
        self._today = today
        self._pairs: dict[Pair, _Found] = {}
        self._nodes: list[tuple[Node, Node]] = []
        self._waiting: deque[tuple[Pair, Node, Node]] = deque()
        self._ways: list[tuple[Pair, Mapping[Pair, tuple[tuple[str, ...], Pair]]]] | None = None

    def add(self, old: Node, new: Node) -> Pair:
        """Compare these, and all that they refer to. Returns what `findings` takes. Raises UsageError."""
        pair = self._pair(old, new)
        while self._waiting:
            key, before, after = self._waiting.popleft()
            self._compare(before, after, (), self._pairs[key], frozenset())
        self._ways = None
        return pair

    def findings(self, pair: Pair) -> Iterator[Finding]:
        """What was found in a pair that was added, and in all that it refers to; each once, by its shortest way."""
        if self._ways is None:
            self._ways = [(each, self._ways_to(each)) for each, found in self._pairs.items() if found.findings]
        for target, ways in self._ways:
            if pair != target and pair not in ways:
                continue
            path: tuple[str, ...] = ()
            at = pair
            while at != target:
                step, at = ways[at]
                path += step
            for finding in self._pairs[target].findings:
                yield finding._replace(path=path + finding.path)

    def _ways_to(self, target: Pair) -> dict[Pair, tuple[tuple[str, ...], Pair]]:
        """From each pair that leads to this one, the first step of the shortest way."""
        if len(self._pairs) == 1:
            return {}
        before: dict[Pair, list[tuple[tuple[str, ...], Pair]]] = {}
        for pair, found in self._pairs.items():
            for step, further in found.further:
                before.setdefault(further, []).append((step, pair))
        ways: dict[Pair, tuple[tuple[str, ...], Pair]] = {}
        waiting = deque([target])
        while waiting:
            at = waiting.popleft()
            for step, pair in before.get(at, ()):
                if pair not in ways and pair != target:
                    ways[pair] = (step, at)
                    waiting.append(pair)
        return ways

    def _pair(self, old: Node, new: Node) -> Pair:
        old, new = self._target(self._old, old), self._target(self._new, new)
        key = id(old.value), id(new.value)
        if key not in self._pairs:
            self._pairs[key] = _Found()
            self._nodes.append((old, new))  # ids are of what lives
            self._waiting.append((key, old, new))
        return key

    @staticmethod
    def _target(document: Document, node: Node) -> Node:
        """What a node that is nothing but a reference leads to."""
        return document.resolve(node) if reference_of(node) is not None and len(node.value) == 1 else node

    def _compare(self, old: Node, new: Node, path: tuple[str, ...], found: _Found, above: frozenset[Pair]) -> None:
        key = id(old.value), id(new.value)
        if path and (reference_of(old) is not None or reference_of(new) is not None or key in above):
            found.further.append((path, self._pair(old, new)))
            return
        was, now = self._flats[0].flat(old), self._flats[1].flat(new)
        alternatives = as_alternatives((self._old, old, was), (self._new, new, now), self._direction)
        if alternatives is not None:
            self._choose(alternatives, path, found, above | {key})
            if not alternatives.further:
                return
        self._values(was, now, new.pointer, path, found)
        for name, before, after in _children(was, now, self._direction):
            self._compare(before, after, (*path, name), found, above | {key})

    def _values(self, was: Flat, now: Flat, pointer: str, path: tuple[str, ...], found: _Found) -> None:
        sides = Sides(was, now, self._direction, self._textual, pointer, self._today)
        for finding in (*value_findings(sides), *object_findings(sides), *keyword_findings(sides)):
            found.findings.append(finding._replace(path=path + finding.path))

    def _choose(self, alternatives: Alternatives, path: tuple[str, ...], found: _Found, above: frozenset[Pair]) -> None:
        for finding in alternatives.findings:
            found.findings.append(finding._replace(path=path + finding.path))
        for before, after in alternatives.pairs:
            self._compare(before, after, path, found, above) if not (
                reference_of(before) or reference_of(after)
            ) else found.further.append((path, self._pair(before, after)))


def _children(was: Flat, now: Flat, direction: Direction) -> Iterator[tuple[str, Node, Node]]:
    """The schemas within both, by the names of their values."""
    for name, before in was.properties.items():
        after = now.properties.get(name)
        if after is not None and not (_kept_out(before, direction) and _kept_out(after, direction)):
            yield name, before, after
    if was.items is not None and now.items is not None:
        yield "[]", was.items, now.items
    if isinstance(was.additional, Node) and isinstance(now.additional, Node):
        yield "{}", was.additional, now.additional
    yield from within(was, now)


def _kept_out(node: Node, direction: Direction) -> bool:
    """Whether it is never sent, or never received."""
    return node.get("readOnly" if direction == "sent" else "writeOnly") is True
