"""Notes of people: as small as an application can be that a scenario has something to say of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from backsmith import Account, Conflict, Data, Digits, Entity, action, allow, query


class Note(Entity):
    """What somebody wants to remember."""

    text: str
    price: Annotated[Decimal, Digits(18, 2)] | None
    due: date | None
    done: bool = False
    author: Account

    @allow("read", "create", "update", "finish")
    def own(self, user: Account) -> bool:
        return self.author == user

    @allow("delete")
    def keeper(self, user: Account) -> bool:
        return "keeper" in user.roles

    @action
    async def finish(self, data: Data) -> None:
        """It is done."""
        if self.done:
            raise Conflict("It is done already.")
        await data.update(self, done=True)


@query(allow="everyone")
async def count() -> int:
    """How many kinds of notes there are."""
    return 1
