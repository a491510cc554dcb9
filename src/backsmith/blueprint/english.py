"""Expression trees as plain English, for `backsmith show`, `backsmith why`, documentation and messages.

In: a tree. Out: a clause without capital or full stop, "the order's customer's account is you and the status is
'draft'". `not` is taken down to where English has a word for it. Values are in `english_values`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from backsmith.blueprint.english_values import (
    Speech,
    plural,
    relation_rows,
    row_name,
    rows_where,
    spoken,
    value,
    words,
)
from backsmith.blueprint.expressions import (
    Aggregate,
    And,
    Call,
    Compare,
    CurrentUser,
    FieldOf,
    HasRole,
    If,
    In,
    InList,
    IsNull,
    Literal,
    Node,
    Not,
    Or,
    Row,
)
from backsmith.blueprint.memberships import Member, member_in
from backsmith.blueprint.subset import kinds
from backsmith.blueprint.subset.facts import MIRRORED, OPPOSITE
from backsmith.blueprint.trees import compared, is_row, type_of
from backsmith.blueprint.types import Boolean, Type

NUMBERS = {"lt": "is less than", "le": "is at most", "gt": "is more than", "ge": "is at least"}
DAYS = {"lt": "is before", "le": "is on or before", "gt": "is after", "ge": "is on or after"}
TIMES = {"lt": "is before", "le": "is at or before", "gt": "is after", "ge": "is at or after"}
LENGTHS = {"lt": "is shorter than", "le": "is at most", "gt": "is longer than", "ge": "is at least"}
TEXTS = {"lt": "comes before", "le": "is or comes before", "gt": "comes after", "ge": "is or comes after"}
ORDERS = {"date": DAYS, "datetime": TIMES, "time": TIMES, "duration": LENGTHS, "text": TEXTS}
CALLS = {
    "startswith": ("begins with", "does not begin with"),
    "endswith": ("ends with", "does not end with"),
    "contains": ("contains", "does not contain"),
}


def english(node: Node, *, compares: bool = False) -> str:
    """The tree in words: a clause for a condition, a noun for a value.

    `compares` says that it is part of a rule that compares the row before and after an update.
    """
    speech = Speech(clause, compares=compares or bool(compared(node)))
    return _clause(node, False, speech) if type_of(node) == Boolean() else value(node, speech)


def clauses(node: Node) -> list[Node]:
    """The conditions that all have to hold for the tree to hold."""
    match node:
        case And(items):
            return [part for item in items for part in clauses(item)]
        case Not(Or(items)):
            return [part for item in items for part in clauses(item.of if isinstance(item, Not) else Not(item))]
        case Not(Not(of)):
            return clauses(of)
        case _:
            return [node]


def clause(node: Node, speech: Speech) -> str:
    """A condition in words."""
    return _clause(node, False, speech)


def _clause(node: Node, negated: bool, speech: Speech) -> str:
    match node:
        case Not(of):
            return _clause(of, not negated, speech)
        case And(items):
            return _joined(items, negated, "or" if negated else "and", speech)
        case Or(items):
            return _joined(items, negated, "and" if negated else "or", speech)
        case Literal(constant, _):
            return "never" if bool(constant) is negated else "always"
        case If(test, then, otherwise):
            when, a, b = clause(test, speech), _clause(then, negated, speech), _clause(otherwise, negated, speech)
            return f"if {when}, then {a}, else {b}"
        case Compare():
            return _compared(node, negated, speech)
        case IsNull(CurrentUser()):
            return "you are signed in" if negated else "nobody is signed in"
        case IsNull(of):
            return f"{spoken(of, speech)} {'is set' if negated else 'is not set'}"
        case In(item, options):
            return _one_of(item, options, negated, speech)
        case InList(item, where):
            return f"{value(item, speech)} is {'not ' if negated else ''}among {value(where, speech)}"
        case HasRole(role):
            name = f"'{role.value}'" if isinstance(role, Literal) else f"that {value(role, speech)} names"
            return f"you {'do not have' if negated else 'have'} the role {name}"
        case Call(function="startswith" | "endswith" | "contains", arguments=(text, part)):
            return f"{value(text, speech)} {CALLS[node.function][negated]} {value(part, speech)}"
        case Aggregate(function="any" | "all"):
            return _quantified(node, negated, speech)
        case FieldOf(of, field):
            return _flag(of, field, negated, speech)
        case _:
            return f"{value(node, speech)} is {'false' if negated else 'true'}"


def _joined(items: Iterable[Node], negated: bool, word: str, speech: Speech) -> str:
    parts: list[str] = []
    for item in items:
        text = _clause(item, negated, speech)
        inner, flipped = item, negated
        while isinstance(inner, Not):
            inner, flipped = inner.of, not flipped
        mixed = isinstance(inner, And | Or) and ("and" if isinstance(inner, And) is not flipped else "or") != word
        parts.append(f"({text})" if mixed or isinstance(inner, If) else text)
    return f" {word} ".join(parts)


def _compared(node: Compare, negated: bool, speech: Speech) -> str:
    left, right = node.left, node.right
    operator = OPPOSITE[node.operator] if negated else node.operator
    if is_row(left):
        if isinstance(left, CurrentUser):
            left, right = right, left
        a, b = (row_name(cast(Row, side), speech) for side in (left, right))
        return f"{a} is {'not ' if operator == 'ne' else ''}{b}"
    if isinstance(left, Literal) and not isinstance(right, Literal):
        left, right, operator = right, left, MIRRORED[operator]
    type = type_of(left)
    if type == Boolean():
        return _same_truth(left, right, operator == "eq", speech)
    a, b = value(left, speech), value(right, speech)
    if operator in ("eq", "ne"):
        return f"{a} is {'not ' if operator == 'ne' else ''}{b}"
    return f"{a} {ORDERS.get(kinds.kind(cast(Type, type)), NUMBERS)[operator]} {b}"


def _same_truth(left: Node, right: Node, same: bool, speech: Speech) -> str:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Literal):
            return _clause(other, bool(one.value) is not same, speech)
    return f"{clause(left, speech)} exactly when {_clause(right, not same, speech)}"


def _one_of(item: Node, options: tuple[Node, ...], negated: bool, speech: Speech) -> str:
    texts = [value(option, speech) for option in options]
    if len(texts) == 1:
        return f"{value(item, speech)} is {'not ' if negated else ''}{texts[0]}"
    return f"{value(item, speech)} is {'none' if negated else 'one'} of {', '.join(texts)}"


def _member(member: Member, negated: bool, speech: Speech) -> str:
    """An account in a team: "you are a member of the team", "you are owner or admin of the project's team"."""
    verb = "are" if isinstance(member.account, CurrentUser) else "is"
    what = " or ".join(str(role.value) for role in member.roles if isinstance(role, Literal)) or "a member"
    who, team = spoken(member.account, speech), row_name(member.team, speech)
    return f"{who} {verb} {'not ' if negated else ''}{what} of {team}"


def _quantified(node: Aggregate, negated: bool, speech: Speech) -> str:
    member = member_in(node)
    if member is not None:
        return _member(member, negated, speech)
    match node.value:
        case Compare("eq", left, right) if node.variable in (left, right) and node.where is None:
            other = right if left == node.variable else left
            if node.function == "any":
                verb = "are" if isinstance(other, CurrentUser) else "is"
                rows = relation_rows(node, speech)
                return f"{spoken(other, speech)} {verb} {'not ' if negated else ''}one of {rows}"
        case Literal(True, _) | None if node.function == "any":
            return f"the number of {plural(node, speech)} is {'0' if negated else 'not 0'}"
        case _:
            pass
    rows, every = rows_where(node, speech), node.function == "all"
    inner = _clause(cast(Node, node.value), negated and every, speech.about(node.variable))
    quantity = "at least one" if every is negated else "each" if every else "none"
    return f"for {quantity} of {rows}, {inner}"


def _flag(of: Row, field: str, negated: bool, speech: Speech) -> str:
    """A yes-or-no field: `is_open` as "is open", `has_stock` as "has stock", `open` as "is marked open"."""
    subject = "it" if speech.is_subject(of) else row_name(of, speech)
    first, _, rest = field.partition("_")
    if first in ("can", "may", "must", "should", "will") and rest:
        return f"{subject} {first} {'not ' if negated else ''}{words(rest)}"
    if first == "has" and rest:
        return f"{subject} {'does not have' if negated else 'has'} {words(rest)}"
    if first in ("is", "was") and rest:
        return f"{subject} {first} {'not ' if negated else ''}{words(rest)}"
    return f"{subject} is {'not ' if negated else ''}marked {words(field)}"
