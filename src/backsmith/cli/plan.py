"""`backsmith plan`: what a change of the model means, before anything is done."""

from __future__ import annotations

import asyncio
import shlex
import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from backsmith.cli.advise import advice_lines
from backsmith.cli.exit_codes import DATABASE, IMPOSSIBLE, NEEDS_APPROVAL, NO_CHANGE, SAFE
from backsmith.cli.loading import compiled, named_model, opened
from backsmith.cli.plan_english import plan_as_sql, plan_in_english
from backsmith.cli.talk import next_command, say, write, write_json
from backsmith.errors import NoDatabaseError, UsageError
from backsmith.evolution.plan import Plan, verdict
from backsmith.settings import read_settings

if TYPE_CHECKING:
    from backsmith.evolution.releases import Release

_CODES = {"none": NO_CHANGE, "safe": SAFE, "approval": NEEDS_APPROVAL, "impossible": IMPOSSIBLE}


def plan(
    model: str | None = None,
    /,
    *,
    database: str | None = None,
    expand: bool = False,
    contract: bool = False,
    approve: Annotated[
        list[str] | None, Parameter(help="Approve something by its name, such as drop:orders.note.")
    ] = None,
    json: bool = False,
    sql: bool = False,
) -> int:
    """Say what a change of the model means: for the rows, for clients, for rights. Nothing is touched.

    Exit codes: 0 no change; 10 safe; 11 needs approval; 12 impossible as it is.

    Example: `backsmith plan shop.py --database postgresql://shop@db/shop --expand`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    expand
        Make a release in which the old and the new shape both work.
    contract
        Finish an expanded release: the old shape goes.
    json
        The plan as JSON.
    sql
        The statements alone.
    """
    if expand and contract:
        raise UsageError("--expand begins a release and --contract ends it: give one of them.")
    model = named_model(model)
    release: Release = "expand" if expand else "contract" if contract else "direct"
    where = ["--database", database] if database else []
    try:
        found = asyncio.run(_plan(model, database, release, approve or []))
    except NoDatabaseError as error:
        say(str(error))
        next_command(shlex.join(["backsmith", "apply", model, *where]))
        return DATABASE
    if json:
        write_json(found)
    elif sql:
        write(plan_as_sql(found, lock_timeout="1s"))
    else:
        write(plan_in_english(found))
    outcome = verdict(found)
    words = ["backsmith", "apply", model, *where]
    words += [f"--{release}"] if release != "direct" else []
    if outcome in {"safe", "approval"} and sys.stderr.isatty():
        words += [word for approval in found.approvals for word in ("--approve", approval.name)]
        next_command(shlex.join(words))
    return _CODES[outcome]


async def _plan(model: str, url: str | None, release: Release, approvals: list[str]) -> Plan:
    from backsmith.cli.model_history import next_goal  # noqa: PLC0415  takes a while to import
    from backsmith.evolution.releases import plan_release  # noqa: PLC0415  takes a while to import

    found = compiled(model)
    settings = read_settings(model, flags={"database": url})
    async with opened(settings, read_only=True) as database:
        goal = await next_goal(found, database, release)
        if goal.stop is not None:
            say(f"This is the way to {goal.stop.file}, which has data migrations of its own; the model comes after it.")
        advice = await advice_lines(database, found.blueprint, settings)
        return (await plan_release(database, goal.blueprint, release, approvals=approvals, advice=advice)).plan
