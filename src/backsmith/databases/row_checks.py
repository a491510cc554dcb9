"""A `@check` of the model -> the CHECK constraint that holds rows to it, where it can be one.

A database lets a CHECK look at the row alone, and at the same time tomorrow as today. A check that follows relations,
asks for the time or the user, or needs functions that only Backsmith's connections have (Python's `lower`), is held by
the engine instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from backsmith.blueprint.blueprint import Check, Entity
from backsmith.blueprint.expressions import Aggregate, Call, CurrentUser, Follow, HasRole, Node, Now, Variable
from backsmith.blueprint.trees import walk
from backsmith.databases.dialect import Dialect

_OWN_FUNCTIONS = "backsmith_"


def row_check(check: Check, entity: Entity, entities: Mapping[str, Entity], dialect: Dialect) -> str | None:
    """The condition as SQL about the row of its own table, or None."""
    if not all(map(_is_about_the_row, walk(check.condition))):
        return None
    speller = dialect.speller(entities)
    sql = speller.value(check.condition, dialect.quote(entity.table))
    return None if speller.parameters or _OWN_FUNCTIONS in sql else sql


def _is_about_the_row(node: Node) -> bool:
    match node:
        case Follow() | Aggregate() | Variable() | CurrentUser() | HasRole() | Now():
            return False
        case Call(function="lower" | "upper" | "strip"):
            return False
        case _:
            return True
