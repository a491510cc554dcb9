"""Every mistake in an expression: what is underlined, what is wrong, what to write instead."""
# ruff: noqa: E501 - messages are compared as a whole

from __future__ import annotations

from typing import Any

import pytest

from backsmith.blueprint.functions import ExpressionErrors, compile_function
from backsmith.blueprint.types import Enum, Integer, Numeric, Text
from tests.expressions.compiling import CONTEXT, defined, mistakes

CASES = [
    ('self.placed_at > now()', ['self.placed_at: Order.placed_at may be None here. Write `self.placed_at is not None and …`.']),
    ('self.agent.nick == "x"', ['self.agent: Order.agent may be None here. Write `self.agent is not None and …`.']),
    ('self.note.lower() == "x"', ['self.note: Order.note may be None here. Write `self.note is not None and …`.']),
    ('self.note + "x" == "y"', ['self.note: Order.note may be None here. Write `self.note is not None and …`.']),
    ('self.customer.account.nick == "x"', ['self.customer.account: Customer.account may be None here. Write `self.customer.account is not None and …`.']),
    ('any(line.discount > 1 for line in self.lines)', ['line.discount: Line.discount may be None here. Write `if line.discount is not None` at the end of the generator.']),
    ('self.lines', ["self.lines: 'self.lines' is a list of rows, not a value. Write `len(self.lines)`, or any(), all(), sum(), min() or max() over it."]),
    ('self.customer', ["self.customer: 'self.customer' is a row, not a condition. Write `self.customer is not None`."]),
    ('self.status', ['self.status: \'self.status\' is a text, not a condition. Write `self.status != ""`.']),
    ('self.weight', ["self.weight: 'self.weight' is a float, not a condition. Write `self.weight != 0`."]),
    ('self.note', ["self.note: 'self.note' is a text, not a condition. Write `self.note is not None`."]),
    ('self.gift', ['self.gift: Order.gift may be None here. Write `self.gift is not None and …`.']),
    ('not self.agent', ["self.agent: 'self.agent' is a row, not a condition. Write `self.agent is not None`."]),
    ('self.wieght > 1', ["self.wieght: Order has no field 'wieght'. Did you mean 'weight'?"]),
    ('self.customer.nam == "x"', ["self.customer.nam: Customer has no field 'nam'. Did you mean 'name'?"]),
    ('wieght > 1', ["wieght: There is no 'wieght' here."]),
    ('self.status == "drafted"', ['"drafted": \'drafted\' is none of the values it is compared with. Did you mean \'draft\'?']),
    ('self.status == 5', ["5: A text and a whole number can't be compared."]),
    ('self.status in ("draft", "gone")', ['("draft", "gone"): \'gone\' is none of the values it is compared with. The values are \'draft\', \'placed\', \'shipped\'.']),
    ('self.customer == user', ["user: 'self.customer' is of Customer and 'user' of User: they are never equal."]),
    ('self.customer == "x"', ['"x": \'self.customer\' is a row and \'"x"\' a value: they are never equal. Compare a field of the row: `self.customer.…`.']),
    ('self.customer < user', ["self.customer: 'self.customer' is a row: it comes neither before nor after another. Compare a field of it: `self.customer.…`."]),
    ('self.is_paid < True', ['self.is_paid: A bool comes neither before nor after another.']),
    ('self.extra == self.extra', ["self.extra: A JSON value can't be compared."]),
    ('self.tags == self.tags', ["self.tags: A list can't be compared. Write `x in self.tags` to search a list."]),
    ('self.weight == Decimal("1.5")', ['Decimal("1.5"): A float and a Decimal can\'t be compared. Write the number as Decimal("1.5"), or make both fields of one type.']),
    ('self.total / 2 > 1', ['self.total / 2: Decimals can\'t be divided exactly. Multiply instead: `a * 4 < b` for `a < b / 4`, `price * Decimal("0.19")` for a share.']),
    ('self.total // 2 > 1', ['self.total // 2: Decimals can\'t be divided exactly. Multiply instead: `a * 4 < b` for `a < b / 4`, `price * Decimal("0.19")` for a share.']),
    ('self.weight // 2 > 1', ['self.weight // 2: `//` is for whole numbers. Divide floats with `/`.']),
    ('self.weight / len(self.lines) > 1', ["len(self.lines): 'len(self.lines)' may be zero here. Write `len(self.lines) != 0 and …`."]),
    ('self.weight / 0 > 1', ['0: This divides by zero.']),
    ('1 / 0 > 1', ["1 / 0: '1 / 0' has no value: division by zero."]),
    ('self.weight ** 2 > 1', ["self.weight ** 2: `**` can't be compiled into SQL. Write the product: `x * x`."]),
    ('self.is_paid & self.is_large', ["self.is_paid & self.is_large: `&` can't be compiled into SQL. Write `and`."]),
    ('~self.is_paid', ["~self.is_paid: `~` can't be compiled into SQL. Write `not`."]),
    ('-self.status == "x"', ["-self.status: A text can't have a - before it."]),
    ('self.status + 1 == "x"', ['self.status + 1: A text + a whole number has no meaning.']),
    ('self.weight + self.total > 1', ['self.weight + self.total: A float + a Decimal has no meaning. Write the constant as a Decimal, or make both fields of one type.']),
    ('self.placed_at is not None and self.placed_at + self.placed_at > now()', ['self.placed_at + self.placed_at: A datetime + a datetime has no meaning.']),
    ('self.due > now()', ["now(): A date and a datetime can't be compared. Write datetime(2026, 1, 31, tzinfo=UTC), or make both fields of one type."]),
    ('self.due > "2026-01-01"', ['"2026-01-01": A date and a text can\'t be compared. Write date(2026, 1, 31).']),
    ('self.reference == "abc"', ['"abc": A UUID and a text can\'t be compared. Write UUID("…").']),
    ('self.due > datetime(2026, 1, 1)', ["datetime(2026, 1, 1): 'datetime(2026, 1, 1)' can't be used here: a datetime without a time zone is no instant: give it tzinfo=UTC."]),
    ('self.placed_at is not None and self.placed_at > datetime(2026, 1, 1)', ["datetime(2026, 1, 1): 'datetime(2026, 1, 1)' can't be used here: a datetime without a time zone is no instant: give it tzinfo=UTC."]),
    ('self.placed_at is not None and self.placed_at > datetime.now()', ["datetime.now: datetime.now() can't be compiled into SQL. Write now(), the instant of the request: `from backsmith import now`."]),
    ('self.due > date.today()', ["date.today: date.today() can't be compiled into SQL. Write now(), the instant of the request: `from backsmith import now`."]),
    ('self.due > today()', ["today: today() can't be compiled into SQL. Write now(), the instant of the request."]),
    ('self.due.year == 2026', ["self.due.year: `.year` of a date can't be compiled into SQL."]),
    ('self.customer.name.title() == "x"', ["self.customer.name.title: `.title()` of a text can't be compiled into SQL. Texts have .lower() and .upper()."]),
    ('self.customer.name.lowr() == "x"', ["self.customer.name.lowr: `.lowr()` of a text can't be compiled into SQL. Did you mean 'lower'?"]),
    ('self.customer.name.strip("x") == "x"', ['self.customer.name.strip("x"): .strip() takes no argument here.']),
    ('self.customer.name.startswith(5)', ['5: .startswith() takes a text.']),
    ('self.customer.name[0] == "x"', ["self.customer.name[0]: Indexing can't be compiled into SQL. Write `x in self.tags`, or any() over a relation."]),
    ('self.lines.filter(1)', ["self.lines.filter: `.filter()` of rows can't be compiled into SQL. Write any(), all(), sum(), min(), max() or len() over a generator."]),
    ('self.own(user)', ["self.own: A call of 'self.own' can't be compiled into SQL. Write out here what it returns."]),
    ('helper(self)', ["helper: helper() can't be compiled into SQL. Expressions know len(), any(), all(), sum(), min(), max(), abs() and now(); write the expression out here."]),
    ('helpr(self)', ["helpr: There is no 'helpr' here. Did you mean 'helper'?"]),
    ('math.floor(self.weight) > 1', ["math.floor: math.floor() can't be compiled into SQL. Expressions know len(), any(), all(), sum(), min(), max(), abs() and now(); write the expression out here."]),
    ('round(self.weight) > 1', ["round: round() can't be compiled into SQL. Leave the rounding to who shows the number."]),
    ('str(self.weight) == "x"', ["str: str() can't be compiled into SQL. Texts can be joined with + or an f-string; numbers and times stay what they are."]),
    ('len(self.weight) > 1', ["self.weight: 'self.weight' is a float: it has no length. len() takes a text, a list or a relation to many rows."]),
    ('len(line for line in self.lines) > 1', ['len(line for line in self.lines): A generator has no length. Write `len([…])`, or `sum(1 for … if …)`.']),
    ('sum(line.discount for line in self.lines) > 1', ['line.discount: Line.discount may be None here. Write `if line.discount is not None` at the end of the generator.']),
    ('sum(line.product for line in self.lines) > "x"', ["line.product: A text can't be summed."]),
    ('sum(line.price > 1 for line in self.lines) > 1', ["line.price > 1: Conditions can't be summed. Write `sum(1 for … if line.price > 1)`."]),
    ('sum(line.order.patience for line in self.lines) > timedelta(1)', ['sum(line.order.patience for line in self.lines): A sum of timedeltas needs what it begins at. Write `sum(…, timedelta(0))`: Python begins at the number 0.']),
    ('max(line.price for line in self.lines) > 1', ['max(line.price for line in self.lines): max() of no rows has no value. Write `max((line.price for line in self.lines), default=None)`, or another default.']),
    ('max((line.price for line in self.lines), key=None) > 1', ['max((line.price for line in self.lines), key=None): max() takes default= alone. Write `max((line.price for line in self.lines), default=None)`.']),
    ('max(line.packed for line in self.lines for o in line.order.lines) > 1', ['max(line.packed for line in self.lines for o in line.order.lines): max() goes over one relation alone.']),
    ('any(self.lines)', ['any(self.lines): any() goes over the rows of a relation. Write `any(line.quantity > 1 for line in self.lines)`.']),
    ('any(t == "x" for t in self.tags)', ["self.tags: 'self.tags' is no relation to many rows. Write `x in …` to search a list or a text."]),
    ('any(a.price > 1 for a, b in self.lines)', ["a, b: More than one name can't be compiled into SQL. Write one name: `for line in self.lines`."]),
    ('self.agent in self.lines', ['self.agent: Order.agent may be None here. Write `self.agent is not None and …`.']),
    ('user in self.lines', ["user: 'user' is no Line: 'self.lines' holds rows of Line. Write `any(… for x in self.lines)` to search by a field."]),
    ('5 in self.weight', ["self.weight: 'self.weight' is a float: nothing is in it. Write `x in (a, b)`, `part in self.title`, `x in self.tags` or `row in self.relation`."]),
    ('5 in self.tags', ["5: A whole number and a text can't be compared."]),
    ('"x" in self.customer', ["self.customer: 'self.customer' is a row: nothing is in it. Write `x in (a, b)`, `part in self.title`, `x in self.tags` or `row in self.relation`."]),
    ('user.roles == 1', ['user.roles: \'user.roles\' can only be searched. Write `"staff" in user.roles`.']),
    ('user.role == 1', ["user.role: User has no field 'role'. User has company, orders, card, id, email, name, nick."]),
    ('5 in user.roles', ["5: '5' is a whole number; a text is needed here."]),
    ('self.is_paid is True', ['True: `is` compares with None alone. Write `self.is_paid`.']),
    ('self.is_paid is not True', ['True: `is` compares with None alone. Write `not self.is_paid`.']),
    ('self.status is Status.DRAFT', ['Status.DRAFT: `is` compares with None alone. Write `self.status == Status.DRAFT`.']),
    ('self.weight is not LIMIT', ['LIMIT: `is` compares with None alone. Write `self.weight != LIMIT`.']),
    ('lambda: 1', ["lambda: 1: A lambda can't be compiled into SQL. Write its expression where it is called."]),
    ('[x for x in self.lines]', ["[x for x in self.lines]: A list can't be compiled into SQL. Write len(), any(), all(), sum(), min() or max() over it."]),
    ('{1: 2}', ["{1: 2}: A dictionary can't be compiled into SQL. Write a conditional expression: `a if condition else b`."]),
    ('(self.weight, 1)', ["(self.weight, 1): A tuple can't be compiled into SQL. Write `x in (a, b)`, or compare the values one by one."]),
    ('(w := self.weight) > 1', ["w := self.weight: `:=` can't be compiled into SQL. Give it a name on a line of its own: `total = self.total`."]),
    ('f"{self.weight}" == "x"', ["self.weight: 'self.weight' is a float; an f-string here holds texts alone."]),
    ('f"{self.customer.name:>5}" == "x"', ["self.customer.name: A format in an f-string can't be compiled into SQL. Write {name} alone."]),
    ('f"{self.customer.name!r}" == "x"', ["self.customer.name: A format in an f-string can't be compiled into SQL. Write {name} alone."]),
    ('self.weight if self.is_paid else self.status', ["self.weight if self.is_paid else self.status: The two branches don't fit: a float and a text. Give both the same type."]),
    ('self.customer if self.is_paid else self.customer', ["self.customer if self.is_paid else self.customer: An expression can't choose between rows. Choose between their fields, or write `condition and self.a == user or …`."]),
    ('Decimal("NaN") > self.total', ['Decimal("NaN"): \'Decimal("NaN")\' can\'t be used here: the decimal NaN can\'t be kept in a database.']),
    ('Decimal(self.weight) > 1', ["Decimal(self.weight): Decimal() of something that isn't constant can't be compiled into SQL. Its arguments can be constants alone."]),
    ('Decimal("x") > 1', ['Decimal("x"): \'Decimal("x")\' has no value: it is no number.']),
    ('99999999999999999999 > self.weight', ["99999999999999999999: '99999999999999999999' can't be used here: 99999999999999999999 is beyond the 64 bits of a whole number."]),
    ('float("inf") > self.weight', ["float: float() can't be compiled into SQL. Numbers stay what they are: whole numbers and floats can be mixed."]),
    ('"a\\0" == self.status', ['"a\\0": \'"a\\0"\' can\'t be used here: a text with a NUL character can\'t be kept in a database.']),
    ('self.weight > 1 and self.foo and self.bar', ["self.foo: Order has no field 'foo'. Order has customer, agent, lines, watchers, id, status, placed_at, due, weight, note, is_paid, gift, ….", "self.bar: Order has no field 'bar'. Order has customer, agent, lines, watchers, id, status, placed_at, due, weight, note, is_paid, gift, …."]),
    ('self.placd_at is not None and self.placed_at > now() and self.baz', ["self.placd_at: Order has no field 'placd_at'. Did you mean 'placed_at'?", "self.baz: Order has no field 'baz'. Order has customer, agent, lines, watchers, id, status, placed_at, due, weight, note, is_paid, gift, …."]),
    ('self.total * self.total * self.total * self.total * self.total * self.total * self.total * self.total * self.total * self.total > 1', ['self.total * self.total * self.total * self.total * self.total * self.total * self.total * self.total * self.total * self.total: The product has 20 places after the point; 18 are the most. Declare the fields with fewer places: `Digits(10, 2)`.']),
    ('Status == self.status', ["Status: The class 'Status' can't be compiled into SQL. Names outside the function can be constants: texts, numbers, dates, members of an Enum, tuples of them."]),
    ('LIMIT.x > 1', ["LIMIT.x: `.x` of a whole number can't be compiled into SQL."]),
    ('None > self.weight', ["None: None can't be used here. None can be compared with `is` alone."]),
    ('Order.status == "draft"', ["Order: The class 'Order' can't be compiled into SQL. Names outside the function can be constants: texts, numbers, dates, members of an Enum, tuples of them."]),
    ('for line in self.lines:\n    return True\nreturn False', ["for line in self.lines:: A for loop can't be compiled into SQL. Write any(), all(), sum(), min() or max(): `any(… for line in self.lines)`."]),
    ('if self.is_paid:\n    return True', ["def function(self, user: User):: 'function' can end without a return. Return a value on every way through it."]),
    ('x = 1\nx += 1\nreturn x > 1', ["x += 1: An assignment that changes a name can't be compiled into SQL. Give the new value a name of its own."]),
    ('a, b = 1, 2\nreturn a > b', ["a, b = 1, 2: This assignment can't be compiled into SQL. Give one name to one value: `total = self.total`."]),
    ('try:\n    return True\nexcept Exception:\n    return False', ["try:: try can't be compiled into SQL. Rule the case out by a condition: `b != 0 and a / b > 2`."]),
    ('assert self.is_paid\nreturn True', ["assert self.is_paid: assert can't be compiled into SQL. Return the condition."]),
    ('raise ValueError("return")', ['raise ValueError("return"): raise can\'t be compiled into SQL. Return False, or the value for that case.']),
    ('print("x")\nreturn True', ['print("x"): An expression whose value goes nowhere can\'t be compiled into SQL. Return it, or give it a name.']),
    ('import os\nreturn True', ["import os: An import can't be compiled into SQL. Import at the top of the file."]),
    ('return', ['return: This returns nothing. Return a value on every way through it.']),
    ('with x:\n    return True', ["with x:: with can't be compiled into SQL. Write an expression."]),
    ('match self.status:\n    case "draft":\n        return True', ["match self.status:: match can't be compiled into SQL. Write `if`: one for each case, each with a return."]),
    ('x = self.foo\nreturn x > 1', ["self.foo: Order has no field 'foo'. Order has customer, agent, lines, watchers, id, status, placed_at, due, weight, note, is_paid, gift, …."]),
    ('self.customer_id == 5', ["self.customer_id: Order keeps 'customer_id' for its relation 'customer'; objects don't have it. Write `self.customer.id`."]),
    ('self.customer.name.lower(1) == "x"', ['self.customer.name.lower(1): .lower() takes no argument here.']),
    ('abs(self.status) == 1', ["self.status: 'self.status' is a text; abs() takes a number."]),
    ('abs(1, 2) == 1', ['abs(1, 2): abs() takes one argument here.']),
    ('self.weight > 1 if self.foo else self.bar > 1', ["self.foo: Order has no field 'foo'. Order has customer, agent, lines, watchers, id, status, placed_at, due, weight, note, is_paid, gift, ….", "self.bar: Order has no field 'bar'. Order has customer, agent, lines, watchers, id, status, placed_at, due, weight, note, is_paid, gift, …."]),
    ('min(self.is_paid, True)', ['min(self.is_paid, True): A bool comes neither before nor after another.']),
    ('min() > 1', ['min(): min() takes values, or a generator and default=.']),
    ('self.lines.foo', ["self.lines: 'self.lines' is a list of rows, not a value. Write `len(self.lines)`, or any(), all(), sum(), min() or max() over it."]),
    ('Line.price > 1', ["Line: The class 'Line' can't be compiled into SQL. Names outside the function can be constants: texts, numbers, dates, members of an Enum, tuples of them."]),
    ('sum(1, 2, 3) > 1', ['sum(1, 2, 3): sum() takes a generator, and perhaps what it begins at.']),
    ('any(line.foo > 1 for line in self.lines if line.bar > 1)', ["line.foo: Line has no field 'foo'. Line has order, id, product, price, quantity, packed, discount.", "line.bar: Line has no field 'bar'. Line has order, id, product, price, quantity, packed, discount."]),
    ('all(x > 1)', ['all(x > 1): all() goes over the rows of a relation. Write `all(line.quantity > 1 for line in self.lines)`.']),
    ('self.note in ("a", 5)', ['("a", 5): A text and a whole number can\'t be compared.']),
    ('self.tags', ["self.tags: 'self.tags' is a list, not a condition. Write `len(self.tags) != 0`."]),
    ('self.extra', ["self.extra: 'self.extra' is a JSON value, not a condition. Write a comparison."]),
    ('self.due', ["self.due: 'self.due' is a date, not a condition. Write a comparison."]),
    ('len() > 1', ['len(): len() takes one argument here.']),
    ('"x" + self.customer.name.lower', ["self.customer.name.lower: `.lower` of a text can't be compiled into SQL."]),
    ('now(1) > self.due', ['now(1): now() takes no argument here.']),
    ('self.status.startswith()', ['self.status.startswith(): self.status.startswith() takes one argument here.']),
    ('-self.is_paid == 1', ["-self.is_paid: A bool can't have a - before it."]),
    ('self.weight if True else 1', ["self.weight if True else 1: 'self.weight if True else 1' is a float, not a condition. Write `self.weight if True else 1 != 0`."]),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "found"), CASES, ids=[case[0] for case in CASES])
