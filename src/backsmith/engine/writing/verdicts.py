"""How fields are updated, and what the flags of a row that was looked at say about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from backsmith.blueprint.blueprint import Check, Entity, Relation
from backsmith.blueprint.expressions import TRUE
from backsmith.engine.access import AskerKind
from backsmith.engine.writing.looking import Seen
from backsmith.engine.writing.rights import Choice, Rights, Targets
from backsmith.engine.writing.sought import Flag, Flags


class Plan(NamedTuple):
    """How fields of an entity are updated by a kind of asker."""

    entity: Entity
    kind: AskerKind | None
    """None where rules don't apply."""
    asked: tuple[str, ...]
    """The fields that rights are needed for."""
    names: tuple[str, ...]
    """All that are set: what observers set besides is among them."""
    rights: Rights
    early: Rights
    """What the statement that writes tests."""
    flags: Flags
    """What is asked of rows as they are: for each choice whether it may hold, and whether it holds with the values that
    are given; then for each relation in `targets` whether it will lead to a row."""
    targets: Targets
    checks: tuple[Check, ...]
    """Those that no constraint holds, as far as they can be asked of a row before it is written; flags of the same
    order come last."""
    left: tuple[Check, ...]
    """The others."""
    looked: frozenset[str]
    """Relations at whose rows rules look: that one leads nowhere is told as that no rule holds."""
    leading: tuple[Relation, ...]


class Verdict:
    """What the flags of a row that was looked at say."""

    def __init__(self, plan: Plan, seen: Seen, late: Sequence[bool] | None = None) -> None:
        self._plan = plan
        self._flags = seen.flags
        self._late = late

    def _groups(self) -> list[list[tuple[Choice, bool, bool, bool]]]:
        """For each choice whether it may hold, whether it does with what is given, whether it does in place."""
        found: list[list[tuple[Choice, bool, bool, bool]]] = []
        number = 0
        for group in self._plan.rights:
            some: list[tuple[Choice, bool, bool, bool]] = []
            for choice in group:
                late = bool(self._late[number]) if self._late is not None else True
                some.append((choice, self._flags[2 * number], self._flags[2 * number + 1], late))
                number += 1
            found.append(some)
        return found

    @property
    def may_be_written(self) -> bool:
        """Whether the asker may write the row as it is."""
        return all(any(before for _, before, _, _ in group) for group in self._groups())

    @property
    def comes_out_well(self) -> bool:
        """Whether rules hold for what the row will be, as far as that can be told before."""
        return all(
            any(before and (after or choice.late) for choice, before, after, _ in group) for group in self._groups()
        )

    @property
    def holds_late(self) -> bool:
        """Whether they hold now that it is."""
        return all(
            any(before and (after or choice.late) and late for choice, before, after, late in group)
            for group in self._groups()
        )

    @property
    def nowhere(self) -> list[Relation]:
        """The relations that will lead to no row to be seen, where that is what the rules fail for."""
        if all(any(before and after for _, before, after, _ in group) for group in self._groups()):
            return []
        leads = self._flags[2 * sum(map(len, self._plan.rights)) :]
        late = any(choice.late for group in self._plan.rights for choice in group)
        return [] if late else [r for r, there in zip(self._plan.targets, leads, strict=False) if not there]

    @property
    def failed(self) -> list[Check]:
        """The checks that the row won't meet."""
        checks = self._plan.checks
        met = self._flags[len(self._flags) - len(checks) :]
        return [check for check, holds in zip(checks, met, strict=True) if not holds]


def flags_of(choice: Choice) -> tuple[Flag, Flag]:
    """Whether a choice may hold for a row as it is, and whether it holds with what is given."""
    rule = choice.permission.condition
    if choice.paired:
        return (
            Flag(choice.before, paired=True, tried=True, rule=rule),
            Flag(choice.before, paired=True, also=choice.after, rule=rule),
        )
    return Flag(choice.before, rule=rule), Flag(TRUE if choice.late else choice.after, after=True, rule=rule)
