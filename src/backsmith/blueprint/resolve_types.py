"""Types: an annotation taken apart -> the type, bounds and places of a field, or what is wrong with it."""

from __future__ import annotations

import datetime as dt
import enum
import re
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast, get_args, get_origin

import annotated_types as at
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Bounds
from backsmith.blueprint.resolve_constants import WORDS, MisfitError, text
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
    is_file,
)
from backsmith.model.annotations import Shape
from backsmith.model.files import File
from backsmith.model.markers import Accept, AnyJson, Bits, Digits, Format, MaxSize, Pattern, Secret

PLAIN: dict[Any, Type] = {
    str: Text(),
    bool: Boolean(),
    int: Integer(),
    float: Float(),
    Decimal: Numeric(),
    dt.datetime: DateTime(),
    dt.date: Date(),
    dt.time: Time(),
    dt.timedelta: Duration(),
    uuid.UUID: Uuid(),
    bytes: Bytes(),
    File: Json(format="file"),
}

TYPES_HINT = (
    "Types are str, int, float, bool, Decimal, date, datetime, time, timedelta, UUID, bytes, Json, "
    'Literal["a", "b"], a StrEnum, Email, Url, Slug, File, Int16, Int32, a list of one of these, or an entity.'
)

_ORDERED = (Integer, Float, Numeric, Date, DateTime, Time, Duration)
_BOUNDS: dict[type, str] = {at.Ge: "ge", at.Gt: "gt", at.Le: "le", at.Lt: "lt", at.MultipleOf: "multiple_of"}


_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kKmMgG](?:i?[bB])?|[bB]|)\s*")
_UNITS: dict[str, int] = {
    "": 1, "b": 1, "k": 10**3, "kb": 10**3, "kib": 2**10, "m": 10**6, "mb": 10**6, "mib": 2**20,
    "g": 10**9, "gb": 10**9, "gib": 2**30,
}  # fmt: skip
_MEDIA_TYPE = re.compile(r"[a-zA-Z0-9][\w.+-]*/(?:[a-zA-Z0-9][\w.+-]*|\*)", re.ASCII)


