"""`@route`: addresses of the application's own, of any shape; and `@error_format`, how it answers what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from backsmith.errors import RequestError
from backsmith.model.queries import Allow
from backsmith.model.response import Response

Function = TypeVar("Function", bound=Callable[..., Any])
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Format = TypeVar("Format", bound=Callable[[RequestError], Response])


@dataclass(frozen=True, slots=True)
class Routed:
    """What one `@route` said."""

    method: str
    path: str
    allow: Allow | None
    status: int
    retry: bool
    transaction: bool


if TYPE_CHECKING:

    def route(
        method: Method, path: str, /, *, allow: Allow, status: int = 200, retry: bool = False, transaction: bool = True
    ) -> Callable[[Function], Function]:
        """Answer requests of that method to that path: `@route("GET", "/shop/{slug}", allow="everyone")`.

        Names in braces are parameters of the function, `{rest:path}` takes slashes too; by their types they are read
        from the address. Of the others `Data`, `Account` and `Request` are handed in; a dataclass, Struct or dict is
        the JSON body, `bytes` the body as it is, `UploadFile` a file of a form, anything else a parameter of the query
        string; `Annotated[…]` with `Header`, `Cookie`, `QueryString`, `Form` or `Body` says otherwise.

        It returns what is sent as JSON with `status`, a `Response`, or nothing (204); an async generator is sent piece
        by piece. What a POST, PUT, PATCH or DELETE does with `Data` is one transaction, as in an action.
        """
        ...

else:

    def route(method=None, path=None, /, *, allow=None, status=200, retry=False, transaction=True):
        """As above; what is missing is let through, for the compiler to report at its place."""

        def mark(function):
            said = Routed(method, path, allow, status, retry, transaction)
            setattr(function, ROUTES, [said, *getattr(function, ROUTES, ())])
            return function

        return mark


def error_format(function: Format) -> Format:
    """The function makes the response to every request that is refused or fails: of routes and of the API.

    It takes the `RequestError`: its `status`, `code`, `message`, `hint` and, of invalid values, `errors`.
    """
    setattr(function, ERROR_FORMAT, True)
    return function


ROUTES = "__backsmith_routes__"
ERROR_FORMAT = "__backsmith_error_format__"
