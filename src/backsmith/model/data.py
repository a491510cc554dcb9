"""`Data`: the application's data as queries and actions use it. The engine implements it."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from backsmith.model.conditions import Condition
from backsmith.model.entity import Entity

E = TypeVar("E", bound=Entity)


class Data(Protocol):
    """The data of the application, under the rules for whoever asks."""

    async def get(self, entity: type[E], key: Any, /) -> E | None:
        """The row with that key (a tuple where the key has several fields), or None."""
        ...

    async def find(
        self,
        entity: type[E],
        /,
        *where: Condition | bool,
        order: str | tuple[str, ...] = (),
        limit: int | None = None,
        offset: int = 0,
    ) -> list[E]:
        """The rows that meet all conditions; `order` names fields, with "-" in front for the largest first."""
        ...

    async def count(self, entity: type[E], /, *where: Condition | bool) -> int:
        """How many rows meet all conditions."""
        ...

    async def sql(self, query: str, /, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a SELECT; `:name` in it stands for the parameter of that name. Rules do not apply to it."""
        ...
