"""The parameters of a statement: what each placeholder stands for, as data.

`Speller.bind` hands out the placeholders; the engine binds the values (`engine.spelling.binding`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from backsmith.blueprint.types import Type


class Constant(Struct, frozen=True):
    """A value known when the statement is written, as a Python value of the type; bound as it is."""

    value: Any
    type: Type | None


class UserKey(Struct, frozen=True):
    """The key of the account that asks."""

    type: Type


class UserRoles(Struct, frozen=True):
    """The list of the roles that the asker has."""


class RequestTime(Struct, frozen=True):
    """`now()`: the instant of the request, an aware datetime in UTC, moved by so many microseconds."""

    offset_microseconds: int = 0


class Slot(Struct, frozen=True):
    """Value number `number` of the request, a Python value of the type."""

    number: int
    type: Type | None


@dataclass(frozen=True)
class Brought:
    """What the rows that a statement writes bring along, under a name that it has once in the statement."""

    label: str
    take: Callable[[Any], Any] = field(compare=False)
    """Takes `engine.spelling.binding.Inputs` to what the driver binds."""


Parameter = Constant | UserKey | UserRoles | RequestTime | Slot | Brought
