"""Plans whose values come after those of another: a statement may find rows by one plan and show them by a second."""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from backsmith.engine.planning.plan import Embed, Exists, Junction, Operand, Order, Output, Read, Test

Plan = Read | Embed | Output | Junction | Exists | Test | Order | Operand
P = TypeVar("P", bound=Struct)


def moved(plan: P, by: int) -> P:
    """The plan with each slot's number raised by `by`."""
    if by == 0:
        return plan
    new: dict[str, object] = {}
    for name in plan.__struct_fields__:
        value = getattr(plan, name)
        if isinstance(value, Plan):
            new[name] = moved(value, by)
        elif isinstance(value, tuple) and value:
            items: tuple[object, ...] = value  # pyright: ignore[reportUnknownVariableType] - of a plan, or of slots
            new[name] = tuple(
                item + by
                if name in _SLOTS and isinstance(item, int)
                else moved(item, by)
                if isinstance(item, Plan)
                else item
                for item in items
            )
        elif name == "slot" and isinstance(value, int):
            new[name] = value + by
    return replace(plan, **new) if new else plan


_SLOTS = frozenset({"key_slots", "after"})
