"""Types and constraints that can't be."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from collections.abc import Callable

Mistakes = Callable[[str], str]


def test_unknown_type(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: string
    """
    expected = """
model/shop.py:3:11: Order.name has the unknown type 'string'. Did you mean 'str'? [unknown-type]
  3 |     name: string
    |           ^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_type_that_no_field_can_hold(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            extras: dict[str, int]
    """
    expected = """
model/shop.py:3:13: Order.extras has the type 'dict', which no field can hold. [unknown-type]
  3 |     extras: dict[str, int]
    |             ^^^^
    = Types are str, int, float, bool, Decimal, date, datetime, time, timedelta, UUID, bytes, Json, Literal["a", "b"], a StrEnum, Email, Url, Slug, File, Int16, Int32, a list of one of these, or an entity.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_types_at_once(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            number: int | str
    """
    expected = """
model/shop.py:3:5: Order.number: a field has one type, with or without None. [unknown-type]
  3 |     number: int | str
    |     ^^^^^^
    = Write X or X | None; for any JSON value write Json.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_literal_of_numbers(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            size: Literal[1, 2]
    """
    expected = """
model/shop.py:3:5: Order.size has a Literal of something else than texts. [unknown-type]
  3 |     size: Literal[1, 2]
    |     ^^^^
    = Types are str, int, float, bool, Decimal, date, datetime, time, timedelta, UUID, bytes, Json, Literal["a", "b"], a StrEnum, Email, Url, Slug, File, Int16, Int32, a list of one of these, or an entity.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_enum_of_numbers(mistakes: Mistakes) -> None:
    model = """
        class Size(Enum):
            SMALL = 1

        class Order(Entity, private=True):
            size: Size
    """
    expected = """
model/shop.py:6:5: Order.size has the Enum Size, whose values aren't texts. [unknown-type]
  6 |     size: Size
    |     ^^^^
    = Write class Size(StrEnum).

1 mistake found.
"""
    assert mistakes(model) == expected


def test_list_of_lists(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            grid: list[list[int]]
    """
    expected = """
model/shop.py:3:5: Order.grid: a list holds single values. [unknown-type]
  3 |     grid: list[list[int]]
    |     ^^^^
    = Write X or X | None; for any JSON value write Json.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_list_of_json(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            extras: list[Json]
    """
    expected = """
model/shop.py:3:5: Order.extras is a list of what a list can't hold. [unknown-type]
  3 |     extras: list[Json]
    |     ^^^^^^
    = Write Json instead.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_value_without_a_type(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            status = "draft"
    """
    expected = """
model/shop.py:3:5: Order.status has a value but no type, so it is no field. [untyped-field]
  3 |     status = "draft"
    |     ^^^^^^
    = Write status: … = 'draft', or status: ClassVar[…] for what is no field.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_max_len_of_a_number(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            size: Annotated[int, MaxLen(3)]
    """
    expected = """
model/shop.py:3:26: Order.size: MaxLen doesn't fit a field of type int. [misfit-constraint]
  3 |     size: Annotated[int, MaxLen(3)]
    |                          ^^^^^^
    = MaxLen and MinLen are for texts. For the size of a number write Le or Lt.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_bound_of_a_text(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: Annotated[str, Ge(3)]
    """
    expected = """
model/shop.py:3:26: Order.name: Ge doesn't fit a field of type str. [misfit-constraint]
  3 |     name: Annotated[str, Ge(3)]
    |                          ^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_bound_of_another_type(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            total: Annotated[Decimal, Ge(0.5)]
    """
    expected = """
model/shop.py:3:31: Order.total: the 0.5 of Ge is a float, which isn't exact: write Decimal('0.5'). [misfit-constraint]
  3 |     total: Annotated[Decimal, Ge(0.5)]
    |                               ^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_bound_of_the_items_of_a_list(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            sizes: list[Annotated[int, Ge(0)]]
    """
    expected = """
model/shop.py:3:32: Order.sizes: Ge doesn't fit the items of a list. [misfit-constraint]
  3 |     sizes: list[Annotated[int, Ge(0)]]
    |                                ^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_lengths_that_no_text_has(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: Annotated[str, Len(5, 3)]
    """
    expected = """
model/shop.py:3:5: Order.name: MinLen is more than MaxLen: no text fits. [misfit-constraint]
  3 |     name: Annotated[str, Len(5, 3)]
    |     ^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_digits_out_of_range(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            total: Annotated[Decimal, Digits(4, 6)]
    """
    expected = """
model/shop.py:3:31: Order.total: Digits(4, 6) is out of range. [bad-digits]
  3 |     total: Annotated[Decimal, Digits(4, 6)]
    |                               ^^^^^^
    = Digits(10, 2) has 10 digits, 2 of them after the point; there are 1 to 18 (on PostgreSQL alone: 1000).

1 mistake found.
"""
    assert mistakes(model) == expected


def test_digits_of_an_integer(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            total: Annotated[int, Digits(4, 0)]
    """
    expected = """
model/shop.py:3:27: Order.total: Digits doesn't fit a field of type int. [misfit-constraint]
  3 |     total: Annotated[int, Digits(4, 0)]
    |                           ^^^^^^
    = Digits are for Decimals.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_pattern_that_is_none(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            code: Annotated[str, Pattern("(")]
    """
    expected = """
model/shop.py:3:26: Order.code: the pattern isn't a regular expression: missing ), unterminated subpattern at position 0. [misfit-constraint]
  3 |     code: Annotated[str, Pattern("(")]
    |                          ^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_marker_without_its_parameters(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            total: Annotated[Decimal, Digits]
    """
    expected = """
model/shop.py:3:31: Order.total: Digits needs its parameters. [misfit-constraint]
  3 |     total: Annotated[Decimal, Digits]
    |                               ^^^^^^
    = Write Digits(…).

1 mistake found.
"""
    assert mistakes(model) == expected


def test_identity_of_a_text(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            code: Annotated[str, Identity]
    """
    expected = """
model/shop.py:3:26: Order.code: Identity doesn't fit: the database hands out whole numbers. [misfit-constraint]
  3 |     code: Annotated[str, Identity]
    |                          ^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_columns_of_one_value(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            code: Annotated[str, Column("a", "b")]
    """
    expected = """
model/shop.py:3:26: Order.code is one value, so it has one column. [misfit-constraint]
  3 |     code: Annotated[str, Column("a", "b")]
    |                          ^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_index_of_several_fields_on_one(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            number: Annotated[int, Index()]
            customer: Annotated["Customer", Index("-number")]

        class Customer(Entity, private=True):
            name: Annotated[str, Index]
    """
    expected = """
model/shop.py:3:28: Order.number: Index is for several fields, in indexes=[…] of the class. [misfit-constraint]
  3 |     number: Annotated[int, Index()]
    |                            ^^^^^
    = Write Indexed here.

model/shop.py:4:37: Order.customer: Index is for several fields, in indexes=[…] of the class. [misfit-constraint]
  4 |     customer: Annotated["Customer", Index("-number")]
    |                                     ^^^^^
    = Write Indexed here.

model/shop.py:7:26: Customer.name: Index is for several fields, in indexes=[…] of the class. [misfit-constraint]
  7 |     name: Annotated[str, Index]
    |                          ^^^^^
    = Write Indexed here.

3 mistakes found.
"""
    assert mistakes(model) == expected
