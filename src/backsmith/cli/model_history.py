"""The files of a model's history, for commands that change a database: which version it goes to next, and the file of
the one that it has then."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from backsmith.blueprint.blueprint import Blueprint
from backsmith.cli.loading import Compiled
from backsmith.cli.talk import say
from backsmith.databases.database import Database
from backsmith.databases.dialect import Dialect
from backsmith.errors import UsageError
from backsmith.evolution.carrying import StepError
from backsmith.evolution.history import fingerprint
from backsmith.evolution.migration_changes import changes_between
from backsmith.evolution.migration_files import (
    FOLDER,
    History,
    Version,
    folder_of,
    heads,
    next_file,
    read_migrations,
    the_head,
)
from backsmith.evolution.migration_paths import common_ancestor, lost_steps, stops
from backsmith.evolution.records import read_head
from backsmith.evolution.transforming import function_of


class Goal(NamedTuple):
    """Where a database goes next."""

    blueprint: Blueprint
    stop: Version | None = None
    """The version on the way to the model; None: this is the model itself."""


async def next_goal(found: Compiled, database: Database, release: str) -> Goal:
    """The model, or a version before it whose data migrations come first.

    Raises UsageError where the history has two newest versions, where a function that is needed on the way is gone,
    and for an expanded release over several versions.
    """
    model = Goal(found.blueprint)
    if release not in {"direct", "expand"}:
        return model
    folder = folder_of(found.application.path)
    history = read_migrations(folder)
    the_head(history)  # refuses two of them, on databases without a version too
    head = await read_head(database)
    if head is None or head.state != "applied":
        return model
    way = stops(history, head, found.blueprint)
    if way is None:
        say(
            f"The database has the version {head.hash}, which has no file in {FOLDER}/{folder.name}/. It goes to the "
            "model at once: data migrations of versions between them aren't carried out."
        )
        return model
    if not way:
        return model
    stop = way[0]
    if release == "expand":
        raise UsageError(
            f"{stop.file} lies between the database and the model, and has data migrations of its own. "
            "Expand one version after the other: check that one out and begin there."
        )
    for lost in lost_steps([stop], _is_there):
        raise UsageError(lost)
    return Goal(stop.blueprint, stop)


def _is_there(function: str) -> bool:
    try:
        function_of(function)
    except StepError:
        return False
    return True


def write_version(
    found: Compiled, history: History, dialect: Dialect, *, name: str | None = None, approvals: Collection[str] = ()
) -> Version | None:
    """Write the file of the model as it is, on top of all newest versions; None where it is the newest one already.

    Raises UsageError for a bad name.
    """
    below = heads(history)
    if len(below) == 1 and below[0].hash == fingerprint(found.blueprint):
        return None
    last = common_ancestor(history, below) if below[1:] else below[0] if below else None
    changes = changes_between(None if last is None else last.blueprint, found.blueprint, dialect)
    version, text = next_file(history, found.blueprint, changes, name, approvals=sorted(approvals))
    folder = folder_of(found.application.path)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{version.file}.json").write_text(text, encoding="utf-8")
    if found.lock_changed:
        found.lock_file.write_text(found.lock, encoding="utf-8")
    return version


def write_applied(found: Compiled, dialect: Dialect, approvals: Collection[str]) -> None:
    """Write the file of the model that was applied, where files are kept."""
    folder = folder_of(found.application.path)
    if not folder.is_dir():
        return
    version = write_version(found, read_migrations(folder), dialect, approvals=approvals)
    if version is not None:
        say(f"Wrote {FOLDER}/{folder.name}/{version.file}.json; commit it together with {found.lock_file.name}.")
