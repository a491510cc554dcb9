"""`backsmith create`: create the tables of a model in an empty database."""

from __future__ import annotations

import asyncio

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.source import shown
from backsmith.cli.loading import compiled, named_model, opened
from backsmith.cli.talk import counted, next_command, say
from backsmith.evolution.create import create_missing
from backsmith.settings import Settings, read_settings


def create(model: str | None = None, /, *, database: str | None = None) -> None:
    """Create the tables of a model in an empty database.

    Example: `backsmith create shop.py --database postgresql://shop@db/shop`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    """
    model = named_model(model)
    found = compiled(model)
    settings = read_settings(model, flags={"database": database})
    asyncio.run(_create(settings, found.blueprint))
    if found.lock_changed:
        found.lock_file.write_text(found.lock, encoding="utf-8")
        say(f"Wrote {shown(str(found.lock_file))}; commit it.")
    next_command(f"backsmith serve {model}" + (f" --database {database}" if database else ""))


async def _create(settings: Settings, blueprint: Blueprint) -> None:
    async with opened(settings) as database:
        await create_missing(database, blueprint)
    say(f"The tables of {counted(len(blueprint.entities), 'entity', 'entities')} are there.")
