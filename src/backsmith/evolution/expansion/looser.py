"""What both of two versions' values fit: the looser of two types, of two bounds."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import asdict, replace

from backsmith.blueprint.blueprint import Bounds
from backsmith.blueprint.types import Enum, Integer, Json, Numeric, Sealed, Text, Type


def looser_type(old: Type, new: Type) -> Type | None:
    """The type, kept in a column as it is, that holds the values of both; None where there is none."""
    match old, new:
        case _ if old == new:
            return new
        case Sealed(was), Sealed(becomes):
            inner = looser_type(was, becomes)
            return None if inner is None or isinstance(inner, Sealed) else Sealed(inner)
        case Text(), Text():
            return Text(
                max_length=_looser(old.max_length, new.max_length, max),
                min_length=_looser(old.min_length, new.min_length, min),
                pattern=new.pattern if old.pattern == new.pattern else None,
                format=new.format if old.format == new.format else None,
            )
        case Enum(), Enum():
            return replace(new, values=(*new.values, *(value for value in old.values if value not in new.values)))
        case Integer(), Integer() if old.bits > new.bits:
            return old
        case Numeric(), Numeric() if old.places == new.places:
            return replace(new, digits=_looser(old.digits, new.digits, max))
        case Json(), Json() if old.format == new.format:
            return new
        case _:
            return None


def _looser(old: int | None, new: int | None, choose: Callable[[int, int], int]) -> int | None:
    """The looser of two limits; None is none."""
    return None if old is None or new is None else choose(old, new)


def looser_bounds(old: Bounds | None, new: Bounds | None) -> Bounds | None:
    """The bounds that both have."""
    if old is None or new is None:
        return None
    was = asdict(old)
    return Bounds(**{name: value for name, value in asdict(new).items() if was[name] == value})
