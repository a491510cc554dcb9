"""The types of values: what a field holds, whatever the database it is kept in.

Each type has one canonical JSON form, the same on every database (docs/architecture.md, "Values").
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

TextFormat = Literal["email", "url", "slug"]


class Text(Struct, frozen=True, omit_defaults=True, tag="text"):
    """Unicode text, compared by code point. Lengths count code points."""

    max_length: int | None = None
    min_length: int | None = None
    pattern: str | None = None
    format: TextFormat | None = None


class Integer(Struct, frozen=True, omit_defaults=True, tag="integer"):
    """A whole number of 16, 32 or 64 bits."""

    bits: Literal[16, 32, 64] = 64


class Float(Struct, frozen=True, omit_defaults=True, tag="float"):
    """An IEEE 754 double; neither infinite nor NaN."""


class Boolean(Struct, frozen=True, omit_defaults=True, tag="boolean"):
    """True or false."""


class Numeric(Struct, frozen=True, omit_defaults=True, tag="decimal"):
    """An exact decimal number of at most `digits` digits, `places` of them after the point.

    `padded` numbers are written with all their places (19.90), others without trailing zeros (19.9).
    `digits` None is a decimal of any size, which only PostgreSQL has.
    """

    digits: int | None = 18
    places: int = 4
    padded: bool = False


class Date(Struct, frozen=True, omit_defaults=True, tag="date"):
    """A day, years 1 to 9999: `2026-01-23`."""


class DateTime(Struct, frozen=True, omit_defaults=True, tag="datetime"):
    """An instant in UTC with microseconds: `2026-01-23T00:00:00+00:00`."""


class Time(Struct, frozen=True, omit_defaults=True, tag="time"):
    """A time of day with microseconds: `13:45:00`."""


class Duration(Struct, frozen=True, omit_defaults=True, tag="duration"):
    """A length of time in whole microseconds, written in ISO 8601: `P1DT2H`."""


class Uuid(Struct, frozen=True, omit_defaults=True, tag="uuid"):
    """A UUID in its lower-case text form."""


class Bytes(Struct, frozen=True, omit_defaults=True, tag="bytes"):
    r"""Bytes, written as PostgreSQL's hexadecimal form: `\x68656c6c6f`."""


class Json(Struct, frozen=True, omit_defaults=True, tag="json"):
    """Any JSON value, kept to the letter.

    `format` "file" is what is known of a file that is kept beside the database (`engine.files`): its name, type, size,
    sha256 and url. Such a file has `max_size` bytes at most, and one of the media types of `accept`, if there are any;
    `image/*` stands for all images.
    """

    format: Literal["file"] | None = None
    max_size: int | None = None
    accept: tuple[str, ...] = ()


class Enum(Struct, frozen=True, omit_defaults=True, tag="enum"):
    """One of a fixed list of texts, ordered as text."""

    values: tuple[str, ...]
    name: str | None = None


def is_file(type: Type) -> bool:
    """Whether a field of that type is a file."""
    return isinstance(type, Json) and type.format == "file"


def plain_of(type: Type) -> Type:
    """The type itself, or that of what is encrypted: of the values that Python and JSON have."""
    return type.of if isinstance(type, Sealed) else type


def kept_of(type: Type) -> Type:
    """The type itself, or bytes in place of what is encrypted: of the values that the database has."""
    return Bytes() if isinstance(type, Sealed) else type


class List(Struct, frozen=True, omit_defaults=True, tag="list"):
    """A list of scalars: a PostgreSQL array, a JSON array on SQLite."""

    item: Scalar


class Sealed(Struct, frozen=True, omit_defaults=True, tag="sealed"):
    """A value of another type, encrypted: the database holds bytes, and nothing looks into them (`engine.sealed`)."""

    of: Scalar | Bytes | Json | List


Scalar = Text | Integer | Float | Boolean | Numeric | Date | DateTime | Time | Duration | Uuid | Enum
Type = Scalar | Bytes | Json | List | Sealed
