"""`@migration`, `Backfill` and `RenamedFrom`: what they become, and what is said of those that can't be."""

# ruff: noqa: E501 - the messages stand here whole

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Default, Migration, Parameter
from backsmith.blueprint.types import Text
from tests.blueprint.conftest import Compile, with_lock

CUSTOMER = """
class Names(NamedTuple):
    last_name: str
    first_name: str


class Customer(Entity, private=True):
    first_name: str
    last_name: str
"""


def migrations(compiled: Compile, text: str) -> list[Migration]:
    return [replace(each, location=None, id="") for each in compiled(CUSTOMER + dedent(text)).migrations]


def test_functions(compiled: Compile) -> None:
    """What is written is in the order of what `up` returns."""
    model = '''
        @migration(Customer)
        class SplitName:
            """The name becomes two."""

            @staticmethod
            def up(name: str) -> Names: ...

            @staticmethod
            def down(first_name: str, last_name: str) -> Annotated[str, "name"]: ...
    '''
    assert migrations(compiled, model) == [
        Migration(
            id="",
            name="SplitName",
            entity="Customer",
            reads=("name",),
            writes=("last_name", "first_name"),
            takes=(Parameter(name="name", type=Text()),),
            up="shop:SplitName.up",
            down="shop:SplitName.down",
            doc="The name becomes two.",
        )
    ]


def test_sql(compiled: Compile) -> None:
    model = """
        split_name = migration(
            Customer,
            up={"first_name": Sql(postgres="p", sqlite="s"), "last_name": "both"},
            down={"name": "first_name || last_name"},
        )
    """
    assert migrations(compiled, model) == [
        Migration(
            id="",
            name="split_name",
            entity="Customer",
            reads=("name",),
            writes=("first_name", "last_name"),
            up_sql=(("first_name", {"sqlite": "s", "postgres": "p"}), ("last_name", {"*": "both"})),
            down_sql=(("name", {"*": "first_name || last_name"}),),
        )
    ]


@pytest.mark.parametrize(
    ("up", "message", "hint"),
    [
        ("@staticmethod\n    def up() -> Names: ...", "has an up without parameters.", "They are the fields of the version before, by their names."),
        ("def up(self, name: str) -> Names: ...", "has an up that isn't static.", "Write @staticmethod above def up."),
        ("@staticmethod\n    async def up(name: str) -> Names: ...", "has an up that is async.", "It is called once for each row: write a plain def."),
        ("@staticmethod\n    def up(name: str) -> Annotated[str, 'surname']: ...", "writes 'surname', which Customer hasn't. Did you mean 'last_name'?", None),
        ("@staticmethod\n    def up(name: str) -> Annotated[int, 'last_name']: ...", "gives 'last_name' of another type than Customer.last_name has.", None),
        ("@staticmethod\n    def up(name: str) -> str: ...", "doesn't say which fields up gives.", 'Return a NamedTuple with their names, or of one field write def up(…) -> Annotated[str, "name"].'),
        ("@staticmethod\n    def up(name: set[str]) -> Names: ...", "takes 'name' of a type that no field can have: Split.name has the type 'set', which no field can hold.", None),
        ("@staticmethod\n    def up(name: str) -> Names: ...\n    @staticmethod\n    def down(first_name: str): ...", "doesn't say which fields down gives.", 'Return a NamedTuple with their names, or of one field write def down(…) -> Annotated[str, "name"].'),
        ("@staticmethod\n    def up(name: 'Nme') -> Names: ...", "has an up whose types can't be read: 'Nme' isn't known.", None),
        ("pass", "has no up.", "Write @staticmethod def up(name: str) -> Names: with the fields of the version before."),
    ],
)  # fmt: skip
def test_mistakes(mistakes: Callable[[str], str], up: str, message: str, hint: str | None) -> None:
    said = mistakes(CUSTOMER + f"\n@migration(Customer)\nclass Split:\n    {up}\n")
    assert said == (
        f"\nmodel/shop.py:12:7: The migration Split {message} [migration]\n"
        "  12 | class Split:\n"
        "     |       ^^^^^\n" + (f"     = {hint}\n" if hint else "") + "\n1 mistake found.\n"
    )


def test_sql_for_a_field_that_is_not_there(mistakes: Callable[[str], str]) -> None:
    expected = """
model/shop.py:11:1: The migration split writes 'frist_name', which Customer hasn't. Did you mean 'first_name'? [migration]
  11 | split = migration(Customer, up={"frist_name": "name"})
     | ^^^^^

1 mistake found.
"""
    assert mistakes(CUSTOMER + '\nsplit = migration(Customer, up={"frist_name": "name"})\n') == expected


def test_a_migration_of_what_is_no_entity(mistakes: Callable[[str], str]) -> None:
    expected = """
model/shop.py:12:7: The migration Split is of Names, which is no entity here. [migration]
  12 | class Split:
     |       ^^^^^

1 mistake found.
"""
    assert mistakes(CUSTOMER + "\n@migration(Names)\nclass Split:\n    pass\n") == expected


