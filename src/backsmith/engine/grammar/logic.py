"""`and=(…)` and `or=(…)`: their text split into shape and values, and read from the shape.

Both walk the same grammar: a tree of `and`, `or` and `not.` over leaves `field.operator.value`. A leaf's value ends at
a comma or parenthesis, unless it is quoted, a `{list}`, or a `(list)` of `in`.
"""

from __future__ import annotations

import re
from typing import Literal, cast

from backsmith.engine.grammar.limits import Limits, too_complex
from backsmith.engine.grammar.lists import IN_LIST
from backsmith.engine.grammar.names import JSON_PATH, MARK, NAME, QUOTED, Reader, unquoted
from backsmith.engine.grammar.operators import (
    OPERATION,
    OPERATOR_EXPECTED,
    TRUTH,
    TRUTH_EXPECTED,
    take_operation,
    take_truth,
)
from backsmith.engine.grammar.query import Condition, Filter, Is, Logic

_LEAF = re.compile(rf"[ \t]*(?>{NAME})(?>{JSON_PATH})[ \t]*\.({OPERATION})", re.DOTALL)
_GROUP = re.compile(r"[ \t]*(?:not\.)?(?:and|or)[ \t]*\([ \t]*")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_CLOSE = re.compile(r"[ \t]*\)[ \t]*")
_TRUTH = re.compile(rf"(?:{TRUTH.pattern})(?=[ \t]*[,)])", TRUTH.flags)
_IN = re.compile(IN_LIST, re.DOTALL)
_QUOTED = re.compile(rf"{QUOTED}(?=[,)])", re.DOTALL)
_ARRAY = re.compile(r"\{[^{}]*+\}")
_BARE = re.compile(r"[^,)]*+")

_ITEM_EXPECTED = "field name (* or [a..z0..9_$]), negation operator (not) or logic operator (and, or)"


def _reader(operator: str, text: str, limits: Limits) -> Reader:
    return Reader(f"{operator}{text}", "logic tree", limits, shown=text)


def without_values(operator: str, text: str, values: list[str], limits: Limits) -> str:
    """The text of `and=` or `or=` with MARK in place of each value; the values are appended to `values`.

    Raises RequestError BAD_QUERY with the place in the text, or TOO_COMPLEX.
    """
    reader = _reader(operator, text, limits)
    if reader.take(_GROUP) is None:
        reader.position = len(operator)
        reader.fail('"("')
    start = len(operator)
    pieces: list[str] = []
    depth, leaves = 1, 0
    while depth:
        if leaf := reader.take(_LEAF):
            leaves += 1
            pieces.append(reader.text[start : reader.position])
            start = _skip_value(reader, leaf, pieces, values)
        elif reader.take(_GROUP):
            depth += 1
            if depth > limits.logic_depth:
                too_complex("and and or are nested too deep", "logic_depth", limits.logic_depth)
            continue
        else:
            _fail_item(reader)
        while depth and reader.take(_CLOSE):
            depth -= 1
        if depth and reader.take(_COMMA) is None:
            reader.fail('"," or ")"')
    if not reader.ended:
        reader.fail("end of input")
    if leaves > limits.filters:
        too_complex("There are too many filters", "filters", limits.filters)
    pieces.append(reader.text[start:])
    return "".join(pieces)


def _skip_value(reader: Reader, leaf: str, pieces: list[str], values: list[str]) -> int:
    """Read a leaf's value; the place from where the text belongs to the shape again."""
    operator = leaf[leaf.rindex(".", 0, -1) + 1 : -1]
    start = reader.position
    if operator == "is":
        if reader.take(_TRUTH) is None:
            reader.fail(TRUTH_EXPECTED)
        return start
    if operator == "in":
        value = reader.take(_IN)
        if value is None:
            reader.fail('"("')
    elif (value := reader.take(_QUOTED)) is not None:
        value = unquoted(value)
    elif (value := reader.take(_ARRAY)) is None:
        value = reader.take(_BARE) or ""
    values.append(value)
    pieces.append(MARK)
    return reader.position


def _fail_item(reader: Reader) -> None:
    """Say what is wrong where neither a leaf nor a group stands."""
    reader.blank()
    start = reader.position
    if reader.take_text("not."):
        reader.fail("logic operator (and, or)")
    reader.field(_ITEM_EXPECTED)
    if reader.at("("):
        reader.position = start
        reader.fail(_ITEM_EXPECTED)
    if not reader.take_text("."):
        reader.fail('"->>", "->" or delimiter (.)')
    reader.fail(OPERATOR_EXPECTED)


def read_logic(
    operator: Literal["and", "or"], text: str, limits: Limits, first: int, *, negated: bool
) -> tuple[Logic, int]:
    """The condition of a text that `without_values` made, and the index after its last value; `first` is its first."""
    reader = _LogicReader(operator, text, limits, first)
    reader.take(_GROUP)
    tree = reader.group(operator, negated=negated)
    if not reader.ended:
        reader.fail("end of input")
    return tree, reader.index


class _LogicReader(Reader):
    def __init__(self, operator: str, text: str, limits: Limits, first: int) -> None:
        super().__init__(f"{operator}{text}", "logic tree", limits, shown=text)
        self.index = first

    def group(self, operator: Literal["and", "or"], *, negated: bool) -> Logic:
        """The items up to the closing parenthesis."""
        items = [self.item()]
        while self.take(_COMMA):
            items.append(self.item())
        if self.take(_CLOSE) is None:
            self.fail('"," or ")"')
        return Logic(operator=operator, items=tuple(items), negated=negated)

    def item(self) -> Condition:
        if _LEAF.match(self.text, self.position):
            return self.leaf()
        opening = self.take(_GROUP)
        if opening is None:
            self.fail(_ITEM_EXPECTED)
        words = opening.strip(" \t(")
        operator = words.removeprefix("not.")
        return self.group(cast(Literal["and", "or"], operator), negated=words != operator)

    def leaf(self) -> Filter | Is:
        field = self.field()
        self.take_text(".")
        operation = take_operation(self)
        if operation is None:
            self.fail(OPERATOR_EXPECTED)
        if operation.name == "is":
            return Is(field=field, truth=take_truth(self), negated=operation.negated)
        if not self.take_text(MARK):
            self.fail("a value")
        index = self.index
        self.index += 1
        return Filter(
            field=field,
            operator=operation.operator,
            value=index,
            negated=operation.negated,
            quantifier=operation.quantifier,
            language=operation.language,
        )
