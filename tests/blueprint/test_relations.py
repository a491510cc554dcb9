"""Relations in their four shapes, and how each finds its other end."""

from __future__ import annotations

from typing import Any

from backsmith.blueprint.blueprint import Blueprint, Default, Entity, Relation, Through
from backsmith.blueprint.types import Text
from tests.blueprint.conftest import Compile


def entity(blueprint: Blueprint, name: str) -> Entity:
    return next(entity for entity in blueprint.entities if entity.name == name)


def relation(blueprint: Blueprint, path: str) -> Relation:
    owner, name = path.split(".")
    return next(relation for relation in entity(blueprint, owner).relations if relation.name == name)


def shape(relation: Relation) -> dict[str, Any]:
    """What is not as usual in a relation."""
    said = {name: getattr(relation, name) for name in relation.__struct_fields__ if name not in ("id", "name")}
    usual = {"nullable": False, "unique": False, "on_delete": "no_action", "implicit": False}
    return {name: value for name, value in said.items() if value is not None and usual.get(name, "") != value}


def test_to_one_and_to_many(compiled: Compile) -> None:
    blueprint = compiled("""
        class Order(Entity, private=True):
            lines: list[Line]

        class Line(Entity, private=True):
            order: Annotated[Order, OnDelete("cascade"), Indexed]
            price: Decimal
    """)
    assert shape(relation(blueprint, "Line.order")) == {
        "kind": "to_one",
        "entity": "Order",
        "fields": ("order_id",),
        "target_fields": ("id",),
        "on_delete": "cascade",
        "inverse": "lines",
    }
    assert shape(relation(blueprint, "Order.lines")) == {
        "kind": "to_many",
        "entity": "Line",
        "fields": ("id",),
        "target_fields": ("order_id",),
        "inverse": "order",
    }
    order_id = entity(blueprint, "Line").fields[1]
    assert (order_id.name, order_id.column, order_id.relation, order_id.indexed, order_id.nullable) == (
        "order_id",
        "order_id",
        "order",
        True,
        False,
    )


def test_entities_may_be_written_in_quotes_and_in_any_order(compiled: Compile) -> None:
    blueprint = compiled("""
        class Line(Entity, private=True):
            order: "Order | None"
            parcel: Annotated["Parcel", Column("box")]

        class Order(Entity, private=True):
            lines: list["Line"]

        class Parcel(Entity, private=True):
            lines: "list[Line]"
    """)
    assert [field.name for field in entity(blueprint, "Line").fields] == ["id", "order_id", "parcel_id"]
    assert entity(blueprint, "Line").fields[2].column == "box"


def test_a_relation_without_declared_other_end_gets_one(compiled: Compile) -> None:
    blueprint = compiled("""
        class Customer(Entity, private=True):
            name: str

        class Order(Entity, private=True):
            customer: Customer | None
    """)
    assert relation(blueprint, "Order.customer").inverse == "orders"
    assert shape(relation(blueprint, "Customer.orders")) == {
        "kind": "to_many",
        "entity": "Order",
        "fields": ("id",),
        "target_fields": ("customer_id",),
        "inverse": "customer",
        "implicit": True,
    }


def test_undeclared_other_ends_are_told_apart_by_their_relations(compiled: Compile) -> None:
    blueprint = compiled("""
        class Address(Entity, private=True):
            orders: str

        class Order(Entity, private=True):
            billing: Address
            delivery: Address

        class Parcel(Entity, private=True, collection="orders_2"):
            address: Address

        class Letter(Entity, private=True, collection="name"):
            sender: Address
    """)
    assert [each.name for each in entity(blueprint, "Address").relations] == [
        "orders_by_billing",
        "orders_by_delivery",
        "orders_2",
        "name",
    ]


def test_via_says_which_relation_a_list_is_the_other_end_of(compiled: Compile) -> None:
    blueprint = compiled("""
        class Address(Entity, private=True):
            billed: Annotated[list[Order], Via("billing")]
            delivered: list[Order]

        class Order(Entity, private=True):
            billing: Address
            delivery: Address
    """)
    assert relation(blueprint, "Order.billing").inverse == "billed"
    assert relation(blueprint, "Order.delivery").inverse == "delivered"


def test_two_lists_facing_each_other_have_a_join_table(compiled: Compile) -> None:
    blueprint = compiled("""
        class Product(Entity, private=True, table="goods"):
            categories: list[Category]

        class Category(Entity, private=True, key="code"):
            code: str
            products: list[Product]
    """)
    assert shape(relation(blueprint, "Product.categories")) == {
        "kind": "many_to_many",
        "entity": "Category",
        "fields": ("id",),
        "target_fields": ("code",),
        "through": Through("categories_goods", ("product_id",), ("category_code",)),
        "inverse": "products",
    }
    assert shape(relation(blueprint, "Category.products")) == {
        "kind": "many_to_many",
        "entity": "Product",
        "fields": ("code",),
        "target_fields": ("id",),
        "through": Through("categories_goods", ("category_code",), ("product_id",)),
        "inverse": "categories",
    }


def test_a_join_table_of_its_own_name_is_written_on_one_side(compiled: Compile) -> None:
    blueprint = compiled("""
        class Playlist(Entity, private=True):
            tracks: Annotated[list[Track], Through("PlaylistTrack", ("PlaylistId",), ("TrackId",), schema="music")]

        class Track(Entity, private=True):
            playlists: list[Playlist]
    """)
    assert relation(blueprint, "Track.playlists").through == Through(
        "PlaylistTrack", ("TrackId",), ("PlaylistId",), "music"
    )


