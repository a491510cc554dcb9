"""`backsmith advise`: which indexes are missing, and which are of no use."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from backsmith.cli.loading import compiled, named_model, opened
from backsmith.cli.talk import next_command, say, write, write_json
from backsmith.errors import BacksmithError
from backsmith.settings import Settings, read_settings

if TYPE_CHECKING:
    from datetime import datetime

    from backsmith.blueprint.blueprint import Blueprint
    from backsmith.databases import Database
    from backsmith.evolution.advice import Advice, Options

_SECONDS = 10.0
"""For how long `backsmith plan` measures indexes, about."""
# What measures is imported where it is used: `backsmith plan` asks for advice too.


def advise(model: str | None = None, /, *, database: str | None = None, json: bool = False) -> None:
    """Say which indexes are missing and which are of no use, by the requests that were served.

    A missing index is measured on a copy of the table; the database is only read. Nothing is created or dropped: write
    what you take into the model, and see backsmith plan.

    Example: `backsmith advise shop.py --database postgresql://shop@db/shop`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    json
        Write JSON, for programs.
    """
    from backsmith.evolution.advice import advice_in_english  # noqa: PLC0415  see above

    model = named_model(model)
    shapes, found = asyncio.run(_advise(model, read_settings(model, flags={"database": database})))
    if json:
        write_json(found)
    elif found:
        write(advice_in_english(found))
    if not shapes:
        say("No requests are recorded yet: backsmith serve counts them by their shapes. Ask again later.")
    elif not found:
        say(f"No index is missing or of no use, by the requests of {shapes} shapes.")
    elif not json:
        next_command(f"backsmith plan {model}")


async def _advise(model: str, settings: Settings) -> tuple[int, list[Advice]]:
    found = compiled(model)
    async with opened(settings, read_only=True) as database:
        return await advice_of(database, found.blueprint, settings)


async def advice_lines(database: Database, blueprint: Blueprint, settings: Settings) -> tuple[str, ...]:
    """A line for each advice, for a plan: what a few seconds of measuring tell, and nothing where it can't be done."""
    from backsmith.evolution.advice import Options, plan_lines  # noqa: PLC0415  see above

    try:
        _, found = await advice_of(database, blueprint, settings, options=Options(seconds=_SECONDS, rows=20_000))
    except BacksmithError:
        return ()
    return plan_lines(found)


async def advice_of(
    database: Database,
    blueprint: Blueprint,
    settings: Settings,
    *,
    options: Options | None = None,
    now: datetime | None = None,
) -> tuple[int, list[Advice]]:
    """How many shapes of requests are recorded, and what is advised by them. Raises DatabaseError."""
    from datetime import UTC, datetime  # noqa: PLC0415  see above

    from backsmith.engine.grammar.limits import Limits  # noqa: PLC0415  see above
    from backsmith.engine.served.reading import Replanner, kept_shapes  # noqa: PLC0415  see above
    from backsmith.evolution import advice  # noqa: PLC0415  see above

    now = now or datetime.now(UTC)
    kept = await kept_shapes(database)
    limits = Limits(embed_depth=settings.max_depth, filters=settings.max_filters, select_items=settings.max_select)
    planner = Replanner(blueprint, database, limits, max_rows=settings.max_rows, prefix=settings.prefix)
    served = [each for each in map(planner.served, kept) if each is not None]
    written = planner.written(kept, now)
    return len(kept), await advice.advise(database, blueprint, served, written=written, options=options, now=now)
