"""A market: the model whose actions, hooks and routes the tests of the application's own code call."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MaxLen, MinLen
from msgspec import Struct

from backsmith import (
    Account,
    BadRequest,
    Body,
    Conflict,
    Cookie,
    Data,
    Digits,
    Entity,
    Form,
    Header,
    Hidden,
    Invalid,
    Json,
    NotFound,
    QueryString,
    Refused,
    Request,
    Response,
    Unique,
    UploadFile,
    action,
    after,
    allow,
    before,
    check,
    computed,
    current_user,
    now,
    query,
    route,
)  # fmt: skip

Money = Annotated[Decimal, Digits(10, 2), Ge(0)]


class Product(Entity):
    """What is sold."""

    name: Annotated[str, MaxLen(40), Unique]
    price: Money
    cost: Annotated[Money, Hidden] = Decimal("0.00")
    stock: Annotated[int, Ge(0)] = 10
    slug: str = ""
    tags: list[Tag]
    lines: list[Line]

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "update", "delete", "restock")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles

    @before("create", "update")
    def slugged(self) -> None:
        self.slug = self.name.lower().replace(" ", "-")

    @action
    def restock(self, by: Annotated[int, Ge(1), Le(100)] = 10) -> dict[str, int]:
        """A plain function: it runs in a thread, and only calculates."""
        return {"stock": self.stock + by}


class Tag(Entity, key="name"):
    name: Annotated[str, MinLen(1)]
    products: list[Product]

    @allow("read", "create")
    def everyone(self) -> bool:
        return True


class Order(Entity):
    """What somebody buys."""

    account: Account = current_user()
    status: Literal["draft", "placed", "shipped"] = "draft"
    note: Annotated[str, MaxLen(20)] | None
    secret: str | None
    placed_at: datetime | None
    made_at: datetime = now()
    lines: list[Line]

    @computed
    def total(self) -> Decimal:
        return sum((line.price * line.quantity for line in self.lines), Decimal(0))

    @allow("read", fields=("account", "status", "note", "placed_at", "made_at", "total"))
    @allow("create", "update", fields=("note",))
    def own(self, user: Account) -> bool:
        return self.account == user

    @allow("place", "explode", "twice", "slow", "hand_over", "peek", "annotate")
    def own_draft(self, user: Account) -> bool:
        """Customers place their own drafts."""
        return self.account == user and self.status == "draft"

    @allow("read", "create", "update", "delete", "place")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles

    @check
    def placed_has_a_date(self) -> bool:
        """A placed order has a date."""
        return self.status == "draft" or self.placed_at is not None

    @before("update")
    async def stays_shipped(self, old: Order, data: Data) -> None:
        if old.status == "shipped" and self.status != "shipped":
            raise Conflict("A shipped order stays shipped.")

    @before("delete")
    def is_no_draft(self, user: Account | None) -> None:
        if self.status == "draft" and user is not None:
            raise Refused(423, "Drafts aren't deleted.")

    @after("create", "update", "delete")
    async def logged(self, data: Data, old: Order | None) -> None:
        await data.as_system().create(
            Event, text=f"order {self.id}: {old.status if old else '-'} -> {self.status}", order_id=self.id
        )


class Line(Entity):
    order: Order
    product: Product
    price: Money
    quantity: Annotated[int, Ge(1)] = 1

    @allow("read", "create")
    def own(self, user: Account) -> bool:
        return self.order.account == user


class Event(Entity, private=True):
    """What happened, for nobody to read by the API."""

    text: str
    order_id: int


@dataclass
class Gift:
    """Part of an action's body."""

    text: Annotated[str, MaxLen(10)]
    wrapped: bool = False


class Address(Struct):
    street: str
    zip_code: Annotated[str, MinLen(5)]
    country: Literal["NL", "DE"] = "NL"


@action
async def place(
    order: Order, data: Data, express: bool = False, gift: Gift | None = None, address: Address | None = None
) -> Order:
    """Place a draft order."""
    lines = await data.find(Line, Line.order == order, load=Line.product)
    if not lines:
        raise Conflict("There is nothing in this order.", hint="Add a line first.")
    system = data.as_system()
    for line in lines:
        if line.product.stock < line.quantity:
            raise Invalid(lines=f"has more of {line.product.name} than there is")
        await system.update(line.product, stock=line.product.stock - line.quantity)
    note = f"{'express' if express else 'normal'}{f' {gift.text} {gift.wrapped}' if gift else ''}"
    note += f" {address.zip_code} {address.country}" if address else ""
    return await system.update(order, status="placed", placed_at=datetime(2026, 1, 2, 3, tzinfo=UTC), note=note[:20])


@action
async def explode(order: Order, data: Data, how: Literal["conflict", "mistake", "check", "unique"]) -> None:
    """Writes, then fails."""
    await data.update(order, note="changed")
    match how:
        case "conflict":
            raise Conflict("No.", code="own")
        case "mistake":
            raise ZeroDivisionError("a secret of the server")
        case "check":
            await data.as_system().update(order, status="placed")
        case "unique":
            await data.as_system().create(Product, name="tea", price=1)


@action
async def twice(order: Order, data: Data) -> list[str]:
    """A part that fails is undone alone."""
    said: list[str] = []
    await data.update(order, note="one")
    try:
        async with data.transaction():
            await data.update(order, note="two")
            await data.as_system().create(Product, name="tea", price=1)
    except Refused:
        said.append("never")
    except Exception as error:
        said.append(type(error).__name__)
    async with data.transaction():
        said.append((await data.one(Order, Order.id == order.id)).note or "")
        await data.update(order, secret="kept") if False else None
    return said


