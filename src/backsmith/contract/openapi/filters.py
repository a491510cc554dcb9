"""Filters and the other parts of the grammar as patterns. In: a field's type, a collection's fields. Out: JSON Schema.

Which operators fit which type is what the engine says (`databases.operators.Operators.fits`), for both databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from backsmith.blueprint.types import (
    Boolean,
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
    Type,
)
from backsmith.contract.contract import Collection, Input, Shape
from backsmith.contract.names import words
from backsmith.contract.openapi.patterns import WORD, escaped, item_of, one_of, plain_of, text_of, whole

_COMPARING = "eq|neq|gt|gte|lt|lte|isdistinct"
_TERMS = 8
"""Names in a `select` or `order`, and conditions in parentheses, that the pattern goes to."""
CONDITIONS = ("and", "or", "not.and", "not.or")


def filter_name(type: Type) -> str | None:
    """The name that the schema of a filter for the type has among the components; None of enums, whose values are each
    field's own."""
    match type:
        case Enum() | List(Enum()):
            return None
        case Integer(bits):
            return f"Integer{bits}Filter"
        case List(item):
            inner = filter_name(item)
            return None if inner is None else f"{inner.removesuffix('Filter')}ListFilter"
        case Sealed(of):
            return filter_name(of)
        case Numeric(digits, places):
            return f"Decimal{'' if digits is None else digits}p{places}Filter"
        case _:
            return f"{type.__class__.__name__}Filter"


def filter_schema(type: Type) -> dict[str, Any]:
    """What a filter by a field of the type looks like: `operator.value`."""
    truths = "(?:null|not_null|true|false|unknown)" if isinstance(type, Boolean) else "(?:null|not_null)"
    ways = [*_operations(type), rf"is[.]{truths}"]
    return {"type": "string", "pattern": whole(f"(?:not[.])?(?:{'|'.join(ways)})")}


def _operations(type: Type) -> list[str]:
    value = text_of(type)
    match type:
        case List(item):
            return [rf"(?:eq|neq|isdistinct|cs|cd|ov)[.]{value}"] if item else []
        case Json():
            return [rf"(?:{_COMPARING}|cs|cd)[.]{value}"]
        case Text():
            return [rf"(?:{_COMPARING})[.]{value}", *_patterns(), _among(type)]
        case Enum():
            return [rf"(?:{_COMPARING})[.]{value}", *_patterns()[:1], _among(type)]
        case _:
            return [rf"(?:{_COMPARING})[.]{value}", _among(type)]


def _patterns() -> list[str]:
    return [
        r"i?like[.][^\\\x00]*",
        rf"i?match[.]\^?{WORD}*[$]?",
        r"(?:plfts|phfts|wfts)[.][A-Za-z0-9]+(?: [A-Za-z0-9]+)*",
        r"fts[.][A-Za-z0-9]+",
    ]


def _among(type: Type) -> str:
    item = item_of(type)
    return rf"in[.]\({item}(?:,{item})*\)"


def conditions_schema(filters: Sequence[Input]) -> dict[str, Any]:
    """What conditions in parentheses look like, of the fields of a collection."""
    names = [each.name for each in filters]
    ways = [rf"{_names(names)}[.](?:not[.])?is[.](?:null|not_null)"]
    by_pattern: dict[str, list[str]] = {}
    for each in filters:
        pattern = plain_of(each.type)  # pyright: ignore[reportArgumentType] - a filter's type is a field's
        if pattern is not None:
            by_pattern.setdefault(pattern, []).append(each.name)
    ways += [rf"{_names(fields)}[.](?:not[.])?(?:eq|neq|gt|gte|lt|lte)[.]{p}" for p, fields in by_pattern.items()]
    one = f"(?:{'|'.join(ways)})"
    return {"type": "string", "pattern": whole(rf"\({one}(?:,{one}){{0,{_TERMS - 1}}}\)")}


def filter_example(type: Type, name: str) -> str:
    """A filter that could be asked: by what an example of the type is, or that there is a value."""
    match type:
        case Text(format=None, pattern=None):
            return f"ilike.*{words(name)}*"
        case Enum(values) if values:
            return f"eq.{values[0]}"
        case Boolean():
            return "is.true"
        case Integer() | Numeric() | Float():
            return "gte.1"
        case Date():
            return "gte.2026-01-23"
        case DateTime():
            return "gte.2026-01-23T13:45:00Z"
        case _:
            return "not.is.null"


def order_schema(filters: Sequence[Input]) -> dict[str, Any]:
    """What the order of a collection looks like: names with directions. Rows have no order by lists or JSON."""
    names = [each.name for each in filters if not isinstance(each.type, List | Json)]
    term = rf"{_names(names)}(?:[.](?:asc|desc))?(?:[.](?:nullsfirst|nullslast))?"
    return {"type": "string", "pattern": whole(f"{term}(?:,{term}){{0,{_TERMS - 1}}}")}


def select_schema(row: Shape, collection: Collection, shown: Iterable[str]) -> dict[str, Any]:
    """What a `select` of a collection looks like: its fields, and whole related rows. `shown` are the relations whose
    rows the audience may read."""
    names = ["[*]", *(escaped(member.name) for member in row.members)]
    related = [escaped(each.name) for each in collection.relationships if each.name in set(shown)]
    ways = [*names, *([rf"(?:{'|'.join(related)})(?:!inner|!left)?\([*]\)"] if related else [])]
    item = f"(?:{'|'.join(ways)})"
    return {"type": "string", "pattern": whole(f"(?:{item}(?:,{item})*)?")}  # an empty one shows nothing


def columns_schema(shape: Shape) -> dict[str, Any]:
    """What `columns` looks like: names of members of a body."""
    name = _names([member.name for member in shape.members])
    return {"type": "string", "pattern": whole(f"{name}(?:,{name})*")}


def unique_schema(collection: Collection, unique: Iterable[str]) -> dict[str, Any]:
    """What `on_conflict` looks like: one of the sets of fields that are unique together."""
    sets = [collection.key, *((name,) for name in unique), *collection.uniques]
    return {"type": "string", "enum": list(dict.fromkeys(",".join(each) for each in sets if each))}


def _names(names: Sequence[str]) -> str:
    return one_of(list(names))
