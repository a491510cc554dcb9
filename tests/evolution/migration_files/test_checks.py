"""A migration that doesn't fit the version before: the plan says so, and nothing runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from backsmith.evolution.migration_checks import unfit_migrations
from backsmith.evolution.plan import Finding
from tests.evolution.versions import Versions

OLD = """
class Person(Entity, private=True):
    name: str
    age: int
    nick: str | None

    @computed
    def shout(self) -> str:
        return f"{self.name}!"
"""
NEW = """
class Person(Entity, private=True):
    name: str
    age: int
    nick: str | None
    label: str

@migration(Person)
class Label:
    @staticmethod
    def up({parameters}) -> Annotated[str, "label"]: ...
"""


def said(folder: Path, parameters: str) -> list[str]:
    versions = Versions(folder)
    old = versions.next(OLD)
    return [each.text for each in unfit_migrations(old, versions.next(NEW.format(parameters=parameters)))]


@pytest.mark.parametrize("parameters", ["name: str", "age: float", "nick: str | None, age: int", "name: Any", "age"])
def test_what_fits(tmp_path: Path, parameters: str) -> None:
    assert said(tmp_path, parameters) == []


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ("nam: str", "It reads 'nam', which Person didn't have. Did you mean 'name'?"),
        ("shout: str", "It reads 'shout', which Person computed and no row has."),
        ("age: str", "Its up takes 'age' as text, but Person.age was integer."),
        ("nick: str", "Its up takes no None, but Person.nick may have been one: write nick: … | None."),
    ],
)
def test_what_does_not_fit(tmp_path: Path, parameters: str, text: str) -> None:
    assert said(tmp_path, parameters) == [text]


def test_it_is_a_finding_that_stops_the_plan(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    old = versions.next(OLD)
    assert unfit_migrations(old, versions.next(NEW.format(parameters="nam: str"))) == [
        Finding(
            kind="impossible",
            about="migration Label",
            text="It reads 'nam', which Person didn't have. Did you mean 'name'?",
            ways=("Change Label to what the version before has.",),
        )
    ]


def test_one_that_was_carried_out_is_not_asked_again(tmp_path: Path) -> None:
    """It stays in the model, and the fields that it reads are gone."""
    versions = Versions(tmp_path)
    versions.next(OLD)
    new = versions.next(NEW.format(parameters="gone: str"))
    assert unfit_migrations(new, new) == []