@action
def slow(order: Order, seconds: float) -> str:
    """A plain function may wait: it runs in a thread."""
    time.sleep(seconds)
    return order.status


@action
async def hand_over(order: Order, to: Product) -> str:
    """A parameter that is a row is given by its key."""
    return to.name


@action
async def peek(order: Order, data: Data) -> list[Order | None]:
    """Rows that were read as the system are shown by the rules."""
    system = data.as_system()
    mine, others = await system.get(Order, order.id), await system.find(Order, Order.id != order.id)
    return [mine, *others]


@action(transaction=False)
async def annotate(order: Order, data: Data, note: str) -> Order:
    return await data.update(order, note=note)


@action(allow="signed_in")
async def new_order(user: Account, data: Data, products: list[int], note: str | None = None) -> Order:
    """A free action."""
    found = [await data.one(Product, Product.id == key) for key in products]
    lines = [{"product": each, "price": each.price} for each in found]
    return await data.create(Order, note=note, lines=lines)


@action(allow="everyone")
def about(request: Request, extras: dict[str, Any], list_of: list[Gift], any_json: Json = None) -> dict[str, Any]:
    return {
        "method": request.method,
        "path": request.path,
        "agent": request.headers.get("User-Agent"),
        "query": dict(request.query),
        "extras": extras,
        "gifts": list_of,
        "json": any_json,
    }


@query(allow="everyone")
async def orders_by_status(data: Data) -> dict[str, int]:
    return await data.count_by(Order.status)


# Routes ---------------------------------------------------------------------------------------------------------------


@route("GET", "/shop", allow="everyone")
async def front(data: Data) -> Response:
    names = [product.name for product in await data.find(Product, order="name")]
    return Response.html(f"<h1>{', '.join(names)}</h1>")


@route("GET", "/shop/{slug}", allow="everyone")
async def product_page(slug: str, data: Data, most: Money | None = None) -> dict[str, Any]:
    product = await data.one(Product, Product.slug == slug)
    if most is not None and product.price > most:
        raise NotFound("Too dear.")
    return {"product": product}


@route("GET", "/shop/new", allow="signed_in")
def newest() -> str:
    return "new"


@route("POST", "/shop/{slug}/reviews", allow="signed_in", status=201)
async def review(
    slug: str,
    text: Annotated[str, Body("text"), MaxLen(20)],
    gift: Annotated[Gift, Body("gift")],
    data: Data,
    user: Account,
) -> dict[str, Any]:
    product = await data.one(Product, Product.slug == slug)
    await data.as_system().update(product, price=Decimal("1.00"))
    if text == "undo":
        raise BadRequest("Undone.")
    return {"review": {"of": product.name, "text": text, "gift": gift, "by": user.id}}


@route("PUT", "/echo/{number}/{rest:path}", allow="everyone")
async def echo(
    number: Annotated[int, Ge(1)],
    rest: str,
    body: Address,
    agent: Annotated[str, Header("User-Agent")] = "",
    x_trace: Annotated[str | None, Header] = None,
    session: Annotated[str | None, Cookie] = None,
    page: Annotated[int, QueryString("p")] = 1,
    tag: list[str] = [],  # noqa: B006 - it is never changed
) -> list[Any]:
    return [number, rest, body, agent, x_trace, session, page, tag]


@route("POST", "/raw", allow="everyone")
async def raw(body: bytes) -> Response:
    return Response(body[::-1], 202, content_type="application/x-own", headers={"X-Own": "yes"})


@route("GET", "/redirect", allow="everyone")
def redirected() -> Response:
    response = Response.redirect("/shop/ä tea?x=1")
    response.set_cookie("seen", "1", max_age=60)
    return response


@route("GET", "/numbers", allow="everyone")
async def numbers(data: Data, most: int = 3) -> AsyncIterator[Any]:
    if most > 100:
        raise BadRequest("Too many.")
    for number in range(most):
        yield {"n": number, "orders": await data.count(Order)}


@route("POST", "/upload", allow="everyone")
async def upload(
    title: Annotated[str, Form], file: UploadFile, others: list[UploadFile] | None = None
) -> dict[str, Any]:
    return {
        "title": title,
        "name": file.filename,
        "type": file.content_type,
        "size": file.size,
        "text": (await file.read()).decode(),
        "others": len(others or ()),
    }


@route("POST", "/contact", allow="everyone")
async def contact(form: Annotated[Address, Form], newsletter: Annotated[bool, Form] = False) -> Any:
    return [form, newsletter]


@route("DELETE", "/nothing/{order}", allow="signed_in")
async def nothing(order: Order) -> None:
    """A row in the path."""


@route("GET", "/api/stats", allow="everyone")
async def stats(data: Data) -> dict[str, int]:
    """Below the API's own prefix."""
    return {"products": await data.count(Product)}


def boss(user: Account) -> bool:
    return "boss" in user.roles


@action(allow=boss)
def fire() -> str:
    """A role that no rule of an entity mentions."""
    return "fired"


@route("GET", "/ip", allow=boss)
async def ip(request: Request) -> list[str]:
    return [request.ip, request.method, request.path]
