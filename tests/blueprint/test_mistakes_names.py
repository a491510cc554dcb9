"""Names that can't be: taken twice, reserved, too long, or of an entity that isn't there."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from collections.abc import Callable

Mistakes = Callable[[str], str]


def test_unknown_entity(mistakes: Mistakes) -> None:
    model = """
        class Customer(Entity, private=True):
            name: str

        class Order(Entity, private=True):
            customer: Custmer
    """
    expected = """
model/shop.py:6:15: Order.customer points at the unknown entity 'Custmer'. Did you mean 'Customer'? [unknown-entity]
  6 |     customer: Custmer
    |               ^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_unknown_entity_in_a_list_in_quotes(mistakes: Mistakes) -> None:
    model = """
        class Line(Entity, private=True):
            price: Decimal

        class Order(Entity, private=True):
            lines: list["Lin"]
    """
    expected = """
model/shop.py:6:18: Order.lines points at the unknown entity 'Lin'. Did you mean 'Line'? [unknown-entity]
  6 |     lines: list["Lin"]
    |                  ^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_entities_of_one_name(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str

        class Order(Entity, private=True):
            title: str
    """
    expected = """
model/shop.py:5:7: There are two entities called Order; the other is in line 2. [duplicate-name]
  5 | class Order(Entity, private=True):
    |       ^^^^^
    = Rename one of them.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_fields_of_one_name(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str
            name: int
    """
    expected = """
model/shop.py:4:5: Order has two things called 'name'; the other is in line 3. [duplicate-name]
  4 |     name: int
    |     ^^^^
    = Rename one of them.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_field_and_method_of_one_name(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            total: Decimal

            @computed
            def total(self) -> Decimal:
                return Decimal(0)
    """
    expected = """
model/shop.py:6:9: Order has two things called 'total'; the other is in line 3. [duplicate-name]
  6 |     def total(self) -> Decimal:
    |         ^^^^^
    = Rename one of them.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_field_and_foreign_key_of_one_name(mistakes: Mistakes) -> None:
    model = """
        class Customer(Entity, private=True):
            name: str

        class Order(Entity, private=True):
            customer: Customer
            customer_id: Annotated[int, Column("number")]
    """
    expected = """
