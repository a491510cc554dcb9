"""`@query`: a read-only function of the application, served at `/api/rpc/{name}`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
Allow = Callable[..., bool] | Literal["everyone", "signed_in"]


@dataclass(frozen=True, slots=True)
class Offered:
    """What one `@query` said; `allow` None is a mistake that the compiler reports."""

    allow: Allow | None


if TYPE_CHECKING:

    def query(*, allow: Allow) -> Callable[[Function], Function]:
        """Serve a function that reads.

        `allow` says who may call it: "everyone", "signed_in", or a function of the user such as
        `def staff(user: Account) -> bool`. Of the function's parameters `data: Data` and `user: Account` are handed to
        it; the others come with the request.
        """
        ...

else:

    def query(function=None, /, *, allow=None):
        """As above; one without `allow` is let through, for the compiler to report at its place."""

        def mark(function):
            setattr(function, QUERY, Offered(allow))
            return function

        return mark if function is None else mark(function)


QUERY = "__backsmith_query__"
