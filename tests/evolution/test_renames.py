"""Renames in the database, and schemas as they are after them."""

from __future__ import annotations

from pathlib import Path

from backsmith.databases.changes import RenameColumn, RenameTable, TableName, describe
from backsmith.databases.sqlite.dialect import SqliteDialect
from backsmith.evolution.desired import tables_of
from backsmith.evolution.diff import diff
from backsmith.evolution.matching import aligned
from backsmith.evolution.renames import Rename, renamed_schema, renames
from tests.evolution.versions import Versions

SQLITE = SqliteDialect()


def found(folder: Path, old: str, new: str) -> tuple[list[Rename], list[str]]:
    """The renames from one model to another, and what else is different."""
    versions = Versions(folder)
    before = versions.next(old)
    after = aligned(versions.next(new), before)
    actual = tables_of(before, SQLITE)
    changes = renames(before, after, actual, SQLITE.ddl)
    return changes, list(
        map(describe, diff(renamed_schema(actual, changes, SQLITE.ddl), tables_of(after, SQLITE), SQLITE))
    )


def test_an_entity_takes_its_join_tables_and_foreign_keys_along(tmp_path: Path) -> None:
    old = """
    class Person(Entity, private=True):
        name: Annotated[str, MaxLen(20), Unique]
        groups: list["Group"]

    class Group(Entity, private=True):
        people: list[Person]

    class Note(Entity, private=True):
        author: Person | None
    """
    new = """
    class Human(Entity, private=True, renamed_from="Person"):
        full_name: Annotated[str, MaxLen(20), Unique, RenamedFrom("name")]
        groups: list["Group"]

    class Group(Entity, private=True):
        people: list[Human]

    class Note(Entity, private=True):
        author: Human | None
    """
    changes, rest = found(tmp_path, old, new)
    assert [describe(change) for change in changes] == [
        "Rename table people to humans",
        "Rename table groups_people to groups_humans",
        "Rename column groups_humans.person_id to human_id",
        "Rename column humans.name to full_name",
    ]
    assert rest == []


def test_names_that_go_round_in_a_circle(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    old = versions.next("class T(Entity, private=True):\n    a: int\n    b: int\n")
    versions.next("class T(Entity, private=True):\n    c: Annotated[int, RenamedFrom('a')]\n    b: int\n")
    versions.next("class T(Entity, private=True):\n    c: int\n    a: Annotated[int, RenamedFrom('b')]\n")
    new = versions.next("class T(Entity, private=True):\n    b: Annotated[int, RenamedFrom('c')]\n    a: int\n")
    table = TableName("ts")
    assert renames(old, aligned(new, old), tables_of(old, SQLITE), SQLITE.ddl) == [
        RenameColumn(table, "a", "backsmith_between_a"),
        RenameColumn(table, "b", "a"),
        RenameColumn(table, "backsmith_between_a", "b"),
    ]


def test_what_is_renamed_already_is_not_renamed_again(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    old = versions.next("class T(Entity, private=True):\n    a: int\n")
    new = aligned(versions.next("class T(Entity, private=True):\n    b: Annotated[int, RenamedFrom('a')]\n"), old)
    assert renames(old, new, tables_of(new, SQLITE), SQLITE.ddl) == []


def test_a_column_in_conditions_and_expressions(tmp_path: Path) -> None:
    old = "class T(Entity, private=True, indexes=[Index('-a', 'b')]):\n    a: Annotated[int, Ge(0)]\n    b: bool\n"
    new = old.replace("a: Annotated[int, Ge(0)]", "z: Annotated[int, Ge(0), RenamedFrom('a')]").replace("'-a'", "'-z'")
    changes, rest = found(tmp_path, old, new)
    assert changes == [RenameColumn(TableName("ts"), "a", "z")]
    assert rest == []


def test_a_table_by_its_own_name_alone(tmp_path: Path) -> None:
    old = "class T(Entity, private=True):\n    a: int\n"
    changes, rest = found(tmp_path, old, old.replace("private=True", 'private=True, table="things"'))
    assert changes == [RenameTable(TableName("ts"), TableName("things"))]
    assert rest == []
