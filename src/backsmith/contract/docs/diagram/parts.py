"""The system as SVG: clients and proxies left, the server, what it keeps and others' systems right of it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from backsmith.contract.docs.system import Part, System

_WIDTH, _TITLE, _ROW, _PADDING = 292, 36, 19, 16
_GAP, _BETWEEN, _MARGIN = 22, 96, 12
_LETTERS = 39
"""Of a line, until the next begins."""


def system_diagram(system: System, *, title: str) -> Markup:
    """The drawing. `title` is what it is called to those who can't see it."""
    sides = [
        [part for part in system.parts if part.side == "before"],
        [part for part in system.parts if part.side == "server"],
        [part for part in system.parts if part.side in ("kept", "outside")],
    ]
    heights = [sum(_height(part) + _GAP for part in side) - _GAP for side in sides]
    tall = max(heights)
    width = 3 * _WIDTH + 2 * _BETWEEN + 2 * _MARGIN
    middle = _MARGIN + tall // 2
    boxes, lines = list[Markup](), list[Markup]()
    for column, (side, height) in enumerate(zip(sides, heights, strict=True)):
        x, y = _MARGIN + column * (_WIDTH + _BETWEEN), _MARGIN + (tall - height) // 2
        for part in side:
            boxes.append(_part(part, x, y))
            if part.flow:
                lines.append(_line(part, column, x, y + _height(part) // 2, middle))
            y += _height(part) + _GAP
    return Markup(
        '<svg class="diagram system" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}">{}</svg>'
    ).format(title, width, tall + 2 * _MARGIN, width, tall + 2 * _MARGIN, Markup("\n").join([*lines, *boxes]))


def _wrapped(lines: Sequence[str]) -> list[str]:
    found: list[str] = []
    for line in lines:
        current = ""
        for word in line.split():
            if current and len(current) + 1 + len(word) > _LETTERS:
                found.append(current)
                current = ""
            current = f"{current} {word}".strip()
        found.append(current)
    return [line if len(line) <= _LETTERS else f"{line[: _LETTERS - 1]}…" for line in found]


def _height(part: Part) -> int:
    return _TITLE + len(_wrapped(part.lines)) * _ROW + 10


def _part(part: Part, x: int, y: int) -> Markup:
    rows = Markup("").join(
        Markup('<text class="row" x="{}" y="{}">{}</text>').format(x + _PADDING, y + _TITLE + 14 + at * _ROW, line)
        for at, line in enumerate(_wrapped(part.lines))
    )
    return Markup(
        '<g class="part {}"><rect x="{}" y="{}" width="{}" height="{}" rx="8"/>'
        '<text class="name" x="{}" y="{}">{}</text>{}</g>'
    ).format(part.side, x, y, _WIDTH, _height(part), x + _PADDING, y + 25, part.title[:_LETTERS], rows)


def _line(part: Part, column: int, x: int, y: int, middle: int) -> Markup:
    begin, end = (x + _WIDTH, x + _WIDTH + _BETWEEN) if column == 0 else (x, x - _BETWEEN)
    half = (begin + end) // 2
    place = f'x="{begin + 10}" text-anchor="start"' if column == 0 else f'x="{begin - 10}" text-anchor="end"'
    return Markup(
        '<g class="relation"><path d="M{0} {1}C{2} {1} {2} {3} {4} {3}"/><text class="flow" {5} y="{6}">{7}</text></g>'
    ).format(begin, y, half, middle, end, Markup(place), y - 6, part.flow)
