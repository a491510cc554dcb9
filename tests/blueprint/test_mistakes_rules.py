"""Rules, checks, computed fields and queries that can't be."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from collections.abc import Callable

Mistakes = Callable[[str], str]


def test_no_way_to_read(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("create")
            def everyone(self) -> bool:
                return True
    """
    expected = """
model/shop.py:2:7: Nobody can read Order: none of its rules allows it. [unreadable]
  2 | class Order(Entity):
    |       ^^^^^
    = Write @allow("read") above def everyone(self) -> bool: return True, or whoever may; for no way in at all: class Order(Entity, private=True).

1 mistake found.
"""
    assert mistakes(model) == expected


def test_unknown_verb(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("raed")
            def everyone(self) -> bool:
                return True

            @allow("read")
            def all(self) -> bool:
                return True
    """
    expected = """
model/shop.py:5:13: The rule Order.everyone allows 'raed', which is no verb. Did you mean 'read'? [unknown-verb]
  5 |     @allow("raed")
    |             ^^^^
    = Verbs are 'read', 'create', 'update' and 'delete'.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_no_verb(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("read")
            def everyone(self) -> bool:
                return True

            @allow()
            def staff(self, user: Account) -> bool:
                return "staff" in user.roles
    """
    expected = """
model/shop.py:10:9: The rule Order.staff doesn't say what it allows. [unknown-verb]
  10 |     def staff(self, user: Account) -> bool:
     |         ^^^^^
     = Write @allow("read") or other verbs.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_writing_a_view(mistakes: Mistakes) -> None:
    model = """
        class Sales(Entity, view=True):
            total: Decimal

            @allow("read", "update")
            def everyone(self) -> bool:
                return True
    """
    expected = """
model/shop.py:5:21: The rule Sales.everyone allows 'update' of a view, which can only be read. [unknown-verb]
  5 |     @allow("read", "update")
    |                     ^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_field_that_is_not_there(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("read", fields=("nam",))
            def everyone(self) -> bool:
                return True
    """
    expected = """
model/shop.py:5:29: The rule Order.everyone names 'nam', which is no field of Order. Did you mean 'name'? [unknown-field]
  5 |     @allow("read", fields=("nam",))
    |                             ^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_field_that_is_a_list(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            lines: list[Line]

            @allow("read", fields=("lines",))
            def everyone(self) -> bool:
                return True

        class Line(Entity, private=True):
            order: Order
    """
    expected = """
model/shop.py:5:29: The rule Order.everyone names 'lines', whose values stand in Line. [unknown-field]
  5 |     @allow("read", fields=("lines",))
    |                             ^^^^^
    = The rules of Line say who may see them.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_rule_without_a_row(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("read")
            def staff(user: Account) -> bool:
                return "staff" in user.roles
    """
    expected = """
model/shop.py:6:9: The rule Order.staff takes a row, self, and perhaps who asks: user: Account. [rule-parameters]
  6 |     def staff(user: Account) -> bool:
    |         ^^^^^
    = Write def name(self, user: Account) -> bool, or def name(self) -> bool where it doesn't matter who asks.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_rule_with_too_many_parameters(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("read")
            def staff(self, user: Account, data: Data) -> bool:
                return "staff" in user.roles
    """
    expected = """
model/shop.py:6:9: The rule Order.staff takes a row, self, and perhaps who asks: user: Account. [rule-parameters]
  6 |     def staff(self, user: Account, data: Data) -> bool:
    |         ^^^^^
    = Write def name(self, user: Account) -> bool, or def name(self) -> bool where it doesn't matter who asks.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_rule_with_an_untyped_user(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("read")
            def staff(self, user) -> bool:
                return "staff" in user.roles
    """
    expected = """
model/shop.py:6:21: The rule Order.staff gets who asks as 'user', so its type is Account or Account | None. [rule-parameters]
  6 |     def staff(self, user) -> bool:
    |                     ^^^^
    = Write user: Account.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_unknown_field_in_a_rule(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("read")
            def everyone(self) -> bool:
                return self.nam == "open"
    """
    expected = """
model/shop.py:7:16: Order has no field 'nam'. [unknown-field]
  7 |         return self.nam == "open"
    |                ^^^^^^^^
    = Did you mean 'name'?

1 mistake found.
"""
    assert mistakes(model) == expected


def test_unsupported_expression(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity):
            name: str

            @allow("read")
            def everyone(self) -> bool:
                return open(self.name).read() == ""
    """
    expected = """
model/shop.py:7:16: open() can't be compiled into SQL. [unsupported-expression]
  7 |         return open(self.name).read() == ""
    |                ^^^^
    = Expressions know len(), any(), all(), sum(), min(), max(), abs() and now(); write the expression out here.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_check_with_a_user(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str

            @check
            def named(self, user: Account) -> bool:
                return self.name != ""
    """
    expected = """
model/shop.py:6:9: The check Order.named is asked of a row alone. [check-parameters]
  6 |     def named(self, user: Account) -> bool:
    |         ^^^^^
    = Write def named(self) -> bool.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_computed_without_a_type(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str

            @computed
            def title(self):
                return self.name
    """
    expected = """
model/shop.py:6:9: Order.title doesn't say the type of its value. [untyped-field]
  6 |     def title(self):
    |         ^^^^^
    = Write def title(self) -> Decimal: with the type that it has.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_computed_that_needs_itself(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            @computed
            def net(self) -> int:
                return self.gross

            @computed
            def gross(self) -> int:
                return self.net
    """
    expected = """
model/shop.py:4:9: Order.net needs its own value: Order.net -> Order.gross -> Order.net. [computed-cycle]
  4 |     def net(self) -> int:
    |         ^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_query_without_allow(mistakes: Mistakes) -> None:
    model = """
        @query
        def top(data: Data) -> list[Any]: ...
    """
    expected = """
model/shop.py:3:5: The query top doesn't say who may call it. [query-without-allow]
  3 | def top(data: Data) -> list[Any]: ...
    |     ^^^
    = @query(allow=…) takes "everyone", "signed_in", or a function: def staff(user: Account) -> bool.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_query_for_nobody_known(mistakes: Mistakes) -> None:
    model = """
        @query(allow="staff")
        def top(data: Data) -> list[Any]: ...
    """
    expected = """
model/shop.py:3:5: The query top doesn't say who may call it. [query-without-allow]
  3 | def top(data: Data) -> list[Any]: ...
    |     ^^^
    = @query(allow=…) takes "everyone", "signed_in", or a function: def staff(user: Account) -> bool.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_query_with_an_untyped_parameter(mistakes: Mistakes) -> None:
    model = """
        @query(allow="everyone")
        def top(data: Data, limit) -> list[Any]: ...
    """
    expected = """
model/shop.py:3:21: The parameter top(limit) has no type. [untyped-field]
  3 | def top(data: Data, limit) -> list[Any]: ...
    |                     ^^^^^
    = Write limit: int, or what it is.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_query_with_parameters_without_names(mistakes: Mistakes) -> None:
    model = """
        @query(allow="everyone")
        def top(data: Data, *names: str) -> list[Any]: ...
    """
    expected = """
model/shop.py:3:5: The query top takes its parameters by name: 'names' can't be. [query-parameters]
  3 | def top(data: Data, *names: str) -> list[Any]: ...
    |     ^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_query_with_a_parameter_of_an_unknown_type(mistakes: Mistakes) -> None:
    model = """
        @query(allow="everyone")
        def top(data: Data, limit: integer) -> list[Any]: ...
    """
    expected = """
model/shop.py:3:21: top(limit) has the unknown type 'integer'. Did you mean 'int'? [unknown-type]
  3 | def top(data: Data, limit: integer) -> list[Any]: ...
    |                     ^^^^^^^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_query_with_a_wrong_default(mistakes: Mistakes) -> None:
    model = """
        @query(allow="everyone")
        def top(data: Data, limit: Annotated[int, Le(100)] = 1000) -> list[Any]: ...
    """
    expected = """
model/shop.py:3:21: The default of top(limit) doesn't fit: 1000 is greater than 100. [bad-default]
  3 | def top(data: Data, limit: Annotated[int, Le(100)] = 1000) -> list[Any]: ...
    |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_mistakes_all_together(mistakes: Mistakes) -> None:
    model = """
        class Customer(Entity):
            name: Annotated[str, Ge(1)]

        class Order(Entity, private=True):
            customer: Custmer
            lines: list[Line]
            number: int = "one"

            @check
            def numbered(self) -> bool:
                return self.numbr > 0

        class Line(Entity, private=True):
            price: Decimal
    """
    expected = """
model/shop.py:2:7: Nobody can read Customer: none of its rules allows it. [unreadable]
  2 | class Customer(Entity):
    |       ^^^^^^^^
    = Write @allow("read") above def everyone(self) -> bool: return True, or whoever may; for no way in at all: class Customer(Entity, private=True).

model/shop.py:3:26: Customer.name: Ge doesn't fit a field of type str. [misfit-constraint]
  3 |     name: Annotated[str, Ge(1)]
    |                          ^^

model/shop.py:6:15: Order.customer points at the unknown entity 'Custmer'. Did you mean 'Customer'? [unknown-entity]
  6 |     customer: Custmer
    |               ^^^^^^^

model/shop.py:7:5: Order.lines has no other end: nothing in Line points at Order. [no-other-end]
  7 |     lines: list[Line]
    |     ^^^^^
    = Write in Line order: Order where each has one, orders: list["Order"] where each has many.

model/shop.py:8:19: The default of Order.number doesn't fit: 'one' is not an int. [bad-default]
  8 |     number: int = "one"
    |                   ^^^^^

model/shop.py:12:16: Order has no field 'numbr'. [unknown-field]
  12 |         return self.numbr > 0
     |                ^^^^^^^^^^
     = Did you mean 'number'?

6 mistakes found.
"""
    assert mistakes(model) == expected


def test_what_follows_from_another_mistake_is_not_reported(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            customer: Custmer

            @check
            def named(self) -> bool:
                return self.customer.name != ""
    """
    expected = """
model/shop.py:3:15: Order.customer points at the unknown entity 'Custmer'. [unknown-entity]
  3 |     customer: Custmer
    |               ^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected
