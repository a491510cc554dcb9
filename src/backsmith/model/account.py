"""`Account`: who asks. An application may extend it: `class User(Account)` is then the application's account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from backsmith.model.entity import Entity
from backsmith.model.markers import Personal, Unique
from backsmith.model.types import Email


class Account(Entity):
    """Someone who can sign in."""

    email: Annotated[Email, Unique, Personal] | None
    name: Annotated[str, Personal] | None

    def __init__(self, *, roles: Iterable[str] = (), **values: Any) -> None:
        super().__init__(**values)
        self._roles = frozenset(roles)

    @property
    def roles(self) -> frozenset[str]:
        """What the account may act as. They come with each request, and are no field."""
        return self._roles
