"""The model of hard_postgres, adopted from its database."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from backsmith import (
    Assigned,
    Column,
    Digits,
    Entity,
    Identity,
    Indexed,
    Int16,
    Int32,
    Json,
    OnDelete,
    References,
    SqlCheck,
    Through,
    Unique,
    Via,
    allow,
    now,
    today,
    uuid4,
)


class Open(Entity, abstract=True):
    """What everyone may read."""

    @allow("read")
    def everyone(self) -> bool:
        return True


class Person(Open, table="Person"):
    id: Annotated[Int32, Assigned]
    name: Annotated[str | None, Column("Name")]
    name_2: Annotated[str | None, Column("NAME")]
    name_3: Annotated[str | None, Column("name")]


class Item(Open, table="item", key=("tenant", "number")):
    tenant: Int32
    number: Annotated[Int32, Identity]
    name: Annotated[str | None, Unique]
    moves: list["Move"]
    stocks_by_item_ref: Annotated[list["Stock"], Via("item_ref")]
    stocks_by_old: Annotated[list["Stock"], Via("old")]
    stocks_by_item: Annotated[list["Stock"], Via("item")]


class Kid(Open, table="kid", key=()):
    # The table also has, and keeps:
    # - inheritance from people
    id: Int32 | None
    extra: Int32 | None


class Part(Open, table="part", key=("id", "at")):
    # The table also has, and keeps:
    # - partitions
    id: Int32
    at: date


class Person2(Open, table="people", key=()):
    id: Int32 | None


class Person3(Open, table="person"):
    # The table also has, and keeps:
    # - grant of SELECT to public
    # - policy own
    # - row level security
    id: UUID = uuid4()
    name: str
    memberships: list["Membership"]
    passport: Annotated["Passport | None", Via("person")]
    followers: Annotated[
        list["Person3"],
        Via("followees"),
        Through("follows", ("followee_id",), ("follower_id",)),
    ]
    followees: Annotated[list["Person3"], Via("followers")]


class Country(Open, table="country", schema="other", key="code"):
    code: Annotated[str, MaxLen(2), Column(type="char(2)")]
    name: Annotated[str, Unique]
    orders: list["Order"]


class Order(
    Open,
    table="Order",
    unique=[("status", "country")],
    indexes=[("-placed", "status")],
    sql_checks=[
        SqlCheck(
            "Order_check",
            "((day IS NULL) OR (changed IS NULL) OR ((changed)::date >= day))",
        ),
        SqlCheck("late", "(quantity <> 7)"),
    ],
):
    """What a customer asks for.

    It has a "second" paragraph and a back\\slash.
    """

    # The table also has, and keeps:
    # - column half is generated as (quantity / 2)
    # - column counter is always handed out, never given
    # - foreign key (country): on update cascade
    # - index Order_lower_idx on (lower(title)) where (quantity > 3)
    # - index Order_placed_idx1 on (placed NULLS FIRST)
    # - unique index Order_quantity_idx on quantity where flag
    # - index Order_status_title_idx on (status varchar_pattern_ops), (title COLLATE "C")
    # - index Order_tags_idx using gin on tags
    # - deferrable of constraint Order_parent_id_fkey
    # - domain work_email as type of email
    # - exclusion constraint Order_int4range_excl EXCLUDE USING gist (int4range(quantity, (quantity + 1)) WITH &&)
    # - included columns of index Order_ip_flag_idx
    # - not valid of constraint late
    # - nulls not distinct of constraint Order_status_country_key
    # - trigger touched
    class_: Annotated[str, MaxLen(10), Column("class")] = "plain"
    select_: Annotated[Int16 | None, Column("select")]
    mood: Annotated[
        Literal["sad", "ok", 'it\'s "great"'] | None,
        Column(type="mood"),
    ] = "sad"
    moods: Annotated[
        list[Literal["sad", "ok", 'it\'s "great"']] | None,
        Column(type="mood[]"),
    ]
    size: Annotated[Literal["xl", "s"] | None, Column(type='other."Size Class"')]
    status: Annotated[
        Literal["new", "paid", "sent"],
        Column(type="varchar(20)"),
    ] = "new"
    title: Annotated[str | None, MinLen(1), MaxLen(50), Column(type="text")]
    email: Annotated[str, MaxLen(120)]
    total: Annotated[
        Decimal | None,
        Digits(10, 2),
        Ge(0),
        Lt(Decimal("1000.5")),
    ] = Decimal("0")
    """\"""); import os"""
    exact: Annotated[Decimal | None, Digits(None)]
    tiny: Annotated[Decimal | None, Digits(3, 3)]
    ratio: Annotated[float | None, Gt(-1.0), Column(type="real")] = 0.5
    quantity: Annotated[Int32, Ge(1), Le(100)] = 1
    half: Int32 | None
    tags: list[str] = []
    codes: list[Annotated[str, MaxLen(5)]] | None
    amounts: list[Annotated[Decimal, Digits(8, 2)]] | None
    payloads: Annotated[Json | None, Column(type="jsonb[]")]
    placed: Annotated[datetime, Indexed] = now()
    changed: Annotated[datetime | None, Column(type="timestamp(3)")] = now()
    day: date | None = today()
    at: time | None
    at_zone: Annotated[time | None, Column(type="timetz")]
    took: Annotated[timedelta | None, Column(default="'1 day'::interval")]
    ref: Annotated[UUID | None, Unique] = uuid4()
    data: Annotated[Json | None, Column(type="jsonb", default="'{\"a\": 1}'::jsonb")]
    plain: Json | None
    raw: bytes | None
    flag: bool | None = True
    ip: Annotated[str | None, Unique, Column(type="inet")]
    price: Annotated[str | None, Column(type="money")]
    found: Annotated[str | None, Column(type="tsvector")]
    fixed: Annotated[str | None, Column(type="bpchar")]
    version: Annotated[str | None, Column(type="xml")]
    german: str | None
    counter: Annotated[Int32, Identity]
    country: Annotated[
        Country | None,
        Column("country", type="char(2)"),
        OnDelete("set_null"),
    ]
    """Where to."""
    parent: "Order | None"
    children: list["Order"]


