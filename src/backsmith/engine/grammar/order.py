"""`order=…`: text in, terms out. `price.desc.nullslast,author(name).asc,data->a`"""

from __future__ import annotations

import re

from backsmith.engine.grammar.limits import Limits
from backsmith.engine.grammar.names import NAME, Reader
from backsmith.engine.grammar.query import OrderTerm

_RELATION = re.compile(rf"{NAME}\(", re.DOTALL)
_DIRECTION = re.compile(r"\.(?:asc|desc)")
_NULLS = re.compile(r"\.nulls(?:first|last)")


def read_order(text: str, limits: Limits) -> tuple[OrderTerm, ...]:
    """The terms of an order parameter, one at least. Raises RequestError BAD_QUERY or TOO_COMPLEX."""
    reader = Reader(text, "order", limits)
    terms = [_term(reader)]
    while reader.take_text(","):
        terms.append(_term(reader))
    if not reader.ended:
        reader.fail('"," or end of input')
    return tuple(terms)


def _term(reader: Reader) -> OrderTerm:
    reader.blank()
    start = reader.position
    relation: str | None = None
    if reader.take(_RELATION):
        reader.position = start
        relation = reader.name()
        reader.take_text("(")
        field = reader.field()
        if not reader.take_text(")"):
            reader.fail('"->>", "->" or ")"')
    else:
        field = reader.field()
    direction = reader.take(_DIRECTION)
    nulls = reader.take(_NULLS)
    reader.blank()
    if reader.at("."):
        reader.position += 1
        nulls_only = direction is not None
        reader.fail('"nullsfirst" or "nullslast"' if nulls_only else '"asc", "desc", "nullsfirst" or "nullslast"')
    if not (reader.ended or reader.at(",")):
        reader.fail('"," or end of input' if direction or nulls else '"->>", "->", delimiter (.), "," or end of input')
    return OrderTerm(
        field=field,
        relation=relation,
        descending=direction == ".desc",
        nulls=None if nulls is None else "first" if nulls == ".nullsfirst" else "last",
    )
