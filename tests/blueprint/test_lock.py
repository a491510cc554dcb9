"""The lock file keeps ids: a rename stays a rename."""

from __future__ import annotations

from pathlib import Path

import pytest

from backsmith.blueprint import Lock, lock_path, lock_text, read_lock
from backsmith.errors import UsageError
from tests.blueprint.conftest import with_lock

BEFORE = """
    class Customer(Entity, private=True):
        name: str

    class Order(Entity):
        client: Customer
        state: str

        @allow("read")
        def everyone(self) -> bool:
            return True
"""

AFTER = """
    class Customer(Entity, private=True):
        name: str

    class Purchase(Entity, renamed_from="Order"):
        customer: Annotated[Customer, RenamedFrom("client")]
        status: Annotated[str, RenamedFrom("state")]

        @allow("read")
        def everyone(self) -> bool:
            return True
"""


def test_its_text_has_one_entry_a_line_in_order(folder: Path) -> None:
    _, lock = with_lock(folder, BEFORE)
    assert (
        lock_text(lock)
        == """\
{
  "format": 1,
  "ids": {
    "Customer": "bf3763383a",
    "Customer.id": "d5a206752b",
    "Customer.name": "a324827d24",
    "Customer.orders": "670f211227",
    "Order": "6be090825c",
    "Order.client": "b7f23f9c7b",
    "Order.client_id": "546b2973db",
    "Order.everyone": "a7015d9619",
    "Order.id": "2917b41c17",
    "Order.state": "1ea9890017"
  }
}
"""
    )


def test_a_file_written_is_a_file_read(tmp_path: Path) -> None:
    lock = Lock({"Order": "a", "Order.name": "b"})
    (tmp_path / "shop.lock.json").write_text(lock_text(lock))
    assert read_lock(tmp_path / "shop.lock.json") == lock
    assert read_lock(tmp_path / "nothing.lock.json") == Lock()
    assert read_lock(tmp_path / "nothing.lock.json").ids == {}
    (tmp_path / "shop.lock.json").write_text(lock_text(Lock()))
    assert read_lock(tmp_path / "shop.lock.json") == Lock()


def test_a_file_with_marks_of_a_merge_is_refused(folder: Path) -> None:
    (folder / "shop.lock.json").write_text("<<<<<<< HEAD\n")
    with pytest.raises(UsageError) as error:
        read_lock(Path("shop.lock.json"))
    assert str(error.value) == (
        "shop.lock.json can't be read: JSON is malformed: invalid character (byte 0). "
        "It holds the ids of your model: after a merge keep both sides."
    )


def test_it_lies_beside_the_model() -> None:
    assert lock_path(Path("app/shop.py")) == Path("app/shop.lock.json")
    assert lock_path(Path("app/shop")) == Path("app/shop.lock.json")


def test_ids_stay_from_one_time_to_the_next(folder: Path) -> None:
    blueprint, lock = with_lock(folder, BEFORE)
    again, lock_again = with_lock(folder, BEFORE, lock)
    assert ([entity.id for entity in again.entities], lock_again) == ([each.id for each in blueprint.entities], lock)


def test_a_rename_keeps_the_ids(folder: Path) -> None:
    before, lock = with_lock(folder, BEFORE)
    after, new_lock = with_lock(folder, AFTER, lock)
    order, purchase = before.entities[1], after.entities[1]
    assert purchase.id == order.id
    assert [field.id for field in purchase.fields] == [field.id for field in order.fields]
    assert [relation.id for relation in purchase.relations] == [relation.id for relation in order.relations]
    assert [rule.id for rule in purchase.rules] == [rule.id for rule in order.rules]
    assert [(field.name, field.renamed_from) for field in purchase.fields] == [
        ("id", None),
        ("customer_id", "client_id"),
        ("status", "state"),
    ]
    assert "Order" not in new_lock.ids
    assert new_lock.ids["Purchase.status"] == lock.ids["Order.state"]


def test_a_rename_that_was_carried_out_may_stay_written(folder: Path) -> None:
    _, lock = with_lock(folder, BEFORE)
    _, once = with_lock(folder, AFTER, lock)
    _, twice = with_lock(folder, AFTER, once)
    assert once == twice


def test_a_new_thing_under_an_old_name_has_an_id_of_its_own(folder: Path) -> None:
    _, lock = with_lock(folder, BEFORE)
    _, renamed = with_lock(folder, AFTER, lock)
    blueprint, _ = with_lock(
        folder,
        AFTER.replace(', renamed_from="Order"', "") + "\n    class Order(Entity, private=True):\n        name: str\n",
        renamed,
    )
    _customer, purchase, order = blueprint.entities
    assert purchase.id == lock.ids["Order"]
    assert order.id == f"{lock.ids['Order']}-2"