def test_mistake(expression: str, found: list[str]) -> None:
    assert mistakes(expression) == found


RESULTS: list[tuple[str, Any, str]] = [
    ('self.weight', Text(), 'self.weight: This is a float; the function returns a text.'),
    ('self.note', Text(), 'self.note: Order.note may be None here. Write `… if self.note is not None else …`.'),
    ('self.total * Decimal("0.5")', Numeric(12, 2), 'self.total * Decimal("0.5"): This has up to 3 places after the point; the function returns 2. Write `-> Annotated[Decimal, Digits(18, 3)]`.'),
    ('"zzz"', Enum(("a", "b")), '"zzz": \'zzz\' is none of the values it is compared with. The values are \'a\', \'b\'.'),
    ('self.customer', Text(), "self.customer: 'self.customer' is a row, not a value. Return one of its fields."),
    ('self.is_paid', Integer(), 'self.is_paid: This is a bool; the function returns a whole number.'),
    ('self.lines', Integer(), "self.lines: 'self.lines' is a list of rows, not a value. Write `len(self.lines)`, or any(), all(), sum(), min() or max() over it."),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "returns", "found"), RESULTS, ids=[case[0] for case in RESULTS])
def test_value_that_the_function_does_not_return(expression: str, returns: Any, found: str) -> None:
    assert mistakes(expression, returns=returns) == [found]


