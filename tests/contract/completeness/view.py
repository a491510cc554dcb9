"""A model with what only adopted databases have: a view, and a table without a key."""

from __future__ import annotations

from backsmith import Entity, allow


class Sale(Entity, view=True, key=()):
    """A view without a key."""

    product: str
    sold: int

    @allow("read")
    def everyone(self) -> bool:
        return True


class Bestseller(Entity, view=True, key=("product",)):
    """A view with one."""

    product: str
    sold: int

    @allow("read")
    def everyone(self) -> bool:
        return True


class Journal(Entity, key=()):
    """Rows that have no address."""

    text: str

    @allow("read", "create", "update", "delete")
    def everyone(self) -> bool:
        return True
