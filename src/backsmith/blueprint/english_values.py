"""Values and rows in words: "the order's customer's account", "the sum of its price times its quantity over the lines".

`Speech` knows what is being spoken of: the row itself, whose fields need no owner, or the rows of a relation, which are
"it" while the row itself is "this order".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

import inflection

from backsmith.blueprint.expressions import (
    AFTER,
    Aggregate,
    Arithmetic,
    Call,
    CurrentUser,
    FieldOf,
    Follow,
    If,
    Literal,
    Node,
    Now,
    Row,
    This,
    Variable,
)
from backsmith.blueprint.subset.constants import duration_of, value_of
from backsmith.blueprint.trees import is_row, type_of
from backsmith.blueprint.types import Boolean, DateTime, Duration, List, Text

ARITHMETIC = {
    "add": "plus",
    "subtract": "minus",
    "multiply": "times",
    "divide": "divided by",
    "floor_divide": "divided by",
    "modulo": "modulo",
}
UNITS = (("day", 86_400_000_000), ("hour", 3_600_000_000), ("minute", 60_000_000), ("second", 1_000_000))


@dataclass(frozen=True)
class Speech:
    """What is being spoken of, and how conditions within values are put."""

    clause: Callable[[Node, Speech], str]
    variables: tuple[Variable, ...] = ()
    compares: bool = False
    """Whether the row is spoken of as it was and as an update leaves it: "the old status", "the new status"."""

    def about(self, variable: Variable) -> Speech:
        """Speaking of the rows of a relation."""
        return replace(self, variables=(*self.variables, variable))

    def is_subject(self, row: Row) -> bool:
        """Whether the row is the one spoken of, "it"."""
        return row == self.variables[-1] if self.variables else isinstance(row, This) and not self.compares

    def age(self, row: Row) -> str | None:
        """Which of the two it is, where they are compared."""
        if self.compares and isinstance(row, This):
            return "old"
        return "new" if isinstance(row, Variable) and row.name == AFTER else None


def words(name: str) -> str:
    """A name of the model in words: `placed_at` is the "placed time", `due_on` the "due date"."""
    stem, _, last = inflection.underscore(name).rpartition("_")
    last = {"at": "time", "on": "date"}.get(last, last) if stem else last
    return f"{stem} {last}".replace("_", " ").strip()


def listed(texts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def row_name(row: Row, speech: Speech) -> str:
    """A row: "the order's customer", "this line", "you"."""
    age = speech.age(row)
    if age is not None:
        return f"the {age} {words(row.entity)}"
    match row:
        case CurrentUser():
            return "you"
        case Follow(of, relation):
            return f"{possessive(of, speech)} {words(relation)}"
        case This(entity):
            return f"this {words(entity)}"
        case Variable(_, entity):
            return "it" if speech.is_subject(row) else f"that {words(entity)}"


def possessive(row: Row, speech: Speech) -> str:
    """What stands before something of the row: "the", "its", "your", "the order's"."""
    if isinstance(row, CurrentUser):
        return "your"
    age = speech.age(row)
    if age is not None and not speech.variables:
        return f"the {age}"
    if speech.is_subject(row):
        return "its" if speech.variables else "the"
    name = row_name(row, speech)
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def spoken(node: Node, speech: Speech) -> str:
    """A value or a row."""
    return row_name(cast(Row, node), speech) if is_row(node) else value(node, speech)


def relation_rows(node: Aggregate, speech: Speech) -> str:
    """The rows that an aggregate goes over: "the order's lines"."""
    return f"{possessive(node.of, speech)} {words(node.relation)}"


def plural(node: Aggregate, speech: Speech) -> str:
    """The same without an article, for the row's own: "lines", "the customer's orders"."""
    text = words(node.relation) if possessive(node.of, speech) == "the" else relation_rows(node, speech)
    return text if node.where is None else f"{text} for which {speech.clause(node.where, speech.about(node.variable))}"


def rows_where(node: Aggregate, speech: Speech) -> str:
    """The rows with what restricts them: "the lines for which its quantity is 1"."""
    rows = relation_rows(node, speech)
    return rows if node.where is None else f"{rows} for which {speech.clause(node.where, speech.about(node.variable))}"


