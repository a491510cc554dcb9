"""Values that are made anew each time: `now()`, `today()`, `uuid7()`, `uuid4()`, `current_user()`.

In the body of a class such a call declares a default (`placed_at: datetime = now()`) and gives a `Generated`;
anywhere else, a rule run by a test for one, it gives the value itself.
"""

from __future__ import annotations

import inspect
import secrets
import sys
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, cast

Generator = Literal["now", "today", "uuid7", "uuid4", "current_user"]


@dataclass(frozen=True, slots=True)
class Generated:
    """A default that is made by a generator when a row is."""

    generator: Generator

    def make(self) -> Any:
        """A new value; None for the current user, whom only a request has."""
        match self.generator:
            case "now":
                return datetime.now(UTC)
            case "today":
                return datetime.now(UTC).date()
            case "uuid7":
                return new_uuid7()
            case "uuid4":
                return uuid.uuid4()
            case "current_user":
                return None

    def __add__(self, other: object) -> Any:
        raise TypeError(f"A default can be {self.generator}() alone, not something calculated from it.")

    __sub__ = __radd__ = __rsub__ = __add__


def now() -> datetime:
    """This instant, in UTC. As a default: the instant of the request that makes the row."""
    return cast(datetime, _declared("now") or datetime.now(UTC))


def today() -> date:
    """This day, in UTC. As a default: the day of the request that makes the row."""
    return cast(date, _declared("today") or datetime.now(UTC).date())


def uuid7() -> uuid.UUID:
    """A UUID of version 7, which sorts by the time it was made."""
    return cast(uuid.UUID, _declared("uuid7") or new_uuid7())


def uuid4() -> uuid.UUID:
    """A random UUID."""
    return cast(uuid.UUID, _declared("uuid4") or uuid.uuid4())


def current_user() -> Any:
    """Whoever makes the row: the default of a relation to the account. Only a class body can call it."""
    declared = _declared("current_user")
    if declared is None:
        raise TypeError("current_user() is a default of a field; a rule gets the user as its second parameter.")
    return declared


def new_uuid7() -> uuid.UUID:
    """A UUID of RFC 9562, version 7: 48 bits of milliseconds, 12 bits of their fraction, 62 random bits."""
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0b10 << 62) | secrets.randbits(62))


def _declared(generator: Generator) -> Generated | None:
    """The declaration when the caller's caller is the body of a class, which is code without fast local variables
    that knows its qualified name."""
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage] - the one way to see who calls
    in_function = frame.f_code.co_flags & inspect.CO_OPTIMIZED
    return None if in_function or "__qualname__" not in frame.f_locals else Generated(generator)
