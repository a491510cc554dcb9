"""Refusals to drop, rename or retype what views, triggers, policies and the like need: nothing is ever CASCADEd."""

from __future__ import annotations

from backsmith.databases.changes import TableName
from backsmith.databases.facts import DatabaseObject
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.errors import DatabaseError

_HARMLESS = {"grant", "sequence", "primary key", "invalid index"}
"""What goes with a column, or is made for it again."""
_FOLLOWS_NAMES = _HARMLESS | {
    "view", "materialized view", "rule", "policy", "generated column", "function", "statistics", "publication", "index",
    "constraint", "partitions",
}  # fmt: skip
"""What PostgreSQL itself keeps right when a column is renamed; only what a trigger says is text to it."""
_SMALL_LOSS = _HARMLESS | {"index", "statistics"}
"""What means nothing without the column."""


def check_drop(situation: Situation, table: TableName, column: str) -> None:
    """Raise DatabaseError where something needs the column."""
    _check(situation, table, column, "be dropped", _SMALL_LOSS)


def check_retype(situation: Situation, table: TableName, column: str) -> None:
    """Raise DatabaseError where something needs the column as it is."""
    _check(situation, table, column, "get another type", _HARMLESS)


def check_rename(situation: Situation, table: TableName, old: str, new: str) -> None:
    """Raise DatabaseError where a trigger's function names the column."""
    _check(situation, table, new, f"be renamed from {old}", _FOLLOWS_NAMES)


def check_drop_table(situation: Situation, table: TableName) -> None:
    """Raise DatabaseError where something of elsewhere needs the table."""
    own = _HARMLESS | {"index", "statistics", "trigger", "policy", "constraint", "generated column", "partitions"}
    for each in situation.objects(table):
        if each.kind not in own:
            raise _refusal(f"Table {table} can't be dropped", each, "Keep the table: leave the entity in the model.")


def check_whole(situation: Situation, table: TableName, what: str) -> None:
    """Raise DatabaseError where the table is in parts, of which PostgreSQL can't do this without locking all."""
    for each in situation.objects(table):
        if each.kind == "partitions":
            raise DatabaseError(
                f"{what} of table {table}: it has partitions, for which PostgreSQL knows no way to do this while it is"
                " used.\n- Do it by SQL, partition by partition, and attach the parts; then plan again.\n"
                "- Leave it out of the model."
            )


def _check(situation: Situation, table: TableName, column: str, what: str, harmless: set[str]) -> None:
    for each in situation.objects(table, column):
        if each.kind not in harmless:
            keep = f"Keep the column as it is: leave {column} in the model as it was."
            raise _refusal(f"Column {table}.{column} can't {what}", each, keep)


def _refusal(what: str, each: DatabaseObject, keep: str) -> DatabaseError:
    return DatabaseError(
        f"{what}: {each.kind} {each.name} needs it.\n"
        f"- Drop or change {each.kind} {each.name} by SQL, plan again, and make it anew afterwards.\n"
        f"- {keep}"
    )