PLAIN = """
from typing import Annotated, NamedTuple

from backsmith import Entity, migration


class Names(NamedTuple):
    first_name: str
    last_name: str


class Customer(Entity, private=True):
    first_name: str
    last_name: str


@migration(Customer)
class SplitName:
    @staticmethod
    def up(name: str) -> Names:
        first, _, last = name.partition(" ")
        return Names(first, last)

    @staticmethod
    def down(first_name: str, last_name: str) -> Annotated[str, "name"]:
        return f"{first_name} {last_name}"


split: Names = SplitName.up("Ada Lovelace")
joined: str = SplitName.down("Ada", "Lovelace")
"""


def test_its_functions_are_plain_functions(folder: Path) -> None:
    """They are called and tested without a database, and a strict type checker knows what they give."""
    path = folder / "names.py"
    path.write_text(PLAIN)
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    names: dict[str, Any] = runpy.run_path(str(path))
    assert (names["split"], names["joined"]) == (("Ada", "Lovelace"), "Ada Lovelace")
    checked = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "names.py"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.stdout.split() == ["0", "errors,", "0", "warnings,", "0", "informations"], checked.stdout


def test_a_backfill_is_a_value_of_its_field(compiled: Compile) -> None:
    blueprint = compiled('class Customer(Entity, private=True):\n    phone: Annotated[str, Backfill("none")]\n')
    assert blueprint.entities[0].fields[1].backfill == Default("constant", "none")


def test_a_backfill_of_another_type(mistakes: Callable[[str], str]) -> None:
    expected = """
model/shop.py:3:27: The Backfill of Customer.phone doesn't fit: 1 is not a str. [bad-default]
  3 |     phone: Annotated[str, Backfill(1)]
    |                           ^^^^^^^^

1 mistake found.
"""
    assert mistakes("class Customer(Entity, private=True):\n    phone: Annotated[str, Backfill(1)]\n") == expected


STATUS = """
class Order(Entity, private=True):
    status: Annotated[Literal["draft", "sent"], RenamedFrom(values={"shipped": "sent"})]
"""


def test_renamed_values(compiled: Compile) -> None:
    assert compiled(STATUS).entities[0].fields[1].renamed_values == (("shipped", "sent"),)


def test_the_lock_keeps_ids_whether_renamed_from_stays_or_goes(folder: Path) -> None:
    first, lock = with_lock(folder, "class Order(Entity, private=True):\n    a: str\n")
    texts = [
        "    b: Annotated[str, RenamedFrom('a')]\n",
        "    b: Annotated[str, RenamedFrom('a')]\n",
        "    b: str\n",
        "    c: Annotated[str, RenamedFrom('b')]\n",
    ]
    for text in texts:
        blueprint, lock = with_lock(folder, "class Order(Entity, private=True):\n" + text, lock)
        assert blueprint.entities[0].fields[1].id == first.entities[0].fields[1].id


def test_a_relation_to_one_that_now_leads_to_many_keeps_its_id(folder: Path) -> None:
    tag = "class Tag(Entity, private=True):\n    name: str\n    posts: list['Post']\n"
    before = tag + "class Post(Entity, private=True):\n    tag: Tag\n"
    after = tag + "class Post(Entity, private=True):\n    tags: Annotated[list[Tag], RenamedFrom('tag')]\n"
    first, lock = with_lock(folder, before)
    then, _ = with_lock(folder, after, lock)
    was, now = (each.entities[1].relations[0] for each in (first, then))
    assert (was.kind, now.kind, now.renamed_from, now.id) == ("to_one", "many_to_many", "tag", was.id)


def test_a_field_of_another_entity(folder: Path) -> None:
    model = """
        class Customer(Entity, private=True):
            name: str

        class Order(Entity, private=True):
            customer: Customer
            phone: Annotated[str | None, RenamedFrom("customer.phone")]
    """
    field = with_lock(folder, model)[0].entities[1].fields[-1]
    assert (field.name, field.renamed_from) == ("phone", "customer.phone")


def test_renamed_from_nothing(mistakes: Callable[[str], str]) -> None:
    expected = """
model/shop.py:3:23: Order.a: RenamedFrom needs its parameters. [misfit-constraint]
  3 |     a: Annotated[str, RenamedFrom]
    |                       ^^^^^^^^^^^
    = Write RenamedFrom(…).

1 mistake found.
"""
    assert mistakes("class Order(Entity, private=True):\n    a: Annotated[str, RenamedFrom]\n") == expected


def test_a_field_of_another_entity_without_a_way_there(mistakes: Callable[[str], str]) -> None:
    model = """
        class Customer(Entity, private=True):
            name: str

        class Order(Entity, private=True):
            customer: Customer
            phone: Annotated[str, RenamedFrom("custmer.phone")]
    """
    expected = """
model/shop.py:7:27: Order.phone can't come from 'custmer.phone': Order has no relation 'custmer' to one row. Did you mean 'customer'? [unknown-relation]
  7 |     phone: Annotated[str, RenamedFrom("custmer.phone")]
    |                           ^^^^^^^^^^^
    = A relation of this version leads to the entity that had the field.

1 mistake found.
"""
    assert mistakes(model) == expected
