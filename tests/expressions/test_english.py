"""Expressions in English, whole sentences."""
# ruff: noqa: E501 - sentences are compared as a whole

from __future__ import annotations

import pytest

from backsmith.blueprint.english import clauses, english
from backsmith.blueprint.expressions import FALSE, TRUE, And, Not, Or
from tests.expressions.compiling import tree

CASES = [
    ('Order', 'self.status == "draft"', "the status is 'draft'"),
    ('Order', 'self.status != "draft"', "the status is not 'draft'"),
    ('Order', 'self.note == "x"', "the note is 'x'"),
    ('Order', 'self.note != "x"', "the note is not 'x'"),
    ('Order', 'not (self.note == "x")', "the note is not 'x'"),
    ('Order', 'self.note == self.customer.name', "the note is the customer's name"),
    ('Order', 'self.note is None', 'the note is not set'),
    ('Order', 'self.note is not None', 'the note is set'),
    ('Order', 'self.customer.account == user', "the customer's account is you"),
    ('Order', 'self.agent == user', 'the agent is you'),
    ('Order', 'self.agent != user', 'the agent is not you'),
    ('Order', 'self.agent == self.customer.account', "the agent is the customer's account"),
    ('Order', 'self.agent is not None and self.customer.account == self.agent', "the agent is set and the customer's account is the agent"),
    ('Order', 'user.company is not None and self.agent is not None and self.agent.company == user.company', "your company is set and the agent is set and the agent's company is your company"),
    ('Line', 'self.order.customer.account == user and self.order.status == "draft"', "the order's customer's account is you and the order's status is 'draft'"),
    ('Line', 'self.order.customer.account == user or self.quantity > 5', "the order's customer's account is you or the quantity is more than 5"),
    ('Line', 'not (self.order.is_paid and self.order.status == "draft")', "the order is not paid or the order's status is not 'draft'"),
    ('Line', 'self.order.is_paid or self.order.weight > 1', "the order is paid or the order's weight is more than 1"),
    ('Line', 'self.order.agent is not None and self.order.agent.nick == "x" and self.price > 3', "the order's agent is set and the order's agent's nick is 'x' and the price is more than 3"),
    ('Order', 'self.status in ("draft", "placed")', "the status is one of 'draft', 'placed'"),
    ('Order', 'self.status in OPEN', "the status is one of 'draft', 'placed'"),
    ('Order', 'self.note not in ("a", None)', "the note is none of 'a', nothing"),
    ('Order', '"x" in self.tags', "'x' is among the tags"),
    ('Order', '"x" not in self.tags', "'x' is not among the tags"),
    ('Order', '"staff" in user.roles', "you have the role 'staff'"),
    ('Order', 'self.customer.name in user.roles', "you have the role that the customer's name names"),
    ('Order', 'self.is_paid', 'it is paid'),
    ('Order', 'not self.is_paid', 'it is not paid'),
    ('Order', 'self.gift is not None and self.gift', 'the gift is set and it is marked gift'),
    ('Order', 'self.is_paid == (self.gift is None)', 'it is paid exactly when the gift is not set'),
    ('Order', 'self.is_large', 'it is large'),
    ('Line', 'self.order.is_large', 'the order is large'),
    ('Order', 'any(line.price > 5 and line.quantity > 1 for line in self.lines)', 'for at least one of the lines, its price is more than 5 and its quantity is more than 1'),
    ('Order', 'all(line.price > 5 for line in self.lines if line.quantity > 1)', 'for each of the lines for which its quantity is more than 1, its price is more than 5'),
    ('Order', 'not any(line.discount is None for line in self.lines)', 'for none of the lines, its discount is not set'),
    ('Order', 'not all(line.price > 3 for line in self.lines)', 'for at least one of the lines, its price is at most 3'),
    ('Order', 'any(o.is_paid for line in self.lines for o in line.order.customer.orders)', "for at least one of the lines, for at least one of its order's customer's orders, it is paid"),
    ('Order', 'any(w.user == user for w in self.watchers)', 'for at least one of the watchers, its user is you'),
    ('Order', 'any(w.name == "x" for w in self.watchers)', "for at least one of the watchers, its name is 'x'"),
    ('Customer', 'any(line.packed == 0 for o in self.orders for line in o.lines)', 'for at least one of the orders, for at least one of its lines, its packed is 0'),
    ('Customer', 'any(o.agent == user for o in self.orders)', 'for at least one of the orders, its agent is you'),
    ('Order', 'self in user.orders', 'this order is one of your orders'),
    ('Order', 'len(self.lines) > 0', 'the number of lines is more than 0'),
    ('Order', 'len(self.lines) == 3', 'the number of lines is 3'),
    ('Order', 'len(self.customer.orders) > 2', "the number of the customer's orders is more than 2"),
    ('Order', 'sum(line.price * line.quantity for line in self.lines) > 100', 'the sum of its price times its quantity over the lines is more than 100'),
    ('Order', 'sum(1 for line in self.lines if line.packed == 0) < 2', 'the number of lines for which its packed is 0 is less than 2'),
    ('Order', 'sum(self.weight for line in self.lines) > 2', "the sum of this order's weight over the lines is more than 2"),
    ('Order', 'max((line.price for line in self.lines), default=Decimal(0)) > 3', 'the greatest of its price over the lines (0 if there are none) is more than 3'),
    ('Order', 'min((line.product for line in self.lines), default="") == "x"', "the least of its product over the lines ('' if there are none) is 'x'"),
    ('Order', 'self.agent is not None and self.agent.card is None', "the agent is set and the agent's card is not set"),
    ('Order', 'user.card is not None and user.card.digits == "1"', "your card is set and your card's digits is '1'"),
    ('Order', 'self.agent is not None and self.agent.card == user.card', "the agent is set and the agent's card is your card"),
    ('Order', 'self.placed_at is not None and self.placed_at > now() - timedelta(days=7)', 'the placed time is set and the placed time is after 7 days ago'),
    ('Order', 'self.placed_at is None or now() - self.placed_at < timedelta(hours=36)', 'the placed time is not set or now minus the placed time is shorter than 1 day and 12 hours'),
    ('Order', 'self.due + timedelta(days=3) < date(2026, 1, 31)', 'the due plus 3 days is before 2026-01-31'),
    ('Order', 'self.due - self.patience < self.due', 'the due minus the patience is before the due'),
    ('Order', 'self.due - date(2026, 1, 31) < timedelta(0)', 'the due minus 2026-01-31 is shorter than no time'),
    ('Order', 'self.patience * 2 > timedelta(hours=1, minutes=30)', 'the patience times 2 is longer than 1 hour and 30 minutes'),
    ('Order', 'abs(self.patience) == -self.patience', 'the size of the patience is minus the patience'),
    ('Order', 'self.opens >= time(9, 30)', 'the opens is at or after 09:30:00'),
    ('Order', 'self.reference == UUID("018f4e7c-1a2b-7c3d-8e4f-5a6b7c8d9e0f")', 'the reference is 018f4e7c-1a2b-7c3d-8e4f-5a6b7c8d9e0f'),
    ('Order', 'self.weight / 2 > 1.5', 'the weight divided by 2 is more than 1.5'),
    ('Order', 'len(self.tags) != 0 and self.weight / len(self.tags) > 1', 'the number of items in the tags is not 0 and the weight divided by the number of items in the tags is more than 1'),
    ('Order', 'min(self.weight, 2, 3) > 1', 'the least of the weight, 2 and 3 is more than 1'),
    ('Line', 'self.packed // self.quantity > 2', 'the packed divided by the quantity (rounded down) is more than 2'),
    ('Line', 'self.packed % 3 == 0', 'the packed modulo 3 is 0'),
    ('Line', 'self.quantity // len(self.order.lines) > 0 if len(self.order.lines) > 0 else False', "the number of the order's lines is more than 0 and the quantity divided by the number of the order's lines (rounded down) is more than 0"),
    ('Line', 'self.price * self.quantity > Decimal("19.90")', 'the price times the quantity is more than 19.90'),
    ('Line', 'self.price > 5', 'the price is more than 5'),
    ('Line', 'self.price + self.quantity * 2 >= Decimal("0.005")', 'the price plus (the quantity times 2) is at least 0.005'),
    ('Line', '-self.packed < self.packed - 1', 'minus the packed is less than the packed minus 1'),
    ('Order', 'self.customer.name.lower() == "a"', "the customer's name in lower case is 'a'"),
    ('Order', 'self.customer.name.strip().upper() == "A"', "the customer's name without white space around it in upper case is 'A'"),
    ('Order', 'self.customer.name.startswith(user.nick)', "the customer's name begins with your nick"),
    ('Order', 'self.customer.name.endswith(("ab", ""))', "the customer's name ends with 'ab' or the customer's name ends with ''"),
    ('Order', 'self.customer.name.endswith(user.nick)', "the customer's name ends with your nick"),
    ('Order', '"%" in self.customer.name', "the customer's name contains '%'"),
    ('Order', 'self.customer.name < user.nick', "the customer's name comes before your nick"),
    ('Order', 'f"{self.customer.name}!" == user.nick + "!"', "the customer's name followed by '!' is your nick followed by '!'"),
    ('Order', '0 < len(self.customer.name) <= LIMIT', "the length of the customer's name is more than 0 and the length of the customer's name is at most 10"),
    ('Order', 'abs(self.weight) > 1 if self.is_paid else self.due > date(2026, 1, 1)', 'if it is paid, then the size of the weight is more than 1, else the due is after 2026-01-01'),
    ('Booking', 'self.slot == self.other', 'the slot is the other'),
    ('Booking', 'self.other is None', 'the other is not set'),
    ('Booking', 'self.slot.room == "a" and self.other is not None and self.other.number > 1', "the slot's room is 'a' and the other is set and the other's number is more than 1"),
    ('Slot', 'any(b.user == user for b in self.bookings)', 'for at least one of the bookings, its user is you'),
    ('Order', 'self.weight + 2 * self.weight - 1 > 3', '(the weight plus (2 times the weight)) minus 1 is more than 3'),
    ('Order', 'self.weight == max(self.weight, 3)', 'the weight is the greater of the weight and 3'),
    ('Order', 'not (self.is_paid or self.gift is None)', 'it is not paid and the gift is set'),
    ('Order', 'self.is_paid and (self.gift is None or self.weight > 1)', 'it is paid and (the gift is not set or the weight is more than 1)'),
    ('Order', 'self.note is not None and len(self.note.strip().lower()) > 2', 'the note is set and the length of the note without white space around it in lower case is more than 2'),
    ('Line', 'self.quantity // 2 == self.packed % 3', 'the quantity divided by 2 (rounded down) is the packed modulo 3'),
    ('Order', 'all(self.weight > 1 and line.order.weight > 1 for line in self.lines)', "for each of the lines, this order's weight is more than 1 and its order's weight is more than 1"),
    ('Order', 'self.customer.account is not None and self.customer.account.nick == user.nick', "the customer's account is set and the customer's account's nick is your nick"),
    ('Order', 'self.placed_at is not None and self.placed_at < datetime(2026, 1, 31, 12, 30, tzinfo=UTC)', 'the placed time is set and the placed time is before 2026-01-31 12:30 UTC'),
    ('Order', 'user in [self.agent]', 'the agent is you'),
    ('Order', '"é" in self.customer.name and not self.customer.name.startswith("x")', "the customer's name contains 'é' and the customer's name does not begin with 'x'"),
    ('Order', 'True', 'always'),
    ('Order', 'self.weight > 1 if self.is_paid else self.weight > 2', 'if it is paid, then the weight is more than 1, else the weight is more than 2'),
]  # fmt: skip


@pytest.mark.parametrize(("entity", "expression", "sentence"), CASES, ids=[case[1] for case in CASES])
def test_english(entity: str, expression: str, sentence: str) -> None:
    assert english(tree(expression, entity)) == sentence


def test_nobody_may_be_signed_in() -> None:
    condition = tree("user is None or user.nick == 'x'", parameters="self, user: User | None")
    assert english(condition) == "nobody is signed in or your nick is 'x'"


def test_constants() -> None:
    assert english(TRUE) == "always"
    assert english(FALSE) == "never"


def test_clauses_are_what_has_to_hold() -> None:
    condition = tree("self.is_paid and (self.gift is None and not (self.weight > 1 or self.note is None))")
    assert [english(clause) for clause in clauses(condition)] == [
        "it is paid",
        "the gift is not set",
        "the weight is at most 1",
        "the note is set",
    ]


def test_a_choice_is_one_clause() -> None:
    condition = tree("self.is_paid or self.gift is None")
    assert clauses(condition) == [condition]
    assert clauses(Not(Not(And((TRUE, Or((TRUE, FALSE))))))) == [TRUE, Or((TRUE, FALSE))]
