"""What is decided about a kind of asker before a statement is written."""

from __future__ import annotations

from typing import Any

import pytest

from backsmith.blueprint.english import english
from backsmith.blueprint.expressions import FALSE, TRUE, Literal, Node
from backsmith.blueprint.simplify import mentioned_roles, simplify, uses_user
from backsmith.blueprint.types import Integer
from tests.expressions.compiling import tree

NOBODY: dict[str, Any] = {"anonymous": True, "roles": frozenset()}
SOMEBODY: dict[str, Any] = {"anonymous": False, "roles": frozenset()}
STAFF: dict[str, Any] = {"anonymous": False, "roles": frozenset({"staff"})}


def anyone(text: str) -> Node:
    """A condition of a function that hears of everybody."""
    return tree(text, parameters="self, user: User | None")


CASES: list[tuple[str, str, str, str]] = [
    # expression, for nobody, for somebody, for staff
    ("user is None", "always", "never", "never"),
    ("user is not None", "never", "always", "always"),
    ('user is not None and "staff" in user.roles', "never", "never", "always"),
    ('user is not None and "staff" in user.roles or self.is_paid', "it is paid", "it is paid", "always"),
    ('not (user is not None and "staff" in user.roles) and self.is_paid', "it is paid", "it is paid", "never"),
    ("user is None or self.agent == user", "always", "the agent is you", "the agent is you"),
    ("self.agent == user", "the agent is not set", "the agent is you", "the agent is you"),
    ("self.agent != user", "the agent is set", "the agent is not you", "the agent is not you"),
    ("self.customer.account == user and user is None", "the customer's account is not set", "never", "never"),
    ("self.is_paid if user is None else self.agent == user", "it is paid", "the agent is you", "the agent is you"),
    ('user is not None and user.nick == "x"', "never", "your nick is 'x'", "your nick is 'x'"),
    ("user is not None and user.company is None", "never", "your company is not set", "your company is not set"),
    ("user is not None and any(o.is_paid for o in user.orders)", "never",
     "for at least one of your orders, it is paid", "for at least one of your orders, it is paid"),
    ("all(user is None for line in self.lines)", "always",
     "for each of the lines, never", "for each of the lines, never"),
    ("any(user is not None for line in self.lines)", "never",
     "the number of lines is not 0", "the number of lines is not 0"),
    ("self.agent in (None, user)", "the agent is not set",
     "the agent is not set or the agent is you", "the agent is not set or the agent is you"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "nobody", "somebody", "staff"), CASES, ids=[case[0] for case in CASES])
def test_simplified_for_each_kind_of_asker(expression: str, nobody: str, somebody: str, staff: str) -> None:
    condition = anyone(expression)
    assert english(simplify(condition, **NOBODY)) == nobody
    assert english(simplify(condition, **SOMEBODY)) == somebody
    assert english(simplify(condition, **STAFF)) == staff


def test_nothing_of_the_user_is_left_for_nobody() -> None:
    for expression, *_ in CASES:
        assert not uses_user(simplify(anyone(expression), **NOBODY))


CONSTANTS = [
    ("1 < 2", TRUE),
    ('"a" == "b"', FALSE),
    ('"a" in ("a", "b")', TRUE),
    ("1.5 > 2", FALSE),
    ('Decimal("1.50") == Decimal("1.5")', TRUE),
    ("timedelta(hours=24) == timedelta(days=1)", TRUE),
    ("date(2026, 1, 1) < date(2026, 1, 2)", TRUE),
    ("None is None", TRUE),
    ("not True", FALSE),
    ("self.is_paid and False", FALSE),
    ("self.is_paid or True", TRUE),
    ("self == self", TRUE),
    ("self.is_paid if False else True", TRUE),
    ('"A".lower() == "a"', TRUE),
    ("self.status in ()", FALSE),
    ("all(True for line in self.lines)", TRUE),
    ("any(False for line in self.lines)", FALSE),
]


@pytest.mark.parametrize(("expression", "decided"), CONSTANTS, ids=[case[0] for case in CONSTANTS])
def test_constants_are_folded(expression: str, decided: Node) -> None:
    assert simplify(tree(expression), **SOMEBODY) == decided


@pytest.mark.parametrize(
    ("expression", "same"),
    [
        ("self.is_paid == True", "self.is_paid"),
        ("self.is_paid != True", "not self.is_paid"),
        ("self.is_paid and (self.is_large and True)", "self.is_paid and self.is_large"),
        ("self.is_paid or self.is_paid", "self.is_paid"),
        ("not (not self.is_paid)", "self.is_paid"),
        ("self.is_paid if True else self.is_large", "self.is_paid"),
    ],
)
def test_what_says_the_same_becomes_the_same(expression: str, same: str) -> None:
    assert simplify(tree(expression), **SOMEBODY) == tree(same)


def test_rows_that_are_none_count_for_nothing() -> None:
    counted = tree("len([line for line in self.lines if user is not None]) > 0", parameters="self, user: User | None")
    assert simplify(counted, **NOBODY) == FALSE
    total = tree("sum(1 for line in self.lines if False)", returns=Integer())
    assert simplify(total, **SOMEBODY) == Literal(0, Integer())


def test_mentioned_roles() -> None:
    condition = tree('"staff" in user.roles or "admin" in user.roles and self.status in user.roles')
    assert mentioned_roles(condition) == {"staff", "admin"}


def test_uses_user() -> None:
    assert uses_user(tree("self.agent == user"))
    assert uses_user(tree("self.status in user.roles"))
    assert not uses_user(tree("self.is_paid"))
