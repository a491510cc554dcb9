"""Relations whose other end isn't clear, and keys that can't be."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from collections.abc import Callable

Mistakes = Callable[[str], str]


def test_ambiguous_list(mistakes: Mistakes) -> None:
    model = """
        class Author(Entity, private=True):
            books: list[Book]

        class Book(Entity, private=True):
            author: Author
            editor: Author
    """
    expected = """
model/shop.py:3:5: Author.books is ambiguous: 'author' and 'editor' of Book could be its other end. [ambiguous-relation]
  3 |     books: list[Book]
    |     ^^^^^
    = Write books: Annotated[list["Book"], Via("author")], or whichever it is.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_lists_with_one_other_end(mistakes: Mistakes) -> None:
    model = """
        class Author(Entity, private=True):
            books: list[Book]
            novels: list[Book]

        class Book(Entity, private=True):
            author: Author
    """
    expected = """
model/shop.py:4:5: Author.novels is ambiguous: Author.books is the other end of Book.author too. [ambiguous-relation]
  4 |     novels: list[Book]
    |     ^^^^^^
    = Say by Via("…") which relation each is the other end of, or remove one of them.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_lists_facing_one(mistakes: Mistakes) -> None:
    model = """
        class Author(Entity, private=True):
            books: list[Book]
            novels: list[Book]

        class Book(Entity, private=True):
            authors: list[Author]
    """
    expected = """
model/shop.py:4:5: Author.novels is ambiguous: Book.authors has the other end 'books' already. [ambiguous-relation]
  4 |     novels: list[Book]
    |     ^^^^^^
    = Say by Via("…") which relation each is the other end of, or remove one of them.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_list_without_other_end(mistakes: Mistakes) -> None:
    model = """
        class Author(Entity, private=True):
            books: list[Book]

        class Book(Entity, private=True):
            title: str
    """
    expected = """
model/shop.py:3:5: Author.books has no other end: nothing in Book points at Author. [no-other-end]
  3 |     books: list[Book]
    |     ^^^^^
    = Write in Book author: Author where each has one, authors: list["Author"] where each has many.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_via_of_no_relation(mistakes: Mistakes) -> None:
    model = """
        class Author(Entity, private=True):
            books: Annotated[list[Book], Via("auther")]

        class Book(Entity, private=True):
            author: Author
    """
    expected = """
model/shop.py:3:34: Author.books: Book has no relation 'auther' to Author. Did you mean 'author'? [no-other-end]
  3 |     books: Annotated[list[Book], Via("auther")]
    |                                  ^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_list_that_may_be_none(mistakes: Mistakes) -> None:
    model = """
        class Author(Entity, private=True):
            books: list[Book] | None

        class Book(Entity, private=True):
            author: Author
    """
    expected = """
model/shop.py:3:5: Author.books is a list of entities, which is never None: without any it is empty. [bad-relation]
  3 |     books: list[Book] | None
    |     ^^^^^
    = Write books: list["Book"].

1 mistake found.
"""
    assert mistakes(model) == expected


def test_one_where_several_can_be(mistakes: Mistakes) -> None:
    model = """
        class Customer(Entity, private=True):
            profile: Annotated[Profile | None, Via("customer")]

        class Profile(Entity, private=True):
            customer: Customer
    """
    expected = """
model/shop.py:3:5: Customer.profile is one Profile, but several can point at the same Customer. [bad-relation]
  3 |     profile: Annotated[Profile | None, Via("customer")]
    |     ^^^^^^^
    = Write customer: Annotated[Customer, Unique] in Profile, or list[…] here.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_set_null_of_what_is_never_null(mistakes: Mistakes) -> None:
    model = """
        class Author(Entity, private=True):
            name: str

        class Book(Entity, private=True):
            author: Annotated[Author, OnDelete("set_null")]
    """
    expected = """
