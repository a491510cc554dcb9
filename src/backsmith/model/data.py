"""`Data`: the application's data as its own functions use it. The engine implements it.

To a type checker `Order.total` is the field's type and a comparison a bool; at run time they are paths and conditions,
which become SQL by the same expression tree as rules (see `model.conditions`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from decimal import Decimal
from typing import Any, Protocol, TypeVar, overload

from backsmith.model.conditions import Condition
from backsmith.model.entity import Entity

E = TypeVar("E", bound=Entity)
T = TypeVar("T")
N = TypeVar("N", int, float, Decimal, timedelta)
Where = Condition | bool


class Data(Protocol):
    """The data of the application, under the rules for whoever asks. All names are checked when they are used.

    Rows come as objects of the application's classes. Of a relation they hold the key alone, unless `load` names it:
    `load=Order.lines`, `load=("customer.account", "lines")`; a computed field that is named is calculated by the
    database. Conditions that speak of what who asks may not read see None there.
    """

    # Reading
    async def get(self, entity: type[E], key: Any, /, *, load: Any = (), lock: bool = False) -> E | None:
        """The row with that key (a tuple where the key has several fields), or None.

        With `lock` nobody else changes it until the transaction ends.
        """
        ...

    async def find(
        self,
        entity: type[E],
        /,
        *where: Where,
        order: str | Sequence[str] = (),
        limit: int | None = None,
        offset: int = 0,
        load: Any = (),
        lock: bool = False,
    ) -> list[E]:
        """The rows that meet all conditions; `order` names fields, with "-" in front for the largest first."""
        ...

    async def first(
        self,
        entity: type[E],
        /,
        *where: Where,
        order: str | Sequence[str] = (),
        load: Any = (),
        lock: bool = False,
    ) -> E | None:
        """The first of the rows that meet all conditions, or None."""
        ...

    async def one(self, entity: type[E], /, *where: Where, load: Any = (), lock: bool = False) -> E:
        """The row that meets all conditions. Raises NotFound where there is none, UsageError where there are more."""
        ...

    async def exists(self, entity: type[Entity], /, *where: Where) -> bool:
        """Whether a row meets all conditions."""
        ...

    async def count(self, entity: type[Entity], /, *where: Where) -> int:
        """How many rows meet all conditions."""
        ...

    async def count_by(self, field: T, /, *where: Where) -> dict[T, int]:
        """How many rows there are of each value of a field: `count_by(Order.status)`."""
        ...

    async def sum(self, field: N | None, /, *where: Where) -> N:
        """The sum of a field: `sum(Order.total, Order.status == "placed")`; of nothing, zero."""
        ...

    @overload
    async def avg(self, field: float, /, *where: Where) -> float | Decimal | None: ...
    @overload
    async def avg(self, field: N | None, /, *where: Where) -> N | Decimal | None: ...

    async def min(self, field: T | None, /, *where: Where) -> T | None:
        """The smallest value of a field; of nothing, None."""
        ...

    async def max(self, field: T | None, /, *where: Where) -> T | None:
        """The largest value of a field; of nothing, None."""
        ...

    # Writing
    @overload
    async def create(self, row: E, /) -> E: ...
    @overload
    async def create(self, entity: type[E], /, **values: Any) -> E:
        """Make a row, and give it as it is then. Relations take rows: `lines=[Line(product=tea)]` makes those too.

        A row that who asks may not read holds what was given, and its key.
        """
        ...

    async def create_many(self, entity: type[E], rows: Iterable[E | Mapping[str, Any]], /) -> list[E]:
        """Make several rows in one statement."""
        ...

    async def update(self, row: E, /, **values: Any) -> E:
        """Change a row, and give it as it is then. Raises NotFound where it is gone. `row` itself stays as it was."""
        ...

    async def update_where(self, entity: type[Entity], /, *where: Where, **values: Any) -> int:
        """Change all rows that meet the conditions and that the rules let who asks change; gives how many."""
        ...

    async def delete(self, row: Entity, /) -> None:
        """Delete a row. Raises NotFound where it is gone already."""
        ...

    async def delete_where(self, entity: type[Entity], /, *where: Where) -> int:
        """Delete all rows that meet the conditions and that the rules let who asks delete; gives how many."""
        ...

    async def upsert(self, entity: type[E], on: str | tuple[str, ...], /, **values: Any) -> E:
        """Change the row that has the same unique values `on`, or make it: `upsert(Tag, "name", name="tea")`."""
        ...

    async def upsert_many(
        self,
        entity: type[E],
        on: str | tuple[str, ...],
        rows: Iterable[E | Mapping[str, Any]],
        /,
        *,
        ignore: bool = False,
    ) -> list[E]:
        """The same for several rows; with `ignore` those that exist are left as they are, and not given."""
        ...

    async def link(self, row: Entity, relation: Sequence[T], /, *others: T) -> None:
        """Connect rows of many to many: `link(product, Product.categories, tea)`. Linking twice does no harm."""
        ...

    async def unlink(self, row: Entity, relation: Sequence[T], /, *others: T) -> None:
        """Separate rows of many to many, without `others` from all."""
        ...

    # Together
    def transaction(self) -> AbstractAsyncContextManager[None]:
        """What is done in `async with data.transaction():` is kept together, or not at all where it raises.

        Inside of another one, an action for one, it is a savepoint: where it raises, that part alone is undone.
        """
        ...

    def as_system(self) -> Data:
        """The same data without rules, for what the application does itself. Checks and constraints hold."""
        ...

    def as_account(self, account: Entity | Any, /, *, roles: Iterable[str] = ()) -> Data:
        """The same data under the rules for that account, a row or a key; for None, of nobody."""
        ...

    # SQL
    async def sql(self, query: str, /, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a SELECT; `:name` in it stands for the parameter of that name. Rules do not apply to it."""
        ...

    async def execute(self, statement: str, /, **parameters: Any) -> None:
        """Run an INSERT, UPDATE or DELETE. Rules, checks in Python, hooks and the change log do not hear of it."""
        ...
