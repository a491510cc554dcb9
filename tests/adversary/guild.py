"""A guild: the model of the attacks on what is written. Own rows, teams, rules that compare before and after, links
that rules look at, unique values that not everybody may read, keys of text and of two fields, rows that point at
themselves.
"""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Ge

from backsmith import (
    Account,
    Assigned,
    Digits,
    Entity,
    Hidden,
    Int16,
    Json,
    OnDelete,
    References,
    Unique,
    Via,
    action,
    allow,
    check,
    computed,
    current_user,
)


class Fellow(Account):
    """Who belongs to the guild. Everybody knows the names; number and mail are each one's own."""

    name: str | None = None
    badge: Annotated[str, Unique] | None = None
    pin: Annotated[str, Hidden, Unique] | None = None
    rank: int = 0
    crews: list["Crew"]
    notes: Annotated[list["Note"], Via("fellow")]

    @allow("read", "update", fields=("name",))
    def everyone_signed_in(self, user: Account) -> bool:
        return True

    @allow("read")
    def own(self, user: Account) -> bool:
        return self == user


class Crew(Entity):
    """Who works together. Its members see it and change it; a crew that has a locked seal isn't changed any more."""

    title: str
    members: list[Fellow]
    seals: list["Seal"]
    jobs: list["Job"]

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("update", fields=("title", "seals"))
    def members_do(self, user: Account) -> bool:
        """Members change their crew."""
        return any(member == user for member in self.members)

    @allow("update", fields=("members",))
    def members_stay(self, user: Account) -> bool:
        """Who says who is a member stays one."""
        return any(member == user for member in self.members)


class Seal(Entity, key="slug"):
    """A mark on crews, under a key that whoever makes it chooses."""

    slug: Annotated[str, Assigned]
    worth: Annotated[Decimal, Digits(8, 2)] = Decimal("0.00")
    crews: list[Crew]

    @allow("read", "create", "update", "delete")
    def open(self, user: Account) -> bool:
        return not self.slug.startswith("royal")


class Job(Entity):
    """What a crew does; one below another."""

    crew: Crew
    title: Annotated[str, Unique]
    cost: Annotated[int, Ge(0)] = 0
    above: Annotated["Job | None", OnDelete("cascade")]
    below: list["Job"]
    stage: int = 0
    bid: Annotated[int, Hidden] | None = None

    @computed
    def double(self) -> int:
        return self.cost * 2

    @check
    def cost_below_limit(self) -> bool:
        """A job costs less than a billion."""
        return self.cost < 1_000_000_000

    @allow("read", "create", "delete")
    def of_own_crew(self, user: Account) -> bool:
        return any(member == user for member in self.crew.members)

    @allow("update", fields=("title", "cost", "above", "crew"))
    def plans(self, user: Account) -> bool:
        return any(member == user for member in self.crew.members)

    @allow("update", fields=("stage",))
    def goes_on(self, after: "Job", user: Account) -> bool:
        """A stage goes up by one."""
        return any(member == user for member in self.crew.members) and after.stage == self.stage + 1


class Note(Entity):
    """Of a fellow, pointed at by the badge, which only its bearer may read."""

    text: str
    fellow: Annotated[Fellow, References("badge")]
    writer: Fellow = current_user()

    @allow("read", "create")
    def signed_in(self, user: Account) -> bool:
        return self.writer == user


class Odd(Entity):
    """A value of each type, for whoever likes."""

    small: Int16 | None = None
    whole: int | None = None
    part: float | None = None
    exact: Annotated[Decimal, Digits(18, 4)] | None = None
    loose: Decimal | None = None
    yes: bool | None = None
    day: date | None = None
    at: datetime | None = None
    clock: time | None = None
    span: timedelta | None = None
    uid: UUID | None = None
    blob: bytes | None = None
    data: Json | None = None
    words: list[str] = []  # noqa: RUF012 - the default of a field, not an attribute that rows share
    numbers: list[int] = []  # noqa: RUF012 - as above
    text: Annotated[str, Unique] | None = None

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Spot(Entity, key=("room", "number")):
    """A key of two fields, and a row that points at its own kind by it."""

    room: str
    number: int
    near: "Spot | None"
    note: str | None = None

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Band(Entity):
    """What can't have a seal that is shut."""

    title: str
    seals: list["Stamp"]

    @allow("read", "create", "update")
    def unshut(self, user: Account) -> bool:
        return all(not seal.shut for seal in self.seals)


class Stamp(Entity, key="slug"):
    """A seal of bands."""

    slug: Annotated[str, Assigned]
    shut: bool = False
    bands: list[Band]

    @allow("read")
    def everyone(self) -> bool:
        return True


@action(allow="everyone")
def echo(what: Json = None, extras: dict[str, Any] | None = None) -> Json:
    """Says what it hears."""
    return what if extras is None else extras
