"""A building: keys of two fields, foreign keys that share a column, and ranges of PostgreSQL's."""

from typing import Annotated

from backsmith import Account, Column, Entity, allow


class Firm(Entity):
    """Who rents."""

    name: str

    @allow("read")
    def everyone(self) -> bool:
        return True


class Room(Entity, key=("firm", "number")):
    """Where they sit."""

    firm: Firm
    number: int
    title: str

    @allow("read")
    def everyone(self) -> bool:
        return True


class Locker(Entity, key=("firm", "number")):
    """Where they keep their things."""

    firm: Firm
    number: int
    title: str

    @allow("read")
    def everyone(self) -> bool:
        return True


class Lease(Entity):
    """Everybody may know the room, nobody but the tenant the locker."""

    room: Annotated[Room, Column("firm_id", "room_number")]
    locker: Annotated[Locker, Column("firm_id", "locker_number")]
    tenant: Account

    @allow("read", fields=("room",))
    def everyone(self) -> bool:
        return True

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.tenant == user
