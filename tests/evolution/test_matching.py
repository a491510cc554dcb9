"""Which things of a new blueprint are which of an old one."""

from __future__ import annotations

from pathlib import Path

import pytest

from backsmith.blueprint.blueprint import Blueprint
from backsmith.evolution.matching import aligned
from tests.evolution.versions import Versions


def ids(blueprint: Blueprint) -> dict[str, str]:
    found: dict[str, str] = {}
    for entity in blueprint.entities:
        found[entity.name] = entity.id
        found |= {f"{entity.name}.{part.name}": part.id for part in (*entity.fields, *entity.relations)}
    return found


OLD = """
class Customer(Entity, private=True):
    name: str
    phone: str | None
"""


@pytest.mark.parametrize("keep_lock", [True, False])
def test_a_field_that_says_its_old_name_is_the_old_one(tmp_path: Path, keep_lock: bool) -> None:
    versions = Versions(tmp_path)
    old = versions.next(OLD)
    new = versions.next(
        """
        class Customer(Entity, private=True):
            full_name: Annotated[str, RenamedFrom("name")]
            phone: str | None
        """,
        keep_lock=keep_lock,
    )
    assert ids(aligned(new, old)) == {
        "Customer": ids(old)["Customer"],
        "Customer.id": ids(old)["Customer.id"],
        "Customer.full_name": ids(old)["Customer.name"],
        "Customer.phone": ids(old)["Customer.phone"],
    }


def test_a_name_that_was_given_anew_before_it_was_said_to_be_a_rename(tmp_path: Path) -> None:
    """Somebody runs `check` (which writes the lock), and only then adds RenamedFrom."""
    versions = Versions(tmp_path)
    old = versions.next(OLD)
    versions.next(OLD.replace("name: str", "full_name: str"))
    new = versions.next(OLD.replace("name: str", 'full_name: Annotated[str, RenamedFrom("name")]'))
    assert ids(new)["Customer.full_name"] != ids(old)["Customer.name"]
    assert ids(aligned(new, old))["Customer.full_name"] == ids(old)["Customer.name"]


def test_a_renamed_entity_keeps_all_its_ids_without_the_lock(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    old = versions.next(OLD)
    new = versions.next(OLD.replace("Customer(Entity", 'Client(Entity, renamed_from="Customer"'), keep_lock=False)
    assert ids(aligned(new, old)) == {name.replace("Customer", "Client"): id for name, id in ids(old).items()}


def test_two_fields_that_change_names_keep_their_values(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    old = versions.next("class T(Entity, private=True):\n    a: str\n    b: str\n")
    moved = "class T(Entity, private=True):\n    a: str\n    c: Annotated[str, RenamedFrom('b')]\n"
    versions.next(moved)
    new = versions.next("class T(Entity, private=True):\n    b: Annotated[str, RenamedFrom('a')]\n    c: str\n")
    found = ids(aligned(new, old))
    assert (found["T.b"], found["T.c"]) == (ids(old)["T.a"], ids(old)["T.b"])


def test_without_a_lock_a_name_is_what_it_was(tmp_path: Path) -> None:
    """Ids come from names: after a rename, a lost lock file would give the old name's id to something new."""
    versions = Versions(tmp_path)
    versions.next("class T(Entity, private=True):\n    a: int\n")
    old = versions.next("class T(Entity, private=True):\n    b: Annotated[int, RenamedFrom('a')]\n    c: int\n")
    lost = versions.next("class T(Entity, private=True):\n    a: int\n    b: int\n    c: int\n", keep_lock=False)
    found = ids(aligned(lost, old))
    assert (found["T.b"], found["T.c"]) == (ids(old)["T.b"], ids(old)["T.c"])
    assert found["T.a"] not in ids(old).values()


@pytest.mark.parametrize("keep_lock", [True, False])
def test_a_field_takes_the_name_of_one_that_goes(tmp_path: Path, keep_lock: bool) -> None:
    versions = Versions(tmp_path)
    old = versions.next("class T(Entity, private=True):\n    a: int\n    b: int\n")
    new = versions.next(
        "class T(Entity, private=True):\n    b: Annotated[int, RenamedFrom('a')]\n", keep_lock=keep_lock
    )
    assert ids(aligned(new, old))["T.b"] == ids(old)["T.a"]
    later = versions.next("class T(Entity, private=True):\n    b: Annotated[int, RenamedFrom('a')]\n")
    assert keep_lock is False or ids(later)["T.b"] == ids(old)["T.a"]
