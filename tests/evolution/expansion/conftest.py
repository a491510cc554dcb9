"""Stories told on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Migration
from tests.evolution.expansion.versions import Version, versions_of

EVERYONE = """
    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True
"""
SHOP_BEFORE = f"""
class Client(Entity):
    surname: str
    email: Annotated[str, Unique]
    fax: str | None
    orders: list["Order"]
{EVERYONE}
class Order(Entity):
    client: Client
    state: Literal["new", "sent"] = "new"
    pieces: int
{EVERYONE}
"""
SHOP_AFTER = f"""
class Customer(Entity, renamed_from="Client"):
    last_name: Annotated[str, RenamedFrom("surname")]
    email: Annotated[str, Unique]
    purchases: Annotated[list["Order"], RenamedFrom("orders")]
{EVERYONE}
class Order(Entity):
    buyer: Annotated[Customer, RenamedFrom("client")]
    state: Literal["new", "packed", "sent"] = "new"
    pieces: Annotated[int, Ge(0)]
    gift: bool = False
{EVERYONE}
"""
PEOPLE_BEFORE = f"""
class Person(Entity):
    name: str
    note: str
{EVERYONE}
"""
PEOPLE_AFTER = f"""
class Person(Entity):
    first: str
    last: str
{EVERYONE}
"""
SPLIT = Migration(
    id="split_name",
    name="split_name",
    entity="Person",
    reads=("name",),
    writes=("first", "last"),
    up_sql=(
        (
            "first",
            {
                "sqlite": "substr(\"name\", 1, instr(\"name\" || ' ', ' ') - 1)",
                "postgres": "split_part(\"name\", ' ', 1)",
            },
        ),
        (
            "last",
            {
                "sqlite": "substr(\"name\", instr(\"name\" || ' ', ' ') + 1)",
                "postgres": "substr(\"name\", strpos(\"name\" || ' ', ' ') + 1)",
            },
        ),
    ),
    down_sql=(("name", {"*": '"first" || \' \' || "last"'}),),
)


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Version, Version]:
    """A shop in which everything gets another name."""
    return versions_of(tmp_path, SHOP_BEFORE, SHOP_AFTER)


@pytest.fixture
def people(tmp_path: Path) -> tuple[Version, Version]:
    """People whose name is split in two, and whose note goes away."""
    return people_of(tmp_path)


def people_of(folder: Path, before: str = PEOPLE_BEFORE, after: str = PEOPLE_AFTER) -> tuple[Version, Version]:
    old, new = versions_of(folder, before, after)
    new.blueprint = replace(new.blueprint, migrations=(SPLIT,))
    return old, new
