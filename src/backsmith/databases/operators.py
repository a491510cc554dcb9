"""How one database spells what a request may ask of a value: filters, JSON paths, casts, aggregates.

Left sides are SQL in the internal form (see `dialect`); right sides are placeholders. Tests keep SQL's three values.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from backsmith import errors
from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
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
from backsmith.databases.dialect import Dialect
from backsmith.errors import RequestError

COMPARISONS = {"eq": "=", "neq": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
PATTERNS = frozenset({"like", "ilike", "match", "imatch"})
SEARCHES = frozenset({"fts", "plfts", "phfts", "wfts"})
RANGES = frozenset({"sl", "sr", "nxr", "nxl", "adj"})
AVERAGE_PLACES = 6
"""Places that an average has beyond its field's."""


class Operators(ABC):
    """The spelling of filters, paths, casts and aggregates."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    # Tests ------------------------------------------------------------------------------------------------------

    def fits(self, operator: str, type: Type) -> bool:
        """Whether the operator means something for values of the type, on both databases."""
        if operator in ("eq", "neq", "isdistinct", "in"):
            return True
        if operator in COMPARISONS:
            return not isinstance(type, List)
        if operator in PATTERNS or operator in SEARCHES:
            return isinstance(type, Text | Enum)
        if operator in ("cs", "cd"):
            return isinstance(type, List | Json)
        return operator == "ov" and isinstance(type, List)

    @abstractmethod
    def compare(self, operator: str, left: str, right: str, type: Type) -> str:
        """`left operator right` of one of COMPARISONS, for values of one type."""

    @abstractmethod
    def distinct(self, left: str, right: str, type: Type) -> str:
        """Whether the two differ, null being a value like any other."""

    @abstractmethod
    def quantified(self, quantifier: str, items: str, test: Callable[[str], str], type: Type | None) -> str:
        """`test(item)` for any or all of the list bound at the placeholder `items`."""

    @abstractmethod
    def one_of(self, left: str, items: str, type: Type) -> str:
        """Whether `left` equals one of the list bound at `items`."""

    @abstractmethod
    def pattern(self, operator: str, left: str, pattern: str) -> str:
        """like, ilike, match or imatch against a bound pattern (made by `pattern_encoder`)."""

    @abstractmethod
    def pattern_encoder(self, operator: str) -> Callable[[str], Any]:
        """Takes a pattern's text to what is bound for it. Raises RequestError where this database can't mean it."""

    @abstractmethod
    def search(self, operator: str, left: str, query: str, language: str | None) -> str:
        """Full-text search of `left` for a bound query (made by `search_encoder`); `language` is a placeholder."""

    @abstractmethod
    def search_encoder(self, operator: str, language: str | None) -> Callable[[str], Any]:
        """Takes the text of a search to what is bound for it. Raises RequestError where it can't be read or meant."""

    @abstractmethod
    def contains(self, operator: str, left: str, right: str, type: Type) -> str:
        """cs, cd or ov, of lists or JSON."""

    @abstractmethod
    def range(self, operator: str, left: str, right: str) -> str:
        """A range operator. Raises RequestError UNSUPPORTED where the database has no ranges."""

    @abstractmethod
    def list_encoder(self, item: Type | None) -> Callable[[Sequence[Any]], Any]:
        """Takes the values of a list operand to what is bound for it."""

    @abstractmethod
    def list_type(self, item: Type | None) -> Type | None:
        """The type under which a list operand is bound."""

    # Values -----------------------------------------------------------------------------------------------------

    @abstractmethod
    def ordered(self, sql: str, type: Type) -> str:
        """`sql` so that ordering it by the database is the order of the type (texts by code point)."""

    @abstractmethod
    def step(self, sql: str, key: str, *, as_text: bool, is_index: bool) -> str:
        """One step into a JSON value; `key` is the placeholder of the key or index."""

    def cast(self, sql: str, source: Type, target: Type) -> str:
        """`sql` of one type as another; null where a text isn't a value of the type.

        Raises RequestError UNSUPPORTED for a cast that the two databases don't mean alike.
        """
        match source, target:
            case (a, b) if a == b:
                return sql
            case (Text() | Enum(), Text()):
                return sql
            case (_, Text()):
                return self.text(sql, source)
            case (Integer() | Boolean(), Integer()):
                return self.to_number(sql, source, target)
            case (Integer() | Numeric() | Float(), Integer() | Numeric() | Float()):
                return self.to_number(sql, source, target)
            case (Text(), Integer() | Numeric() | Float()):
                return self.to_number(sql, source, target)
            case (Date() | DateTime(), Date() | DateTime()):
                return self.to_time(sql, source, target)
            case (_, Json()):
                return self.to_json(sql, source)
            case _:
                raise RequestError(
                    errors.UNSUPPORTED,
                    f"{with_article(source)} can't be cast to {name_of(target)}",
                    hint="Cast to text, between numbers, from text to a number, or between date and timestamptz.",
                )

    def text(self, sql: str, type: Type) -> str:
        """The value as text: its JSON form without quotes."""
        json = self.dialect.json(sql, type, nullable=False, column=False)
        if isinstance(type, Date | DateTime | Time | Duration | Uuid | Enum):
            json = f"substr({json}, 2, length({json}) - 2)"
        if isinstance(type, Bytes):
            json = f"substr({json}, 3, length({json}) - 3)"
        return f"CASE WHEN {sql} IS NOT NULL THEN CAST({json} AS text) END"

    def to_json(self, sql: str, type: Type) -> str:
        """The value as a JSON value."""
        json = self.dialect.json(sql, type, nullable=False, column=False)
        return f"CASE WHEN {sql} IS NOT NULL THEN {json} END"

    @abstractmethod
    def to_number(self, sql: str, source: Type, target: Type) -> str:
        """A number, boolean or text as a number; halves round away from zero."""

    @abstractmethod
    def to_time(self, sql: str, source: Type, target: Type) -> str:
        """A date as the datetime of its midnight in UTC, a datetime as its date in UTC."""

    # Aggregates -------------------------------------------------------------------------------------------------

    def aggregate_type(self, function: str, type: Type) -> Type:
        """The type of an aggregate over values of the type. Raises RequestError WRONG_TYPE where it means nothing."""
        match function, type:
            case "count", _:
                return Integer()
            case ("sum", Integer()):
                return Integer()
            case ("sum", Numeric(digits, places, padded)):
                return Numeric(None, places, padded) if digits is None else Numeric(18, places, padded)
            case ("sum" | "avg", Float()):
                return Float()
            case ("avg", Integer()):
                return Numeric(18, AVERAGE_PLACES)
            case ("avg", Numeric(digits, places, _)):
                return Numeric(None if digits is None else 18, places + AVERAGE_PLACES)
            case ("min" | "max", Boolean() | Json() | List() | Bytes() | Uuid() | Sealed()):
                pass
            case ("min" | "max", _):
                return type
            case _:
                pass
        raise RequestError(errors.WRONG_TYPE, f"{function}() can't be taken of {with_article(type).lower()}")

    @abstractmethod
    def aggregate(self, function: str, sql: str, type: Type) -> str:
        """sum, avg, min, max or count over the values `sql` of the type; null over nothing (count: 0)."""


