"""ALTER TABLE as a step: the form that most changes take."""

from __future__ import annotations

from backsmith.databases.changes import TableName
from backsmith.databases.postgres.altering import costs, locks
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.steps import Cost, Lock, Statements


def altered(
    situation: Situation,
    phase: Phase,
    table: TableName,
    title: str,
    *actions: str,
    before: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
    held: tuple[Lock, ...] | None = None,
    cost: Cost = costs.CATALOGUE,
    approval: str | None = None,
) -> Placed:
    """One ALTER TABLE with all the actions, and the statements that are one transaction with it."""
    statement = f"ALTER TABLE {situation.quoted(table)} {', '.join(actions)}"
    step = Statements(
        title=title,
        statements=(*before, statement, *after),
        locks=locks.exclusive(str(table)) if held is None else held,
        cost=cost,
        approval=approval,
    )
    return Placed(phase, step)
