"""`backsmith log`: who changed what, from the change log."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from cyclopts import Parameter

from backsmith.app import change_log_of
from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.blueprint.naming import did_you_mean
from backsmith.cli.loading import compiled, named_model, opened
from backsmith.cli.log_english import in_english
from backsmith.cli.talk import next_command, write
from backsmith.databases.database import Database
from backsmith.databases.json_values import json_writer
from backsmith.databases.own_tables import LOG
from backsmith.engine.grammar.keys import key_of
from backsmith.engine.values import converter
from backsmith.errors import RequestError, UsageError
from backsmith.log import Entry, Filter, Log
from backsmith.settings import read_settings

LAST = 20
"""Entries that are shown where nothing says from where on."""
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def log(
    model: str | None = None,
    /,
    *,
    follow: bool = False,
    entity: str | None = None,
    key: str | None = None,
    since: str | None = None,
    after: int | None = None,
    last: Annotated[int | None, Parameter(show_default=False)] = None,
    database: str | None = None,
    json: bool = False,
) -> None:
    """Show who changed what: the change log of entities that ask for it with `log=True`.

    Without --since, --after or --last: the last 20 entries. Values of hidden fields are shown as … and only --json has
    them.

    Example: `backsmith log shop.py --follow --entity Order --since 2h`

    Parameters
    ----------
    model
        The model's file, package or dotted name.
    follow
        Go on with what comes, until Ctrl-C.
    entity
        Only changes of rows of this entity.
    key
        Only those of the row with this key, written as in the row's address; with --entity.
    since
        From then on: 30s, 10m, 2h, 7d, or an instant such as 2026-01-23T13:45.
    after
        After this position; each entry begins with its own.
    last
        So many of the last entries.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    json
        Write JSON, a line an entry, for programs.
    """
    if sum(each is not None for each in (since, after, last)) > 1:
        raise UsageError("--since, --after and --last each say where to begin. Give one of them.")
    model = named_model(model)
    blueprint = compiled(model).blueprint
    only = Filter(*_row(blueprint, entity, key), since=None if since is None else _instant(since))
    settings = read_settings(model, flags={"database": database})

    async def show() -> int | None:
        async with opened(settings, read_only=True) as found:
            await _check(found)
            journal = change_log_of(found, blueprint, settings) or Log(found, blueprint)
            try:
                return await _show(Shown(blueprint, json=json), journal, only, after, last, follow=follow)
            finally:
                await journal.close()

    position = asyncio.run(show())
    if position is not None and not json:
        next_command(f"backsmith log {model} --follow --after {position}")


class Shown:
    """Writes entries as asked."""

    def __init__(self, blueprint: Blueprint, *, json: bool) -> None:
        self._json = json
        self._hidden = {
            entity.id: frozenset(field.name for field in entity.fields if field.hidden or field.secret)
            for entity in blueprint.entities
        }

    def write(self, entry: Entry) -> None:
        """Write one."""
        if self._json:
            images = {
                name: None if text is None else msgspec.Raw(text.encode())
                for name, text in (("before", entry.before), ("after", entry.after))
            }
            write(msgspec.json.encode({**msgspec.structs.asdict(entry), **images}).decode())
        else:
            write(in_english(entry, self._hidden.get(entry.entity_id, frozenset())))


async def _show(
    shown: Shown, journal: Log, only: Filter, after: int | None, last: int | None, *, follow: bool
) -> int | None:
    """Write the entries; the position up to which they were written, where there is an end."""
    if only.since is not None:
        after = await journal.position_at(only.since)
    elif after is None:
        page = await journal.latest(LAST if last is None else last, only)
        after = page.upto
        for entry in page.entries:
            shown.write(entry)
        if not follow:
            return after
    if follow:
        async for entry in journal.follow(after, only):
            shown.write(entry)
    while True:
        page = await journal.read(after, only=only)
        for entry in page.entries:
            shown.write(entry)
        after = page.upto
        if page.complete:
            return after


async def _check(database: Database) -> None:
    if not any(table.name == LOG.name for table in (await database.inspect()).tables):
        raise UsageError(
            "There is no change log in this database. Write class Order(Entity, log=True), whichever entities it is to"
            " be kept of; it is made when the application starts."
        )


def _row(blueprint: Blueprint, name: str | None, key: str | None) -> tuple[str | None, str | None]:
    """The id of an entity, and the key of a row of it as the log has it."""
    if name is None:
        if key is not None:
            raise UsageError("--key is of a row of which entity? Say so with --entity.")
        return None, None
    names = [entity.name for entity in blueprint.entities]
    entity = next((entity for entity in blueprint.entities if entity.name == name), None)
    if entity is None:
        raise UsageError(f"There is no entity {name}.{did_you_mean(name, names)}")
    return entity.id, None if key is None else _key(entity, key)


def _key(entity: Entity, key: str) -> str:
    types = {field.name: field.type for field in entity.fields}
    try:
        texts = key_of(key, entity.key)
        values = [
            json_writer(types[name])(converter(types[name], "eq")(text))
            for name, text in zip(entity.key, texts, strict=True)
        ]
    except RequestError as error:
        raise UsageError(f"--key {key} is no key of {entity.name}: {error.message}.") from error
    return f"[{','.join(values)}]"


def _instant(since: str) -> datetime:
    ago = re.fullmatch(r"(\d{1,6})([smhd])", since)
    try:
        if ago:
            return datetime.now(UTC) - timedelta(**{UNITS[ago[2]]: int(ago[1])})
        instant = datetime.fromisoformat(since)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--since {since} is no time. Write 30s, 10m, 2h, 7d or 2026-01-23T13:45.") from error
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
