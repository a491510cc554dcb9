"""A small shop: the model whose requests are counted."""

from datetime import datetime
from typing import Annotated

from backsmith import Account, Entity, Index, Indexed, Via, allow


class Customer(Entity):
    """Who buys."""

    name: str
    city: str
    account: Account | None
    orders: Annotated[list["Order"], Via("customer")]

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True


class Order(Entity, indexes=[Index("channel", "placed_at"), Index("channel")]):
    """What is bought: two indexes begin alike, and nobody asks for a weight."""

    customer: Customer
    status: str
    number: int
    channel: str
    weight: Annotated[int, Indexed]
    placed_at: datetime

    @allow("read")
    def own(self, user: Account) -> bool:
        return self.customer.account == user

    @allow("read", "create", "update", "delete")
    def staff(self, user: Account) -> bool:
        return "staff" in user.roles
