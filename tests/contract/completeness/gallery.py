"""A model with one of everything that makes a contract hard: keys of all kinds, what is hidden, files, functions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, MaxLen

from backsmith import (
    Account,
    Data,
    Digits,
    Entity,
    File,
    Form,
    Hidden,
    Response,
    Secret,
    UploadFile,
    action,
    allow,
    query,
    route,
    uuid7,
)


def is_staff(user: Account) -> bool:
    return "staff" in user.roles


class Country(Entity, key=("code",)):
    """A key of text, which a new row has to be given."""

    code: Annotated[str, MaxLen(2)]
    name: str

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Seat(Entity, key=("row", "number")):
    """A key of two parts."""

    row: Annotated[str, MaxLen(1)]
    number: Annotated[int, Ge(1)]
    price: Annotated[Decimal, Digits(6, 2)] = Decimal("9.50")

    @allow("read", "hold")
    def signed_in(self, user: Account) -> bool:
        return True

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles

    @action
    async def hold(self, data: Data) -> None:
        """Hold a seat for a moment."""


class Ticket(Entity):
    """Fields of all kinds of rights: read by some, written and not read, hidden, encrypted, files."""

    id: UUID = uuid7()
    seat: Seat
    country: Country | None
    holder: str
    note: str | None
    pin: Annotated[str, Secret] = "0000"
    cost: Annotated[int, Hidden] = 1
    photo: File | None
    scan: File | None

    @allow("read", fields=("id", "holder", "photo"))
    def everyone(self) -> bool:
        return True

    @allow("create", fields=("seat", "holder", "note", "pin"))
    def buyers(self, user: Account) -> bool:
        return True

    @allow("read")
    def noted(self, user: Account) -> bool:
        return self.holder == "Ada"

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Suggestion(Entity):
    """Made by everyone, read by few."""

    text: str

    @allow("create")
    def everyone(self) -> bool:
        return True

    @allow("read")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Announcement(Entity):
    """Changed by those who can't make one."""

    text: str

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("update")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles


class Vault(Entity, private=True):
    """Served by nothing."""

    code: str


@dataclass
class Total:
    """A sum of tickets."""

    count: int
    price: Decimal | None = None


@query(allow="everyone")
async def sold(data: Data, most: int = 3, tags: list[str] = [], of: Total | None = None) -> list[Total]:  # noqa: B006
    """How many tickets were sold."""
    return []


@query(allow=is_staff)
async def takings(data: Data, of: Total) -> Total | None:
    """What a record asks for is called by POST alone."""


@action(allow="signed_in")
async def refund(data: Data, ticket: Ticket, amount: Annotated[Decimal, Digits(6, 2)]) -> Ticket | None:
    """Give money back."""
    return ticket


@action(allow=is_staff)
async def close_box_office(data: Data) -> None:
    """Sell nothing more."""


@route("POST", "/upload/{folder}", allow="signed_in", status=201)
async def upload(folder: str, title: Annotated[str, Form], file: UploadFile) -> dict[str, int]:
    """Take a file."""
    return {}


@route("GET", "/export/{rest:path}", allow=is_staff)
async def export(rest: str) -> AsyncIterator[Total]:
    """All tickets, a line each."""
    yield Total(1)


@route("GET", "/", allow="everyone")
async def front() -> Response:
    """The first page."""
    return Response.html("<p>Hello</p>")


@route("GET", "/numbers", allow="everyone")
@route("POST", "/numbers", allow="signed_in")
async def numbers(most: int = 3) -> list[int]:
    """Some numbers."""
    return [1, 2]
