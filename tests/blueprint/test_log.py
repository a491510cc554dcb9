"""Which entities are logged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from backsmith.blueprint import encode
from backsmith.blueprint.lock import lock_text
from backsmith.cli.show_english import in_english
from tests.blueprint.conftest import Compile, with_lock

PLAIN = """
    class Order(Entity, private=True):
        number: str
"""
LOGGED = PLAIN.replace("private=True", "private=True, log=True")


def test_one_that_asks_for_it(compiled: Compile) -> None:
    (order,) = compiled(LOGGED).entities
    assert order.logged
    assert "  Each change is logged.\n" in in_english(compiled(LOGGED))


def test_one_that_does_not(compiled: Compile) -> None:
    blueprint = compiled(PLAIN)
    assert not blueprint.entities[0].logged
    assert b"logged" not in encode(blueprint)
    assert "logged" not in in_english(blueprint)


def test_a_base_lends_it_and_the_nearest_that_says_something_counts(compiled: Compile) -> None:
    blueprint = compiled("""
        class Audited(Entity, abstract=True, log=True):
            pass

        class Order(Audited, private=True):
            number: str

        class Quiet(Audited, abstract=True, log=False):
            pass

        class Draft(Quiet, private=True):
            number: str

        class Letter(Quiet, private=True, log=True):
            number: str
    """)
    assert {entity.name: entity.logged for entity in blueprint.entities} == {
        "Order": True,
        "Draft": False,
        "Letter": True,
    }


def test_the_lock_is_as_it_was(folder: Path) -> None:
    assert lock_text(with_lock(folder, PLAIN)[1]) == lock_text(with_lock(folder, LOGGED)[1])


def test_a_view_and_what_has_no_key(mistakes: Callable[[str], str]) -> None:
    model = """
        class Sales(Entity, view=True, key="number", private=True, log=True):
            number: int

        class Line(Entity, key=(), private=True, log=True):
            text: str
    """
    expected = """
model/shop.py:2:7: Sales is a view: nothing of it is ever changed. [not-logged]
  2 | class Sales(Entity, view=True, key="number", private=True, log=True):
    |       ^^^^^

model/shop.py:5:7: Line has no key, so the log couldn't say which of its rows was changed. [not-logged]
  5 | class Line(Entity, key=(), private=True, log=True):
    |       ^^^^
    = Give it one: key="number", say.

2 mistakes found.
"""
    assert mistakes(model).strip() == expected.strip()
