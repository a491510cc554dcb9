"""Entities that an application takes from other modules are rows for its own functions, too."""

from __future__ import annotations

from pathlib import Path

from backsmith.app import classes_of
from backsmith.blueprint import load

THINGS = """
from backsmith import Entity


class Maker(Entity, private=True):
    name: str


class Thing(Entity, private=True):
    name: str
    maker: Maker
"""


def test_what_is_imported_and_what_it_leads_to_is_known(tmp_path: Path) -> None:
    (tmp_path / "borrowed_things.py").write_text(THINGS, encoding="utf-8")
    shop = tmp_path / "borrowing.py"
    shop.write_text(
        "from backsmith import Entity\nfrom borrowed_things import Thing\n\n\n"
        "class Sale(Entity, private=True):\n    thing: Thing\n",
        encoding="utf-8",
    )
    assert sorted(classes_of(load(str(shop)))) == ["Account", "Maker", "Membership", "Sale", "Team", "Thing"]
