"""Types, bounds and defaults in plain words. In: a member or an input. Out: phrases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

import msgspec

from backsmith.blueprint.blueprint import Bounds, Default
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
    Uuid,
)
from backsmith.contract.contract import Bytestream, Either, Input, Many, Mapped, Member, Ref, ShapeType

_FORMATS = {"email": "e-mail address", "url": "web address", "slug": "slug"}
_DEFAULTS = {
    "now": "the time at which it is made",
    "today": "the day on which it is made",
    "uuid7": "a new UUID",
    "uuid4": "a random UUID",
    "current_user": "whoever makes it",
    "empty_list": "an empty list",
    "sql": "set by the database",
}
_KILO = 1000


def type_in_words(type: ShapeType) -> str:
    """What a value is: `text`, `decimal`, `list of texts`, `Order`."""
    match type:
        case Text(format=str(form)):
            return _FORMATS[form]
        case Text():
            return "text"
        case Integer():
            return "whole number"
        case Float():
            return "number"
        case Numeric():
            return "decimal"
        case Enum():
            return "one of a list"
        case Boolean():
            return "true or false"
        case Date():
            return "date"
        case DateTime():
            return "date and time"
        case Time():
            return "time of day"
        case Duration():
            return "length of time"
        case Uuid():
            return "UUID"
        case Bytes():
            return "bytes"
        case Json(format="file"):
            return "file"
        case Json():
            return "any JSON"
        case List(item):
            return f"list: {type_in_words(item)}"
        case Sealed(of):
            return f"{type_in_words(of)}, kept encrypted"
        case Ref(shape):
            return shape
        case Many(item):
            return f"list: {type_in_words(item)}"
        case Mapped(value):
            return f"object with any names: {type_in_words(value)}"
        case Either(of):
            return " or ".join(map(type_in_words, of))
        case Bytestream():
            return "file"
        case _:
            assert_never(type)


def shapes_in(type: ShapeType) -> Iterator[str]:
    """The names of the shapes that a type speaks of."""
    match type:
        case Ref(shape):
            yield shape
        case Many(item) | Mapped(item):
            yield from shapes_in(item)
        case Either(of):
            for each in of:
                yield from shapes_in(each)
        case _:
            pass


def limits_in_words(given: Member | Input) -> list[str]:
    """What a value has to be beside its type: `at most 80 characters`, `at least 0`."""
    choices = given.choices if isinstance(given, Member) else ()
    found = [*_of_type(given.type), *_of_bounds(given.bounds)]
    if choices:
        found.append(f"one of {', '.join(choices)}")
    return found


def _of_type(type: ShapeType) -> Iterator[str]:
    match type:
        case Text(max_length, min_length, pattern):
            if min_length is not None:
                yield f"at least {_counted(min_length, 'character')}"
            if max_length is not None:
                yield f"at most {_counted(max_length, 'character')}"
            if pattern is not None:
                yield f"matches {pattern}"
        case Integer(bits) if bits < 64:
            yield f"{bits} bits"
        case Numeric(digits=int(digits), places=places):
            yield f"at most {_counted(digits, 'digit')}, {places} after the point"
        case Numeric(places=places):
            yield f"{places} digits after the point"
        case Enum(values):
            yield f"one of {', '.join(values)}"
        case Json(format="file", max_size=size, accept=accept) | Bytestream(accept, size):
            if accept:
                yield ", ".join(accept)
            if size is not None:
                yield f"at most {_size(size)}"
        case List(item) | Sealed(item):
            yield from _of_type(item)
        case _:
            pass


def _of_bounds(bounds: Bounds | None) -> Iterator[str]:
    if bounds is None:
        return
    if bounds.ge is not None:
        yield f"at least {bounds.ge}"
    if bounds.gt is not None:
        yield f"more than {bounds.gt}"
    if bounds.le is not None:
        yield f"at most {bounds.le}"
    if bounds.lt is not None:
        yield f"less than {bounds.lt}"
    if bounds.multiple_of is not None:
        yield f"a multiple of {bounds.multiple_of}"


def deprecation(said: str | None, sunset: str | None) -> str | None:
    """What to use instead, and until when that isn't needed; None where nothing is deprecated."""
    if said is None or sunset is None:
        return said
    return f"{said} It is there until {sunset}."


def default_in_words(default: Default | None) -> str | None:
    """What a field is where it isn't given; None where there is no default, or it is null."""
    if default is None or (default.kind == "constant" and default.value is None):
        return None
    if default.kind != "constant":
        return _DEFAULTS[default.kind]
    value = default.value
    return value or "an empty text" if isinstance(value, str) else msgspec.json.encode(value).decode()


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _size(size: int) -> str:
    """`10 MB`: the largest unit that it is whole of."""
    for unit, name in ((_KILO**3, "GB"), (_KILO**2, "MB"), (_KILO, "kB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
