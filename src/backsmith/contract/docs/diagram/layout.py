"""Boxes and lines on a plane: layers from left to right, what is referred to left of what refers to it.

In: boxes with their sizes, lines between them. Out: places, in whole pixels, the same for the same input.

The steps are those of K. Sugiyama, S. Tagawa, M. Toda, "Methods for Visual Understanding of Hierarchical System
Structures" (1981), with two changes that suit entities, of which many refer to the same one. A layer has a limited
number of boxes, so that the picture isn't a tower. And all lines to one box share their way through the layers between,
so that they are one line that branches and not forty.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from backsmith.contract.docs.diagram.layers import Line, layers_of
from backsmith.contract.docs.diagram.levels import stacked

_GAP = 26
"""Pixels between boxes above one another."""
_LANE = 14
"""Pixels that a line needs which passes by."""
_BETWEEN = 64
"""Pixels between layers."""
_SWEEPS = 16
"""Times that the order within layers is bettered; more than 10 hardly ever finds a better one."""


class Box(NamedTuple):
    """What is placed."""

    name: str
    width: int
    height: int


class Placed(NamedTuple):
    """The places of boxes, and the points of lines: from the source's side to the target's."""

    corners: Mapping[str, tuple[int, int]]
    points: Mapping[Line, tuple[tuple[int, int], ...]]
    width: int
    height: int


class _Slot(NamedTuple):
    """A place in a layer: that of a box, or where lines to a box pass by."""

    name: str
    layer: int
    passing: bool = False


def place(boxes: Sequence[Box], lines: Iterable[Line]) -> Placed:
    """The places of boxes that hang together; lines from a box to itself are left out."""
    lines = sorted({line for line in lines if line.source != line.target})
    return _Picture(boxes, lines).placed()


class _Picture:
    def __init__(self, boxes: Sequence[Box], lines: Sequence[Line]) -> None:
        self._boxes = {box.name: box for box in boxes}
        self._lines = lines
        self._layer = layers_of(list(self._boxes), lines)
        self._ways = {line: self._way(line) for line in lines}
        self._beside: dict[_Slot, set[_Slot]] = defaultdict(set)
        for way in self._ways.values():
            for one, next_one in pairwise(way):
                self._beside[one].add(next_one)
                self._beside[next_one].add(one)
        slots = {_Slot(name, self._layer[name]) for name in self._boxes}.union(*self._ways.values())
        count = max(self._layer.values()) + 1
        self._ranks = [sorted(slot for slot in slots if slot.layer == each) for each in range(count)]

    def _way(self, line: Line) -> tuple[_Slot, ...]:
        """The slots that a line goes through. Those between belong to its target, whoever comes from there."""
        begin, end = self._layer[line.source], self._layer[line.target]
        step = -1 if end < begin else 1
        between = (_Slot(line.target, layer, passing=True) for layer in range(begin + step, end, step))
        return (_Slot(line.source, begin), *between, _Slot(line.target, end))

    def placed(self) -> Placed:
        self._order()
        heights = {slot: self._height(slot) for rank in self._ranks for slot in rank}
        middles = stacked(self._ranks, self._beside, heights)
        top = min(middles[slot] - heights[slot] / 2 for slot in middles)
        lefts, widths, width = self._columns()
        corners = {
            name: (
                lefts[layer] + (widths[layer] - box.width) // 2,
                round(middles[_Slot(name, layer)] - box.height / 2 - top),
            )
            for name, box in self._boxes.items()
            for layer in (self._layer[name],)
        }
        points = {line: self._points(line, corners, middles, top, lefts, widths) for line in self._lines}
        height = round(max(middles[slot] + heights[slot] / 2 for slot in middles) - top)
        return Placed(corners, points, width, height)

    def _height(self, slot: _Slot) -> int:
        return _LANE if slot.passing else self._boxes[slot.name].height + _GAP

    def _columns(self) -> tuple[list[int], list[int], int]:
        """The left edges and widths of layers, and the width of all. More lines between two get more room."""
        lefts, widths, left = list[int](), list[int](), 0
        for rank in self._ranks:
            widths.append(max((self._boxes[slot.name].width for slot in rank if not slot.passing), default=0))
            lefts.append(left)
            through = len({slot.name for slot in rank})
            left += widths[-1] + _BETWEEN + min(through * 5, 60)
        return lefts, widths, lefts[-1] + widths[-1]

    def _points(
        self,
        line: Line,
        corners: Mapping[str, tuple[int, int]],
        middles: Mapping[_Slot, float],
        top: float,
        lefts: list[int],
        widths: list[int],
    ) -> tuple[tuple[int, int], ...]:
        way = self._ways[line]
        leftwards = way[0].layer > way[-1].layer
        found: list[tuple[int, int]] = []
        for slot in way:
            near, far = lefts[slot.layer], lefts[slot.layer] + widths[slot.layer]
            if slot.passing:
                y = round(middles[slot] - top)
                found += [(far, y), (near, y)] if leftwards else [(near, y), (far, y)]
                continue
            box, (x, y) = self._boxes[slot.name], corners[slot.name]
            on_left = (slot is way[0]) == leftwards
            found.append((x if on_left else x + box.width, y + self._port(line, slot, middles)))
        return tuple(found)

    def _port(self, line: Line, slot: _Slot, middles: Mapping[_Slot, float]) -> int:
        """How far below the top of a box a line meets it: lines that leave it are spread, those to it share a place."""
        box = self._boxes[slot.name]
        if slot.name == line.target:
            return box.height // 2
        side = self._ways[line][1].layer < slot.layer
        leaving = [
            way for each, way in self._ways.items() if each.source == slot.name and (way[1].layer < slot.layer) == side
        ]
        leaving.sort(key=lambda way: (middles[way[1]], way))
        return round(box.height * (leaving.index(self._ways[line]) + 1) / (len(leaving) + 1))

    def _order(self) -> None:
        """Put the slots of each layer into an order with few crossings: by where their neighbours are."""
        best, fewest = [list(rank) for rank in self._ranks], self._crossings()
        for sweep in range(_SWEEPS):
            downwards = sweep % 2 == 0
            numbers = range(1, len(self._ranks)) if downwards else range(len(self._ranks) - 2, -1, -1)
            for number in numbers:
                fixed = {slot: at for at, slot in enumerate(self._ranks[number - 1 if downwards else number + 1])}
                self._ranks[number] = _by_neighbours(self._ranks[number], fixed, self._beside)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(rank) for rank in self._ranks], crossings
        self._ranks = best

    def _crossings(self) -> int:
        count = 0
        for left, right in pairwise(self._ranks):
            after = {slot: at for at, slot in enumerate(right)}
            ends = [at for slot in left for at in sorted(after[each] for each in self._beside[slot] if each in after)]
            count += sum(1 for at, end in enumerate(ends) for other in ends[at + 1 :] if other < end)
        return count


def _by_neighbours(rank: list[_Slot], fixed: Mapping[_Slot, int], beside: Mapping[_Slot, set[_Slot]]) -> list[_Slot]:
    """A layer ordered by the mean place of each slot's neighbours; one without any stays where it is."""

    def wanted(at: int) -> float:
        places = [fixed[each] for each in beside.get(rank[at], ()) if each in fixed]
        return sum(places) / len(places) if places else at

    return [rank[at] for at in sorted(range(len(rank)), key=lambda at: (wanted(at), at))]
