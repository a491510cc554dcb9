"""Keys of every kind: a number, a text, a UUID, several fields; and a table without one."""

from typing import Annotated
from uuid import UUID

from annotated_types import MaxLen

from backsmith import Entity, allow


class Open(Entity, abstract=True):
    """What everyone may read."""

    @allow("read")
    def everyone(self) -> bool:
        return True


class Hall(Open, key="code"):
    code: Annotated[str, MaxLen(20)]
    seats: list["Seat"]


class Seat(Open, key=("hall", "number")):
    hall: Hall
    number: int
    tickets: list["Ticket"]


class Ticket(Open):
    id: UUID
    seat: Seat
    holder: str
    resold_as: "Ticket | None"
    resold_from: list["Ticket"]


class Visit(Open, key=()):
    holder: str
    times: int | None = None
