"""Teas, and who grows them: the model of the document in full."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Ge, MaxLen

from backsmith import Account, Data, Digits, Entity, Unique, action, allow, check, computed, query


class Garden(Entity):
    """Where tea grows."""

    name: Annotated[str, MaxLen(80), Unique]
    teas: list[Tea]

    @allow("read")
    def everyone(self) -> bool:
        """Everybody may look."""
        return True


class Tea(Entity):
    """What we pour."""

    name: Annotated[str, MaxLen(80)]
    """As it stands on the tin."""
    kind: Literal["green", "black"] = "green"
    price: Annotated[Decimal, Digits(6, 2), Ge(0)]
    note: str | None
    garden: Garden

    @computed
    def dear(self) -> bool:
        """Whether it costs more than ten."""
        return self.price > 10

    @allow("read")
    def everyone(self) -> bool:
        return True

    @allow("create", "update", "pour")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles

    @check
    def dear_teas_are_black(self) -> bool:
        """Green tea costs ten at most."""
        return self.kind == "black" or self.price <= 10


@action
async def pour(tea: Tea, data: Data, cups: Annotated[int, Ge(1)] = 1) -> int:
    """Pour some cups."""
    return cups


@query(allow="everyone")
async def cheapest(data: Data) -> Tea:
    """The cheapest tea."""
    return (await data.find(Tea, order="price", limit=1))[0]
