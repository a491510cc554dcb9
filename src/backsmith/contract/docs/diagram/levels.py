"""How high boxes stand, when the order within each layer is known. In: layers, neighbours, heights. Out: middles."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TypeVar

_Slot = TypeVar("_Slot", bound=Hashable)
_PASSES = 24
"""Times that every layer is moved towards its neighbours; it hardly changes after 20."""


def stacked(
    ranks: Sequence[Sequence[_Slot]], beside: Mapping[_Slot, AbstractSet[_Slot]], heights: Mapping[_Slot, int]
) -> dict[_Slot, float]:
    """The middle of each slot, near those of its neighbours, none over another."""
    middles: dict[_Slot, float] = {}
    for rank in ranks:
        y = -sum(heights[slot] for slot in rank) / 2
        for slot in rank:
            middles[slot] = y + heights[slot] / 2
            y += heights[slot]
    for turn in range(_PASSES):
        for rank in ranks if turn % 2 == 0 else reversed(ranks):
            wanted = [_wanted(slot, beside.get(slot, frozenset()), middles) for slot in rank]
            middles.update(zip(rank, _apart(wanted, [heights[slot] for slot in rank]), strict=True))
    return middles


def _wanted(slot: _Slot, neighbours: AbstractSet[_Slot], middles: Mapping[_Slot, float]) -> float:
    places = sorted(middles[each] for each in neighbours)
    return middles[slot] if not places else sum(places) / len(places)


def _apart(wanted: Sequence[float], heights: Sequence[int]) -> list[float]:
    """The places nearest to those wanted (least squares) that keep order and room: regression by pooling neighbours
    that come too near (M. Ayer and others, 1955)."""
    offsets, total = list[float](), 0.0
    for at, height in enumerate(heights):
        total += 0 if at == 0 else (heights[at - 1] + height) / 2
        offsets.append(total)
    pools: list[tuple[float, int]] = []
    for place, offset in zip(wanted, offsets, strict=True):
        mean, count = place - offset, 1
        while pools and pools[-1][0] > mean:
            earlier, more = pools.pop()
            mean, count = (earlier * more + mean * count) / (more + count), more + count
        pools.append((mean, count))
    means = [mean for mean, count in pools for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]