model/shop.py:6:31: Book.author can't become None when the Author is deleted: its type doesn't allow None. [misfit-constraint]
  6 |     author: Annotated[Author, OnDelete("set_null")]
    |                               ^^^^^^^^
    = Write Author | None.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_second_join_table_of_one_name(mistakes: Mistakes) -> None:
    model = """
        class Product(Entity, private=True):
            tags: list[Tag]
            hidden_tags: Annotated[list[Tag], Via("hidden_products")]

        class Tag(Entity, private=True):
            products: list[Product]
            hidden_products: Annotated[list[Product], Via("hidden_tags")]
    """
    expected = """
model/shop.py:4:5: Product.hidden_tags needs the join table 'products_tags', which is the join table of Product.tags. [duplicate-table]
  4 |     hidden_tags: Annotated[list[Tag], Via("hidden_products")]
    |     ^^^^^^^^^^^
    = Write hidden_tags: Annotated[list["Tag"], Through("another_name")].

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_join_tables_of_one_relation(mistakes: Mistakes) -> None:
    model = """
        class Product(Entity, private=True):
            tags: Annotated[list[Tag], Through("a")]

        class Tag(Entity, private=True):
            products: Annotated[list[Product], Through("b")]
    """
    expected = """
model/shop.py:3:32: Product.tags and Tag.products say different things about their join table. [bad-relation]
  3 |     tags: Annotated[list[Tag], Through("a")]
    |                                ^^^^^^^
    = Write Through(…) in one of them.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_join_table_with_too_many_columns(mistakes: Mistakes) -> None:
    model = """
        class Product(Entity, private=True):
            tags: Annotated[list[Tag], Through("a", ("product_id", "shop_id"), ("tag_id",))]

        class Tag(Entity, private=True):
            name: str
    """
    expected = """
model/shop.py:3:32: Product.tags: the columns of Through don't match the keys of Product and Tag. [bad-key]
  3 |     tags: Annotated[list[Tag], Through("a", ("product_id", "shop_id"), ("tag_id",))]
    |                                ^^^^^^^
    = Their keys have 1 and 1 fields.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_key_of_an_unknown_field(mistakes: Mistakes) -> None:
    model = """
        class Country(Entity, private=True, key="cod"):
            code: str
    """
    expected = """
model/shop.py:2:41: The key of Country names 'cod', which is no field. Did you mean 'code'? [bad-key]
  2 | class Country(Entity, private=True, key="cod"):
    |                                         ^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_key_that_may_be_none(mistakes: Mistakes) -> None:
    model = """
        class Country(Entity, private=True, key="code"):
            code: str | None
    """
    expected = """
model/shop.py:2:41: The key of Country contains 'code', which may be None. [bad-key]
  2 | class Country(Entity, private=True, key="code"):
    |                                         ^^^^^^
    = Write code: … without None.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_key_by_the_name_of_a_foreign_key(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            number: int

        class Line(Entity, private=True, key=("order_id", "position")):
            order: Order
            position: int
    """
    expected = """
model/shop.py:5:38: The key of Line names 'order_id', which is no field. Did you mean 'order'? [bad-key]
  5 | class Line(Entity, private=True, key=("order_id", "position")):
    |                                      ^^^^^^^^^^^^^^^^^^^^^^^^
    = A relation goes by its own name, such as 'order', not 'order_id'.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_key_that_contains_itself(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True, key="line"):
            line: Line

        class Line(Entity, private=True, key="order"):
            order: Order
    """
    expected = """
model/shop.py:2:39: The key of Order contains itself, by way of Order and Line. [bad-key]
  2 | class Order(Entity, private=True, key="line"):
    |                                       ^^^^^^
    = A key leads to fields with values.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_relation_to_what_has_no_key(mistakes: Mistakes) -> None:
    model = """
        class Sales(Entity, view=True, private=True):
            total: Decimal

        class Report(Entity, private=True):
            sales: Sales
    """
    expected = """
model/shop.py:6:12: Report.sales points at Sales, which has no key. [bad-key]
  6 |     sales: Sales
    |            ^^^^^
    = Write class Sales(Entity, key="…"), or Annotated[Sales, References("…")].

1 mistake found.
"""
    assert mistakes(model) == expected


def test_too_few_columns(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True, key=("year", "number")):
            year: int
            number: int

        class Line(Entity, private=True):
            order: Annotated[Order, Column("order_number")]
    """
    expected = """
model/shop.py:7:29: Line.order needs 2 columns, for 'year' and 'number' of Order. [bad-key]
  7 |     order: Annotated[Order, Column("order_number")]
    |                             ^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_reference_to_an_unknown_field(mistakes: Mistakes) -> None:
    model = """
        class Country(Entity, private=True):
            code: Annotated[str, Unique]

        class City(Entity, private=True):
            country: Annotated[Country, References("cod")]
    """
    expected = """