model/shop.py:6:5: Order.customer has a foreign key 'customer_id', which is the name of another field. [duplicate-name]
  6 |     customer: Customer
    |     ^^^^^^^^
    = Rename one of them.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_entities_with_one_collection(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str

        class Orders(Entity, private=True):
            name: str
    """
    expected = """
model/shop.py:5:7: Orders and Order are both served as 'orders'. [duplicate-collection]
  5 | class Orders(Entity, private=True):
    |       ^^^^^^
    = Write class Orders(Entity, collection="…").

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_entities_with_one_table(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str

        class Purchase(Entity, private=True, table="orders"):
            name: str
    """
    expected = """
model/shop.py:5:44: Purchase and Order share the table 'orders'. [duplicate-table]
  5 | class Purchase(Entity, private=True, table="orders"):
    |                                            ^^^^^^^^
    = Write class Purchase(Entity, table="…").

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_fields_with_one_column(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str
            title: Annotated[str, Column("name")]
    """
    expected = """
model/shop.py:4:5: Order.title and 'name' share the column 'name'. [duplicate-column]
  4 |     title: Annotated[str, Column("name")]
    |     ^^^^^
    = Write Annotated[…, Column("…")].

1 mistake found.
"""
    assert mistakes(model) == expected


def test_two_queries_of_one_name(mistakes: Mistakes) -> None:
    model = """
        @query(allow="everyone")
        def top(data: Data) -> list[Any]: ...

        first = top

        @query(allow="everyone")
        def top(data: Data) -> list[Any]: ...
    """
    expected = """
model/shop.py:8:5: There are two queries called 'top'; the other is in model/shop.py, line 3. [duplicate-name]
  8 | def top(data: Data) -> list[Any]: ...
    |     ^^^
    = Rename one of them.

1 mistake found.
"""
    assert mistakes(model) == expected


def test_table_of_backsmiths_own(mistakes: Mistakes) -> None:
    model = """
        class Key(Entity, private=True, table="backsmith_keys"):
            name: str
    """
    expected = """
model/shop.py:2:39: Key can't have the table 'backsmith_keys': those that begin so are Backsmith's own. [reserved-name]
  2 | class Key(Entity, private=True, table="backsmith_keys"):
    |                                       ^^^^^^^^^^^^^^^^
    = Write table="…".

1 mistake found.
"""
    assert mistakes(model) == expected


def test_reserved_field(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            select: str
    """
    expected = """
model/shop.py:3:5: Order.select can't be called 'select': that is a parameter of the API's queries. [reserved-name]
  3 |     select: str
    |     ^^^^^^
    = Rename it. In the database it can keep its name: Column("select").

1 mistake found.
"""
    assert mistakes(model) == expected


def test_field_that_begins_with_an_underscore(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            _secret: str
    """
    expected = """
model/shop.py:3:5: Order._secret begins with '_', which no field does. [reserved-name]
  3 |     _secret: str
    |     ^^^^^^^
    = Rename it, or annotate it as ClassVar[…].

1 mistake found.
"""
    assert mistakes(model) == expected


def test_roles_of_an_account(mistakes: Mistakes) -> None:
    model = """
        class User(Account):
            roles: str
    """
    expected = """
model/shop.py:3:5: User.roles can't be called 'roles': an account's roles come with the request. [reserved-name]
  3 |     roles: str
    |     ^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_reserved_collection(mistakes: Mistakes) -> None:
    model = """
        class Batch(Entity, private=True, collection="batch"):
            name: str
    """
    expected = """
model/shop.py:2:46: Batch can't be served as 'batch': /api/batch has its own meaning. [reserved-name]
  2 | class Batch(Entity, private=True, collection="batch"):
    |                                              ^^^^^^^
    = Write class Batch(Entity, collection="…").

1 mistake found.
"""
    assert mistakes(model) == expected


def test_collection_with_a_slash(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True, collection="my/orders"):
            name: str
    """
    expected = """
model/shop.py:2:46: Order can't be served as 'my/orders': letters, digits, _ and - make a collection. [bad-collection]
  2 | class Order(Entity, private=True, collection="my/orders"):
    |                                              ^^^^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_collection_that_is_too_long(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True, collection="orders_of_the_shop_that_we_all_know_and_love_so_very_much_that_it_hurts"):
            name: str
    """
    expected = """
model/shop.py:2:46: The collection of Order has a name of more than 63 bytes. [name-too-long]
  2 | class Order(Entity, private=True, collection="orders_of_the_shop_that_we_all_know_and_love_so_very_much_that_it_hurts"):
    |                                              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = Write collection="…".

1 mistake found.
"""
    assert mistakes(model) == expected


def test_table_that_is_too_long(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True, table="orders_of_the_shop_that_we_all_know_and_love_so_very_much_that_it_hurts"):
            name: str
    """
    expected = """
model/shop.py:2:41: The table of Order has a name of more than 63 bytes. [name-too-long]
  2 | class Order(Entity, private=True, table="orders_of_the_shop_that_we_all_know_and_love_so_very_much_that_it_hurts"):
    |                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = Write table="…".

1 mistake found.
"""
    assert mistakes(model) == expected


def test_column_that_is_too_long(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            reason_for_which_the_customer_wants_to_send_it_back_to_us_if_there_is_one: str
    """
    expected = """
model/shop.py:3:5: The column of Order.reason_for_which_the_customer_wants_to_send_it_back_to_us_if_there_is_one has a name of more than 63 bytes. [name-too-long]
  3 |     reason_for_which_the_customer_wants_to_send_it_back_to_us_if_there_is_one: str
    |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = Write Annotated[…, Column("…")].

1 mistake found.
"""
    assert mistakes(model) == expected


def test_renamed_from_an_entity_that_is_still_there(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str

        class Purchase(Entity, private=True, renamed_from="Order"):
            name: str
    """
    expected = """
model/shop.py:5:51: Purchase can't be renamed from Order, which is still there. [still-there]
  5 | class Purchase(Entity, private=True, renamed_from="Order"):
    |                                                   ^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_renamed_from_a_field_that_is_still_there(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str
            title: Annotated[str, RenamedFrom("name")]
    """
    expected = """
model/shop.py:4:27: Order.title can't be renamed from 'name', which is still there. [still-there]
  4 |     title: Annotated[str, RenamedFrom("name")]
    |                           ^^^^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_renamed_from_a_relation_that_is_still_there(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str
            owner: Annotated["Order", OnDelete("restrict")] | None
            payer: Annotated["Order", OnDelete("restrict"), RenamedFrom("owner")] | None
    """
    expected = """
model/shop.py:5:53: Order.payer can't be renamed from 'owner', which is still there. [still-there]
  5 |     payer: Annotated["Order", OnDelete("restrict"), RenamedFrom("owner")] | None
    |                                                     ^^^^^^^^^^^

1 mistake found.
"""
    assert mistakes(model) == expected


def test_inheriting_from_an_entity(mistakes: Mistakes) -> None:
    model = """
        class Order(Entity, private=True):
            name: str

        class Gift(Order, private=True):
            wrapping: str
    """
    expected = """
model/shop.py:5:7: Gift inherits from the entity Order. [inherits-entity]
  5 | class Gift(Order, private=True):
    |       ^^^^
    = Fields are inherited from abstract entities alone: class Order(Entity, abstract=True).

1 mistake found.
"""
    assert mistakes(model) == expected


def test_second_account(mistakes: Mistakes) -> None:
    model = """
        class User(Account):
            nick: str

        class Admin(Account):
            level: int
    """
    expected = """
model/shop.py:5:7: Admin is a second account: User is one already. [second-account]
  5 | class Admin(Account):
    |       ^^^^^
    = An application has one class of accounts.

1 mistake found.
"""
    assert mistakes(model) == expected
