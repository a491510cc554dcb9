"""`backsmith migrations`: the versions of a model as files beside it, for git and for those who review."""

from __future__ import annotations

import asyncio
import shlex
from typing import Annotated, Literal

from cyclopts import Parameter

from backsmith.app import database_of
from backsmith.cli.exit_codes import DONE, MISTAKES
from backsmith.cli.loading import Compiled, compiled, named_model, opened
from backsmith.cli.model_history import write_version
from backsmith.cli.talk import next_command, say, write
from backsmith.errors import DatabaseError, UsageError
from backsmith.evolution.history import Head, fingerprint
from backsmith.evolution.migration_files import (
    FOLDER,
    History,
    Version,
    ancestors,
    folder_of,
    heads,
    read_migrations,
    the_head,
)
from backsmith.evolution.migration_paths import is_of
from backsmith.evolution.records import read_head
from backsmith.settings import read_settings


def migrations(
    what: Literal["write", "list", "check", "merge"],
    model: str | None = None,
    /,
    *,
    name: str | None = None,
    database: Annotated[str | None, Parameter(show_default=False)] = None,
) -> int:
    """Keep each version of a model in a file beside it: write the next one, list them, check them, merge two.

    `write` writes the next file from the model; `merge` one that stands on two, after two branches were merged; `list`
    says which are applied to a database; `check` is for CI. Exit codes: 0 done; 1 the model has changes without a
    file, or there are two newest versions.

    Example: `backsmith migrations write shop.py --name add_phone`

    Parameters
    ----------
    what
        write, list, check or merge.
    model
        The model's file, package or dotted name.
    name
        What the new file is called: small letters, digits and _.
    database
        URL of the database: sqlite:///file.db, postgresql://user@host/name or postgresql:embedded.
    """
    model = named_model(model)
    found = compiled(model)
    history = read_migrations(folder_of(found.application.path))
    match what:
        case "write":
            the_head(history)  # two are a matter for merge
            return _write(model, found, history, name)
        case "merge":
            if len(heads(history)) < 2:
                say("There is one newest version: nothing to merge.")
                return DONE
            return _write(model, found, history, name)
        case "list":
            return _list(history, asyncio.run(_head_of(model, database)))
        case "check":
            return _check(model, found, history)


def _write(model: str, found: Compiled, history: History, name: str | None) -> int:
    dialect = database_of(read_settings(model, flags={})).dialect
    version = write_version(found, history, dialect, name=name)
    if version is None:
        say(f"Nothing changed since {heads(history)[0].file}.json.")
        return DONE
    file = f"{FOLDER}/{folder_of(found.application.path).name}/{version.file}.json"
    say("\n".join([f"Wrote {file}:", *(f"  {change}" for change in version.changes)]))
    say(f"Commit it together with {found.lock_file.name}.")
    next_command(shlex.join(["backsmith", "plan", model]))
    return DONE


def _list(history: History, head: Head | None) -> int:
    there = None if head is None else _version_of(history, head)
    applied = set[str]() if there is None else ancestors(history, there) | {there.file}
    for version in history.versions:
        write(f"{'applied' if version.file in applied else '       '}  {version.file}  {_summary(version)}")
    if head is not None and there is None:
        say(
            f"The database has the version {head.hash}, which has no file here: "
            "it was applied before there were files, or from another branch."
        )
    return DONE


def _version_of(history: History, head: Head) -> Version | None:
    """The version that the database has, or is expanded to."""
    return next((each for each in reversed(history.versions) if is_of(each, head) or each.hash == head.target), None)


def _summary(version: Version) -> str:
    more = len(version.changes) - 1
    return (version.changes[0] if version.changes else "") + (f", and {more} more" if more > 0 else "")


async def _head_of(model: str, url: str | None) -> Head | None:
    try:
        async with opened(read_settings(model, flags={"database": url}), read_only=True) as database:
            return await read_head(database)
    except DatabaseError as error:
        if url is not None:
            raise
        say(f"{error} What is applied isn't shown.")
        return None


def _check(model: str, found: Compiled, history: History) -> int:
    try:
        head = the_head(history)
    except UsageError as error:
        say(str(error))
        return MISTAKES
    if head is not None and head.hash == fingerprint(found.blueprint):
        say(f"{FOLDER}/{folder_of(found.application.path).name}/{head.file}.json is the model as it is.")
        return DONE
    say("The model has changes without a file." if head else "The model has no file of a version yet.")
    next_command(shlex.join(["backsmith", "migrations", "write", model]))
    return MISTAKES
