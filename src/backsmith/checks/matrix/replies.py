"""What the channels that read have in common: rows of replies, and what a refusal has to mean."""

from __future__ import annotations

from typing import Any, cast

from backsmith.blueprint.blueprint import Entity, Field
from backsmith.blueprint.types import Bytes, Json, List
from backsmith.checks.matrix.ground import Ground, Shown
from backsmith.checks.matrix.serving import Answer, Question

UNORDERED = (Json, List, Bytes)
"""Types without an order, and without a text that a filter could have."""


def closed(
    ground: Ground,
    entity: Entity,
    field: Field,
    channel: str,
    question: Question,
    answer: Answer,
    seen: dict[tuple[str, ...], Shown],
) -> None:
    """What was refused must not be shown of any row either; other refusals say that the test doesn't fit the type."""
    if answer.refused or field.hidden:
        shown = any(row[field.name] is not None for row in seen.values()) and not field.hidden
        ground.agree(entity, "read", field.name, channel, question, False, shown)
    else:
        ground.unclear += 1


def rows_in(value: Any) -> list[Shown]:
    """The rows of a list, or of one row or none."""
    return cast("list[Shown]", value if isinstance(value, list) else [] if value is None else [value])


def key_of(entity: Entity, row: Shown) -> tuple[str, ...]:
    """A row's key as text."""
    return tuple(str(row[name]) for name in entity.key)
