"""What another type of value means for clients: for replies, which may only narrow, for bodies, which may only widen,
and for filters, whose values have to be read as before.

In: two types. Out: what breaks, in words that go on from "replies", "bodies", "filters"; None where nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from backsmith.blueprint.blueprint import Bounds
from backsmith.blueprint.english_values import listed
from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Sealed,
    Text,
    Type,
    Uuid,
    is_file,
    plain_of,
)


@dataclass(frozen=True)
class Effects:
    """What a change of values means. Each is a clause, or None where what worked works."""

    replies: str | None = None
    bodies: str | None = None
    filters: str | None = None
    risk: str | None = None
    """What replies do that clients may not be ready for."""
    notes: tuple[str, ...] = ()
    """What is worth knowing and breaks nothing."""


def type_effects(old: Type, new: Type) -> Effects:
    """What becomes of values of `old` that are of `new`."""
    old, new = plain_of(old), plain_of(new)
    if old == new:
        return Effects()
    match old, new:
        case Text(), Text():
            return _texts(old, new)
        case Enum(), Enum():
            return _enums(old, new)
        case Integer(), Integer():
            return _integers(old, new)
        case Numeric(), Numeric():
            return _decimals(old, new)
        case List(before), List(now):
            return type_effects(before, now) if type(before) is type(now) else _others(old, new)
        case Json(), Json() if is_file(old) and is_file(new):
            return _files(old, new)
        case Enum(), Text():
            return Effects(risk="hold any text, where they held one of a few")
        case ((Text() | Enum()), Enum(values)):
            refused = f"take only {_quoted(values)}"
            return Effects(bodies=refused, filters=f"{refused} (400)")
        case ((Uuid() | Date()), Text()):
            return Effects(replies=f"hold any text, where they held {name_of(old)}")
        case Integer(), (Float() | Numeric()):
            return Effects(replies="hold numbers with a fraction, where they held whole ones")
        case Numeric(), Float():
            return Effects(replies="hold floating-point numbers, whose last digits may differ")
        case ((Float() | Numeric()), Integer()):
            return Effects(bodies="take only whole numbers", filters="take only whole numbers (400)")
        case Float(), Numeric(digits=digits, places=places):
            size = "" if digits is None else f" of {digits} digits, {places} of them after the point"
            return Effects(bodies=f"take only decimals{size}" if size else None)
        case _:
            return _others(old, new)


def _others(old: Type, new: Type) -> Effects:
    """Values of another kind altogether."""
    was, now = name_of(old), name_of(new)
    filters = f"compare {now}, where they compared {was}" if isinstance(new, Text) else f"take only {now} (400)"
    return Effects(f"hold {now}, where they held {was}", f"take {now}, where they took {was}", filters)


def bounds_effects(old: Bounds | None, new: Bounds | None) -> Effects:
    """What becomes of values with these bounds."""
    old, new = old or Bounds(), new or Bounds()
    refused: list[str] = []
    notes: list[str] = []
    ends = (
        ((old.gt, old.ge), (new.gt, new.ge), ("more than", "at least"), 1),
        ((old.lt, old.le), (new.lt, new.le), ("less than", "at most"), -1),
    )
    for before, now, words, sign in ends:
        was, end = _end(before, words, sign), _end(now, words, sign)
        if end is not None and (was is None or end[0] > was[0]):
            refused.append(end[1])
        elif was is not None and (end is None or end[0] < was[0]):
            notes.append(f"Values no longer have to be {was[1]}{'' if end is None else f', only {end[1]}'}.")
    if new.multiple_of is not None and not _divides(new.multiple_of, old.multiple_of):
        refused.append(f"multiples of {new.multiple_of}")
    elif old.multiple_of != new.multiple_of:
        only = "" if new.multiple_of is None else f", only of {new.multiple_of}"
        notes.append(f"Values no longer have to be multiples of {old.multiple_of}{only}.")
    return Effects(bodies=f"take only values that are {listed(refused)}" if refused else None, notes=tuple(notes))


End = tuple[tuple[float | str, int], str]


def _end(ends: tuple[str | None, str | None], words: tuple[str, str], sign: int) -> End | None:
    """The nearer of two ends, open or closed, so that a larger one leaves less; and what it is called."""
    found: list[End] = []
    for text, word, open_end in zip(ends, words, (1, 0), strict=True):
        if text is not None:
            found.append(((_number(text, sign), open_end), f"{word} {text}"))
    return max(found, default=None)


def _number(text: str, sign: int) -> float | str:
    """A number, or a day or time, that is larger the less it leaves."""
    try:
        return sign * float(text)
    except ValueError:
        return text if sign > 0 else "".join(chr(0x10FFFF - ord(letter)) for letter in text)


def _divides(one: str, other: str | None) -> bool:
    return other is not None and Decimal(other) % Decimal(one) == 0


def _texts(old: Text, new: Text) -> Effects:
    refused: list[str] = []
    notes: list[str] = []
    most, least = (old.max_length, new.max_length), (old.min_length or 0, new.min_length or 0)
    if most[1] is not None and (most[0] is None or most[1] < most[0]):
        refused.append(f"of at most {_characters(most[1])}")
    elif most[0] != most[1]:
        notes.append("Texts may be of any length." if most[1] is None else f"Texts may have {_characters(most[1])}.")
    if least[1] > least[0]:
        refused.append(f"of at least {_characters(least[1])}")
    elif least[1] < least[0]:
        notes.append(f"Texts may have {_characters(least[1])}.")
    if new.pattern is not None and new.pattern != old.pattern:
        refused.append(f"that match {new.pattern}")
    elif old.pattern != new.pattern:
        notes.append(f"Texts no longer have to match {old.pattern}.")
    if new.format is not None and new.format != old.format:
        refused.append(f"that are {_FORMATS[new.format]}")
    elif old.format != new.format:
        notes.append(f"Texts no longer have to be {_FORMATS[old.format or 'slug']}.")
    return Effects(bodies=f"take only texts {listed(refused)}" if refused else None, notes=tuple(notes))


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"


_FORMATS = {"email": "e-mail addresses", "url": "URLs", "slug": "slugs"}


def _enums(old: Enum, new: Enum) -> Effects:
    added = [value for value in new.values if value not in old.values]
    removed = [value for value in old.values if value not in new.values]
    return Effects(
        risk=f"may hold {_quoted(added)}, which clients don't know" if added else None,
        bodies=f"don't take {_quoted(removed)} any more" if removed else None,
        filters=f"don't know {_quoted(removed)} any more (400)" if removed else None,
    )


def _integers(old: Integer, new: Integer) -> Effects:
    if new.bits > old.bits:
        return Effects(replies=f"may hold numbers of {new.bits} bits, where they held {old.bits}")
    text = f"numbers of {new.bits} bits, where they took {old.bits}"
    return Effects(bodies=f"take only {text}", filters=f"take only {text} (400)")


def _decimals(old: Numeric, new: Numeric) -> Effects:
    def before_point(type: Numeric) -> float:
        return float("inf") if type.digits is None else type.digits - type.places

    def places(type: Numeric) -> float:
        return float("inf") if type.digits is None else type.places

    wider = [
        word
        for word, size in (("digits before the point", before_point), ("digits after the point", places))
        if size(new) > size(old)
    ]
    narrower = [
        word
        for word, size in (("digits before the point", before_point), ("digits after the point", places))
        if size(new) < size(old)
    ]
    notes = ("Zeros at the end are written." if new.padded else "Zeros at the end aren't written.",)
    return Effects(
        risk=f"may hold more {listed(wider)}" if wider else None,
        bodies=f"take fewer {listed(narrower)}" if narrower else None,
        notes=notes if old.padded != new.padded else (),
    )


def _files(old: Json, new: Json) -> Effects:
    refused: list[str] = []
    if new.max_size is not None and (old.max_size is None or new.max_size < old.max_size):
        refused.append(f"of at most {new.max_size} bytes")
    if new.accept and (not old.accept or not set(old.accept) <= set(new.accept)):
        refused.append(f"of the types {listed(new.accept)}")
    if refused:
        return Effects(bodies=f"take only files {listed(refused)}")
    return Effects(notes=("Files of more sizes or types are taken.",))


def _quoted(values: tuple[str, ...] | list[str]) -> str:
    return listed([f"'{value}'" for value in values])


def name_of(type: Type) -> str:
    """The values of a type, in words."""
    match type:
        case Text():
            return "texts"
        case Enum(values):
            return f"one of {_quoted(values)}"
        case Integer():
            return "whole numbers"
        case Float():
            return "floating-point numbers"
        case Numeric():
            return "decimals"
        case Boolean():
            return "true or false"
        case Bytes():
            return "bytes"
        case Json():
            return "files" if is_file(type) else "any JSON"
        case List(item):
            return f"lists of {name_of(item)}"
        case Sealed(of):
            return f"{name_of(of)}, encrypted"
        case _:
            return _NAMES[type.__class__.__name__]


_NAMES = {
    "Date": "days",
    "DateTime": "instants",
    "Time": "times of day",
    "Duration": "lengths of time",
    "Uuid": "UUIDs",
}
