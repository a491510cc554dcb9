"""Conditions on fields, and how a query spells them: `where={"total": gte(10), "note": not_(is_null())}`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar, cast
from urllib.parse import quote

from .values import plain

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
_LISTS = frozenset({"cs", "cd", "ov", "eq", "neq"})


@dataclass(frozen=True)
class Condition(Generic[T_co]):
    """An operator and what it compares with."""

    operator: str
    value: Any
    negated: bool = False


def eq(value: T) -> Condition[T]:
    """Is equal to it."""
    return Condition("eq", value)


def neq(value: T) -> Condition[T]:
    """Isn't equal to it, and isn't null."""
    return Condition("neq", value)


def gt(value: T) -> Condition[T]:
    """Is greater."""
    return Condition("gt", value)


def gte(value: T) -> Condition[T]:
    """Is greater or equal."""
    return Condition("gte", value)


def lt(value: T) -> Condition[T]:
    """Is less."""
    return Condition("lt", value)


def lte(value: T) -> Condition[T]:
    """Is less or equal."""
    return Condition("lte", value)


def in_(values: Iterable[T]) -> Condition[T]:
    """Is one of them."""
    return Condition("in", list(values))


def like(pattern: str) -> Condition[str]:
    """Is like it: `*` for any text, `_` for a character."""
    return Condition("like", pattern)


def ilike(pattern: str) -> Condition[str]:
    """The same without regard to case."""
    return Condition("ilike", pattern)


def match(pattern: str) -> Condition[str]:
    """Matches a regular expression."""
    return Condition("match", pattern)


def search(words: str) -> Condition[str]:
    """Has the words, as in web searches."""
    return Condition("wfts", words)


def contains(values: Any) -> Condition[Any]:
    """A list has all of them; an object of JSON has these members."""
    return Condition("cs", values)


def contained_in(values: Any) -> Condition[Any]:
    """It has nothing beside them."""
    return Condition("cd", values)


def overlaps(values: Sequence[Any]) -> Condition[Any]:
    """A list has one of them."""
    return Condition("ov", values)


def is_null() -> Condition[Any]:
    """Is null."""
    return Condition("is", None)


def not_(condition: Condition[T]) -> Condition[T]:
    """The condition doesn't hold."""
    return replace(condition, negated=not condition.negated)


Where = Mapping[str, Any]


def filters(where: Where | None, either: Sequence[Where] = ()) -> list[str]:
    """The parameters of a query: all of `where` holds, and one of `either` does."""
    found = [f"{_encoded(name)}={_encoded(_spelled(each, within=False))}" for name, each in _conditions(where)]
    if either:
        ways = (
            f"and({','.join(f'{name}.{_spelled(each, within=True)}' for name, each in _conditions(way))})"
            for way in either
        )
        found.append(f"or={_encoded('(' + ','.join(ways) + ')')}")
    return found


def parameters(given: Mapping[str, Any]) -> list[str]:
    """Arguments as parameters of a query; a list is said by saying its name again."""
    found: list[str] = []
    for name, value in given.items():
        several = cast("Sequence[Any]", value) if isinstance(value, list | tuple) else [value]
        found += [f"{_encoded(name)}={_encoded(_text(each))}" for each in several]
    return found


def key_path(key: Any) -> str:
    """The address of a row below its collection."""
    parts = cast("tuple[Any, ...]", key) if isinstance(key, tuple) else (key,)
    return ",".join(quote(_text(part), safe="") for part in parts)


def _conditions(where: Where | None) -> Iterable[tuple[str, Condition[Any]]]:
    for name, value in (where or {}).items():
        if isinstance(value, Condition):
            yield name, cast("Condition[Any]", value)
        else:
            yield name, Condition("is" if value is None or isinstance(value, bool) else "eq", value)


def _spelled(condition: Condition[Any], *, within: bool) -> str:
    value = condition.value
    if condition.operator == "in":
        text = f"({','.join(map(_quoted, value))})"
    elif isinstance(value, list | tuple) and condition.operator in _LISTS:
        text = f"{{{','.join(map(_quoted, cast('Sequence[Any]', value)))}}}"
    elif isinstance(value, dict):
        text = json.dumps(value, default=plain)
    else:
        text = _text(value)
    if within and condition.operator != "in" and re.search(r'[,()"\\{}\s]|^$', text):
        text = _quoted(text)
    return f"{'not.' if condition.negated else ''}{condition.operator}.{text}"


def _text(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case _:
            return str(plain(value))


def _quoted(value: Any) -> str:
    text = _text(value)
    if isinstance(value, int | float):
        return text
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _encoded(text: str) -> str:
    return quote(text, safe=",:>*-._~()")


def given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are given."""
    return {name: value for name, value in arguments.items() if value is not None}


def headers(arguments: Mapping[str, Any]) -> dict[str, str]:
    """Those of the arguments that are given, as headers."""
    return {name: _text(value) for name, value in given(arguments).items()}
