"""Triggers that hold two shapes of the same values together while both are written (`changes.Sync`).

They are AFTER triggers, for SQLite's BEFORE triggers can't change the row. So while a row is being inserted the shape
that isn't given is null: its columns can't be NOT NULL unless they have a default. A trigger's own UPDATE fires the
other ones, but finds what it would set already there: each looks first whether the two shapes agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backsmith.databases.changes import Sync
from backsmith.databases.ddl import Ddl

SYNC = "backsmith_sync_"
"""Begins the name of each sync."""
_SUFFIXES = ("insert_new", "insert_old", "update_new", "update_old")
Pairs = Sequence[tuple[str, str]]


def trigger_names(sync: Sync) -> list[str]:
    """The names of its triggers."""
    return [f"{sync.name}_{suffix}" for suffix in _SUFFIXES]


def create_sync(ddl: Ddl, table: str, key: Sequence[str], sync: Sync) -> list[str]:
    """CREATE TRIGGER for each way in which one side sets the other; `key` are the columns that tell rows apart."""
    new, old = [column for column, _ in sync.up], [column for column, _ in sync.down]
    names = [ddl.quote(name) for name in trigger_names(sync)]
    on = ddl.quote(table)
    new_given, old_given = (_any(f"NEW.{ddl.quote(column)} IS NOT NULL" for column in side) for side in (new, old))
    new_changed, old_changed = (_any(_changed(ddl, column) for column in side) for side in (new, old))
    down, up = _update(ddl, on, key, sync.down), _update(ddl, on, key, sync.up)
    # The trigger of the other side is fired by these updates, and finds that the two sides agree.
    no_up, no_down = f"NOT ({_agrees(ddl, sync.up)})", f"NOT ({_agrees(ddl, sync.down)})"
    return [
        f"CREATE TRIGGER {names[0]} AFTER INSERT ON {on} WHEN {new_given} BEGIN {down}; END",
        f"CREATE TRIGGER {names[1]} AFTER INSERT ON {on} WHEN NOT ({new_given}) AND ({old_given}) BEGIN {up}; END",
        f"CREATE TRIGGER {names[2]} AFTER UPDATE OF {ddl.names(tuple(new))} ON {on} WHEN {new_changed}"
        f" BEGIN {down} AND {no_up}; END",
        f"CREATE TRIGGER {names[3]} AFTER UPDATE OF {ddl.names(tuple(old))} ON {on}"
        f" WHEN NOT ({new_changed}) AND ({old_changed}) BEGIN {up} AND {no_down}; END",
    ]


def drop_sync(ddl: Ddl, sync: Sync) -> list[str]:
    """DROP TRIGGER for all of them."""
    return [f"DROP TRIGGER IF EXISTS {ddl.quote(name)}" for name in trigger_names(sync)]


def _update(ddl: Ddl, table: str, key: Sequence[str], sets: Pairs) -> str:
    """Set one side of the row from the other."""
    row = " AND ".join(f"{ddl.quote(column)} = NEW.{ddl.quote(column)}" for column in key)
    return f"UPDATE {table} SET {', '.join(f'{ddl.quote(column)} = ({sql})' for column, sql in sets)} WHERE {row}"


def _agrees(ddl: Ddl, sets: Pairs) -> str:
    """Whether one side is just what the other gives."""
    return " AND ".join(f"{ddl.quote(column)} COLLATE BINARY IS ({sql})" for column, sql in sets)


def _changed(ddl: Ddl, column: str) -> str:
    name = ddl.quote(column)
    return f"NEW.{name} COLLATE BINARY IS NOT OLD.{name}"


def _any(conditions: Iterable[str]) -> str:
    return " OR ".join(conditions)
