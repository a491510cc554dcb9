"""Which layer each box stands in. In: names, lines between them. Out: numbers from the left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import ceil, sqrt
from typing import NamedTuple


class Line(NamedTuple):
    """From what refers to what it refers to."""

    source: str
    target: str


def layers_of(names: Sequence[str], lines: Sequence[Line]) -> dict[str, int]:
    """The layer of each box: right of all it refers to, where there is room; of a circle one line goes back."""
    most = max(3, ceil(sqrt(len(names) * 1.3)))
    targets: dict[str, list[str]] = defaultdict(list)
    for line in lines:
        targets[line.source].append(line.target)
    order, open_ones = list[str](), set[str]()

    def visit(name: str) -> None:
        if name in open_ones or name in order:
            return
        open_ones.add(name)
        for target in targets[name]:
            visit(target)
        open_ones.discard(name)
        order.append(name)

    for name in names:
        visit(name)
    found, counts = dict[str, int](), defaultdict[int, int](int)
    for name in order:
        layer = 1 + max((found[target] for target in targets[name] if target in found), default=-1)
        while counts[layer] >= most:
            layer += 1
        found[name] = layer
        counts[layer] += 1
    _draw_near(order, lines, found, counts, most)
    return found


def _draw_near(
    order: Sequence[str], lines: Sequence[Line], found: dict[str, int], counts: dict[int, int], most: int
) -> None:
    """Move boxes to the right that stand further left of what refers to them than they have to."""
    for name in reversed(order):
        referring = [found[line.source] for line in lines if line.target == name and found[line.source] > found[name]]
        own = [found[line.target] for line in lines if line.source == name]
        if len(own) > len(referring) or not referring:
            continue
        layer = min(referring) - 1
        if layer > found[name] and counts[layer] < most:
            counts[found[name]] -= 1
            counts[layer] += 1
            found[name] = layer
