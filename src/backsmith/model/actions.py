"""`@action`: a function of the application that changes something, as one transaction.

The method of an entity, or a function whose first parameter is one, is served at `/api/orders/{id}/place`; any other
at `/api/rpc/{name}`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, overload

from backsmith.model.queries import Allow

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Acting:
    """What one `@action` said."""

    allow: Allow | None
    retry: bool
    transaction: bool


if TYPE_CHECKING:

    @overload
    def action(function: Function, /) -> Function: ...
    @overload
    def action(
        *, allow: Allow | None = None, retry: bool = False, transaction: bool = True
    ) -> Callable[[Function], Function]: ...
    def action(*arguments: Any, **options: Any) -> Any:
        """Serve a function that changes something.

        On an entity, rules whose verb is its name say who may: `@allow("place")`. One that stands alone says
        `allow="everyone"`, `"signed_in"` or a function of the user. Parameters annotated `Data`, `Account` (needs
        someone signed in; `Account | None` doesn't) and `Request` are handed in; the others are members of the JSON
        body.

        Everything it does with `Data` is kept together, or not at all where it raises. With `retry` it is run again
        where another transaction came in between: only if it does nothing outside the database. Without `transaction`
        each write is kept on its own, and no row is locked: for what waits for other servers.
        """
        ...

else:

    def action(function=None, /, *, allow=None, retry=False, transaction=True):
        """As above."""

        def mark(function):
            setattr(function, ACTION, Acting(allow, retry, transaction))
            return function

        return mark if function is None else mark(function)


ACTION = "__backsmith_action__"
