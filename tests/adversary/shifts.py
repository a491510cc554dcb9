"""Shifts with a range, which only PostgreSQL has."""

from typing import Annotated

from backsmith import Account, Column, Entity, allow


class Shift(Entity):
    """When someone works; only they know."""

    name: str
    hours: Annotated[str, Column(type="int4range")]
    account: Account

    @allow("read", fields=("name",))
    def everyone(self) -> bool:
        return True

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.account == user
