"""New keys for old ones: while a key's values become others (numbers become UUIDs), a table says which became which.

The rows of the table itself and of all that point at it look their new values up there. It goes with the last of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backsmith.databases.changes import AlterColumnType, Key, TableName
from backsmith.databases.sqlite.altering.work import KEYS, Job, Work


class KeyMap(NamedTuple):
    """A table of new keys, and the change that makes them."""

    name: str
    table: str
    change: AlterColumnType


def key_maps(jobs: Sequence[Job]) -> dict[Key, KeyMap]:
    """The keys that others follow."""
    followed = {
        change.follows
        for job in jobs
        for change in job.changes
        if isinstance(change, AlterColumnType) and change.follows is not None
    }
    return {
        Key(TableName(job.table), change.new.name): KeyMap(f"{KEYS}{job.table}_{change.new.name}", job.table, change)
        for job in jobs
        for change in job.changes
        if isinstance(change, AlterColumnType) and Key(TableName(job.table), change.new.name) in followed
    }


def create_keys(work: Work, found: KeyMap) -> str:
    """CREATE TABLE."""
    old = found.change.old
    collation = "" if old.collation is None else f" COLLATE {old.collation}"
    return f'CREATE TABLE {work.quote(found.name)} ("old" {old.type.upper()}{collation} NOT NULL PRIMARY KEY, "new")'


def keys_of_rows(work: Work, found: KeyMap) -> str:
    """INSERT a new key for each old one that has none yet; ends with a WHERE to which more may be added."""
    table, column = work.quote(found.table), work.quote(found.change.old.name)
    value = found.change.using or column
    there = f'SELECT 1 FROM {work.quote(found.name)} WHERE "old" = {table}.{column}'
    return (
        f'INSERT INTO {work.quote(found.name)} ("old", "new") SELECT {table}.{column}, {value} FROM {table}'
        f" WHERE NOT EXISTS ({there})"
    )


def fill_keys(work: Work, jobs: Sequence[Job]) -> Iterator[str]:
    """Create and fill the tables of new keys, for use by what follows until `drop_keys`."""
    maps = key_maps(jobs)
    work.keys = {key: found.name for key, found in maps.items()}
    for found in maps.values():
        yield create_keys(work, found)
        yield keys_of_rows(work, found)


def drop_keys(work: Work) -> Iterator[str]:
    """Drop them."""
    yield from [f"DROP TABLE {work.quote(name)}" for name in work.keys.values()]
    work.keys = {}