def value(node: Node, speech: Speech) -> str:
    """A value as a noun."""
    match node:
        case Literal():
            return literal(node)
        case Now():
            return "now"
        case FieldOf(of, field):
            return f"{possessive(of, speech)} {words(field)}"
        case Arithmetic():
            return _arithmetic(node, speech)
        case Call():
            return _call(node, speech)
        case If(test, then, otherwise) if type_of(node) != Boolean():
            return f"{value(then, speech)} if {speech.clause(test, speech)}, else {value(otherwise, speech)}"
        case Aggregate(function="count" | "sum" | "min" | "max"):
            return _aggregate(node, speech)
        case This() | Variable() | Follow() | CurrentUser():
            return row_name(node, speech)
        case _:
            return f"whether {speech.clause(node, speech)}"


def literal(node: Literal) -> str:
    """A constant."""
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    match node.type:
        case Text():
            return f"'{node.value}'"
        case DateTime():
            return f"{cast(datetime, value_of(node)):%Y-%m-%d %H:%M:%S}".removesuffix(":00") + " UTC"
        case Duration():
            return length_of_time(duration_of(str(node.value)))
        case _:
            return str(node.value)


def length_of_time(span: timedelta) -> str:
    """`7 days`, `1 hour and 30 minutes`."""
    rest = span // timedelta(microseconds=1)
    sign, rest = ("minus " if rest < 0 else ""), abs(rest)
    texts: list[str] = []
    for unit, size in UNITS:
        number, rest = divmod(rest, size)
        shown = f"{number + rest / 1_000_000:g}" if unit == "second" and rest else str(number)
        if shown != "0":
            texts.append(f"{shown} {unit}{'' if shown == '1' else 's'}")
    return sign + listed(texts or ["no time"])


def _arithmetic(node: Arithmetic, speech: Speech) -> str:
    if isinstance(node.left, Now) and isinstance(node.right, Literal) and isinstance(node.type, DateTime):
        span = literal(node.right)
        return f"{span} ago" if node.operator == "subtract" else f"{span} from now"
    a, b = (_operand(side, speech) for side in (node.left, node.right))
    text = f"{a} {ARITHMETIC[node.operator]} {b}"
    return f"{text} (rounded down)" if node.operator == "floor_divide" else text


def _operand(node: Node, speech: Speech) -> str:
    text = value(node, speech)
    return f"({text})" if isinstance(node, Arithmetic | If) else text


def _call(node: Call, speech: Speech) -> str:
    texts = [_operand(argument, speech) for argument in node.arguments]
    match node.function:
        case "lower" | "upper":
            return f"{texts[0]} in {node.function} case"
        case "strip":
            return f"{texts[0]} without white space around it"
        case "length":
            counted = isinstance(type_of(node.arguments[0]), List)
            return f"the number of items in {texts[0]}" if counted else f"the length of {texts[0]}"
        case "concat":
            return " followed by ".join(texts)
        case "negate":
            return f"minus {texts[0]}"
        case "absolute":
            return f"the size of {texts[0]}"
        case "minimum":
            return f"the {'lesser' if len(texts) == 2 else 'least'} of {listed(texts)}"
        case "maximum":
            return f"the {'greater' if len(texts) == 2 else 'greatest'} of {listed(texts)}"
        case _:
            return f"whether {speech.clause(node, speech)}"


def _aggregate(node: Aggregate, speech: Speech) -> str:
    if node.function == "count":
        return f"the number of {plural(node, speech)}"
    rows = rows_where(node, speech)
    inner = value(cast(Node, node.value), speech.about(node.variable))
    if node.function == "sum":
        return f"the sum of {inner} over {rows}"
    extreme = f"the {'least' if node.function == 'min' else 'greatest'} of {inner} over {rows}"
    if node.default is None or (isinstance(node.default, Literal) and node.default.value is None):
        return extreme
    return f"{extreme} ({value(node.default, speech)} if there are none)"