model/shop.py:6:33: City.country: Country has no field 'cod'. Did you mean 'code'? [bad-key]
  6 |     country: Annotated[Country, References("cod")]
    |                                 ^^^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_reference_to_what_is_not_unique(mistakes: Mistakes) -> None:
    model = """
        class Country(Entity, private=True):
            code: str

        class City(Entity, private=True):
            country: Annotated[Country, References("code")]
    """
    expected = """
model/shop.py:6:33: City.country: 'code' of Country is not unique. [bad-key]
  6 |     country: Annotated[Country, References("code")]
    |                                 ^^^^^^^^^^
    = Mark it as Unique there.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_foreign_key_of_another_type(mistakes: Mistakes) -> None:
    model = """
        class Country(Entity, private=True, key="code"):
            code: str

        class City(Entity, private=True):
            country: Country
            country_code: int
    """
    expected = """
model/shop.py:6:5: City.country shares the column of City.country_code, which has another type than its key. [bad-key]
  6 |     country: Country
    |     ^^^^^^^
    = Write the type of Country.code there.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_unique_over_an_unknown_field(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True, unique=[("year", "numbr")]):
            year: int
            number: int
    """
    expected = """
model/shop.py:2:42: unique of Order names 'numbr', which is no stored field. Did you mean 'number'? [unknown-field]
  2 | class Order(Entity, private=True, unique=[("year", "numbr")]):
    |                                          ^^^^^^^^^^^^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_index_over_a_list(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True, indexes=[Index("-lines")]):
            lines: list[Line]

        class Line(Entity, private=True):
            order: Order
    """
    expected = """
model/shop.py:2:43: indexes of Order names 'lines', which is no stored field. [unknown-field]
  2 | class Order(Entity, private=True, indexes=[Index("-lines")]):
    |                                           ^^^^^^^^^^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_via_that_names_the_list_of_itself(mistakes: Mistakes) -> None:
    model = """
        class Person(Entity, private=True):
            manager: Annotated["Person | None", Via("reports")]
            reports: list["Person"]
    """
    expected = """
model/shop.py:3:41: Person.manager and Person.reports would be the other ends of one another, without a foreign key. [bad-relation]
  3 |     manager: Annotated["Person | None", Via("reports")]
    |                                         ^^^
    = Via goes with the list: manager: "Person | None", reports: Annotated[list["Person"], Via("manager")].

1 mistake found.
"""
    assert mistakes(model) == expected


def test_via_that_names_a_list_elsewhere(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            lines: Annotated[list[Line], Via("order")]

        class Line(Entity, private=True):
            order: Annotated[Order, Via("lines")]
    """
    expected = """
model/shop.py:6:29: Line.order and Order.lines would be the other ends of one another, without a foreign key. [bad-relation]
  6 |     order: Annotated[Order, Via("lines")]
    |                             ^^^
    = Via goes with the list: order: "Order", lines: Annotated[list["Line"], Via("order")].

1 mistake found.
"""
    assert mistakes(model) == expected


def test_via_on_both_sides(mistakes: Mistakes) -> None:
    model = """
        class Customer(Entity, private=True):
            profile: Annotated[Profile | None, Via("customer")]

        class Profile(Entity, private=True):
            customer: Annotated[Customer | None, Via("profile")]
    """
    expected = """
model/shop.py:3:40: Customer.profile and Profile.customer would be the other ends of one another, without a foreign key. [bad-relation]
  3 |     profile: Annotated[Profile | None, Via("customer")]
    |                                        ^^^
    = Leave out Via where the foreign key is to be.

model/shop.py:6:42: Profile.customer and Customer.profile would be the other ends of one another, without a foreign key. [bad-relation]
  6 |     customer: Annotated[Customer | None, Via("profile")]
    |                                          ^^^
    = Leave out Via where the foreign key is to be.

2 mistakes found.
"""
    assert mistakes(model) == expected


def test_via_of_no_relation_of_its_own_entity(mistakes: Mistakes) -> None:
    model = """
        class Person(Entity, private=True):
            manager: Annotated["Person | None", Via("manager")]
            deputy: Annotated["Person | None", Via("boss")]
    """
    expected = """
model/shop.py:3:41: Person.manager: Person has no relation 'manager' to Person. [no-other-end]
  3 |     manager: Annotated["Person | None", Via("manager")]
    |                                         ^^^

model/shop.py:4:40: Person.deputy: Person has no relation 'boss' to Person. [no-other-end]
  4 |     deputy: Annotated["Person | None", Via("boss")]
    |                                        ^^^

2 mistakes found.
"""
    assert mistakes(model) == expected