def type_of_value(value: Any) -> Type | None:
    """The type that a Python value is bound under; None (a plain text) for one of no type, such as None."""
    match value:
        case bool():
            return Boolean()
        case int():
            return Integer()
        case float():
            return Float()
        case Decimal():
            exponent = value.as_tuple().exponent
            return Numeric(None, max(0, -exponent) if isinstance(exponent, int) else 0)
        case datetime():
            return DateTime()
        case date():
            return Date()
        case time():
            return Time()
        case timedelta():
            return Duration()
        case UUID():
            return Uuid()
        case bytes():
            return Bytes()
        case dict():
            return Json()
        case [first, *_]:
            item = type_of_value(first)
            return Json() if item is None or isinstance(item, Json | List | Bytes | Sealed) else List(item)
        case _:
            return None


def with_article(type: Type) -> str:
    """`A text`, `An integer`."""
    name = name_of(type)
    return f"An {name}" if name[0] in "aeiou" else f"A {name}"


def name_of(type: Type) -> str:
    """The word for a type in messages."""
    return {
        Text: "text",
        Integer: "integer",
        Float: "float",
        Boolean: "boolean",
        Numeric: "decimal",
        Date: "date",
        DateTime: "datetime",
        Time: "time",
        Duration: "duration",
        Uuid: "uuid",
        Bytes: "bytes",
        Json: "json",
        Enum: "enum",
        List: "list",
        Sealed: "encrypted value",
    }[type.__class__]
