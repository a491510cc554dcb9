"""SQLite's columns: values as the column's declared type keeps them, JSON arrays that bring many keys at once.

SQLite changes what it is given by the affinity of the column (https://sqlite.org/datatype3.html, section 3): a column
`string` takes '007' for the number 7. A value that wouldn't come back as it is is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enum,
    Float,
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
from backsmith.databases.sqlite.load_functions import EPOCH
from backsmith.databases.sqlite.storage import affinity
from backsmith.databases.stores import ORDINAL, Bind, Cell, Envelope, Stores
from backsmith.databases.values import MICROSECOND, bad_value, decimal_text, finite_decimal, instant

_NUMBER = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*")
"""Texts that a column of numbers makes numbers of."""
_REAL_DIGITS = 15
"""Digits of a decimal number that every double keeps."""


class SqliteStores(Stores):
    """A value is bound in its column's own form."""

    tells_references = False
    put_off = "PRAGMA defer_foreign_keys = ON", "PRAGMA defer_foreign_keys = OFF"

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def encoder(self, field: Field) -> Callable[[Any], Any]:
        if field.secret:
            return self.sealer(field)
        encode = self._dialect.encoder(field.type)
        if field.storage is None:
            return _whole_decimal(encode, field) if isinstance(field.type, Numeric) else encode
        return _foreign(field, field.storage.lower().partition(" collate ")[0], encode)

    def decoder(self, type: Type) -> Callable[[Any], Any] | None:
        match type:
            case Boolean():
                return bool
            case Numeric(places=places, padded=padded):
                return lambda value: Decimal(decimal_text(value, places, padded=padded))
            case Date():
                return _or_text(date.fromisoformat)
            case DateTime():
                return _or_text(datetime.fromisoformat)
            case Time():
                return _or_text(time.fromisoformat)
            case Duration():
                return lambda value: value * MICROSECOND
            case Uuid():
                return _or_text(UUID)
            case Sealed():
                return Envelope
            case Json():
                return lambda value: msgspec.Raw((value if isinstance(value, str) else json.dumps(value)).encode())
            case List(item):
                one = self.decoder(item)
                return lambda text: [
                    value if value is None or one is None else one(value) for value in json.loads(text)
                ]
            case _:
                return None

    def stored(self, sql: str, field: Field) -> str:
        return sql

    def null(self, field: Field) -> str:
        return "NULL"

    def many(self, cells: Sequence[Cell], bind: Bind, quote: Callable[[str], str]) -> str | None:
        return None  # JSON isn't exact for every value, and running a statement again takes 5 microseconds

    def keys(self, cells: Sequence[Cell], bind: Bind, quote: Callable[[str], str]) -> str:
        encoders = [(cell.name, self.encoder(cell.field), isinstance(cell.field.type, Bytes)) for cell in cells]

        def take(inputs: Any) -> str:
            rows: list[list[Any]] = []
            for row in inputs.rows:
                values: list[Any] = []
                for name, encode, binary in encoders:
                    value = None if row[name] is None else encode(row[name])
                    values.append(value.hex() if binary and value is not None else value)
                rows.append(values)
            return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))

        listed = bind("~keys:" + ",".join(cell.name for cell in cells), take, Text())
        shown: list[str] = []
        for number, cell in enumerate(cells):
            item = f"json_extract(value, '$[{number}]')"
            shown.append(f"{f'unhex({item})' if encoders[number][2] else item} AS {quote(cell.column)}")
        return f"SELECT {', '.join(shown)}, key AS {quote(ORDINAL)} FROM json_each({listed})"


def _whole_decimal(encode: Callable[[Any], Any], field: Field) -> Callable[[Any], Any]:
    def checked(value: Any) -> int:
        scaled = encode(value)
        if isinstance(scaled, float):  # between two numbers that the column can hold, or beyond them
            raise _inexact(field)
        return scaled

    return checked


def _foreign(field: Field, declared: str, encode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The encoder for a column that Backsmith didn't make: the form that other programs most likely write."""
    kept_as = affinity(declared)
    numbers = kept_as in ("integer", "real", "numeric")
    match field.type:
        case Text() | Enum():
            return _not_a_number(field, encode) if numbers else encode
        case DateTime():
            return _seconds(field, kept_as) if kept_as in ("integer", "real") else _datetime
        case Date():
            return _days(field) if kept_as in ("integer", "real") else encode
        case Time():
            return _refusing(field) if kept_as in ("integer", "real") else encode
        case Uuid():
            if kept_as == "blob":
                return lambda value: _uuid(value).bytes
            if "32" in declared:
                return lambda value: _uuid(value).hex
            return _not_a_number(field, encode) if numbers else encode
        case Numeric(places=places):
            return _decimal(field, places, as_text=kept_as in ("text", "blob"))
        case Json():
            return _json_number(field, encode) if numbers else encode
        case Float() if kept_as == "integer":
            return encode
        case _:
            return encode


def _inexact(field: Field) -> Exception:
    return bad_value(f"The database can't keep this value of {field.name} exactly")


def _refusing(field: Field) -> Callable[[Any], Any]:
    def refuse(value: Any) -> Any:
        raise bad_value(f"{field.name} is kept in a form that Backsmith can read, but not write")

    return refuse


def _not_a_number(field: Field, encode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def checked(value: Any) -> str:
        text = encode(value)
        if _NUMBER.fullmatch(text):
            raise _inexact(field)
        return text

    return checked


def _json_number(field: Field, encode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """JSON that is a number itself is kept as one: whole numbers come back as they are."""

    def checked(value: Any) -> str:
        text = encode(value)
        if _NUMBER.fullmatch(text) and not (text.lstrip("-").isdigit() and len(text) <= 18):
            raise _inexact(field)
        return text

    return checked


def _datetime(value: datetime) -> str:
    """As SQLite's own functions and most programs write it: `2026-01-23 00:00:00`, in UTC."""
    return instant(value).replace(tzinfo=None).isoformat(sep=" ")


def _seconds(field: Field, kept_as: str) -> Callable[[datetime], int]:
    """Seconds since 1970."""

    def seconds(value: datetime) -> int:
        count, rest = divmod((instant(value) - EPOCH) // MICROSECOND, 1_000_000)
        if rest:
            raise _inexact(field)
        return count

    return seconds


def _days(field: Field) -> Callable[[date], int]:
    """The beginning of the day, in seconds since 1970."""

    def seconds(value: date) -> int:
        return (datetime(value.year, value.month, value.day, tzinfo=UTC) - EPOCH).days * 86_400

    return seconds


def _decimal(field: Field, places: int, *, as_text: bool) -> Callable[[Any], Any]:
    def encode(value: Any) -> str:
        number = finite_decimal(value)
        text = format(number, "f")
        exact = number == round(number, places)
        if not exact or (not as_text and len(number.normalize().as_tuple().digits) > _REAL_DIGITS):
            raise _inexact(field)
        return text  # a column of numbers makes an integer or a float of it

    return encode


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(str(value))


def _or_text(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What can't be read, which only databases of others hold, as the text it is."""

    def decode(value: Any) -> Any:
        try:
            return read(value)
        except (TypeError, ValueError):
            return value

    return decode