PARAMETERS = [
    ('', ['def function():: The row is missing: the first parameter. It takes `self`, and `user: Account` where it asks who.']),
    ('self, other', ["other: 'other' has no annotation. Write `other: Account`, or `other: Account | None` to hear of everybody."]),
    ('self, user: int', ["int: 'user' is no account. It takes `self`, and `user: Account` where it asks who."]),
    ('self, user: User, more', ["more: 'more' has no meaning here. It takes `self`, and `user: Account` where it asks who."]),
    ('self, *args', ["args: 'args' has no meaning here. It takes `self`, and `user: Account` where it asks who."]),
    ('self, *, user: User', ["user: User: 'user' has no meaning here. It takes `self`, and `user: Account` where it asks who."]),
    ('self, user: "User | None"', []),
    ('self, user: Account', []),
    ('self, user: Order', ["Order: 'user' is no account. It takes `self`, and `user: Account` where it asks who."]),
    ('self, user: "1 +"', ['"1 +": \'user\' is no account. It takes `self`, and `user: Account` where it asks who.']),
]  # fmt: skip


@pytest.mark.parametrize(("parameters", "found"), PARAMETERS, ids=[case[0] for case in PARAMETERS])
def test_parameters(parameters: str, found: list[str]) -> None:
    assert mistakes("True", parameters=parameters) == found


