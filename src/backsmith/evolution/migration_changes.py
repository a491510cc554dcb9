"""What lies between two versions of a model, in English: for the files of its history, and without a database."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.changes import describe
from backsmith.databases.dialect import Dialect
from backsmith.databases.schema import Schema
from backsmith.evolution.desired import tables_of
from backsmith.evolution.diff import diff
from backsmith.evolution.fills import fills
from backsmith.evolution.matching import aligned
from backsmith.evolution.renames import renamed_schema, renames

NO_TABLE = "No table changes: only rules, functions or how the API is served"


def changes_between(old: Blueprint | None, new: Blueprint, dialect: Dialect) -> list[str]:
    """What changes in the tables, as on that database; from nothing where there is no old version."""
    desired = tables_of(new, dialect)
    if old is None:
        return [describe(change) for change in diff(Schema(tables=()), desired, dialect)]
    new = aligned(new, old)
    before, desired = tables_of(old, dialect), tables_of(new, dialect)
    moved = renames(old, new, before, dialect.ddl)
    renamed = renamed_schema(before, moved, dialect.ddl)
    changes = [*moved, *diff(renamed, desired, dialect, previous=renamed), *fills(old, new, dialect)]
    return [describe(change) for change in changes] or [NO_TABLE]
