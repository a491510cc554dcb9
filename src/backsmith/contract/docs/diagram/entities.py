"""The entities and their relations as SVG. In: boxes with links, relations. Out: markup for a page.

Colours come from the page's style sheet, so that it is light and dark with the page. Lines end as in entity diagrams: a
fork where there are many, a bar where there is one, a ring where there may be none.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from markupsafe import Markup, escape

from backsmith.contract.docs.diagram.layers import Line
from backsmith.contract.docs.diagram.layout import Box, Placed, place

_TITLE, _ROW = 34, 20
_LETTER = 7.4
"""Pixels of a letter, at 13 pixels: a little more than the mean of the fonts that systems have."""
_PADDING = 14
_NARROWEST, _WIDEST = 112, 230
_APART = 44
"""Pixels between groups that don't hang together."""
_PAGE = 1160
"""Pixels that groups beside one another fill."""
_SCALED = 1500
"""Pixels up to which a drawing is made smaller where there is no room; a larger one is moved about instead."""
_MARGIN = 12
_FORK, _BAR = 11, 5
_LOOP = 20
"""Pixels to the right of a box that a line to itself needs."""


class DrawnEntity(NamedTuple):
    """An entity as a box."""

    name: str
    """Of its collection."""
    title: str
    link: str
    rows: tuple[str, ...] = ()
    chosen: bool = False


class DrawnRelation(NamedTuple):
    """A line from the entity that holds the foreign key to the other."""

    source: str
    target: str
    many_at_source: bool
    many_at_target: bool
    optional: bool
    """There may be none at the target."""
    text: str


class _Group(NamedTuple):
    names: tuple[str, ...]
    placed: Placed


def entity_diagram(entities: Sequence[DrawnEntity], relations: Sequence[DrawnRelation], *, title: str) -> Markup:
    """The drawing. `title` is what it is called to those who can't see it."""
    boxes = {entity.name: _box(entity) for entity in entities}
    lines = [Line(each.source, each.target) for each in relations]
    groups = [
        _Group(names, place([boxes[name] for name in names], [line for line in lines if line.source in names]))
        for names in _hanging_together(list(boxes), lines)
    ]
    parts: list[Markup] = []
    corners, width, height = _packed(groups)
    drawn = {entity.name: entity for entity in entities}
    told: dict[Line, list[DrawnRelation]] = {}
    for each in relations:
        told.setdefault(Line(each.source, each.target), []).append(each)
    for group, (left, top) in zip(groups, corners, strict=True):
        for line, points in sorted(group.placed.points.items()):
            parts.append(_line(told[line], [(x + left, y + top) for x, y in points]))
    for group, (left, top) in zip(groups, corners, strict=True):
        for name in group.names:
            x, y = group.placed.corners[name]
            for each in told.get(Line(name, name), ()):
                parts.append(_loop(each, x + left + boxes[name].width, y + top))
            parts.append(_entity(drawn[name], boxes[name], x + left, y + top))
    return Markup(
        '<svg class="diagram{}" role="group" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">{}</svg>'
    ).format(" large" if width > _SCALED else "", title, width, height, width, height, Markup("\n").join(parts))


def _box(entity: DrawnEntity) -> Box:
    letters = max(len(entity.title) * 1.1, *(len(row) for row in entity.rows), 0)
    width = min(_WIDEST, max(_NARROWEST, ceil((letters + 1) * _LETTER) + 2 * _PADDING))
    return Box(entity.name, width, _TITLE + (len(entity.rows) * _ROW + 10 if entity.rows else 0))


def _hanging_together(names: Sequence[str], lines: Sequence[Line]) -> list[tuple[str, ...]]:
    """The groups, the largest first."""
    group = {name: name for name in names}

    def root(name: str) -> str:
        while group[name] != name:
            name = group[name]
        return name

    for line in lines:
        group[root(line.source)] = root(line.target)
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(root(name), []).append(name)
    return sorted((tuple(each) for each in found.values()), key=lambda each: -len(each))


def _packed(groups: Sequence[_Group]) -> tuple[list[tuple[int, int]], int, int]:
    """The corners of groups, in rows one below another, and the size of all."""
    widest = max([_PAGE, *(group.placed.width for group in groups)])
    corners, x, y, row, width = list[tuple[int, int]](), 0, 0, 0, 0
    for group in groups:
        if x and x + group.placed.width > widest:
            x, y, row = 0, y + row + _APART, 0
        corners.append((x + _MARGIN, y + _MARGIN))
        x += group.placed.width + _APART
        row, width = max(row, group.placed.height), max(width, x - _APART)
    return corners, width + _LOOP + 2 * _MARGIN, y + row + 2 * _MARGIN


def _entity(entity: DrawnEntity, box: Box, x: int, y: int) -> Markup:
    rows = Markup("").join(
        Markup('<text class="row" x="{}" y="{}">{}</text>').format(
            x + _PADDING, y + _TITLE + 18 + at * _ROW, _cut(row, box.width)
        )
        for at, row in enumerate(entity.rows)
    )
    rule = Markup('<path class="rule" d="M{} {}h{}"/>').format(x, y + _TITLE, box.width) if entity.rows else ""
    return Markup(
        '<a href="{}" class="entity{}" data-entity="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="8"/>{}'
        '<text class="name" x="{}" y="{}">{}</text>{}</a>'
    ).format(
        entity.link,
        " chosen" if entity.chosen else "",
        entity.name,
        x,
        y,
        box.width,
        box.height,
        rule,
        x + _PADDING,
        y + 22,
        _cut(entity.title, box.width / 1.1),
        rows,
    )


def _cut(text: str, width: float) -> str:
    most = int((width - 2 * _PADDING) / _LETTER)
    return text if len(text) <= most else text[: most - 1] + "…"


def _line(relations: Sequence[DrawnRelation], points: Sequence[tuple[int, int]]) -> Markup:
    first = relations[0]
    path = [f"M{points[0][0]} {points[0][1]}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (x + to_x) // 2
        path.append(f"H{to_x}" if y == to_y else f"C{middle} {y} {middle} {to_y} {to_x} {to_y}")
    ends = _end(points[0], points[1], many=any(each.many_at_source for each in relations), optional=False)
    ends += _end(points[-1], points[-2], many=any(each.many_at_target for each in relations), optional=first.optional)
    text = escape("; ".join(each.text for each in relations))
    return Markup('<g class="relation" data-from="{}" data-to="{}"><title>{}</title><path d="{}"/>{}</g>').format(
        first.source, first.target, text, "".join(path), ends
    )


def _loop(relation: DrawnRelation, x: int, y: int) -> Markup:
    """The line of an entity that leads to itself, at its upper right corner."""
    return Markup(
        '<g class="relation" data-from="{0}" data-to="{0}"><title>{1}</title><path d="M{2} {3}c28 -6 28 20 0 14"/></g>'
    ).format(relation.source, relation.text, x, y + 10)


def _end(at: tuple[int, int], towards: tuple[int, int], *, many: bool, optional: bool) -> Markup:
    """What a line ends with at a box."""
    (x, y), out = at, 1 if towards[0] > at[0] else -1
    if many:
        drawn = Markup('<path d="M{0} {1}L{2} {3}M{0} {1}L{2} {4}"/>').format(x + out * _FORK, y, x, y - _BAR, y + _BAR)
    else:
        drawn = Markup('<path d="M{} {}v{}"/>').format(x + out * 7, y - _BAR, 2 * _BAR)
    if optional and not many:
        drawn += Markup('<circle cx="{}" cy="{}" r="3.5"/>').format(x + out * 13, y)
    return drawn
