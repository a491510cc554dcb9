"""Fields about a person: whose they are, and what takes their place."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

from collections.abc import Callable

from backsmith.blueprint.blueprint import Personal
from tests.blueprint.conftest import Compile

Mistakes = Callable[[str], str]

SHOP = """
        class Customer(Entity, private=True):
            account: Account | None
            name: Annotated[str, Personal]
            born: Annotated[date, Personal(erased=date(1900, 1, 1))]
            phone: Annotated[str | None, Personal]

        class Order(Entity, private=True):
            customer: Customer
            seller: Account
            address: Annotated[str, Personal("customer.account")]
            note: Annotated[str, Personal("seller")] = "none"

        class Subscriber(Entity, private=True):
            email: Annotated[Email, Personal]
"""


def test_whose_they_are_and_what_takes_their_place(compiled: Compile) -> None:
    entities = {entity.name: entity for entity in compiled(SHOP).entities}
    found = {
        f"{entity.name}.{field.name}": field.personal
        for entity in entities.values()
        for field in entity.fields
        if field.personal is not None
    }
    assert found == {
        "Account.email": Personal(()),
        "Account.name": Personal(()),
        "Customer.name": Personal(("account",), "word"),
        "Customer.born": Personal(("account",), "constant", "1900-01-01"),
        "Customer.phone": Personal(("account",)),
        "Order.address": Personal(("customer", "account"), "word"),
        "Order.note": Personal(("seller",), "word"),
        "Subscriber.email": Personal(None, "word"),
    }


def test_mistakes(mistakes: Mistakes) -> None:
    model = """
        class Customer(Entity, private=True):
            account: Account
            owner: Annotated[Account, Personal]

        class Order(Entity, private=True):
            customer: Customer
            seller: Account
            address: Annotated[str, Personal]
            street: Annotated[str, Personal("buyer.account")]
            town: Annotated[str, Personal("customer")]
            born: Annotated[date, Personal("seller")]
            size: Annotated[int, Personal("seller", erased="none")]
    """
    assert (
        mistakes(model)
        == """
model/shop.py:4:31: Customer.owner is a relation, and Personal is for fields. [personal]
  4 |     owner: Annotated[Account, Personal]
    |                               ^^^^^^^^
    = Mark the fields of the other entity.

model/shop.py:9:29: Order.address could be of several accounts: customer.account, customer.owner, seller. [personal]
  9 |     address: Annotated[str, Personal]
    |                             ^^^^^^^^
    = Say whose it is: Personal("customer.account").

model/shop.py:10:28: Order.street is said to be of 'buyer.account', but Order has no relation 'buyer' to one row. [personal]
  10 |     street: Annotated[str, Personal("buyer.account")]
     |                            ^^^^^^^^

model/shop.py:11:26: Order.town is said to be of 'customer', which is Customer and no account. [personal]
  11 |     town: Annotated[str, Personal("customer")]
     |                          ^^^^^^^^
     = Write the way on to the account.

model/shop.py:12:27: Order.born may not be empty, and nothing says what takes its place when the person is erased. [personal]
  12 |     born: Annotated[date, Personal("seller")]
     |                           ^^^^^^^^
     = Let it be None, or write Personal(erased=…).

model/shop.py:13:26: Order.size can't be erased so: 'none' is not an int. [personal]
  13 |     size: Annotated[int, Personal("seller", erased="none")]
     |                          ^^^^^^^^

6 mistakes found.
"""
    )
