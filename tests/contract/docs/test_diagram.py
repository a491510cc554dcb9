"""The layout of diagrams: no box over another, no line through a box that it isn't of, the same picture each time."""

from __future__ import annotations

from random import Random

import pytest

from backsmith.contract.docs.diagram.entities import DrawnEntity, DrawnRelation, entity_diagram
from backsmith.contract.docs.diagram.layers import Line
from backsmith.contract.docs.diagram.layout import Box, place


def graph(count: int) -> tuple[list[Box], list[Line]]:
    """Entities of which many refer to the first one, as to accounts."""
    random = Random(count)
    boxes = [Box(f"e{number}", random.randrange(110, 230), random.choice((34, 150, 200))) for number in range(count)]
    lines = [
        Line(f"e{number}", f"e{random.choice((0, random.randrange(number), random.randrange(number)))}")
        for number in range(1, count)
        for _ in range(random.randrange(1, 4))
    ]
    return boxes, [*lines, Line("e0", f"e{count - 1}"), Line("e2", "e2")]


@pytest.mark.parametrize("count", [6, 14, 30, 60])
def test_boxes_are_apart_and_lines_pass_between_them(count: int) -> None:
    boxes, lines = graph(count)
    placed = place(boxes, lines)
    spots = {box.name: (*placed.corners[box.name], box.width, box.height) for box in boxes}
    for one, (x, y, width, height) in spots.items():
        assert x >= 0
        assert y >= 0
        assert x + width <= placed.width
        for other, (left, top, wide, tall) in spots.items():
            if one != other:
                assert x + width <= left or left + wide <= x or y + height <= top or top + tall <= y, (one, other)
    for line, points in placed.points.items():
        assert line.source != line.target
        for (x, y), (to_x, to_y) in zip(points[1::2], points[2::2], strict=False):
            assert y == to_y, "within a layer a line is straight"
            for left, top, wide, tall in spots.values():
                between = min(x, to_x) < left + wide and left < max(x, to_x)
                assert not (between and top < y < top + tall), line
    assert place(boxes, lines) == placed


def test_what_a_small_diagram_is() -> None:
    entities = [
        DrawnEntity("customers", "Customer", "/docs/customers"),
        DrawnEntity("orders", "<Order>", "/docs/orders", ("id: whole number",)),
    ]
    relations = [DrawnRelation("orders", "customers", True, False, True, "orders.customer: one of customers")]
    assert entity_diagram(entities, relations, title="All").split("\n") == [
        '<svg class="diagram" role="group" aria-label="All" viewBox="0 0 379 114" width="379" height="114">'
        '<g class="relation" data-from="orders" data-to="customers"><title>orders.customer: one of customers</title>'
        '<path d="M193 57H124"/><path d="M182 57L193 52M182 57L193 62"/><path d="M131 52v10"/>'
        '<circle cx="137" cy="57" r="3.5"/></g>',
        '<a href="/docs/customers" class="entity" data-entity="customers"><rect x="12" y="40" width="112" height="34" '
        'rx="8"/><text class="name" x="26" y="62">Customer</text></a>',
        '<a href="/docs/orders" class="entity" data-entity="orders"><rect x="193" y="25" width="154" height="64" '
        'rx="8"/><path class="rule" d="M193 59h154"/><text class="name" x="207" y="47">&lt;Order&gt;</text>'
        '<text class="row" x="207" y="77">id: whole number</text></a></svg>',
    ]
