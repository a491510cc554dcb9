"""A generated application of many entities, each with ten fields, three relations and four functions."""

from __future__ import annotations

HEADER = '''"""A large application."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, MaxLen

from backsmith import Account, Entity, Unique, Via, allow, check, computed, now
'''

ENTITY = '''

class Thing{number}(Entity):
    """Thing number {number}."""

    owner: Account
    previous: Thing{previous} | None
    followers: Annotated[list[Thing{next}], Via("previous")]
    name: Annotated[str, MaxLen(120)]
    code: Annotated[str, MaxLen(20), Unique]
    status: Literal["new", "active", "done"] = "new"
    price: Annotated[Decimal, Ge(0)]
    quantity: Annotated[int, Ge(1)] = 1
    weight: float | None
    active: bool = True
    made_at: datetime = now()
    tags: list[str]
    note: str | None

    @computed
    def total(self) -> Decimal:
        return self.price * self.quantity

    @check
    def done_has_a_note(self) -> bool:
        return self.status != "done" or self.note is not None

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.owner == user or any(each.active and each.owner == user for each in self.followers)

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles and (self.previous is None or self.previous.status != "done")
'''


def large_application(count: int) -> str:
    """The source of an application of `count` entities, each related to the ones beside it in a ring."""
    entities = (
        ENTITY.format(number=number, previous=(number - 1) % count, next=(number + 1) % count)
        for number in range(count)
    )
    return HEADER + "".join(entities)
