"""Values as JSON has them, and as Python does: no digit of a decimal is lost on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypedDict, cast
from uuid import UUID


class FileInfo(TypedDict):
    """What a row says of a file."""

    name: str
    type: str
    size: int
    sha256: str
    url: str


Kind = str | tuple[str, Any]
"""How a value of JSON becomes one of Python: `decimal`, `("list", "date")`, `("shape", "Order")`."""
Kinds = Mapping[str, Mapping[str, Kind]]
"""Of the members of each shape."""

_DURATION = re.compile(r"(-)?P(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+(?:\.\d+)?)S)?)?")


def encoded(value: Any) -> bytes:
    """A value as JSON; decimals as text, which the server reads to the last digit."""
    return json.dumps(value, default=plain, ensure_ascii=False).encode()


def parsed(body: bytes) -> Any:
    """The value of JSON, with decimals for what isn't whole."""
    return json.loads(body, parse_float=Decimal)


def plain(value: Any) -> Any:
    """A value of Python in the spelling of the API."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            whole = value // timedelta(microseconds=1)
            seconds = f"{abs(whole) // 1_000_000}.{abs(whole) % 1_000_000:06d}".rstrip("0").rstrip(".")
            return f"{'-' if whole < 0 else ''}PT{seconds}S"
        case bytes():
            return rf"\x{value.hex()}"
        case Decimal() | UUID():
            return str(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a request.")


def decoded(value: Any, kind: Kind | None, kinds: Kinds) -> Any:
    """A value of JSON as Python has it."""
    if value is None or kind is None:
        return value
    if isinstance(kind, str):
        return _simple(value, kind)
    name, of = kind
    match name:
        case "list" if isinstance(value, list):
            return [decoded(each, of, kinds) for each in cast("list[Any]", value)]
        case "map" if isinstance(value, dict):
            return {key: decoded(each, of, kinds) for key, each in cast("dict[str, Any]", value).items()}
        case "shape" if isinstance(value, dict):
            members = kinds.get(of, {})
            found = cast("dict[str, Any]", value)
            return {key: decoded(each, members.get(key), kinds) for key, each in found.items()}
        case "either":
            for each in of:
                value = decoded(value, each, kinds)
            return value
        case _:
            return value


def _simple(value: Any, kind: str) -> Any:
    if kind == "json":
        return _floats(value)
    if kind == "float":
        return float(value) if isinstance(value, int | Decimal) else value
    if kind == "decimal":
        return Decimal(value) if isinstance(value, int) else value
    if not isinstance(value, str):
        return value
    match kind:
        case "datetime":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "time":
            return time.fromisoformat(value)
        case "uuid":
            return UUID(value)
        case "bytes":
            return bytes.fromhex(value.removeprefix(r"\x"))
        case _:
            return _duration(value)


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no duration of weeks, days, hours, minutes and seconds.")
    sign, *parts = found.groups()
    weeks, days, hours, minutes = (int(part or 0) for part in parts[:4])
    micros = int(Decimal(parts[4] or 0) * 1_000_000)
    whole = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, microseconds=micros)
    return -whole if sign else whole


def _floats(value: Any) -> Any:
    match value:
        case Decimal():
            return float(value)
        case list():
            return [_floats(each) for each in cast("list[Any]", value)]
        case dict():
            return {name: _floats(each) for name, each in cast("dict[str, Any]", value).items()}
        case _:
            return value
