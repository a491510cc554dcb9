"""The model of hard_sqlite, adopted from its database."""

import builtins
import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Ge, Gt, Le, MaxLen, MultipleOf
from backsmith import (
    Column,
    Digits,
    Entity,
    Indexed,
    Json,
    OnDelete,
    References,
    SqlCheck,
    Through,
    Unique,
    Via,
    allow,
    now,
)


class Open(Entity, abstract=True):
    """What everyone may read."""

    @allow("read")
    def anyone(self) -> bool:
        return True


class ImportO(Open, table='");import os#', key=()):
    x_import_os: Annotated[str | None, Column('x");import os#')] = '"""); import os'
    field_1st: Annotated[str | None, Column("1st")]
    ñandú: str | None
    a_b: Annotated[str | None, Column("a b")]
    a_b_2: Annotated[str | None, Column("A-B")]


class Country(Open, key="code"):
    code: Annotated[str, MaxLen(2)]
    name: Annotated[str, Unique]
    orders_by_ship_to: Annotated[list["Order"], Via("ship_to")]
    orders_by_bill_to: Annotated[list["Order"], Via("bill_to")]


class Log(Open, table="log", key=()):
    line: str | None
    id: int | None


class Product(Open, table="product", key="sku"):
    sku: str
    name: str | None
    ratings: list["Rating"]
    alternatives: Annotated[
        list["Product"],
        Via("products"),
        Through(
            "product_alternative",
            ("sku",),
            ("alternative_sku",),
            on_delete="no_action",
        ),
    ]
    products: Annotated[list["Product"], Via("alternatives")]
    tags: Annotated[list["Tag"], Through("product_tag", ("sku",), ("tag_id",))]


class Tag(Open, table="tag"):
    name: Annotated[str | None, Unique]
    ratings: list["Rating"]
    products: list[Product]


class Order(
    Open,
    table="order",
    unique=[("status", "placed")],
    indexes=[("-due", "placed")],
    sql_checks=[
        SqlCheck("late_or_not", "due IS NULL OR placed IS NULL OR due >= placed"),
    ],
):
    # The table also has, and keeps:
    # - column doubled is generated as quantity * 2
    # - column shown is generated as label || '!'
    # - foreign key (ship_to): on update cascade
    # - unique index by expression on (lower(note)), total
    # - index partly on total where total > 100
    # - deferrable foreign key (bill_to)
    # - trigger noted
    class_: Annotated[str, MaxLen(10), Column("class")] = "plain"
    select_: Annotated[int | None, Column("select")]
    status: Literal["new", 'it\'s "paid"', "sent"] = "new"
    total: Annotated[
        Decimal,
        Digits(12, 2),
        Ge(0),
        Column(type="decimal(12, 2)"),
    ] = Decimal("0")
    discount: Annotated[float | None, Ge(0.0), Le(0.5)]
    quantity: Annotated[int, Gt(0), MultipleOf(2), Column(default="1")]
    note: Annotated[str | None, MaxLen(200)]
    is_gift: Annotated[bool, Column(type="boolean")] = False
    is_late: bool = False
    placed: Annotated[dt.datetime | None, Column(type="datetime")] = now()
    due: Annotated[dt.date | None, Indexed, Column(type="date", default="'2026-01-01'")]
    at: Annotated[dt.time | None, Column(type="time")]
    ref: Annotated[UUID | None, Unique, Column(type="uuid")]
    extra: Annotated[Json | None, Column(type="json", default="'{}'")]
    raw: Annotated[bytes | None, Column(default="x'00ff'")]
    anything: Annotated[Json | None, Column(type="any")]
    label: Annotated[str | None, Unique, Column(type="text collate nocase")]
    doubled: int | None
    shown: str | None
    ship_to: Annotated[Country | None, Column("ship_to"), OnDelete("set_null")]
    bill_to: Annotated[Country, Column("bill_to")]
    parent: Annotated["Order | None", OnDelete("cascade")]
    children: list["Order"]
    order_lines: list["OrderLine"]


class Rating(Open, table="rating", key=("product", "tag")):
    product: Annotated[Product, Column("product")]
    tag: Annotated[Tag, Column("tag")]
    stars: int


class OrderLine(Open, table="order lines", key=("order", "number")):
    order: Annotated[Order, OnDelete("cascade")]
    number: int
    unit_price: Annotated[Decimal | None, Column("Unit Price", type="numeric")]
    shipments: list["Shipment"]


class Shipment(Open):
    id: Annotated[int, Column("ShipmentID")]
    order_line: Annotated[OrderLine, Column("OrderID", "LineNumber")]


class Badge(Open, table="badge"):
    # The table also has, and keeps:
    # - foreign key (loose) to person (everyone), not unique,
    # - foreign key (lost) to missing nowhere
    holder: Annotated["Person", Unique, Column("holder"), References("email")]
    lost: int | None
    loose: str | None


class Person(Open, table="person"):
    email: Annotated[str, Unique]
    best_friend: Annotated["Person | None", Column("best_friend")]
    team: "Team | None"
    date: Annotated[dt.date | None, Column(type="date")]
    bytes: builtins.bytes | None
    everyone: str | None
    badge: Annotated["Badge | None", Via("holder")]
    people_by_best_friend: list["Person"]
    profile: Annotated["Profile | None", Via("person")]
    teams_by_lead: Annotated[list["Team"], Via("lead")]
    teams_by_deputy: Annotated[list["Team"], Via("deputy")]


class Profile(Open, table="profile", key="person"):
    person: Annotated[Person, OnDelete("cascade")]
    bio: str | None


class Team(Open, table="team"):
    lead: Person
    deputy: Person | None
    people: list[Person]


class OrderTotal(Open, key=(), view=True):
    id: int | None
    status: str | None
    twice: Annotated[Json | None, Column(type="any")]


# The database also has, and keeps:
# - broken view broken
# - virtual table search
