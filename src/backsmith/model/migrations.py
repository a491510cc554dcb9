"""`@migration`: how values get from fields of the version before into fields of this one, and back.

Where plain Python says it, a class with `up` and `down`; where SQL does, which the database can run by itself while
both versions are served, `migration(Customer, up={…}, down={…})`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, overload

from backsmith.model.entity import Entity

C = TypeVar("C", bound=type)
MIGRATION = "__backsmith_migration__"
"""What the decorator leaves on a class: the entity."""


@dataclass(frozen=True, slots=True)
class Sql:
    """SQL of a value, where the databases spell it differently. Columns are named as in the database."""

    sqlite: str | None = None
    postgres: str | None = None


@dataclass(frozen=True, slots=True)
class SqlMigration:
    """What `migration(Customer, up=…)` gives: SQL of each field that is written, over the columns that are read."""

    entity: type[Entity]
    up: Mapping[str, str | Sql]
    down: Mapping[str, str | Sql]


@overload
def migration(entity: type[Entity], /) -> Callable[[C], C]: ...
@overload
def migration(
    entity: type[Entity], /, *, up: Mapping[str, str | Sql], down: Mapping[str, str | Sql] | None = None
) -> SqlMigration: ...
def migration(
    entity: type[Entity],
    /,
    *,
    up: Mapping[str, str | Sql] | None = None,
    down: Mapping[str, str | Sql] | None = None,
) -> Any:
    """Say where the values of new fields come from: for the rows that are there when a version is applied.

    As a decorator of a class with the static methods `up` and, to go back, `down`. Their parameters are fields of the
    one version, called by name; they return a NamedTuple of fields of the other, or one value,
    `Annotated[str, "name"]`. With `up`, and `down`, by SQL: pairs of a field that is written and an expression over
    the columns of a row. Only with SQL both ways can the fields of both versions be kept alike while both are served
    (`backsmith plan --expand`).
    """
    if up is None:
        if down is not None:
            raise TypeError("migration has a down and no up: write how the new fields get their values, up={…}.")

        def mark(cls: C) -> C:
            setattr(cls, MIGRATION, entity)
            return cls

        return mark
    return SqlMigration(entity, dict(up), dict(down or {}))
