"""`@query` functions, ready to be called: who may, with which values of a request, and the JSON of what they return."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any, cast, get_type_hints

import msgspec

from backsmith import errors
from backsmith.blueprint.blueprint import Parameter, Query
from backsmith.blueprint.expressions import FALSE, TRUE
from backsmith.blueprint.simplify import simplify
from backsmith.blueprint.types import Json, List, Text
from backsmith.engine.access import AskerKind
from backsmith.engine.catalogue import did_you_mean
from backsmith.engine.code.objects import plain
from backsmith.engine.values import converter
from backsmith.errors import RequestError, UsageError
from backsmith.model.account import Account
from backsmith.model.data import Data

encode = msgspec.json.Encoder(decimal_format="number").encode


class Served:
    """One query, bound to its function."""

    def __init__(self, query: Query, hidden: Mapping[str, frozenset[str]]) -> None:
        """`hidden` are the names that no row shows, by entity.

        Raises UsageError when the function isn't there, which a compiled model rules out.
        """
        self.query = query
        self._hidden = hidden
        self.function = _function(query.function)
        hints = get_type_hints(self.function)
        self.data = [name for name, hint in hints.items() if hint is Data and name != "return"]
        self.user = [name for name, hint in hints.items() if _is_account(hint) and name != "return"]
        self.parameters = {parameter.name: parameter for parameter in query.parameters}

    def authorize(self, kind: AskerKind) -> None:
        """Raises RequestError UNAUTHENTICATED or FORBIDDEN where the asker may not call it."""
        allow = self.query.allow
        if allow is not None and not (self.query.needs_user and kind.anonymous):
            condition = simplify(allow, anonymous=kind.anonymous, roles=kind.roles)
            if condition == TRUE:
                return
            if condition != FALSE:
                raise UsageError(f"Who may call {self.query.name} can't be decided without asking the database.")
        if kind.anonymous:
            raise RequestError(
                errors.UNAUTHENTICATED,
                f"permission denied for function {self.query.name}",
                hint="Send a token: Authorization: Bearer …",
                headers=(("www-authenticate", "Bearer"),),
            )
        raise RequestError(errors.FORBIDDEN, f"permission denied for function {self.query.name}")

    def arguments(self, texts: Mapping[str, str], members: Mapping[str, Any]) -> dict[str, Any]:
        """The function's arguments from the texts of a query string or the members of a JSON body.

        Raises RequestError UNKNOWN_FUNCTION for parameters that don't fit, BAD_VALUE for values that don't.
        """
        given = {**texts, **members}
        for name in given:
            if name not in self.parameters:
                raise self._unfit(f"it has no parameter '{name}'", did_you_mean(name, self.parameters))
        values: dict[str, Any] = {}
        for name, parameter in self.parameters.items():
            if name in given:
                values[name] = _value(parameter, given[name], is_text=name in texts)
            elif parameter.required:
                raise self._unfit(f"the parameter '{name}' is missing", None)
        return values

    async def call(self, values: Mapping[str, Any], data: object, user: object) -> Any:
        """What the function returns, ready for `encode`."""
        injected = {**dict.fromkeys(self.data, data), **dict.fromkeys(self.user, user)}
        result = self.function(**values, **injected)
        if inspect.isawaitable(result):
            result = await result
        return plain(result, self._hidden)

    def _unfit(self, why: str, hint: str | None) -> RequestError:
        return RequestError(
            errors.UNKNOWN_FUNCTION,
            f"Could not call the function {self.query.name}: {why}",
            hint=hint or f"Its parameters are: {', '.join(self.parameters) or 'none'}.",
        )


def _value(parameter: Parameter, value: Any, *, is_text: bool) -> Any:
    if value is None:
        if not parameter.nullable:
            raise RequestError(errors.BAD_VALUE, f"{parameter.name} can't be null")
        return None
    if isinstance(parameter.type, Json) and not is_text:
        return value
    if isinstance(parameter.type, List) and not is_text:
        if not isinstance(value, list):
            raise RequestError(errors.BAD_VALUE, f"{parameter.name} must be a list")
        one = Parameter(name=parameter.name, type=parameter.type.item)
        return [_value(one, item, is_text=False) for item in cast("list[Any]", value)]
    if not is_text and isinstance(parameter.type, Text) != isinstance(value, str) and isinstance(parameter.type, Text):
        raise RequestError(errors.BAD_VALUE, f"{parameter.name} must be a text")
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return converter(parameter.type, "eq")(text)


def _function(path: str) -> Callable[..., Any]:
    module, _, name = path.partition(":")
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise UsageError(f"There is no function {path}.")
    return found


def _is_account(hint: Any) -> bool:
    options = getattr(hint, "__args__", None) or (hint,)
    return any(isinstance(option, type) and issubclass(option, Account) for option in options)
