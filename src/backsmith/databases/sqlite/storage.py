"""Columns of databases that Backsmith didn't create, taken to the internal form of their fields' types.

SQLite keeps what it is given: a column `datetime` may hold texts of many shapes or seconds since 1970, a `decimal`
floats or integers. What can't be read as the field's type is passed on as the text it is.
"""

from __future__ import annotations

from typing import Literal

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

Affinity = Literal["integer", "text", "blob", "real", "numeric"]


def affinity(declared: str) -> Affinity:
    """What SQLite makes of a column's declared type (https://sqlite.org/datatype3.html, section 3.1)."""
    name = declared.upper()
    if "INT" in name:
        return "integer"
    if "CHAR" in name or "CLOB" in name or "TEXT" in name:
        return "text"
    if "BLOB" in name or not name.strip():
        return "blob"
    if "REAL" in name or "FLOA" in name or "DOUB" in name:
        return "real"
    return "numeric"


def load(column: str, type: Type, storage: str) -> str:
    """SQL of the internal form of `column`, whose type the database declares as `storage`.

    `storage` may end in `collate …` where the column compares texts otherwise than by code point.
    """
    declared, _, collation = storage.lower().partition(" collate ")
    kept_as = affinity(declared)
    match type:
        case Text() | Enum():
            text = column if kept_as == "text" else f"CAST({column} AS TEXT)"
            return f"({text} COLLATE BINARY)" if collation not in ("", "binary") else text
        case Integer():
            return column if kept_as == "integer" else f"CAST({column} AS INTEGER)"
        case Float():
            return column if kept_as == "real" else f"CAST({column} AS REAL)"
        case Boolean():
            words = "('1', 't', 'true', 'y', 'yes', 'on')"
            return f"CASE typeof({column}) WHEN 'text' THEN lower({column}) IN {words} ELSE {column} <> 0 END"
        case Numeric(places=places):
            if kept_as in ("text", "blob"):
                return f"backsmith_load_decimal({column}, {places})"
            unit = 10**places
            real = f"CAST(round({column} * {unit}.0) AS INTEGER)"
            return f"CASE typeof({column}) WHEN 'integer' THEN {column} * {unit} WHEN 'null' THEN NULL ELSE {real} END"
        case DateTime():
            return f"backsmith_load_datetime({column})"
        case Date():
            return f"backsmith_load_date({column})"
        case Time():
            return f"backsmith_load_time({column})"
        case Duration():
            return column if kept_as == "integer" else f"CAST({column} AS INTEGER)"
        case Uuid():
            return f"backsmith_load_uuid({column})"
        case Json():
            # 1: JSON text, 8: SQLite's own binary JSON.
            other = f"json_quote(CAST({column} AS TEXT))"
            return f"CASE WHEN json_valid({column}, 9) THEN json({column}) WHEN {column} IS NOT NULL THEN {other} END"
        case Bytes() | List() | Sealed():
            return column
