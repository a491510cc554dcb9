"""From the source of a function to its tree: users, statements, constants, what rules None out."""

from __future__ import annotations

import pytest

from backsmith.blueprint.expressions import (
    FALSE,
    TRUE,
    And,
    Compare,
    CurrentUser,
    FieldOf,
    Follow,
    IsNull,
    Literal,
    Not,
    Or,
    This,
)
from backsmith.blueprint.functions import compile_function
from backsmith.blueprint.types import Boolean, DateTime, Duration, Enum, Float, Integer, Numeric, Text, Uuid
from tests.expressions.compiling import CONTEXT, defined, function, mistakes, tree

STATUS = Enum(("draft", "placed", "shipped"))
ORDER = This("Order")
PAID = FieldOf(ORDER, "is_paid", Boolean(), nullable=False)


def test_a_rule() -> None:
    found, needs_user = compile_function(
        function('self.customer.account == user and self.status == "draft"'),
        entity="Order",
        context=CONTEXT,
        returns=None,
    )
    account = Follow(Follow(ORDER, "customer", "Customer"), "account", "User")
    status = FieldOf(ORDER, "status", STATUS, nullable=False)
    assert found == And((Compare("eq", account, CurrentUser("User")), Compare("eq", status, Literal("draft", Text()))))
    assert needs_user


@pytest.mark.parametrize(
    ("parameters", "needs_user"),
    [
        ("self", False),
        ("self, user: User", True),
        ("self, user: Account", True),
        ("self, user: User | None", False),
        ("self, user: None | User", False),
        ("self, user: 'User | None'", False),
        ("self, anyone: 'Account'", True),
        ("order, /, person: User", True),
    ],
)
def test_who_a_function_needs(parameters: str, needs_user: bool) -> None:
    found = compile_function(function("True", parameters), entity="Order", context=CONTEXT, returns=None)
    assert found == (TRUE, needs_user)


def test_a_function_of_the_user_alone() -> None:
    staff = function('"staff" in user.roles', "user: User")
    _, needs_user = compile_function(staff, entity=None, context=CONTEXT, returns=None)
    assert needs_user


def test_a_lambda_of_the_user() -> None:
    module = defined("function = lambda user: 'staff' in user.roles\n")
    found, needs_user = compile_function(module, entity=None, context=CONTEXT, returns=None)
    assert found == tree("'staff' in user.roles")
    assert needs_user


SAME = [
    ("name = self.customer.name\nreturn name == 'x'", "self.customer.name == 'x'"),
    ('"""What it is."""\nreturn self.is_paid', "self.is_paid"),
    ("pass\nfound: bool = self.is_paid\nreturn found", "self.is_paid"),
    ("if self.is_paid:\n    return True\nreturn self.is_large", "self.is_paid or self.is_large"),
    ("if self.is_paid:\n    return False\nreturn self.is_large", "not self.is_paid and self.is_large"),
    ("if self.is_paid:\n    return self.is_large\nreturn False", "self.is_paid and self.is_large"),
    ("if self.is_paid:\n    return self.is_large\nelse:\n    return True", "not self.is_paid or self.is_large"),
    ("if self.is_paid:\n    return True\nelif self.is_large:\n    return False\nreturn self.weight > 1",
     "self.is_paid or not self.is_large and self.weight > 1"),
    ("if self.is_paid:\n    x = 1\nelse:\n    x = 2\nreturn self.weight > x",
     "self.weight > 1 if self.is_paid else self.weight > 2"),
    ("if self.note is None:\n    return False\nreturn self.note.lower() == 'x'",
     "self.note is not None and self.note.lower() == 'x'"),
    ("1 < self.weight < 3", "1 < self.weight and self.weight < 3"),
    ("user in (self.agent,)", "user == self.agent"),
    ("self.weight > LIMIT * 2 + 1", "self.weight > 21"),
    ("self.status == Status.DRAFT", "self.status == 'draft'"),
    ("self.status in frozenset({'placed', 'draft'})", "self.status in ['draft', 'placed']"),
    ("self.customer.name.startswith(('a', 'b'))",
     "self.customer.name.startswith('a') or self.customer.name.startswith('b')"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "same"), SAME)
