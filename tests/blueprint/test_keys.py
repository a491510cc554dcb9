"""Keys: what an entity has without saying so, and what it can say."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Default, Field
from backsmith.blueprint.types import Integer, Text, Uuid
from tests.blueprint.conftest import Compile


def test_without_a_word_the_key_is_an_id_that_the_database_hands_out(compiled: Compile) -> None:
    [order] = compiled("""
        class Order(Entity, private=True):
            name: str
    """).entities
    assert order.key == ("id",)
    assert order.fields[0] == Field(id=order.fields[0].id, name="id", column="id", type=Integer(), identity=True)


def test_an_id_can_be_declared(compiled: Compile) -> None:
    small, named, text, uuid = compiled("""
        class Small(Entity, private=True):
            id: Annotated[Int32, Column("SmallId")]

        class Named(Entity, private=True):
            id: Annotated[int, Assigned]

        class Tag(Entity, private=True):
            id: str

        class Event(Entity, private=True):
            id: UUID
    """).entities
    assert (small.fields[0].type, small.fields[0].column, small.fields[0].identity) == (Integer(32), "SmallId", True)
    assert named.fields[0].identity is False
    assert (text.fields[0].type, text.fields[0].default) == (Text(), None)
    assert (uuid.fields[0].type, uuid.fields[0].default) == (Uuid(), Default("uuid7"))


def test_a_uuid_can_be_assigned_or_have_another_default(compiled: Compile) -> None:
    assigned, random = compiled("""
        class Event(Entity, private=True):
            id: Annotated[UUID, Assigned]

        class Other(Entity, private=True):
            id: UUID = uuid4()
    """).entities
    assert assigned.fields[0].default is None
    assert random.fields[0].default == Default("uuid4")


def test_a_key_of_another_name_is_given_by_whoever_makes_the_row(compiled: Compile) -> None:
    country, album = compiled("""
        class Country(Entity, private=True, key="code"):
            code: str

        class Album(Entity, private=True, key="number"):
            number: Annotated[int, Identity]
    """).entities
    assert (country.key, [field.name for field in country.fields]) == (("code",), ["code"])
    assert (album.key, album.fields[0].identity) == (("number",), True)


def test_a_key_can_have_several_fields_and_relations(compiled: Compile) -> None:
    _order, line = compiled("""
        class Order(Entity, private=True, key=("year", "number")):
            year: int
            number: int

        class Line(Entity, private=True, key=("order", "position")):
            order: Order
            position: int
    """).entities
    assert line.key == ("order_year", "order_number", "position")
    assert [field.name for field in line.fields] == ["order_year", "order_number", "position"]
    assert line.relations[0].target_fields == ("year", "number")


def test_a_view_has_a_key_only_where_it_says_so(compiled: Compile) -> None:
    without, with_id, with_key = compiled("""
        class Sales(Entity, view=True, private=True):
            total: Decimal

        class Report(Entity, view=True, private=True):
            id: int

        class Stock(Entity, view=True, private=True, key="sku"):
            sku: str
    """).entities
    assert [(entity.key, entity.fields[0].identity) for entity in (without, with_id, with_key)] == [
        ((), False),
        (("id",), False),
        (("sku",), False),
    ]


def test_a_table_may_have_no_key(compiled: Compile) -> None:
    [log] = compiled("""
        class Log(Entity, private=True, key=()):
            text: str
    """).entities
    assert (log.key, [field.name for field in log.fields]) == ((), ["text"])
