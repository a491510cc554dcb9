"""Functions of the application, ready to be called: who may, and with what they are handed.

An `async def` runs on the event loop. A plain `def` runs in a thread, so that it may take its time; hooks alone are
called where they stand, for they are asked of every row.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from backsmith import errors
from backsmith.blueprint.blueprint import Injected
from backsmith.blueprint.expressions import FALSE, TRUE, Node
from backsmith.blueprint.simplify import simplify
from backsmith.engine.access import AskerKind
from backsmith.engine.code.finding import found
from backsmith.errors import RequestError, UsageError


class Handed(NamedTuple):
    """What functions are handed, as far as it is there."""

    data: Any = None
    user: Any = None
    request: Any = None
    row: Any = None
    old: Any = None


class Function:
    """One function of the application."""

    def __init__(self, path: str, injected: Sequence[Injected]) -> None:
        """Raises UsageError when the function isn't there, which a compiled model rules out."""
        self.call: Callable[..., Any] = found(path)
        self._injected = [(each.name, each.what) for each in injected]
        self._waits = inspect.iscoroutinefunction(self.call) or inspect.isasyncgenfunction(self.call)

    def handed(self, handed: Handed) -> dict[str, Any]:
        """What it is handed, by the names of its parameters."""
        return {name: getattr(handed, what) for name, what in self._injected}

    async def __call__(self, values: Mapping[str, Any], handed: Handed) -> Any:
        """What it returns."""
        arguments = {**values, **self.handed(handed)}
        result = self.call(**arguments) if self._waits else await asyncio.to_thread(self.call, **arguments)
        return await result if inspect.isawaitable(result) else result

    async def call_here(self, handed: Handed) -> Any:
        """What it returns, called where it stands."""
        result = self.call(**self.handed(handed))
        return await result if inspect.isawaitable(result) else result


def refuse_others(name: str, allow: Node | None, kind: AskerKind, *, needs_user: bool) -> None:
    """Raise RequestError UNAUTHENTICATED or FORBIDDEN where that kind of asker may not call the function."""
    if not kind.calls(name):
        raise RequestError(
            errors.FORBIDDEN,
            f"permission denied for function {name}",
            hint=f"The API key's scopes leave it out; call:{name} would let it in.",
        )
    if allow is not None and not (needs_user and kind.anonymous):
        condition = simplify(allow, anonymous=kind.anonymous, roles=kind.roles)
        if condition == TRUE:
            return
        if condition != FALSE:
            raise UsageError(f"Who may call {name} can't be decided without asking the database.")
    if kind.anonymous:
        raise unauthenticated(f"permission denied for function {name}")
    raise RequestError(errors.FORBIDDEN, f"permission denied for function {name}")


def unauthenticated(message: str) -> RequestError:
    """The refusal of somebody who hasn't signed in."""
    return RequestError(
        errors.UNAUTHENTICATED,
        message,
        hint="Send a token: Authorization: Bearer …",
        headers=(("www-authenticate", "Bearer"),),
    )
