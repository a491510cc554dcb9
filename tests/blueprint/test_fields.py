"""Annotated names with a type of values become fields."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Blueprint, Bounds, Default, Field, Index, RawCheck, UniqueKey
from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Text,
    Time,
    Uuid,
)
from tests.blueprint.conftest import Compile


def fields(blueprint: Blueprint) -> dict[str, Field]:
    return {field.name: field for field in blueprint.entities[0].fields}


def test_all_types(compiled: Compile) -> None:
    blueprint = compiled("""
        class Size(StrEnum):
            SMALL = "S"
            LARGE = "L"

        class Thing(Entity, private=True):
            text: str
            whole: int
            whole16: Int16
            whole32: Int32
            number: float
            flag: bool
            exact: Decimal
            money: Annotated[Decimal, Digits(10, 2)]
            any_size: Annotated[Decimal, Digits(None)]
            day: date
            moment: datetime
            clock: time
            span: timedelta
            key: UUID
            blob: bytes
            extras: Json
            state: Literal["draft", "placed"]
            size: Size
            mail: Email
            link: Url
            slug: Slug
            picture: File
            tags: list[str]
            codes: list[Annotated[str, MaxLen(3)]]
    """)
    assert {name: field.type for name, field in fields(blueprint).items()} == {
        "id": Integer(),
        "text": Text(),
        "whole": Integer(),
        "whole16": Integer(bits=16),
        "whole32": Integer(bits=32),
        "number": Float(),
        "flag": Boolean(),
        "exact": Numeric(digits=18, places=4, padded=False),
        "money": Numeric(digits=10, places=2, padded=True),
        "any_size": Numeric(digits=None, places=0, padded=False),
        "day": Date(),
        "moment": DateTime(),
        "clock": Time(),
        "span": Duration(),
        "key": Uuid(),
        "blob": Bytes(),
        "extras": Json(),
        "state": Enum(values=("draft", "placed")),
        "size": Enum(values=("S", "L"), name="Size"),
        "mail": Text(format="email"),
        "link": Text(format="url"),
        "slug": Text(format="slug"),
        "picture": Json(format="file"),
        "tags": List(item=Text()),
        "codes": List(item=Text(max_length=3)),
    }


def test_none_may_stand_inside_or_outside_of_annotated(compiled: Compile) -> None:
    blueprint = compiled("""
        class Thing(Entity, private=True):
            a: str | None
            b: Annotated[str | None, MaxLen(3)]
            c: Annotated[str, MaxLen(3)] | None
            d: Optional[Email]
            e: Json | None
            f: list[str] | None
            g: str
    """)
    assert [name for name, field in fields(blueprint).items() if field.nullable] == ["a", "b", "c", "d", "e", "f"]
    assert fields(blueprint)["b"].type == fields(blueprint)["c"].type == Text(max_length=3)


def test_constraints(compiled: Compile) -> None:
    blueprint = compiled("""
        class Thing(Entity, private=True):
            name: Annotated[str, Len(2, 20), Pattern("^[a-z]+$")]
            size: Annotated[int, Interval(ge=1, lt=10), MultipleOf(3)]
            price: Annotated[Decimal, Gt(Decimal("0.50"))]
            since: Annotated[date, Ge(date(2020, 1, 1))]
            until: Annotated[datetime, Lt(datetime(2030, 1, 1, tzinfo=UTC))]
            wait: Annotated[timedelta, Le(timedelta(days=1, hours=2, milliseconds=500))]
    """)
    found = fields(blueprint)
    assert found["name"].type == Text(max_length=20, min_length=2, pattern="^[a-z]+$")
    assert {name: field.bounds for name, field in found.items() if field.bounds} == {
        "size": Bounds(ge="1", lt="10", multiple_of="3"),
        "price": Bounds(gt="0.50"),
        "since": Bounds(ge="2020-01-01"),
        "until": Bounds(lt="2030-01-01T00:00:00+00:00"),
        "wait": Bounds(le="P1DT2H0.5S"),
    }


def test_defaults(compiled: Compile) -> None:
    blueprint = compiled("""
        class Size(StrEnum):
            SMALL = "S"

        class Thing(Entity, private=True):
            name: str = "new"
            size: Size = Size.SMALL
            number: int = 3
            ratio: float = 1
            price: Decimal = Decimal("1.50")
            whole: Decimal = 2
            day: date = date(2026, 1, 23)
            moment: datetime = datetime(2026, 1, 23, 1, 0, 0, 500000, tzinfo=timezone(timedelta(hours=1)))
            clock: time = time(13, 45)
            span: timedelta = timedelta(minutes=-90)
            blob: bytes = b"hello"
            extras: Json = {"a": [1, None]}
            tags: list[str] = []
            sizes: list[int] = [1, 2]
            made_at: datetime = now()
            made_on: date = today()
            key: UUID = uuid7()
            other: UUID = uuid4()
            old: Annotated[str, Column(default="upper('a')")]
            note: str | None = None
    """)
    assert {name: field.default for name, field in fields(blueprint).items() if field.default} == {
        "name": Default("constant", "new"),
        "size": Default("constant", "S"),
        "number": Default("constant", 3),
        "ratio": Default("constant", 1.0),
        "price": Default("constant", "1.50"),
        "whole": Default("constant", "2"),
        "day": Default("constant", "2026-01-23"),
        "moment": Default("constant", "2026-01-23T00:00:00.5+00:00"),
        "clock": Default("constant", "13:45:00"),
        "span": Default("constant", "PT-1H-30M"),
        "blob": Default("constant", "\\x68656c6c6f"),
        "extras": Default("constant", {"a": [1, None]}),
        "tags": Default("empty_list"),
        "sizes": Default("constant", [1, 2]),
        "made_at": Default("now"),
        "made_on": Default("today"),
        "key": Default("uuid7"),
        "other": Default("uuid4"),
        "old": Default("sql", "upper('a')"),
    }


def test_markers(compiled: Compile) -> None:
    blueprint = compiled("""
        class Thing(Entity, private=True):
            code: Annotated[str, Unique]
            sku: Annotated[str, Unique(name="uq_sku")]
            slug: Annotated[str, Indexed]
            kind: Annotated[str, Indexed(name="ix_kind")]
            secret: Annotated[str, Hidden]
            name: Annotated[str, Column("Name", type="nvarchar(160)")]
    """)
    thing = blueprint.entities[0]
    assert [(f.name, f.column, f.unique, f.indexed, f.hidden, f.storage) for f in thing.fields[1:]] == [
        ("code", "code", True, False, False, None),
        ("sku", "sku", True, False, False, None),
        ("slug", "slug", False, True, False, None),
        ("kind", "kind", False, True, False, None),
        ("secret", "secret", False, False, True, None),
        ("name", "Name", False, False, False, "nvarchar(160)"),
    ]
    assert thing.uniques == (UniqueKey(("sku",), "uq_sku"),)
    assert thing.indexes == (Index(("kind",), "ix_kind"),)


def test_keywords_of_the_class(compiled: Compile) -> None:
    blueprint = compiled('''
        class Album(
            Entity,
            table="Album",
            schema="music",
            collection="records",
            unique=[("title", "year"), Unique("title", "artist", name="uq")],
            indexes=[Index("artist", "-year"), Index("title", name="ix")],
            sql_checks=[SqlCheck("ck_year", "year > 1900")],
            private=True,
        ):
            """A record.

            Made of vinyl.
            """

            title: str
            """As it is written on the sleeve."""
            year: int
            artist: Artist

        class Artist(Entity, private=True):
            name: str
    ''')
    album = blueprint.entities[0]
    assert (album.table, album.schema, album.collection) == ("Album", "music", "records")
    assert album.uniques == (UniqueKey(("title", "year")), UniqueKey(("title", "artist_id"), "uq"))
    assert album.indexes == (Index(("artist_id", "-year")), Index(("title",), "ix"))
    assert album.raw_checks == (RawCheck("ck_year", "year > 1900"),)
    assert album.doc == "A record.\n\nMade of vinyl."
    assert [(field.name, field.doc) for field in album.fields] == [
        ("id", None),
        ("title", "As it is written on the sleeve."),
        ("year", None),
        ("artist_id", None),
    ]


def test_collections_and_tables_are_plural_snake_case(compiled: Compile) -> None:
    blueprint = compiled("""
        class OrderLine(Entity, private=True):
            name: str

        class Category(Entity, private=True):
            name: str

        class Person(Entity, private=True, table="person"):
            name: str
    """)
    assert [(entity.collection, entity.table) for entity in blueprint.entities] == [
        ("order_lines", "order_lines"),
        ("categories", "categories"),
        ("people", "person"),
    ]


def test_fields_of_an_abstract_entity_are_inherited(compiled: Compile) -> None:
    blueprint = compiled("""
        class Kept(Entity, abstract=True):
            made_at: datetime = now()

            @allow("read")
            def everyone(self) -> bool:
                return True

            @computed
            def year(self) -> str:
                return self.name

        class Order(Kept):
            name: str
    """)
    [order] = blueprint.entities
    assert [field.name for field in order.fields] == ["id", "made_at", "name", "year"]
    assert [rule.name for rule in order.rules] == ["everyone"]


def test_class_variables_and_plain_methods_are_no_fields(compiled: Compile) -> None:
    blueprint = compiled("""
        class Order(Entity, private=True):
            LIMIT: ClassVar[int] = 3
            _cache = {}
            name: str

            def shout(self) -> str:
                return self.name.upper()
    """)
    assert [field.name for field in blueprint.entities[0].fields] == ["id", "name"]