def test_a_user_who_may_be_none() -> None:
    assert mistakes('user.nick == "x"', parameters="self, user: User | None") == [
        "user: 'user' may be None here. Write `user is not None and …`."
    ]


def test_a_mistake_is_shown_at_its_place() -> None:
    function = defined("def function(self):\n    return self.status == 'é' or self.wieght > 1\n", prelude="")
    with pytest.raises(ExpressionErrors) as caught:
        compile_function(function, entity="Order", context=CONTEXT, returns=None)
    first, second = caught.value.problems
    assert str(second).split(":", 1)[1] == (
        """2:34: Order has no field 'wieght'. [unknown-field]
  2 |     return self.status == 'é' or self.wieght > 1
    |                                  ^^^^^^^^^^^
    = Did you mean 'weight'?"""
    )
    assert first.code == "wrong-type"


def test_a_function_without_source() -> None:
    module: dict[str, Any] = {}
    exec("def function(self): return True", module)
    with pytest.raises(ExpressionErrors, match=r"The source of 'function' can't be read\."):
        compile_function(module["function"], entity="Order", context=CONTEXT, returns=None)


def test_an_async_function() -> None:
    function = defined("async def function(self):\n    return True\n")
    with pytest.raises(ExpressionErrors, match=r"An async function can't be compiled into SQL\."):
        compile_function(function, entity="Order", context=CONTEXT, returns=None)


def test_too_many_ways_through() -> None:
    lines = [
        "x0 = 0",
        *(f"if self.weight > {n}:\n    x{n + 1} = x{n}\nelse:\n    x{n + 1} = x{n} + 1" for n in range(8)),
    ]
    assert mistakes("\n".join([*lines, "return x8 > 3"])) == [
        "def function(self, user: User):: There are more than 64 ways through 'function'. Return from each `if`, or join the conditions."
    ]
