"""A database that follows its model while that is being developed: what loses nothing is applied at once.

In: an open database and the blueprint. Out: what was changed, in English. What would lose something, or what only
a person knows, is refused with the command to run. Names may change: the only server is the one that asks.
"""

from __future__ import annotations

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.database import Database
from backsmith.errors import DatabaseError
from backsmith.evolution.applying import apply
from backsmith.evolution.approvals import BREAK
from backsmith.evolution.history import fingerprint
from backsmith.evolution.matching import aligned
from backsmith.evolution.plan import Plan, verdict
from backsmith.evolution.planning import plan
from backsmith.evolution.records import read_head

_ANYWAY = ("rename:", BREAK)
"""What needs no approval where nobody else's clients are: names, and what breaks requests and loses nothing."""


async def former_blueprints(database: Database) -> tuple[Blueprint, ...]:
    """The blueprint that the database has now, if it has any. Raises DatabaseError."""
    head = await read_head(database)
    return () if head is None else (head.blueprint,)


async def keep_in_step(database: Database, blueprint: Blueprint) -> tuple[str, ...]:
    """Change the database as the model says, where nothing has been applied to it that was not Backsmith's: one without
    a head, or between two versions, is left alone. Raises DatabaseError for a change that needs a person.
    """
    head = await read_head(database)
    if head is None or head.state != "applied" or head.hash == fingerprint(aligned(blueprint, head.blueprint)):
        return ()
    first = (await plan(database, blueprint)).plan
    names = [approval.name for approval in first.approvals if approval.name.startswith(_ANYWAY)]
    planned = await plan(database, blueprint, approvals=names)
    if verdict(planned.plan) in {"approval", "impossible"}:
        raise DatabaseError(_refusal(planned.plan))
    await apply(database, planned.plan, planned.blueprint)
    return planned.plan.changes


def _refusal(plan: Plan) -> str:
    reasons = [f"- {question.about} is new, and {' or '.join(question.candidates)} gone" for question in plan.questions]
    reasons += [f"- {finding.about}: {finding.text}" for finding in plan.findings if finding.kind == "impossible"]
    reasons += [f"- {approval.name}: {approval.text}" for approval in plan.approvals if not approval.given]
    listed = "\n".join(reasons)
    return f"The model has changed, and the database can't follow by itself:\n{listed}\nSee: backsmith plan"
