"""`select=…`: text in, the tree of what is selected out.

`id,total:amount::text,data->a->>b,customer!fk!inner(name),...author(name),amount.sum(),count(),*`
"""

from __future__ import annotations

import re
from typing import cast

from backsmith.engine.grammar.limits import Limits, too_complex
from backsmith.engine.grammar.names import NAME, WORD, Reader
from backsmith.engine.grammar.query import Aggregate, Join, SelectAll, SelectEmbed, SelectField, SelectItem

_STAR = re.compile(r"\*(?=[ \t]*(?:[,)]|\Z))")
_ALIASED = re.compile(rf"{NAME}:(?!:)", re.DOTALL)
_COUNT = re.compile(r"[ ]*count\(\)")
_AGGREGATE = re.compile(r"\.(count|sum|avg|min|max)\(\)")


def read_select(text: str, limits: Limits) -> tuple[SelectItem, ...]:
    """The items of a select parameter; of an empty one, none. Raises RequestError BAD_QUERY or TOO_COMPLEX."""
    return _Select(text, limits).whole()


class _Select(Reader):
    def __init__(self, text: str, limits: Limits) -> None:
        super().__init__(text, "select parameter", limits)
        self.count = 0

    def whole(self) -> tuple[SelectItem, ...]:
        self.blank()
        if self.ended:
            return ()
        items = self.items(0)
        if not self.ended:
            self.fail('"," or end of input')
        return items

    def items(self, depth: int) -> tuple[SelectItem, ...]:
        items: list[SelectItem] = []
        while True:
            self.blank()
            items.append(self.item(depth))
            self.blank()
            self.count += 1
            if self.count > self.limits.select_items:
                too_complex("Too much is selected", "select_items", self.limits.select_items)
            if not self.take_text(","):
                return tuple(items)

    def item(self, depth: int) -> SelectItem:
        if self.take_text("..."):
            return self.embed(self.name(), None, depth, spread=True)
        if self.take(_STAR):
            return SelectAll()
        alias = self.alias()
        if self.take(_COUNT):
            return SelectField(field=None, alias=alias, aggregate="count", aggregate_cast=self.cast())
        start = self.position
        name = self.name()
        if self.at("(") or self.at("!"):
            return self.embed(name, alias, depth, spread=False)
        self.position = start
        field = self.field()
        as_type = self.cast()
        aggregate = self.take(_AGGREGATE)
        aggregate_cast = self.cast() if aggregate else None
        if not (self.ended or self.at(",") or self.at(")")):
            self.fail('letter, digit, "-", "->>", "->", "::", ".", ")", "," or end of input')
        return SelectField(
            field=field,
            alias=alias,
            cast=as_type,
            aggregate=cast(Aggregate, aggregate[1:-2]) if aggregate else None,
            aggregate_cast=aggregate_cast,
        )

    def alias(self) -> str | None:
        start = self.position
        if self.take(_ALIASED) is None:
            return None
        self.position = start
        alias = self.name()
        self.take_text(":")
        return alias

    def cast(self) -> str | None:
        if not self.take_text("::"):
            return None
        start = self.position
        name = (self.take(WORD) or "").strip()
        if not name:
            self.position = start
            self.fail("letter or digit")
        if len(name) > self.limits.name_length:
            too_complex("A name is too long", "name_length", self.limits.name_length)
        return name

    def embed(self, relation: str, alias: str | None, depth: int, *, spread: bool) -> SelectEmbed:
        if depth >= self.limits.embed_depth:
            too_complex("Embeds are nested too deep", "embed_depth", self.limits.embed_depth)
        hint, join = self.parameters()
        if not self.take_text("("):
            self.fail('"("')
        self.blank()
        items = () if self.at(")") else self.items(depth + 1)
        if not self.take_text(")"):
            self.fail('")" or ","')
        return SelectEmbed(relation=relation, items=items, alias=alias, hint=hint, join=join, spread=spread)

    def parameters(self) -> tuple[str | None, Join | None]:
        """`!hint` and `!inner` or `!left`, in either order, each once at most."""
        hint: str | None = None
        join: Join | None = None
        while self.at("!"):
            start = self.position
            self.take_text("!")
            quoted = self.at('"')
            name = self.name("embed hint, inner or left")
            if name in ("inner", "left") and not quoted and join is None:
                join = name
            elif hint is None:
                hint = name
            else:
                self.position = start
                self.fail('"("')
        return hint, join