class TypeMistake(Exception):  # noqa: N818 - it is a finding that the caller turns into a Problem
    """A type or constraint that can't be; `at` is the name to underline in the annotation."""

    def __init__(self, code: str, message: str, hint: str | None = None, at: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.at = code, message, hint, at


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an annotation says about values."""

    type: Type
    bounds: Bounds | None


def resolve_type(path: str, shape: Shape) -> Resolved:
    """The type of the field or parameter `path` ("Order.total"). Raises TypeMistake."""
    if not shape.many:
        return _constrained(path, _plain(path, shape.base, shape.markers), shape.markers)
    if any(isinstance(marker, Secret) for marker in shape.item_markers):
        message = f"{path}: a list is secret as a whole."
        raise TypeMistake("secret", message, "Write Annotated[list[…], Secret].", "Secret")
    item = _constrained(path, _plain(path, shape.base, shape.item_markers), shape.item_markers)
    if isinstance(item.type, Bytes | Json | List | Sealed) or shape.item_nullable:
        hint = "Write an entity that has one, and a list of those." if is_file(item.type) else "Write Json instead."
        raise TypeMistake("unknown-type", f"{path} is a list of what a list can't hold.", hint)
    if item.bounds is not None:
        name = type(next(marker for marker in shape.item_markers if type(marker) in _BOUNDS)).__name__
        raise TypeMistake("misfit-constraint", f"{path}: {name} doesn't fit the items of a list.", None, name)
    return _constrained(path, List(item.type), shape.markers)


def _plain(path: str, base: Any, markers: tuple[Any, ...]) -> Type:
    if any(isinstance(marker, AnyJson) for marker in markers):
        return Json()
    if base in PLAIN:
        return PLAIN[base]
    if get_origin(base) is Literal:
        values = get_args(base)
        if not all(isinstance(value, str) for value in values):
            raise TypeMistake("unknown-type", f"{path} has a Literal of something else than texts.", TYPES_HINT)
        return Enum(tuple(values))
    if isinstance(base, type) and issubclass(base, enum.Enum):
        if not issubclass(base, str) or not len(base):
            hint = f"Write class {base.__name__}(StrEnum)."
            raise TypeMistake("unknown-type", f"{path} has the Enum {base.__name__}, whose values aren't texts.", hint)
        return Enum(tuple(str(member.value) for member in base), base.__name__)
    given = cast(object, base)
    name = str(getattr(given, "__name__", given))
    raise TypeMistake("unknown-type", f"{path} has the type '{name}', which no field can hold.", TYPES_HINT, name)


def _constrained(path: str, plain: Type, markers: tuple[Any, ...]) -> Resolved:
    """The type with what its markers say."""
    kind, bounds = plain, dict[str, str]()
    for marker in markers:
        if isinstance(marker, type) and cast(Any, marker).__module__ == "backsmith.model.markers":
            name = cast(Any, marker).__name__
            raise TypeMistake("misfit-constraint", f"{path}: {name} needs its parameters.", f"Write {name}(…).", name)
        match marker, kind:
            case Format(), Text():
                kind = replace(kind, format=marker.format)
            case Bits(), Integer():
                kind = replace(kind, bits=marker.bits)
            case Digits(), Numeric():
                kind = _digits(path, marker)
            case Pattern(), Text():
                kind = replace(kind, pattern=_regex(path, marker))
            case MaxSize(), Json(format="file"):
                kind = replace(kind, max_size=_size(path, marker))
            case Accept(), Json(format="file"):
                kind = replace(kind, accept=_media_types(path, marker))
            case at.MaxLen(), Text():
                kind = replace(kind, max_length=_length(path, marker.max_length, "MaxLen"))
            case at.MinLen(), Text():
                kind = replace(kind, min_length=_length(path, marker.min_length, "MinLen") or None)
            case ((at.Ge() | at.Gt() | at.Le() | at.Lt()), _) if isinstance(kind, _ORDERED):
                pass
            case at.MultipleOf(), (Integer() | Numeric()):
                pass
            case ((Format() | Bits() | Digits() | Pattern() | MaxSize() | Accept() | at.MaxLen() | at.MinLen()), _):
                raise _misfit(path, marker, kind)
            case ((at.Ge() | at.Gt() | at.Le() | at.Lt() | at.MultipleOf()), _):
                raise _misfit(path, marker, kind)
            case _:
                pass
    for marker in markers:
        attribute = _BOUNDS.get(type(cast(object, marker)))
        if attribute is not None:
            name = type(marker).__name__
            try:
                bounds[attribute] = text(getattr(marker, attribute), kind)
            except MisfitError as error:
                message = f"{path}: the {getattr(marker, attribute)!r} of {name} {error}."
                raise TypeMistake("misfit-constraint", message, None, name) from error
    _check_lengths(path, kind)
    return Resolved(kind, Bounds(**bounds) if bounds else None)


def _misfit(path: str, marker: object, kind: Type) -> TypeMistake:
    name = type(marker).__name__
    word = WORDS[type(kind)]
    hints = {
        "MaxSize": "MaxSize is for files.",
        "Accept": "Accept is for files.",
        "MaxLen": "MaxLen and MinLen are for texts. For the size of a number write Le or Lt.",
        "MinLen": "MaxLen and MinLen are for texts. For the size of a number write Ge or Gt.",
        "Digits": "Digits are for Decimals.",
        "Pattern": "A pattern is for texts.",
    }
    message = f"{path}: {name} doesn't fit a field of type {word}."
    return TypeMistake("misfit-constraint", message, hints.get(name), name)


def _digits(path: str, marker: Digits) -> Numeric:
    if marker.total is None and marker.places >= 0:
        return Numeric(None, marker.places)
    if marker.total is None or not (1 <= marker.total <= 1000 and 0 <= marker.places <= marker.total):
        message = f"{path}: Digits({marker.total}, {marker.places}) is out of range."
        hint = "Digits(10, 2) has 10 digits, 2 of them after the point; there are 1 to 18 (on PostgreSQL alone: 1000)."
        raise TypeMistake("bad-digits", message, hint, "Digits")
    return Numeric(marker.total, marker.places, padded=True)


def _size(path: str, marker: MaxSize) -> int:
    if isinstance(marker.size, int) and marker.size > 0:
        return marker.size
    match = _SIZE.fullmatch(str(marker.size))
    size = int(Decimal(match[1]) * _UNITS[match[2].lower()]) if match else 0
    if size < 1:
        message = f"{path}: {marker.size!r} isn't the size of a file."
        raise TypeMistake("misfit-constraint", message, 'Write MaxSize("5 MB"), or a number of bytes.', "MaxSize")
    return size


def _media_types(path: str, marker: Accept) -> tuple[str, ...]:
    for each in marker.types:
        if not _MEDIA_TYPE.fullmatch(each):
            message = f"{path}: {each!r} isn't a media type."
            raise TypeMistake("misfit-constraint", message, 'Write Accept("image/png") or Accept("image/*").', "Accept")
    return tuple(each.lower() for each in marker.types)


def _regex(path: str, marker: Pattern) -> str:
    try:
        re.compile(marker.regex)
    except re.error as error:
        message = f"{path}: the pattern isn't a regular expression: {error}."
        raise TypeMistake("misfit-constraint", message, None, "Pattern") from error
    return marker.regex


def _length(path: str, length: Any, name: str) -> int:
    if not isinstance(length, int) or length < 0:
        raise TypeMistake("misfit-constraint", f"{path}: {name} takes a number from 0.", None, name)
    return length


def _check_lengths(path: str, kind: Type) -> None:
    if isinstance(kind, Text) and kind.max_length is not None and (kind.min_length or 0) > kind.max_length:
        raise TypeMistake("misfit-constraint", f"{path}: MinLen is more than MaxLen: no text fits.", None, "MinLen")
