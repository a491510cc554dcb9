"""What a function returns goes to the fields that it names, in whatever order the entity has them."""

from __future__ import annotations

from pathlib import Path

from backsmith.databases.changes import Transform
from backsmith.databases.sqlite.dialect import SqliteDialect
from backsmith.evolution.fills import fills
from tests.evolution.versions import Versions


def test_in_the_order_of_what_it_returns(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    old = versions.next("class Person(Entity, private=True):\n    name: str\n")
    new = versions.next("""
        from typing import NamedTuple

        class Names(NamedTuple):
            last: str
            first: str

        class Person(Entity, private=True):
            first: str
            last: str

        @migration(Person)
        class Split:
            @staticmethod
            def up(name: str) -> Names: ...
    """)
    (found,) = fills(old, new, SqliteDialect())
    assert isinstance(found, Transform)
    assert [field.name for field in found.writes] == ["last", "first"]
