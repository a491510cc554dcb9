"""From the claims of a token, or the entry of an API key, to the account's key of the right type and the roles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, cast
from uuid import UUID

from backsmith.blueprint.types import Integer, Text, Type, Uuid

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_MAX_TEXT = 1024

_MISSING: Any = object()


def find(claims: dict[str, Any], path: str) -> Any:
    """The claim of that name; or else the one that the dots lead to; None where there is none.

    Whole names come first because issuers have names like `https://shop.example/roles`.
    """
    if path in claims:
        return claims[path]
    found: Any = claims
    for name in path.split("."):
        found = cast("dict[str, Any]", found).get(name, _MISSING) if isinstance(found, dict) else _MISSING
        if found is _MISSING:
            return None
    return found


def account_reader(type: Type | None) -> Callable[[Any], Any]:
    """The function from a claim to an account's key of that type. It gives None for what is no such key.

    None is the type of an application without accounts: any text that names somebody.
    """
    match type:
        case Integer(bits=bits):
            return lambda value: _integer(value, 2 ** (bits - 1))
        case Uuid():
            return _uuid
        case Text(max_length=length):
            return lambda value: _text(value, _MAX_TEXT if length is None else length)
        case None:
            return lambda value: _text(value, _MAX_TEXT)
        case _:
            raise ValueError(f"an account's key is never of type {type}")


def described(type: Type | None) -> str:
    """What an account's key of that type is, in words."""
    match type:
        case Integer():
            return "a whole number, such as 12"
        case Uuid():
            return "a UUID"
        case _:
            return "a text"


def _integer(value: Any, limit: int) -> int | None:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    return value if type(value) is int and -limit <= value < limit else None


def _uuid(value: Any) -> UUID | None:
    return UUID(value) if isinstance(value, str) and _UUID.fullmatch(value) else None


def _text(value: Any, length: int) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= length and "\0" not in value else None


def roles_of(value: Any) -> frozenset[str] | None:
    """The roles of a claim: a list of texts, one text, or nothing. None is what is none of these."""
    if value is None:
        return frozenset()
    if isinstance(value, str):
        return frozenset((value,)) if value else frozenset()
    if isinstance(value, list | tuple) and all(isinstance(role, str) for role in cast("Iterable[Any]", value)):
        return frozenset(cast("list[str]", value))
    return None
