"""The SQLite function that takes a value of one type to another: in, internal forms of `databases.dialect`; out, the
other type's, or null where the type has no such value. What it says is what `postgres.conversions` says in SQL."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Any

import msgspec

from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Sealed,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases import value_patterns
from backsmith.databases.sqlite.convert_json import scalar_of, write_json
from backsmith.databases.sqlite.convert_texts import read_json, read_text, write_text
from backsmith.databases.values import INTEGER_MAX, bad_value, exact_decimal, float_text

Convert = Callable[[Any], Any]
"""None for what can't be converted; it is never called with None."""
_EXACT = Context(prec=2000)
_LARGEST = Decimal(value_patterns.LARGEST_FLOAT)


def converter(was: Type, becomes: Type) -> Convert | None:
    """The function that takes a value of one type to the other; None where none could."""
    match was, becomes:
        case (Sealed(), _) | (_, Sealed()):
            return None
        case (Json(), Json()) | (Bytes(), Bytes()):
            return _same
        case List(item), List(other):
            one = converter(item, other)
            return None if one is None else _each(item, other, one)
        case List(), Json():
            return lambda value: write_json(value, was)
        case Json(), List(item):
            return lambda value: _list_of(value, item)
        case Text(), Json():
            return read_json
        case _, Json():
            return lambda value: write_json(value, was)
        case Json(), Text():
            return _held(becomes, _same)
        case Json(), _:
            return lambda value: scalar_of(value, becomes)
        case (List(), Text()):
            return _held(becomes, lambda value: write_json(value, was))
        case Text(), List(item):
            return lambda value: _list_of(checked, item) if (checked := read_json(value)) is not None else None
        case Text(), _:
            return lambda value: read_text(value, becomes)
        case List(), _:
            return None
        case _, Text() | Enum():
            return _held(becomes, lambda value: write_text(value, was))
        case _:
            return _between(was, becomes)


def _between(was: Type, becomes: Type) -> Convert | None:
    """Types that are neither texts nor made of others."""
    match was, becomes:
        case Boolean(), Integer():
            return int
        case Integer(), Boolean():
            return lambda value: value if value in (0, 1) else None
        case (Integer() | Float() | Numeric(), Integer() | Float() | Numeric()):
            return lambda value: _number(_decimal(value, was), becomes)
        case Date(), DateTime():
            return lambda value: read_text(value, becomes)
        case DateTime(), Date():
            return lambda value: None if (found := read_text(value, was)) is None else found[:10]
        case DateTime(), Time():
            return lambda value: None if (found := read_text(value, was)) is None else found[11:].partition("+")[0]
        case Uuid(), Bytes():
            return lambda value: bytes.fromhex(value.replace("-", ""))
        case Bytes(), Uuid():
            return lambda value: read_text(value.hex(), becomes)
        case _ if type(was) is type(becomes):
            return _same
        case _:
            return None


def _same(value: Any) -> Any:
    return value


def _held(becomes: Text | Enum, write: Convert) -> Convert:
    return lambda value: read_text(write(value), becomes)


def _decimal(value: Any, was: Type) -> Decimal | None:
    match was:
        case Float():
            return exact_decimal(value) if abs(value) < float("inf") else None
        case Numeric(places=places):
            return Decimal(value).scaleb(-places, _EXACT)
        case _:
            return Decimal(value)


def _number(value: Decimal | None, becomes: Type) -> Any:
    """The number in the internal form of a type of numbers, rounded half away from zero."""
    if value is None:
        return None
    match becomes:
        case Float():
            return float(value) + 0.0 if abs(value) <= _LARGEST else None
        case Numeric(digits=digits, places=places):
            scaled = int(value.scaleb(places, _EXACT).to_integral_value(ROUND_HALF_UP))
            limit = INTEGER_MAX if digits is None else 10**digits - 1
            return scaled if abs(scaled) <= min(limit, INTEGER_MAX) else None
        case Integer(bits):
            whole = int(value.to_integral_value(ROUND_HALF_UP))
            return whole if -(2 ** (bits - 1)) <= whole < 2 ** (bits - 1) else None
        case _:
            return None


def _each(item: Type, other: Type, one: Convert) -> Convert:
    def each(value: str) -> str | None:
        found: list[Any] = []
        for part in json.loads(value):
            converted = None if part is None else one(int(part) if isinstance(item, Boolean) else part)
            if converted is None and part is not None:
                return None
            found.append(bool(converted) if isinstance(other, Boolean) and converted is not None else converted)
        return _array(found)

    return each


def _array(items: list[Any]) -> str:
    return f"[{','.join(map(_internal_item, items))}]"


def _internal_item(value: Any) -> str:
    return float_text(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def _list_of(value: str, item: Type) -> str | None:
    """A JSON array as a list, if all of its items have a value of the list's type."""
    if not value.lstrip().startswith("["):
        return None
    found: list[Any] = []
    for raw in msgspec.json.decode(value, type=list[msgspec.Raw]):
        text = bytes(raw).decode()
        if text == "null":
            found.append(None)
            continue
        converted = scalar_of(text, item)
        if converted is None:
            return None
        found.append(bool(converted) if isinstance(item, Boolean) else converted)
    return _array(found)


@lru_cache(maxsize=256)
def _compiled(was: str, becomes: str) -> Convert | None:
    both = (msgspec.json.decode(text, type=Type) for text in (was, becomes))
    return converter(*both)


def convert(value: Any, was: str, becomes: str) -> Any:
    """The value in another type, both types as JSON; null where it has no such value."""
    if value is None:
        return None
    found = _compiled(was, becomes)
    return None if found is None else found(value)


def refuse(value: Any) -> None:
    """Stop the statement: the value was written since the rows were asked, and would be lost. Raises RequestError."""
    raise bad_value(f"{str(value)[:100]!r} has no value in the new type.")


FUNCTIONS: tuple[tuple[str, Callable[..., Any], int], ...] = (
    ("backsmith_convert", convert, 3),
    ("backsmith_refuse", refuse, 1),
)
