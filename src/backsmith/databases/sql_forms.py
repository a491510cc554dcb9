"""The forms of SQL expressions: names, constants and calls, each thing in one form however it was written.

One spelling for each operator; the operands of `and`, `or`, `in` and `=` in a fixed order; numbers in their shortest
text. `sql_meaning` makes them from SQL.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, NamedTuple


class Name(NamedTuple):
    """A column."""

    name: str


class Value(NamedTuple):
    """A constant; of numbers the shortest text, such as `1.5`. The words of `keyword` are null, true and false."""

    kind: Literal["text", "number", "blob", "keyword"]
    value: str


class Call(NamedTuple):
    """An operator or function (lower case) on its operands; lists are `list`, unreadable SQL is `sql`."""

    operator: str
    operands: tuple[Meaning, ...]


Meaning = Name | Value | Call

NULL = Value("keyword", "null")


def conjuncts(of: Meaning) -> tuple[Meaning, ...]:
    """The conditions that all have to hold for this one to hold."""
    return of.operands if isinstance(of, Call) and of.operator == "and" else (of,)


def call(operator: str, *operands: Meaning) -> Meaning:
    """The operator on its operands, in the one form that stands for all ways to write it."""
    match operator, operands:
        case ("=" | "<>" | "<" | "<=" | ">" | ">=", (Value(), (Name() | Call()))):
            return call(COMPARED[operator], operands[1], operands[0])
        # A length is a whole number.
        case (">", (Call("length"), Value("number", limit))) if limit.isdigit():
            return Call(">=", (operands[0], Value("number", str(int(limit) + 1))))
        case ("<", (Call("length"), Value("number", limit))) if limit.isdigit() and limit != "0":
            return Call("<=", (operands[0], Value("number", str(int(limit) - 1))))
        case ("=" | "<>" | "+" | "*", _):
            return Call(operator, _sorted(operands))
        case (("and" | "or"), _):
            flat = [
                inner
                for each in operands
                for inner in (each.operands if isinstance(each, Call) and each.operator == operator else (each,))
            ]
            return Call(operator, _sorted(flat))
        case ("in", (item, Call("list", (only,)))):
            return call("=", item, only)
        case ("in" | "not in", (item, Call("list", options))):
            return Call(operator, (item, Call("list", _sorted(set(options)))))
        case ("negate", (Value("number", value),)):
            return Value("number", value[1:] if value.startswith("-") else number("-" + value))
        case ("not", (Call(inner, rest),)) if inner in _OPPOSITES:
            return call(_OPPOSITES[inner], *rest)
        case _:
            return Call(operator, tuple(operands))


COMPARED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITES = {
    "in": "not in", "like": "not like", "ilike": "not ilike", "glob": "not glob", "is null": "is not null",
    "is not null": "is null",
}  # fmt: skip
_MOST_PLACES = 1000
"""Numbers with more zeros than this are left as they are written."""


def number(text: str) -> str:
    """The shortest text of the number."""
    if text[:2] in {"0x", "0X"}:
        return str(int(text, 16))
    number = Decimal(text.replace("_", ""))
    if number == 0:
        return "0"
    if abs(number.adjusted()) > _MOST_PLACES:
        return str(number).lower()
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _sorted(operands: Iterable[Meaning]) -> tuple[Meaning, ...]:
    return tuple(sorted(operands, key=repr))
