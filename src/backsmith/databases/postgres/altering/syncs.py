"""Triggers that keep columns alike while they are written by servers of both shapes, or before they are swapped.

The triggers' names begin with `zz`: those of one table run in the order of their names, and what others' triggers write
is to be seen. SQL of values is worked out over the new row as a table of its own, by plain names of columns.
"""

from __future__ import annotations

from backsmith.databases.changes import CreateSync, DropSync, Sync, TableName, describe
from backsmith.databases.postgres.altering import costs, locks
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.steps import Statements

Pairs = tuple[tuple[str, str], ...]
_PREFIX = "zz_"
_WITHOUT_EQUALITY = ("json", "xml", "point", "polygon", "box", "path", "line", "lseg", "circle")


def create_sync(situation: Situation, change: CreateSync) -> Placed:
    """The trigger of a sync."""
    sync = change.sync
    body = _both_ways(situation, change.table, sync)
    return Placed(Phase.SYNCS, _trigger(situation, change.table, sync.name, body, describe(change)))


def drop_sync(situation: Situation, change: DropSync) -> Placed:
    """No trigger any more; in a moment."""
    statements = dropped(situation, change.table, change.sync.name)
    step = Statements(
        title=describe(change),
        statements=statements,
        locks=locks.exclusive(str(change.table)),
        cost=costs.CATALOGUE,
    )
    return Placed(Phase.ENDED_SYNCS, step)


def one_way(situation: Situation, phase: Phase, table: TableName, name: str, pairs: Pairs, title: str) -> Placed:
    """A trigger that sets columns from others whenever a row is written."""
    return Placed(phase, _trigger(situation, table, name, f"    {_set(situation, table, pairs)}", title))


def statements_of(situation: Situation, table: TableName, name: str, body: str) -> tuple[str, str]:
    """CREATE FUNCTION and CREATE TRIGGER; `body` is plpgsql between BEGIN and RETURN."""
    quote, function = situation.ddl.quote, situation.ddl.table_name(name, table.schema)
    lines = [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $backsmith$",
        "#variable_conflict use_column",
        *(["DECLARE", "    is_new boolean;"] if "is_new" in body else []),
        "BEGIN",
        body,
        "    RETURN NEW;",
        "END",
        "$backsmith$",
    ]
    trigger = (
        f"CREATE TRIGGER {quote(trigger_name(name))} BEFORE INSERT OR UPDATE ON {situation.quoted(table)}"
        f" FOR EACH ROW EXECUTE FUNCTION {function}()"
    )
    return "\n".join(lines), trigger


def dropped(situation: Situation, table: TableName, name: str) -> tuple[str, str]:
    """DROP TRIGGER and DROP FUNCTION."""
    trigger = situation.ddl.quote(trigger_name(name))
    function = situation.ddl.table_name(name, table.schema)
    return f"DROP TRIGGER {trigger} ON {situation.quoted(table)}", f"DROP FUNCTION {function}()"


def trigger_name(name: str) -> str:
    """The trigger's name, of that of its function."""
    return (_PREFIX + name).encode()[:63].decode(errors="ignore")


def _trigger(situation: Situation, table: TableName, name: str, body: str, title: str) -> Statements:
    return Statements(
        title=title,
        statements=statements_of(situation, table, name, body),
        locks=locks.against_writes(str(table)),
        cost=costs.CATALOGUE,
    )


def _both_ways(situation: Situation, table: TableName, sync: Sync) -> str:
    """The new shape counts where it was written, unless it says what the old one says already.

    A column of the new shape has no default: a value says that it was given. What fills the new columns of old rows
    writes the new shape too, and must not change the old one.
    """
    up, down = sync.up, sync.down
    given = " OR ".join(f"NEW.{situation.ddl.quote(column)} IS NOT NULL" for column, _ in up)
    return f"""\
    IF TG_OP = 'INSERT' THEN
        is_new := {given};
    ELSIF {_changed(situation, table, up)} THEN
        is_new := true;
    ELSIF {_changed(situation, table, down)} THEN
        is_new := false;
    ELSE
        RETURN NEW;
    END IF;
    IF is_new THEN
        SELECT {_differs(situation, table, up)}
        INTO is_new FROM {_row(situation, table)};
        IF is_new THEN
            {_set(situation, table, down)}
        END IF;
    ELSE
        {_set(situation, table, up)}
    END IF;"""


def _set(situation: Situation, table: TableName, pairs: Pairs) -> str:
    values = ", ".join(f"({sql})" for _, sql in pairs)
    columns = ", ".join(f"NEW.{situation.ddl.quote(column)}" for column, _ in pairs)
    return f"SELECT {values} INTO {columns} FROM {_row(situation, table)};"


def _row(situation: Situation, table: TableName) -> str:
    """The new row as a table: all its columns by their plain names, or behind the table's."""
    return f"(SELECT (NEW).*) AS {situation.ddl.quote(table.name)}"


def _changed(situation: Situation, table: TableName, pairs: Pairs) -> str:
    parts: list[str] = []
    for column, _ in pairs:
        quoted, cast = situation.ddl.quote(column), _comparable(situation, table, column)
        parts.append(f"NEW.{quoted}{cast} IS DISTINCT FROM OLD.{quoted}{cast}")
    return " OR ".join(parts)


def _differs(situation: Situation, table: TableName, pairs: Pairs) -> str:
    parts: list[str] = []
    for column, sql in pairs:
        there = situation.column(table, column)
        type = "text" if there is None else there.type
        cast = _comparable(situation, table, column)
        parts.append(f"{situation.ddl.quote(column)}{cast} IS DISTINCT FROM CAST(({sql}) AS {type}){cast}")
    return " OR ".join(parts)


def _comparable(situation: Situation, table: TableName, column: str) -> str:
    """`::text` for a type whose values PostgreSQL can't compare."""
    there = situation.column(table, column)
    type = "" if there is None else situation.ddl.normal_type(there.type).partition("[")[0]
    return "::text" if type in _WITHOUT_EQUALITY else ""