def test_the_other_side_of_a_join_table_needs_no_list(compiled: Compile) -> None:
    blueprint = compiled("""
        class Product(Entity, private=True):
            tags: Annotated[list[Tag], Through("labels")]

        class Tag(Entity, private=True):
            name: str
    """)
    assert relation(blueprint, "Product.tags").through == Through("labels", ("product_id",), ("tag_id",))
    assert relation(blueprint, "Tag.products").implicit


def test_several_join_tables_between_two_entities(compiled: Compile) -> None:
    blueprint = compiled("""
        class Product(Entity, private=True):
            tags: list[Tag]
            hidden_tags: Annotated[list[Tag], Via("hidden_products"), Through("hidden_tags")]

        class Tag(Entity, private=True):
            products: list[Product]
            hidden_products: Annotated[list[Product], Via("hidden_tags")]
    """)
    assert relation(blueprint, "Tag.products").inverse == "tags"
    assert relation(blueprint, "Tag.hidden_products").inverse == "hidden_tags"


def test_a_relation_to_itself(compiled: Compile) -> None:
    blueprint = compiled("""
        class Employee(Entity, private=True):
            manager: Employee | None
            reports: list[Employee]
    """)
    assert relation(blueprint, "Employee.manager").inverse == "reports"
    assert relation(blueprint, "Employee.reports").target_fields == ("manager_id",)


def test_many_of_itself(compiled: Compile) -> None:
    blueprint = compiled("""
        class Person(Entity, private=True):
            follows: list[Person]
            followers: list[Person]
    """)
    assert relation(blueprint, "Person.follows").through == Through("people_follows", ("follower_id",), ("follow_id",))
    assert relation(blueprint, "Person.followers").through == Through(
        "people_follows", ("follow_id",), ("follower_id",)
    )


def test_one_to_one(compiled: Compile) -> None:
    blueprint = compiled("""
        class Customer(Entity, private=True):
            profile: Annotated[Profile | None, Via("customer")]

        class Profile(Entity, private=True):
            customer: Annotated[Customer, Unique]

        class Badge(Entity, private=True):
            customer: Annotated[Customer, Unique]
    """)
    assert relation(blueprint, "Profile.customer").unique
    assert shape(relation(blueprint, "Customer.profile")) == {
        "kind": "to_many",
        "entity": "Profile",
        "fields": ("id",),
        "target_fields": ("customer_id",),
        "unique": True,
        "inverse": "customer",
    }
    assert relation(blueprint, "Customer.badge").unique, "undeclared, it has the singular name"


def test_a_relation_that_is_the_key_is_one_to_one(compiled: Compile) -> None:
    blueprint = compiled("""
        class Customer(Entity, private=True):
            name: str

        class Profile(Entity, private=True, key="customer"):
            customer: Customer
    """)
    assert relation(blueprint, "Profile.customer").unique


def test_foreign_keys_are_named_by_relation_and_key(compiled: Compile) -> None:
    blueprint = compiled("""
        class Country(Entity, private=True, key="code"):
            code: Annotated[str, MaxLen(2)]

        class Album(Entity, private=True, key="album_id"):
            album_id: int

        class City(Entity, private=True):
            country: Country
            album: Album
            hymn: Annotated[Album, Column("HymnNo", type="int4", default="0")]
    """)
    city = entity(blueprint, "City")
    assert [(field.name, field.column, field.storage, field.default) for field in city.fields[1:]] == [
        ("country_code", "country_code", None, None),
        ("album_id", "album_id", None, None),
        ("hymn_id", "HymnNo", "int4", Default("sql", "0")),
    ]
    assert city.fields[1].type == Text(max_length=2)


def test_a_declared_field_in_the_column_of_a_foreign_key_is_its_field(compiled: Compile) -> None:
    blueprint = compiled("""
        class Shop(Entity, private=True):
            name: str

        class Customer(Entity, private=True, key=("shop_id", "number")):
            shop_id: int
            number: int
            shop: Shop

        class Order(Entity, private=True):
            shop_id: int
            shop: Shop
            customer: Annotated[Customer, Column("shop_id", "customer_number")]
    """)
    order = entity(blueprint, "Order")
    assert [(field.name, field.relation) for field in order.fields] == [
        ("id", None),
        ("shop_id", "shop"),
        ("customer_number", "customer"),
    ]
    assert relation(blueprint, "Order.customer").fields == ("shop_id", "customer_number")


def test_a_relation_can_point_at_unique_fields_that_are_no_key(compiled: Compile) -> None:
    blueprint = compiled("""
        class Country(Entity, private=True):
            code: Annotated[str, Unique]

        class City(Entity, private=True):
            country: Annotated[Country, References("code")]
    """)
    assert relation(blueprint, "City.country").fields == ("country_code",)
    assert relation(blueprint, "City.country").target_fields == ("code",)


def test_the_current_user_is_a_default(compiled: Compile) -> None:
    blueprint = compiled("""
        class Note(Entity, private=True):
            author: Account = current_user()
    """)
    assert entity(blueprint, "Note").fields[1].default == Default("current_user")
