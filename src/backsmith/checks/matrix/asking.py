"""Asks the running application every cell of its matrix through every channel.

In: an application and the address of an empty database. Out: a `Report` of what doesn't agree with the rules.
"""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain, count
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from backsmith.blueprint import Application
from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.checks.matrix import (
    combined_channels,
    embedding_channels,
    gate_channels,
    reading_channels,
    silent_channels,
    writing_channels,
)
from backsmith.checks.matrix.coverage import Found
from backsmith.checks.matrix.expecting import Expecting
from backsmith.checks.matrix.ground import Disagreement, Ground, Truth, opened, truth_of
from backsmith.checks.matrix.serving import Question, Served
from backsmith.checks.matrix.storing import store
from backsmith.databases import open_database
from backsmith.settings import Settings, read_settings

Channel = Callable[[Ground, Entity, Asker], Awaitable[None]]
CHANNELS: dict[str, Channel] = {
    "gate": gate_channels.gate,
    "item": reading_channels.item,
    "list": reading_channels.list_,
    "csv": reading_channels.table,
    "filter": reading_channels.filter_,
    "sort": reading_channels.sort,
    "aggregate": embedding_channels.aggregate,
    "embed": embedding_channels.embed,
    "batch": reading_channels.batch,
    "create": writing_channels.create,
    "update": writing_channels.update,
    "delete": writing_channels.delete,
    "bulk": combined_channels.bulk,
    "upsert": combined_channels.upsert,
    "put": combined_channels.put,
    "nested write": combined_channels.nested,
    "link": combined_channels.link,
    "action": writing_channels.action,
    "writes in a batch": combined_channels.batch,
    "hidden or missing": silent_channels.by_key,
    "pointing": silent_channels.by_pointing,
}


class Report(Struct, frozen=True):
    """What asking found."""

    asked: int
    """Requests."""
    agreed: int
    """Answers that agreed."""
    unclear: int
    """Answers that a constraint decided."""
    found: tuple[Disagreement, ...]
    uncovered: tuple[str, ...]
    """Conditions of rules that no row and asker decide, and entities without rows."""
    rows: int


async def ask(
    application: Application,
    blueprint: Blueprint,
    url: str,
    found: Found,
    *,
    entities: Sequence[str] | None = None,
) -> Report:
    """Fill the empty database at `url` with a made-up world and ask everything, or of these entities. Raises
    DatabaseError."""
    with tempfile.TemporaryDirectory() as folder:
        settings = beside_routes(settings_for(application, url, folder), blueprint)
        truth = await prepare(application, blueprint, settings, found)
        async with Served(application, blueprint, settings) as served:
            ground = Ground(served, truth, Expecting(blueprint, found.world), found.askers)
            await ask_all(ground, tuple(CHANNELS), entities=entities)
        await _all_undone(application, blueprint, settings, ground)
    uncovered = (*dict.fromkeys(map(str, found.missing)), *found.world.unmade)
    rows = sum(map(len, found.world.rows.values()))
    return Report(served.asked, ground.agreed, ground.unclear, tuple(ground.found), uncovered, rows)


async def _all_undone(application: Application, blueprint: Blueprint, settings: Settings, ground: Ground) -> None:
    """Note what is another value than before: every write was to be undone."""
    async with Served(application, opened(blueprint), settings) as served:
        now = await truth_of(served, served.blueprint.entities)
    for entity in ground.expecting.blueprint.entities:
        if entity.key:
            question = Question(ground.path(entity))
            before, after = ground.truth.rows(entity.name), now.rows(entity.name)
            ground.agree(entity, "update", "", "undone", question, before, after)


async def prepare(application: Application, blueprint: Blueprint, settings: Settings, found: Found) -> Truth:
    """Fill the database, and read from it what is true."""
    database = open_database(settings.database)
    await database.open()
    try:
        await store(database, blueprint, found.world)
    finally:
        await database.close()
    async with Served(application, opened(blueprint), settings) as served:
        return await truth_of(served, served.blueprint.entities)


async def ask_all(ground: Ground, channels: Sequence[str], *, entities: Sequence[str] | None = None) -> None:
    """Ask of every entity that is served, by everybody, through these channels."""
    for entity in ground.expecting.blueprint.entities:
        if entity.private or not entity.key or (entities is not None and entity.name not in entities):
            continue
        for name in channels:
            for asker in ground.askers:
                await CHANNELS[name](ground, entity, asker)


def beside_routes(settings: Settings, blueprint: Blueprint) -> Settings:
    """The settings with a prefix below which the application has no routes of its own: those would answer in place of
    private entities, which are collections too while everything is opened."""
    firsts = {route.path.strip("/").partition("/")[0] for route in blueprint.routes}
    free = chain((settings.prefix, "/rows"), (f"/rows{number}" for number in count(2)))
    return replace(settings, prefix=next(each for each in free if each.strip("/").partition("/")[0] not in firsts))


def settings_for(application: Application, url: str, folder: str) -> Settings:
    """Settings of an application that is tried out: nobody signs in, nothing is logged, files lie in `folder`."""
    flags = {
        "database": url,
        "access_log": False,
        "accounts": "off",
        "files": str(Path(folder) / "files"),
        "log_level": "error",
        "environment": "development",
    }
    return read_settings(application.path, flags=flags)
