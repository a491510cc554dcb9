"""What a column of SQLite's holds, by its declared type: the inverse of `SqliteDdl.column_type`."""

from __future__ import annotations

import re

from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Float,
    Integer,
    Json,
    Numeric,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases.sqlite.storage import affinity

MOST_DIGITS = 18
_ARGUMENTS = re.compile(r"\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)")
# Names that programs give to types which SQLite takes for numbers, or for anything.
_BY_NAME: tuple[tuple[str, Type], ...] = (
    ("bool", Boolean()),
    ("datetime", DateTime()),
    ("timestamp", DateTime()),
    ("date", Date()),
    ("time", Time()),
    ("uuid", Uuid()),
    ("guid", Uuid()),
    ("uniqueidentifier", Uuid()),
    ("json", Json()),
    ("string", Text()),
)
_DECIMALS = ("decimal", "dec", "numeric", "number", "money", "smallmoney", "currency")


def field_type(declared: str) -> Type:
    """The type of a field on a column of that declared type; Json, which takes any value, where it says nothing."""
    name = declared.lower().partition("(")[0].strip()
    match affinity(declared):
        case "integer":
            return Integer()
        case "real":
            return Float()
        case "text":
            return Text(max_length=_first_argument(declared))
        case "blob":
            return Bytes() if name else Json()
        case "numeric":
            if name in _DECIMALS:
                return _numeric(declared)
            return next((type for prefix, type in _BY_NAME if name.startswith(prefix)), Json())


def _first_argument(declared: str) -> int | None:
    match = _ARGUMENTS.search(declared)
    return int(match[1]) if match and int(match[1]) > 0 else None


def _numeric(declared: str) -> Numeric:
    match = _ARGUMENTS.search(declared)
    if match is None:
        return Numeric()
    digits = min(max(int(match[1]), 1), MOST_DIGITS)
    return Numeric(digits, min(int(match[2] or 0), digits), padded=True)
