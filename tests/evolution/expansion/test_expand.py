"""`expand`: two versions in, the blueprint in which both work out; or why there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Migration, Pair
from backsmith.blueprint.types import Enum, Text
from backsmith.databases.postgres.dialect import PostgresDialect
from backsmith.evolution.desired import tables_of
from backsmith.evolution.expansion import Refusal, expand, syncs_of
from backsmith.evolution.history import fingerprint
from backsmith.evolution.matching import aligned
from tests.evolution.expansion.versions import expanded_of, versions_of

RULES = """
    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True
"""


def columns(blueprint: Blueprint, table: str) -> list[tuple[str, str, bool]]:
    schema = tables_of(blueprint, PostgresDialect())
    return [(c.name, c.type, c.nullable) for t in schema.tables if t.name == table for c in t.columns]


def shown(blueprint: Blueprint, name: str) -> list[tuple[str, str, str | None]]:
    entity = next(entity for entity in blueprint.entities if entity.name == name)
    return [(field.name, field.column, field.deprecated) for field in entity.fields]


def test_a_renamed_field_keeps_its_column_and_has_both_names(tmp_path: Path) -> None:
    old, new = versions_of(
        tmp_path,
        f"class Customer(Entity):\n    surname: str\n{RULES}",
        f'class Customer(Entity):\n    last_name: Annotated[str, RenamedFrom("surname")]\n{RULES}',
    )
    made = expanded_of(old, new)
    assert shown(made, "Customer") == [
        ("id", "id", None),
        ("last_name", "surname", None),
        ("surname", "surname", "Use last_name."),
    ]
    assert columns(made, "customers") == [("id", "bigint", False), ("surname", "text", False)]
    assert made.expansion is not None
    assert made.expansion.previous == fingerprint(old.blueprint)
    assert made.expansion.target == fingerprint(new.blueprint)
    assert made.expansion.pairs == (Pair(entity="Customer", old=("surname",), new=("last_name",)),)
    assert syncs_of(made, new.blueprint, PostgresDialect()) == []


def test_a_field_of_another_type_under_a_new_name_gets_a_column_of_its_own(tmp_path: Path) -> None:
    old, new = versions_of(
        tmp_path,
        f"class Product(Entity):\n    price: int\n{RULES}",
        f'class Product(Entity):\n    amount: Annotated[str, RenamedFrom("price")]\n{RULES}',
    )
    made = expanded_of(old, new)
    assert columns(made, "products") == [("id", "bigint", False), ("amount", "text", True), ("price", "bigint", True)]


def test_a_removed_field_may_be_left_out(tmp_path: Path) -> None:
    old, new = versions_of(
        tmp_path,
        f"class Product(Entity):\n    name: str\n    colour: str\n{RULES}",
        f"class Product(Entity):\n    name: str\n    size: int\n{RULES}",
    )
    made = expanded_of(old, new)
    assert columns(made, "products") == [
        ("id", "bigint", False),
        ("name", "text", False),
        ("size", "bigint", True),
        ("colour", "text", True),
    ]
    assert shown(made, "Product")[-1] == ("colour", "colour", "It goes without a replacement.")


def test_a_renamed_entity_keeps_its_table_and_is_answered_under_both_names(tmp_path: Path) -> None:
    old, new = versions_of(
        tmp_path,
        f"class Client(Entity):\n    name: str\n{RULES}",
        f'class Customer(Entity, renamed_from="Client"):\n    name: str\n{RULES}',
    )
    (entity,) = expanded_of(old, new).entities
    assert (entity.name, entity.collection, entity.former_collections, entity.table) == (
        "Customer",
        "customers",
        ("clients",),
        "clients",
    )


def test_a_removed_entity_stays(tmp_path: Path) -> None:
    old, new = versions_of(
        tmp_path,
        f"class Note(Entity):\n    text: str\n{RULES}\nclass Tag(Entity):\n    name: str\n{RULES}",
        f"class Tag(Entity):\n    name: str\n{RULES}",
    )
    made = expanded_of(old, new)
    assert [(entity.name, entity.deprecated) for entity in made.entities] == [
        ("Tag", None),
        ("Note", "It goes without a replacement."),
    ]


def test_a_renamed_relation_has_both_names_over_one_column(tmp_path: Path) -> None:
    people = f"class Person(Entity):\n    name: str\n{RULES}\n"
    old, new = versions_of(
        tmp_path,
        f"{people}class Order(Entity):\n    customer: Person\n{RULES}",
        f'{people}class Order(Entity):\n    buyer: Annotated[Person, RenamedFrom("customer")]\n{RULES}',
    )
    made = expanded_of(old, new)
    order = next(entity for entity in made.entities if entity.name == "Order")
    assert [(r.name, r.fields, r.deprecated) for r in order.relations] == [
        ("buyer", ("buyer_id",), None),
        ("customer", ("buyer_id",), "Use buyer."),
    ]
    assert columns(made, "orders") == [("id", "bigint", False), ("customer_id", "bigint", False)]


def test_values_of_both_versions_are_allowed(tmp_path: Path) -> None:
    old, new = versions_of(
        tmp_path,
        f'class Order(Entity):\n    state: Literal["new", "sent"]\n    code: Annotated[str, MaxLen(9)]\n{RULES}',
        f'class Order(Entity):\n    state: Literal["open", "sent"]\n    code: Annotated[str, MaxLen(5)]\n{RULES}',
    )
    (order,) = expanded_of(old, new).entities
    assert [field.type for field in order.fields[1:]] == [Enum(("open", "sent", "new")), Text(max_length=9)]


def test_what_becomes_required_may_be_null_until_it_is_contracted(tmp_path: Path) -> None:
    old, new = versions_of(
        tmp_path,
        f"class Order(Entity):\n    note: str | None\n{RULES}",
        f"class Order(Entity):\n    note: str\n{RULES}",
    )
    assert columns(expanded_of(old, new), "orders")[1] == ("note", "text", True)


def refusals(folder: Path, old: str, new: str) -> list[tuple[str, str]]:
    before, after = versions_of(folder, old, new)
    made: Any = expand(before.blueprint, after.blueprint)
    return [(refusal.about, refusal.text) for refusal in made]


def test_another_type_under_the_same_name_is_refused(tmp_path: Path) -> None:
    assert refusals(
        tmp_path,
        f"class Product(Entity):\n    price: int\n{RULES}",
        f"class Product(Entity):\n    price: str\n{RULES}",
    ) == [
        (
            "Product.price",
            "price has another type under the same name, so a request can't say which of both it means.",
        )
    ]


def test_another_kind_of_relation_is_refused(tmp_path: Path) -> None:
    old = f"class Tag(Entity):\n    name: str\n{RULES}\nclass Post(Entity):\n    tags: Tag | None\n{RULES}"
    new = (
        f'class Tag(Entity):\n    name: str\n    posts: list["Post"]\n{RULES}\n'
        f"class Post(Entity):\n    tags: list[Tag]\n{RULES}"
    )
    assert ("Post.tags", "tags is a relation of another kind, or to another entity.") in refusals(tmp_path, old, new)


def test_a_relation_that_becomes_one_to_one_may_have_several_until_it_is_contracted(tmp_path: Path) -> None:
    pump = f"class Pump(Entity):\n    name: str\n{RULES}\n"
    old, new = versions_of(
        tmp_path,
        f"{pump}class Valve(Entity):\n    pump: Pump | None\n{RULES}",
        f"{pump}class Valve(Entity):\n    pump: Annotated[Pump, Unique] | None\n{RULES}",
    )
    assert tables_of(expanded_of(old, new), PostgresDialect()) == tables_of(old.blueprint, PostgresDialect())


def test_a_table_that_was_another_entitys_is_refused(tmp_path: Path) -> None:
    assert refusals(
        tmp_path,
        f"class Note(Entity):\n    text: str\n{RULES}",
        f'class Remark(Entity, table="notes"):\n    body: int\n{RULES}',
    ) == [("Remark", "Remark has a name, collection or table that another entity had before.")]


def test_one_version_twice_is_that_version(tmp_path: Path) -> None:
    tags = f'class Tag(Entity):\n    name: str\n    posts: list["Post"]\n{RULES}\n'
    posts = f"class Post(Entity):\n    title: str\n    tags: list[Tag]\n    author: Person | None\n{RULES}"
    people = f"class Person(Entity):\n    name: Annotated[str, Unique]\n    at: datetime = now()\n{RULES}\n"
    old, new = versions_of(tmp_path, people + tags + posts, people + tags + posts)
    assert replace(expanded_of(old, new), expansion=None) == aligned(new.blueprint, old.blueprint)


def test_a_join_table_keeps_its_name(tmp_path: Path) -> None:
    tags = 'class Tag(Entity):\n    name: str\n    posts: list["Post"]\n'
    old, new = versions_of(
        tmp_path,
        f"{tags}{RULES}\nclass Post(Entity):\n    tags: list[Tag]\n{RULES}",
        f'{tags}{RULES}\nclass Post(Entity):\n    labels: Annotated[list[Tag], RenamedFrom("tags")]\n{RULES}',
    )
    made = expanded_of(old, new)
    dialect = PostgresDialect()
    assert tables_of(made, dialect) == tables_of(old.blueprint, dialect)
    post = next(entity for entity in made.entities if entity.name == "Post")
    assert [(r.name, r.deprecated) for r in post.relations] == [("labels", None), ("tags", "Use labels.")]


def test_python_alone_cant_keep_two_shapes_alike(tmp_path: Path) -> None:
    old, new = versions_of(
        tmp_path,
        f"class Person(Entity):\n    name: str\n{RULES}",
        f"class Person(Entity):\n    first: str\n    last: str\n{RULES}",
    )
    split = Migration(id="m", name="split", entity="Person", reads=("name",), writes=("first", "last"), up="m:split")
    assert expand(old.blueprint, replace(new.blueprint, migrations=(split,))) == (
        Refusal(
            "Person",
            "The migration split is Python, which the database can't run while both versions write.",
            ("Give it SQL both ways (up and down).", "Apply it at once, without --expand."),
        ),
    )
