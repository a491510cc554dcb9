"""Defaults that aren't values of their field."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from collections.abc import Callable

Mistakes = Callable[[str], str]


def test_text_for_a_number(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            number: int = "one"
    """
    expected = """
model/shop.py:3:19: The default of Order.number doesn't fit: 'one' is not an int. [bad-default]
  3 |     number: int = "one"
    |                   ^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_bool_for_a_number(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            number: int = True
    """
    expected = """
model/shop.py:3:19: The default of Order.number doesn't fit: True is not an int. [bad-default]
  3 |     number: int = True
    |                   ^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_float_for_a_decimal(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            total: Decimal = 1.5
    """
    expected = """
model/shop.py:3:22: The default of Order.total doesn't fit: 1.5 is a float, which isn't exact: write Decimal('1.5'). [bad-default]
  3 |     total: Decimal = 1.5
    |                      ^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_text_outside_its_literal(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            status: Literal["draft", "placed"] = "drafted"
    """
    expected = """
model/shop.py:3:42: The default of Order.status doesn't fit: 'drafted' is not one of 'draft', 'placed'. [bad-default]
  3 |     status: Literal["draft", "placed"] = "drafted"
    |                                          ^^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_outside_its_bounds(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            quantity: Annotated[int, Ge(1)] = 0
    """
    expected = """
model/shop.py:3:39: The default of Order.quantity doesn't fit: 0 is less than 1. [bad-default]
  3 |     quantity: Annotated[int, Ge(1)] = 0
    |                                       ^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_longer_than_allowed(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: Annotated[str, MaxLen(3)] = "long"
    """
    expected = """
model/shop.py:3:39: The default of Order.name doesn't fit: 'long' is longer than 3. [bad-default]
  3 |     name: Annotated[str, MaxLen(3)] = "long"
    |                                       ^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_not_matching_its_pattern(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            code: Annotated[str, Pattern("^[A-Z]+$")] = "a1"
    """
    expected = """
model/shop.py:3:49: The default of Order.code doesn't fit: 'a1' does not match ^[A-Z]+$. [bad-default]
  3 |     code: Annotated[str, Pattern("^[A-Z]+$")] = "a1"
    |                                                 ^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_more_places_than_allowed(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            total: Annotated[Decimal, Digits(4, 2)] = Decimal("1.234")
    """
    expected = """
model/shop.py:3:47: The default of Order.total doesn't fit: Decimal('1.234') has more than 2 places. [bad-default]
  3 |     total: Annotated[Decimal, Digits(4, 2)] = Decimal("1.234")
    |                                               ^^^^^^^^^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_too_large_for_its_bits(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            number: Int16 = 40000
    """
    expected = """
model/shop.py:3:21: The default of Order.number doesn't fit: 40000 does not fit in 16 bits. [bad-default]
  3 |     number: Int16 = 40000
    |                     ^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_time_without_a_zone(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            placed_at: datetime = datetime(2026, 1, 23)
    """
    expected = """
model/shop.py:3:27: The default of Order.placed_at doesn't fit: datetime.datetime(2026, 1, 23, 0, 0) has no time zone: write datetime(…, tzinfo=UTC). [bad-default]
  3 |     placed_at: datetime = datetime(2026, 1, 23)
    |                           ^^^^^^^^^^^^^^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_none_where_it_is_not_allowed(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str = None
    """
    expected = """
model/shop.py:3:17: The default of Order.name is None, but its type doesn't allow None. [bad-default]
  3 |     name: str = None
    |                 ^^^^
    = Write name: … | None = None, or leave the default out.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_generator_of_another_type(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            placed_at: datetime = today()
    """
    expected = """
model/shop.py:3:27: The default of Order.placed_at is today(), which isn't a value of its type. [bad-default]
  3 |     placed_at: datetime = today()
    |                           ^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_constant_of_a_relation(mistakes: Mistakes) -> None:
    model = """
        class Customer(Entity, private=True):
            name: str

        class Order(Entity, private=True):
            customer: Customer = 7
    """
    expected = """
model/shop.py:6:26: The default of the relation Order.customer can be None where its type allows that. [bad-default]
  6 |     customer: Customer = 7
    |                          ^
    = To the account it can also be current_user().

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_defaults(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: Annotated[str, Column(default="'a'")] = "a"
    """
    expected = """
model/shop.py:3:51: Order.name has two defaults: one here, one in its Column. [bad-default]
  3 |     name: Annotated[str, Column(default="'a'")] = "a"
    |                                                   ^^^
    = Keep one of them.

1 mistake found.
"""
    assert mistakes(model) == expected
