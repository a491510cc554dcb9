"""All columns of a plan that get another type, and the way that each of them goes."""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.databases.changes import AlterColumnType, AlterEnum
from backsmith.databases.postgres.altering import enums
from backsmith.databases.postgres.altering.direct import can_be_direct, retype_directly
from backsmith.databases.postgres.altering.phases import Placed
from backsmith.databases.postgres.altering.retypes import (
    Place,
    check_possible,
    groups,
    retype_in_place,
    stays_in_place,
)
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.postgres.altering.swap import retype_by_shadows


class Retypes:
    """In place where PostgreSQL can, at once where rows are few, else by shadow columns."""

    def __init__(self, situation: Situation) -> None:
        """Raises DatabaseError for a column that can't change, for what needs it."""
        self._situation = situation
        changes = _all(situation)
        for change in changes:
            check_possible(situation, change)
        self._in_place = [change for change in changes if stays_in_place(situation, change)]
        others = [change for change in changes if change not in self._in_place]
        rebuilt = [enum for enum in situation.of_kind(AlterEnum) if enums.is_rebuilt(enum)]
        found = groups(situation, others, rebuilt)
        self._direct = [group for group in found if can_be_direct(situation, group)]
        self._shadowed = [group for group in found if group not in self._direct]
        self.moved: set[Place] = {(change.table, change.new.name) for change in others}
        """Columns whose defaults come with their new type."""
        self.swapped: set[Place] = {
            (change.table, change.new.name) for group in self._shadowed for change in group.changes
        }
        """Columns that are new ones after the change."""
        situation.swapped.update(self.swapped)

    def steps(self) -> Iterator[Placed]:
        """Their steps."""
        for change in self._in_place:
            yield from retype_in_place(self._situation, change)
        for group in self._direct:
            yield from retype_directly(self._situation, group)
        for group in self._shadowed:
            yield from retype_by_shadows(self._situation, group)


def _all(situation: Situation) -> list[AlterColumnType]:
    """Those of enums that are made anew among them."""
    found = situation.of_kind(AlterColumnType)
    given = {(each.table, each.new.name) for each in found}
    for enum in situation.of_kind(AlterEnum):
        if enums.is_rebuilt(enum):
            found += [each for each in enums.columns_of(situation, enum) if (each.table, each.new.name) not in given]
    return found
