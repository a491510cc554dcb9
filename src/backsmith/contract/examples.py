r"""Values that could stand where they are shown: of a member's or input's type, within its lengths, bounds and pattern.

In: a name, a type, bounds. Out: a value as JSON has it; a decimal as `Decimal`. The same member always has the same
example, so that documents don't change by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING, Any, assert_never

from msgspec import UNSET

from backsmith.blueprint.blueprint import Bounds
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
from backsmith.contract.contract import Bytestream, Either, Input, Many, Mapped, Member, Ref, Shape, ShapeType
from backsmith.contract.names import words

if TYPE_CHECKING:
    from _typeshed import SupportsLenAndGetItem

FILE = {
    "name": "photo.png",
    "type": "image/png",
    "size": 48213,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "url": "file/0197f0c2a1b47c3d8e5f60718293a4b5",
}
"""What a reply says of a file."""
_DEPTH = 3
"""Shapes within shapes whose examples are written out."""
_FORMATS = {"email": "ada@example.org", "url": "https://example.org/page", "slug": "green-tea"}
_TRIES = 40
"""Texts that are made for a pattern, of which the shortest that fits is taken."""
_REPEATED = 3
"""So much more often than it has to be is something repeated, at most."""
_UUID = "0197f0c2-a1b4-7c3d-8e5f-60718293a4b5"
_SIMPLE: dict[type, Any] = {
    Boolean: True,
    Date: "2026-01-23",
    DateTime: "2026-01-23T13:45:00+00:00",
    Time: "13:45:00",
    Duration: "P1DT2H",
    Uuid: _UUID,
    Bytes: r"\x68656c6c6f",
}


def example_of_shape(shape: Shape, shapes: Mapping[str, Shape], depth: int = _DEPTH) -> dict[str, Any]:
    """An object of a shape, with all of its members that there is an example of."""
    found: dict[str, Any] = {}
    for member in shape.members:
        if shape.purpose in ("create", "update") and isinstance(member.type, Json) and member.type.format == "file":
            continue  # which is uploaded to its own address
        value = example_of(member, shapes, depth)
        if value is not UNSET:
            found[member.name] = value
    return found


def example_of(member: Member, shapes: Mapping[str, Shape], depth: int = _DEPTH) -> Any:
    """A value of a member; UNSET where nothing can be said, as of a shape that holds itself."""
    constant = constant_of(member)
    if constant is not None:
        return constant
    if member.choices:
        return member.choices[0]
    value = example_value(member.type, member.name, member.bounds, shapes, depth)
    return None if value is UNSET and member.nullable else value


def constant_of(given: Member | Input) -> Any:
    """What a default that is a constant is in JSON; None where there is none."""
    default = given.default
    if default is None or default.kind != "constant" or default.value is None:
        return None
    is_text = isinstance(default.value, str) and isinstance(given.type, Numeric)
    return Decimal(default.value) if is_text else default.value


def example_value(
    type: ShapeType, name: str, bounds: Bounds | None, shapes: Mapping[str, Shape], depth: int = _DEPTH
) -> Any:
    """A value of a type, for what has that name; UNSET as above."""
    match type:
        case Text():
            return _text(type, name)
        case Integer():
            return _whole(bounds)
        case Float():
            return float(_within(Decimal("1.5"), bounds, Decimal("0.5")))
        case Numeric():
            return _decimal(type, bounds)
        case Enum(values):
            return values[0]
        case Date() | DateTime():
            return _moment(type, bounds)
        case Json(format="file"):
            return dict(FILE)
        case Json():
            return {"colour": "green"}
        case List(item):
            return [example_value(item, name, None, shapes, depth)]
        case Sealed(of):
            return example_value(of, name, bounds, shapes, depth)
        case Boolean() | Time() | Duration() | Uuid() | Bytes():
            return _SIMPLE[type.__class__]
        case Ref(shape):
            return example_of_shape(shapes[shape], shapes, depth - 1) if depth else UNSET
        case Many(item):
            one = example_value(item, name, bounds, shapes, depth)
            return [] if one is UNSET else [one]
        case Mapped(value):
            one = example_value(value, name, bounds, shapes, depth)
            return {} if one is UNSET else {"key": one}
        case Either(of):
            return next(
                (v for each in of if (v := example_value(each, name, bounds, shapes, depth)) is not UNSET), UNSET
            )
        case Bytestream():
            return UNSET
        case _:
            assert_never(type)


def _text(type: Text, name: str) -> str:
    if type.format is not None:
        text = _FORMATS[type.format]
    elif type.pattern is not None:
        return _matching(type.pattern, type.min_length or 0, type.max_length)
    else:
        text = words(name).capitalize() or "Text"
    if type.max_length is not None and len(text) > type.max_length:
        text = text[: type.max_length].strip(" @-") or "a" * min(1, type.max_length)
    return text.ljust(type.min_length or 0, "a")


@lru_cache(maxsize=4096)
def _matching(pattern: str, shortest: int, longest: int | None) -> str:
    """The shortest of some texts that match; without one that fits the lengths, any."""
    from rstr import Rstr  # noqa: PLC0415  only where there are patterns

    found: list[str] = []
    for seed in range(_TRIES):
        try:
            found.append(Rstr(_Steady(seed)).xeger(pattern))
        except Exception:  # it knows fewer patterns than RE2, and says so in many ways
            return ""
    fitting = [text for text in found if shortest <= len(text) and (longest is None or len(text) <= longest)]
    return min(fitting or found, key=lambda text: (len(text), text))


class _Steady(Random):
    """Chooses the same in every process, although `rstr` lets it choose from what was a set; letters and digits where
    there are any, and few of what may be repeated."""

    def choice(self, seq: SupportsLenAndGetItem[Any]) -> Any:
        items = [seq[number] for number in range(len(seq))]
        if all(isinstance(item, str) for item in items):
            plain = [item for item in items if item.isascii() and item.isalnum()]
            items = sorted(plain or [item for item in items if item.isprintable()] or items)
        return super().choice(items)

    def randint(self, a: int, b: int) -> int:
        return super().randint(a, min(b, a + _REPEATED))


def _whole(bounds: Bounds | None) -> int:
    return int(_within(Decimal(1), bounds, Decimal(1)))


def _decimal(type: Numeric, bounds: Bounds | None) -> Decimal:
    unit = Decimal((0, (1,), -type.places))
    usual = Decimal("12.5").quantize(unit) if type.places else Decimal(12)
    if type.digits is not None and type.digits - type.places < 2:  # those of 12
        usual = Decimal(1).quantize(unit) if type.digits > type.places else unit
    value = _within(usual, bounds, unit)
    return value if type.padded else value.normalize() + 0


def _within(usual: Decimal, bounds: Bounds | None, unit: Decimal) -> Decimal:
    """The usual number where bounds let it be, else the one nearest to the lower or upper end."""
    if bounds is None:
        return usual
    if bounds.multiple_of is not None and Decimal(bounds.multiple_of):
        unit = usual = Decimal(bounds.multiple_of)
    low = _end(bounds.ge, bounds.gt, unit)
    high = _end(bounds.le, bounds.lt, -unit)
    value = usual
    if low is not None and value < low:
        value = low
    if high is not None and value > high:
        value = high
    if bounds.multiple_of is not None and value % unit:
        value += unit - value % unit
    return value


def _end(closed: str | None, open: str | None, unit: Decimal) -> Decimal | None:
    if closed is not None:
        return Decimal(closed)
    return None if open is None else Decimal(open) + unit


def _moment(type: Date | DateTime, bounds: Bounds | None) -> str:
    """A day or instant, moved to the bound that it lies beyond."""
    usual: str = _SIMPLE[type.__class__]
    if bounds is None:
        return usual
    read = date.fromisoformat if isinstance(type, Date) else datetime.fromisoformat
    step = timedelta(days=1)
    value = read(usual)
    for text, moved in ((bounds.ge, timedelta()), (bounds.gt, step), (bounds.le, timedelta()), (bounds.lt, -step)):
        if text is None:
            continue
        bound = read(text)
        is_low = text in (bounds.ge, bounds.gt)
        if (is_low and value < bound + moved) or (not is_low and value > bound + moved):
            value = bound + moved
    return value.isoformat()