def test_what_says_the_same_is_the_same(text: str, same: str) -> None:
    assert tree(text) == tree(same)


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("1", Literal(1, Integer())),
        ("-1.5", Literal(-1.5, Float())),
        ("'é'", Literal("é", Text())),
        ("True", TRUE),
        ("Decimal('1.50')", Literal("1.50", Numeric(18, 2, padded=True))),
        ("timedelta(days=-1, hours=2)", Literal("PT-22H", Duration())),
        ("timedelta(days=1, microseconds=500000)", Literal("P1DT0.5S", Duration())),
        ("datetime(2026, 1, 1, 12, tzinfo=UTC)", Literal("2026-01-01T12:00:00+00:00", DateTime())),
        ("datetime.fromisoformat('2026-01-01T12:00:00+02:00')", Literal("2026-01-01T10:00:00+00:00", DateTime())),
        ("UUID('018F4E7C1A2B7C3D8E4F5A6B7C8D9E0F')", Literal("018f4e7c-1a2b-7c3d-8e4f-5a6b7c8d9e0f", Uuid())),
        ("Status.DRAFT.value", Literal("draft", Text())),
        ("len", None),
    ],
)
def test_constants(text: str, literal: Literal | None) -> None:
    if literal is None:
        assert mistakes(text) == [
            "len: The function 'len' can't be compiled into SQL. Names outside the function can be constants:"
            " texts, numbers, dates, members of an Enum, tuples of them."
        ]
    else:
        assert literal.type is None or tree(text, returns=literal.type) == literal
        assert literal.type is not None or tree(text) == literal


RULED_OUT = [
    "self.note is not None and self.note > 'x'",
    "self.note is None or self.note > 'x'",
    "not (self.note is None or self.note <= 'x')",
    "not (self.note is None) and self.note > 'x'",
    "self.note > 'x' if self.note is not None else False",
    "False if self.note is None else self.note > 'x'",
    "self.note == 'y' and self.note > 'x'",
    "self.note in ('y', 'z') and self.note > 'x'",
    "self.note != None and self.note > 'x'",
    "(self.note is not None and self.is_paid) and self.note > 'x'",
    "((self.note is not None and self.is_paid) or (self.note is not None and self.is_large)) and self.note > 'x'",
    "self.is_paid or self.note is None or self.note > 'x'",
    "found = self.note\nreturn found is not None and self.note > found",
    "if self.note is None:\n    return True\nreturn self.note > 'x'",
    "if self.note is not None and self.is_paid:\n    return self.note > 'x'\nreturn False",
    "any(self.note > line.product for line in self.lines if self.note is not None)",
    "self.agent is not None and self.agent.card is not None and self.agent.card.digits > 'x'",
    "len(self.lines) != 0 and self.weight / len(self.lines) > 1",
    "len(self.lines) > 0 and self.weight / len(self.lines) > 1",
    "not len(self.lines) == 0 and self.weight / len(self.lines) > 1",
    "0 < len(self.lines) and self.weight / len(self.lines) > 1",
    "self.weight / len(self.lines) > 1 if len(self.lines) >= 1 else False",
    "any(self.weight / line.quantity > 1 for line in self.lines)",
    "top = max((line.price for line in self.lines), default=None)\nreturn top is not None and top > 1",
]


@pytest.mark.parametrize("text", RULED_OUT)
def test_what_rules_none_and_zero_out(text: str) -> None:
    assert mistakes(text) == []


NOT_RULED_OUT = [
    "self.note is not None or self.note > 'x'",
    "(self.note is not None or self.is_paid) and self.note > 'x'",
    "self.note != 'y' and self.note > 'x'",
    "self.note not in ('y', 'z') and self.note > 'x'",
    "self.note in ('y', None) and self.note > 'x'",
    "self.note == self.customer.name or self.note > 'x'",
    "self.note > 'x' and self.note is not None",
    "if self.note is None and self.is_paid:\n    return True\nreturn self.note > 'x'",
    "self.weight >= 0 and self.weight / len(self.lines) > 1",
    "len(self.lines) >= 0 and self.weight / len(self.lines) > 1",
    "any(line.discount is not None for line in self.lines) and any(line.discount > 1 for line in self.lines)",
]


@pytest.mark.parametrize("text", NOT_RULED_OUT)
def test_what_does_not_rule_them_out(text: str) -> None:
    assert len(mistakes(text)) == 1


def test_a_nullable_result() -> None:
    assert tree("self.note", returns=Text(), nullable=True) == FieldOf(ORDER, "note", Text(), nullable=True)
    assert tree("None", returns=Text(), nullable=True) == Literal(None, None)


def test_a_value_that_was_found_to_be_present() -> None:
    found = tree("self.note if self.note is not None else ''", returns=Text())
    note = FieldOf(ORDER, "note", Text(), nullable=True)
    assert found.condition == Not(IsNull(note))  # type: ignore[union-attr] - it is an If
    assert not found.nullable  # type: ignore[union-attr] - it is an If


def test_or_and_not_are_flat() -> None:
    assert tree("self.is_paid or (self.is_paid or not (not self.is_paid))") == Or((PAID, PAID, PAID))
    assert tree("not (not self.is_paid)") == PAID
    assert tree("False") == FALSE
