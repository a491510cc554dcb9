"""Most of what a model can say, for a type checker to read in strict mode. Not run by any test."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, assert_type
from uuid import UUID

from annotated_types import Ge, Interval, Len, MaxLen, MultipleOf

from backsmith import (
    Account,
    Assigned,
    Column,
    Data,
    Digits,
    Email,
    Entity,
    File,
    Hidden,
    Identity,
    Index,
    Indexed,
    Int16,
    Int32,
    Json,
    OnDelete,
    Pattern,
    References,
    RenamedFrom,
    Request,
    RequestError,
    Response,
    Slug,
    SqlCheck,
    Through,
    Unique,
    UploadFile,
    Url,
    Via,
    action,
    after,
    allow,
    before,
    check,
    computed,
    current_user,
    error_format,
    field,
    now,
    query,
    route,
    some,
    today,
    uuid4,
    uuid7,
)  # fmt: skip

Money = Annotated[Decimal, Digits(10, 2), Ge(0)]


class Size(StrEnum):
    SMALL = "S"
    LARGE = "L"


class Dated(Entity, abstract=True):
    made_at: datetime = now()
    made_by: User | None = current_user()


class User(Account, table="people", collection="people"):
    nick: Annotated[str, Len(2, 20)]
    friends: list[User]
    friends_of: list[User]
    badge: Annotated[Badge | None, Via("user")]

    @allow("read", fields=["nick"])
    def everyone(self) -> bool:
        return True

    @allow("update")
    def own(self, user: User) -> bool:
        return self == user


class Badge(Entity, private=True):
    id: UUID
    user: Annotated[User, Unique, OnDelete("cascade")]


class Country(Entity, key="code", private=True):
    code: Annotated[str, Pattern("^[A-Z]{2}$")]
    number: Annotated[int, Unique, Identity]


class Product(
    Dated,
    table="goods",
    schema="shop",
    key=("maker", "sku"),
    unique=[("name", "maker"), Unique("slug", name="uq_slug")],
    indexes=[Index("name", "-made_at"), ("price",)],
    sql_checks=[SqlCheck("ck", "price > 0")],
    renamed_from="Good",
):
    """Something we sell."""

    LIMIT: ClassVar[int] = 3

    maker: Annotated[Country, Column("maker_code")]
    sku: str
    name: Annotated[str, MaxLen(120), Indexed, RenamedFrom("title")]
    slug: Slug
    link: Url | None
    picture: File | None = None
    contact: Annotated[Email, Hidden] = "shop@example.com"
    size: Size = Size.SMALL
    state: Literal["new", "old"] = "new"
    price: Money = Decimal("1.00")
    weight: float | None
    year: Int16 = 2026
    stock: Annotated[Int32, Interval(ge=0, le=1000), MultipleOf(5)] = 0
    active: bool = True
    since: date = today()
    opens: time = time(9)
    keeps: timedelta = timedelta(days=3)
    key: UUID = uuid7()
    secret: Annotated[UUID, Hidden] = uuid4()
    blob: bytes = b""
    extras: Json = {}  # noqa: RUF012 - copied for each row
    tags: list[str] = []  # noqa: RUF012 - copied for each row
    origin: Annotated[Country, References("number"), Column("origin_no", type="int4", default="0")]
    bundles: Annotated[list[Bundle], Through("bundle_goods", ("maker", "sku"), ("bundle_id",))]

    @computed
    def label(self) -> str:
        """How it is called."""
        return self.name + " " + self.slug

    @computed
    def discount(self) -> Decimal | None:
        return self.price * Decimal("0.5") if self.stock > 3 else None

    @check
    def sold(self) -> bool:
        """Old products are sold."""
        return self.state != "old" or self.stock == 0

    @allow("read")
    def everyone(self, user: Account | None) -> bool:
        return user is not None or self.active

    @allow("create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles and self.made_at < now()


class Bundle(Entity, private=True):
    id: Annotated[int, Assigned]
    goods: list[Product]


class Sales(Entity, view=True, key=(), private=True):
    total: Decimal


def staff(user: Account) -> bool:
    return "staff" in user.roles


@query(allow=staff)
async def cheap(data: Data, user: User, most: Decimal, limit: Annotated[int, Ge(1)] = 10) -> list[Product]:
    """What costs little."""
    if await data.count(Product, Product.active, Product.price < most) == 0:
        return []
    await data.sql("SELECT 1 WHERE :name IS NULL", name=user.nick)
    return await data.find(
        Product,
        Product.price < most,
        (Product.state == "new") | field(Product.size).in_([Size.SMALL]),
        ~(field(Product.discount) == None),  # noqa: E711 - None is compared with
        order=("-price", "name"),
        limit=limit,
    )


@query(allow="signed_in")
def nothing(data: Data) -> list[dict[str, Any]]:
    return []


async def reading(data: Data) -> None:
    product = await data.get(Product, ("NL", "a"))
    assert_type(product, Product | None)
    product = Product(name="a", maker=Country(code="NL"))
    assert_type(product.label, str)
    assert_type(product.discount, Decimal | None)
    assert_type(Product.label, str)
    assert_type(product.maker.code, str)
    assert_type(product.size, Size)
    assert_type(product.bundles[0].goods[0].price, Decimal)
    assert_type(product.everyone(None), bool)
    assert_type(Badge().id, UUID)
    assert_type(User(id=1, roles={"staff"}).roles, frozenset[str])
    print(product.id, Sales().id, Product.price > 3, await cheap(data, User(id=1), Decimal(1)), nothing(data))


@action(allow="everyone", retry=True)
async def writing(data: Data, user: User | None, request: Request, size: Size = Size.SMALL) -> Product:
    """All of `Data`, as a type checker sees it."""
    system = data.as_system()
    made = await system.create(Product, name="a", maker=Country(code="NL"))
    assert_type(made, Product)
    assert_type(await system.create(Country(code="NL", number=1)), Country)
    assert_type(await data.create_many(Country, [{"code": "DE"}, Country(code="FR")]), list[Country])
    assert_type(await data.update(made, size=size), Product)
    assert_type(await data.upsert(Country, "code", code="NL", number=2), Country)
    assert_type(await data.update_where(Product, Product.price < 3, price=Decimal(3)), int)
    assert_type(await data.delete_where(Product, field(Product.name).contains_("a")), int)
    assert_type(await data.one(Product, some(Product.bundles, Bundle.id == 3), lock=True), Product)
    assert_type(await data.first(Product, order="-price", load=(Product.maker, "bundles.goods")), Product | None)
    assert_type(await data.exists(Product), bool)
    assert_type(await data.sum(Product.price), Decimal)
    assert_type(await data.sum(Product.stock), int)
    assert_type(await data.max(Product.since, Product.active), date | None)
    assert_type(await data.count_by(Product.size), dict[Size, int])
    bundle = await data.one(Bundle)
    async with data.transaction():
        await data.link(bundle, Bundle.goods, made)
        await data.unlink(bundle, Bundle.goods)
        await data.delete(bundle)
    await data.execute("UPDATE goods SET name = :name", name=request.headers.get("X-Name"))
    return await data.as_account(user, roles=["staff"]).one(Product)


@before("create", "update")
def named(product: Product, old: Product | None) -> None:
    product.name = product.name.strip() if old is None else old.name


@after("delete")
async def gone(product: Product, data: Data, user: User | None) -> None:
    print(product.name, user, await data.count(Product))


@route("POST", "/pictures/{name}", allow="signed_in", status=201)
async def picture(name: str, file: UploadFile, most: Annotated[int, Ge(1)] = 3) -> Response:
    return Response.json({"name": name, "size": len(await file.read()), "most": most}, 201)


@error_format
def refused(error: RequestError) -> Response:
    return Response.text(error.message, error.status)


print(writing, named, gone, picture, refused)
