"""A gallery: something of everything that a client has to do with, for the tests of the TypeScript client.

Its texts are hostile here and there: */ ends no comment, and `${this}` is not run.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from annotated_types import Ge, Le, MaxLen, MinLen

from backsmith import (
    Accept,
    Account,
    Conflict,
    Data,
    Digits,
    Email,
    Entity,
    File,
    Int32,
    Json,
    Pattern,
    Response,
    Slug,
    Unique,
    Url,
    Via,
    action,
    allow,
    field,
    now,
    query,
    route,
)


class Kind(StrEnum):
    """What a picture is made with."""

    OIL = "oil"
    INK = "ink"
    OTHER = 'an "other" \\ kind'


class Person(Account):
    """Who paints, and who owns."""

    slug: Annotated[Slug, Unique] | None
    painted: Annotated[list[Picture], Via("painter")]

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Picture(Entity):
    """A picture. */ alert(1) /* ${alert(1)}"""

    title: Annotated[str, MinLen(1), MaxLen(5)]
    """At most five characters, also where one of them is a 🖼."""
    painter: Person
    owner: Person | None
    part_of: Picture | None
    parts: list[Picture]
    rooms: list[Room]
    kind: Kind = Kind.OIL
    state: Literal["draft", "hung"] = "draft"
    price: Annotated[Decimal, Digits(10, 2), Ge(0)] = Decimal(0)
    serial: int = 0
    size: Annotated[Int32, Ge(1), Le(1000)] | None
    weight: float | None
    tags: list[str] = []  # noqa: RUF012  a default of the model, copied for each row
    notes: Json | None
    painted_on: date | None
    hung_at: datetime | None
    shown_for: timedelta | None
    opens: time | None
    code: UUID | None
    stamp: bytes | None
    web: Url | None
    mail: Email | None
    signature: Annotated[str, Pattern(r"^[A-Z]\w{2}$")] | None
    made_at: datetime = now()
    scan: File | None

    @allow("read", "create", "update", "delete", "hang")
    def everyone(self) -> bool:
        return True


class Room(Entity, key=("floor", "number")):
    """Where pictures hang."""

    floor: Annotated[str, MaxLen(10)]
    number: int
    name: str | None
    pictures: list[Picture]
    visits: list[Visit]

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Visit(Entity):
    """Somebody was in a room."""

    room: Room
    visitor: Person
    stars: Annotated[int, Ge(1), Le(5)] = 5

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.visitor == user

    @allow("create", fields=("room", "stars", "visitor"))
    def signed_in(self, user: Account) -> bool:
        return self.visitor == user


class Scan(Entity):
    """A picture of a picture: it has a file from the beginning."""

    image: Annotated[File, Accept("text/plain")]
    label: str | None

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Message(Entity):
    """What people tell us; who tells it doesn't see it again."""

    text: str

    @allow("create")
    def everyone(self) -> bool:
        return True

    @allow("read")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


@action
async def hang(picture: Picture, data: Data, wall: str = "north") -> Picture:
    """Hang a picture."""
    if picture.state == "hung":
        raise Conflict("It hangs already.", hint="Take it down first.")
    return await data.update(picture, state="hung", notes={"wall": wall})


@action(allow="everyone")
async def sweep(data: Data, before: date) -> int:
    """How many pictures are older."""
    return len(await data.find(Picture, field(Picture.painted_on) < before))


@query(allow="everyone")
async def cheapest(data: Data, limit: Annotated[int, Ge(1), Le(10)] = 3) -> list[Picture]:
    """The pictures that cost least."""
    return await data.find(Picture, order="price", limit=limit)


@query(allow="everyone")
async def matching(data: Data, tags: list[str]) -> list[str]:
    """A list of titles, by a list of tags."""
    return [each.title for each in await data.find(Picture, order="id") if set(tags) <= set(each.tags)]


@query(allow="signed_in")
async def whoami(user: Account) -> dict[str, Any]:
    """Who asks."""
    return {"id": user.id}


@route("GET", "/labels/{kind}", allow="everyone")
async def labels(kind: str, data: Data, upper: bool = False) -> Response:
    """The labels of pictures, to print."""
    text = "\n".join(each.title for each in await data.find(Picture, Picture.kind == kind, order="id"))
    return Response.text(text.upper() if upper else text)


@route("POST", "/echo", allow="everyone")
async def echo(words: list[str], times: int = 1) -> dict[str, list[str]]:
    """Says it again."""
    return {"words": words * times}