class Membership(Open, table="membership", key=("person", "club")):
    person: Person3
    club: str
    since: date | None


class Move(Open, table="move", key=("tenant", "item", "place")):
    tenant: Int32
    item: Int32
    item_ref: Annotated[Item, Column("tenant", "item")]
    place: Int32
    amount: Int32


class Passport(Open, table="passport", key="person"):
    person: Person3
    number: Annotated[str | None, Unique]


class Stock(Open, table="stock"):
    id: Annotated[Int32, Assigned]
    item_ref: Annotated[
        Item | None,
        Column("item_tenant", "item_number"),
        OnDelete("cascade"),
    ]
    old: Item
    item: Annotated[Item | None, References("name")]


class A(Open, table="a"):
    id: Annotated[Int32, Assigned]
    b: Annotated["B | None", Column(type="bigint")]
    bs: list["B"]


class B(Open, table="b"):
    id: Annotated[Int32, Assigned]
    a: A
    as_: list[A]


class BigOrder(Open, key=(), view=True):
    """Orders worth more than ten."""

    id: int | None
    twice: Annotated[Decimal | None, Digits(None)]
    mood: Annotated[Literal["sad", "ok", 'it\'s "great"'] | None, Column(type="mood")]


class Counted(Open, table="counted", view=True):
    number: int | None


# The database also has, and keeps:
# - domain email of character varying(120) CHECK (((VALUE)::text ~~ '%@%'::text))
# - domain work_email of email CHECK (((VALUE)::text ~~ '%work%'::text))
# - function touch()
# - materialized view counted
# - sequence lone
