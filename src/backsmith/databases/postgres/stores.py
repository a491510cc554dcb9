"""PostgreSQL's columns: casts to their types, and arrays that bring many rows at once."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, cast

import msgspec

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.types import (
    Bytes,
    Date,
    DateTime,
    Duration,
    Enum,
    Float,
    Json,
    List,
    Numeric,
    Scalar,
    Sealed,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases.dialect import Dialect
from backsmith.databases.stores import ORDINAL, Bind, Cell, Envelope, Stores
from backsmith.databases.values import bad_value, microseconds

_SIZE = re.compile(r"\((\d+)(?:\s*,\s*\d+)?\)")
_UNSIZED = re.compile(r"\s*\([^)]*\)")

_OF_ANY_SIZE = {"char": "bpchar", "character": "bpchar", "bit": "varbit"}
"""What these are without a size: `char` alone is of one character."""


class PostgresStores(Stores):
    """A value is bound under the type of its internal form and cast to the type of its column.

    The cast leaves out sizes: `::varchar(3)` would cut a text, where the column itself refuses it.
    """

    tells_references = True

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def encoder(self, field: Field) -> Callable[[Any], Any]:
        if field.secret:
            return self.sealer(field)
        encode = self._dialect.encoder(field.type)
        if field.storage is None:
            return encode
        exact = _exactness(field.type, field.storage.lower())
        if exact is None:
            return encode

        def checked(value: Any) -> Any:
            encoded = encode(value)
            if not exact(encoded):
                raise bad_value(f"The database can't keep this value of {field.name} exactly")
            return encoded

        return checked

    def decoder(self, type: Type) -> Callable[[Any], Any] | None:
        match type:
            case Sealed():
                return Envelope
            case Json():
                return lambda text: msgspec.Raw(text.encode())
            case Numeric(places=places, padded=padded):
                return lambda value: _canonical(value, places, padded=padded)
            case List(Numeric() as item):
                one = cast("Callable[[Any], Any]", self.decoder(item))
                return lambda values: [None if value is None else one(value) for value in values]
            case _:
                return None

    def stored(self, sql: str, field: Field) -> str:
        column = self._column_type(field)
        storage = (field.storage or "").lower()
        match field.type:
            case DateTime() if field.storage is not None and "with time zone" not in storage and "tz" not in storage:
                return f"({sql} AT TIME ZONE 'UTC')::{column}"
            case Float() if storage in ("real", "float4"):
                return f"{sql}::text::{column}"  # 0.1 stays 0.1
            case Uuid() if field.storage is not None and storage != "uuid":
                return f"{sql}::text::{column}"
            case Json() if field.storage is not None and storage not in ("json", "jsonb"):
                # An array of what has no type here: a text that is NULL for what can't be kept would lose it.
                return f"ARRAY(SELECT jsonb_array_elements({sql}::jsonb))::{column}"
            case _:
                return f"{sql}::{column}"

    def null(self, field: Field) -> str:
        return f"NULL::{self._column_type(field)}"

    def many(self, cells: Sequence[Cell], bind: Bind, quote: Callable[[str], str]) -> str | None:
        if not cells:
            return None
        arrays: list[str] = []
        shown: list[str] = []
        for number, cell in enumerate(cells):
            type = cell.field.type
            # Arrays of arrays would be taken apart to the last value, so a list comes as the text of one.
            bound, text = (Text(), _array_text(type.item)) if isinstance(type, List) else (type, None)
            listed = List(cast(Scalar, bound))  # of bytes and JSON too
            arrays.append(bind(f"{cell.name}[]", self._taking(cell, text), listed))
            column = f"u.c{number}"
            column = f"{column}::{self._dialect.placeholder(0, type).partition('::')[2]}" if text else column
            shown.append(f"{self.stored(column, cell.field)} AS {quote(cell.column)}")
        names = ", ".join([*(f"c{number}" for number in range(len(cells))), "n"])
        return (
            f"SELECT {', '.join(shown)}, u.n - 1 AS {quote(ORDINAL)}"
            f" FROM unnest({', '.join(arrays)}) WITH ORDINALITY AS u({names})"
        )

    def keys(self, cells: Sequence[Cell], bind: Bind, quote: Callable[[str], str]) -> str:
        found = self.many(cells, bind, quote)
        assert found is not None  # a key has fields
        return found

    def lock(self, table: str, *, key: bool) -> str:
        return f" FOR {'UPDATE' if key else 'NO KEY UPDATE'} OF {table}"

    def _taking(self, cell: Cell, text: Callable[[Any], str] | None) -> Callable[[Any], Any]:
        encode, name = self.encoder(cell.field), cell.name

        def take(inputs: Any) -> list[Any]:
            values = [row.get(name) for row in inputs.rows]
            encoded = [None if value is None else encode(value) for value in values]
            return encoded if text is None else [None if value is None else text(value) for value in encoded]

        return take

    def _column_type(self, field: Field) -> str:
        name = _UNSIZED.sub("", self._dialect.ddl.column_type(field))
        base, array, _ = name.partition("[]")
        return _OF_ANY_SIZE.get(base.lower(), base) + array


def _exactness(type: Type, storage: str) -> Callable[[Any], bool] | None:
    """Whether a column of such a type gives a value back as it is; None where it gives back all of the type's."""
    size = _SIZE.search(storage)
    match type:
        case Float() if storage in ("real", "float4"):
            return _fits_real
        case DateTime() | Time() if size is not None and int(size[1]) < 6:
            unit = 10 ** (6 - int(size[1]))
            return lambda value: value.microsecond % unit == 0
        case Duration() if size is not None and int(size[1]) < 6:
            unit = 10 ** (6 - int(size[1]))
            return lambda value: microseconds(value) % unit == 0
        case Text() if storage.startswith(("char(", "character(", "bpchar")) or storage in ("char", "character"):
            return lambda value: not value.endswith(" ")
        case Numeric() if storage == "money":
            return lambda value: value == round(value, 2)
        case _:
            return None


def _fits_real(value: float) -> bool:
    """Whether the shortest text of the single that is nearest to the value is the value's own."""
    try:
        (single,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return False
    for digits in range(6, 10):
        text = float(f"{single:.{digits}g}")
        if struct.unpack("f", struct.pack("f", text))[0] == single:
            return text == value
    return False


def _canonical(value: Decimal, places: int, *, padded: bool) -> Decimal:
    """The number with all its places, or without trailing zeros, as its JSON has it."""
    if not value.is_finite():
        return value
    if padded:
        return value if value.as_tuple().exponent == -places else value.quantize(Decimal(1).scaleb(-places))
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else value


def _array_text(item: Type) -> Callable[[Sequence[Any]], str]:
    """The function that takes a list of encoded items to the text of an array."""

    def text(value: Any) -> str:
        match item:
            case _ if value is None:
                return "NULL"
            case Text() | Enum():
                return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
            case Float():
                return repr(value)
            case Numeric():
                return format(value, "f")
            case DateTime():
                return f'"{cast(datetime, value).astimezone(UTC).isoformat()}"'
            case Time():
                return f'"{cast(time, value).isoformat()}"'
            case Duration():
                return f'"{microseconds(value)} microseconds"'
            case Bytes():
                return rf'"\\x{value.hex()}"'
            case Date():
                return value.isoformat()
            case _:
                return str(value).lower()  # integers, booleans, UUIDs

    return lambda values: "{" + ",".join(map(text, values)) + "}"
