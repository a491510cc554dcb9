"""A model with a field of each type and a relation of each kind, open to anyone: what facts are tried on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen, MultipleOf

from backsmith import (
    Data,
    Digits,
    Email,
    Entity,
    File,
    Int16,
    Int32,
    Json,
    Pattern,
    Slug,
    Unique,
    Url,
    action,
    allow,
    computed,
    now,
    query,
)


class Size(StrEnum):
    """How large a tool is."""

    SMALL = "small"
    LARGE = "large"


class Maker(Entity):
    """Who makes tools. <b>Not</b> HTML & not a script: </script>."""

    name: Annotated[str, MaxLen(40), Unique]
    tools: list[Tool]

    @allow("read", "create", "update", "delete")
    def anyone(self) -> bool:
        return True


class Label(Entity):
    """What hangs on tools."""

    text: Annotated[str, MinLen(2), MaxLen(20)]
    tools: list[Tool]

    @allow("read", "create", "update", "delete")
    def anyone(self) -> bool:
        return True


class Tool(Entity):
    """A tool, with a field of each type."""

    maker: Maker
    spare: Tool | None
    labels: list[Label]
    name: Annotated[str, MinLen(1), MaxLen(30)]
    """What it is called."""
    slug: Annotated[Slug, Unique]
    email: Email | None
    page: Url | None
    code: Annotated[str, Pattern("^[A-Z]{2}-[0-9]{3}$"), MaxLen(6)]
    small: Annotated[Int16, Ge(-3), Lt(9)] = 1
    middle: Annotated[Int32, MultipleOf(5)] = 10
    large: int = 0
    weight: Annotated[float, Gt(0)] = 1.5
    price: Annotated[Decimal, Digits(6, 2), Ge(0)] = Decimal("12.50")
    exact: Decimal | None
    sold: bool = False
    day: Annotated[date, Ge(date(2020, 1, 1))] | None
    at: datetime = now()
    opens: time | None
    lasts: timedelta | None
    mark: UUID | None
    seal: bytes | None
    notes: Json | None
    tags: list[str] = []  # noqa: RUF012  a model
    sizes: list[int] = []  # noqa: RUF012  a model
    size: Size = Size.SMALL
    state: Literal["new", "old (worn)", "a/b"] = "new"
    photo: File | None

    @computed
    def total(self) -> int:
        """Twice the large number."""
        return self.large + self.large

    @allow("read", "create", "update", "delete", "lend")
    def anyone(self) -> bool:
        return True


@action
async def lend(tool: Tool, data: Data, days: Annotated[int, Ge(1), Le(30)] = 7) -> Tool:
    """Lend a tool for some days."""
    return await data.update(tool, sold=True)


@query(allow="everyone")
async def heaviest(data: Data, tags: list[str], least: Annotated[float, Ge(0)] = 0.0) -> int:
    """The number of the heaviest tool."""
    return len(tags) + int(least)
