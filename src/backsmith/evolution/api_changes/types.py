"""What another type of value means for clients: for replies, which may only narrow, for bodies, which may only widen,
and for filters, whose values have to be read as before.

In: two types. Out: what breaks, in words that go on from "replies", "bodies", "filters"; None where nothing does.
"""

from __future__ import annotations

from dataclasses import dataclass

from backsmith.blueprint.blueprint import Bounds
from backsmith.blueprint.english_values import listed
from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Text,
    Type,
    is_file,
)


@dataclass(frozen=True)
class Effects:
    """What a change of values means. Each is a clause, or None where what worked works."""

    replies: str | None = None
    bodies: str | None = None
    filters: str | None = None
    notes: tuple[str, ...] = ()
    """What is worth knowing and breaks nothing."""


def type_effects(old: Type, new: Type) -> Effects:
    """What becomes of values of `old` that are of `new`."""
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
            inner = type_effects(before, now)
            return Effects(inner.replies, inner.bodies, inner.filters, inner.notes)
        case Json(), Json() if is_file(old) and is_file(new):
            return _files(old, new)
        case Enum(), Text():
            return Effects(replies="hold any text, where they held one of a few")
        case ((Text() | Enum()), Enum(values)):
            refused = f"take only {_quoted(values)}"
            return Effects(bodies=refused, filters=refused)
        case Integer(), (Float() | Numeric()):
            return Effects(replies="hold numbers with a fraction, where they held whole ones")
        case Numeric(), Float():
            return Effects(replies="hold floating-point numbers, whose last digits may differ")
        case _:
            was, now = name_of(old), name_of(new)
            both = f"hold {now}, where they held {was}"
            take = f"take {now}, where they took {was}"
            return Effects(both, take, f"read {now}, where they read {was}")


def bounds_effects(old: Bounds | None, new: Bounds | None) -> Effects:
    """What becomes of values with these bounds."""
    old, new = old or Bounds(), new or Bounds()
    refused: list[str] = []
    notes: list[str] = []
    for word, was, now, narrower in (
        ("more than", old.gt, new.gt, _above),
        ("at least", old.ge, new.ge, _above),
        ("less than", old.lt, new.lt, _below),
        ("at most", old.le, new.le, _below),
    ):
        if was == now:
            continue
        if now is not None and (was is None or narrower(now, was)):
            refused.append(f"{word} {now}")
        else:
            notes.append(f"{word} {was}" if now is None else f"{word} {now}")
    if new.multiple_of is not None and old.multiple_of != new.multiple_of:
        refused.append(f"multiples of {new.multiple_of}")
    elif old.multiple_of != new.multiple_of:
        notes.append(f"multiples of {old.multiple_of}")
    words = ("Values no longer have to be {}." if new == Bounds() else "Bounds are wider: {}.",)
    return Effects(
        bodies=f"take only values that are {listed(refused)}" if refused else None,
        notes=tuple(words[0].format(listed(notes)) for _ in notes[:1]),
    )


def _above(one: str, other: str) -> bool:
    return _number(one) > _number(other) if _number(one) is not None else one > other  # type: ignore[operator]


def _below(one: str, other: str) -> bool:
    return _above(other, one)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _texts(old: Text, new: Text) -> Effects:
    refused: list[str] = []
    notes: list[str] = []
    most, least = (old.max_length, new.max_length), (old.min_length or 0, new.min_length or 0)
    if most[1] is not None and (most[0] is None or most[1] < most[0]):
        refused.append(f"of at most {most[1]} characters")
    elif most[0] != most[1]:
        notes.append("Texts may be of any length." if most[1] is None else f"Texts may have {most[1]} characters.")
    if least[1] > least[0]:
        refused.append(f"of at least {least[1]} characters")
    elif least[1] < least[0]:
        notes.append(f"Texts may have {least[1]} characters.")
    if new.pattern is not None and new.pattern != old.pattern:
        refused.append(f"that match {new.pattern}")
    elif old.pattern != new.pattern:
        notes.append(f"Texts no longer have to match {old.pattern}.")
    if new.format is not None and new.format != old.format:
        refused.append(f"that are {_FORMATS[new.format]}")
    elif old.format != new.format:
        notes.append(f"Texts no longer have to be {_FORMATS[old.format or 'slug']}.")
    return Effects(bodies=f"take only texts {listed(refused)}" if refused else None, notes=tuple(notes))


_FORMATS = {"email": "e-mail addresses", "url": "URLs", "slug": "slugs"}


def _enums(old: Enum, new: Enum) -> Effects:
    added = [value for value in new.values if value not in old.values]
    removed = [value for value in old.values if value not in new.values]
    return Effects(
        replies=f"may hold {_quoted(added)}, which clients don't know" if added else None,
        bodies=f"don't take {_quoted(removed)} any more" if removed else None,
        filters=f"don't know {_quoted(removed)} any more" if removed else None,
    )


def _integers(old: Integer, new: Integer) -> Effects:
    if new.bits > old.bits:
        return Effects(replies=f"may hold numbers of {new.bits} bits, where they held {old.bits}")
    text = f"numbers of {new.bits} bits, where they took {old.bits}"
    return Effects(bodies=f"take only {text}", filters=f"take only {text}")


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
        replies=f"may hold more {listed(wider)}" if wider else None,
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
        case _:
            return _NAMES[type.__class__.__name__]


_NAMES = {
    "Date": "days",
    "DateTime": "instants",
    "Time": "times of day",
    "Duration": "lengths of time",
    "Uuid": "UUIDs",
}
