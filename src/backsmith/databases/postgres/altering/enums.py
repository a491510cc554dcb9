"""PostgreSQL's enum types: values are added and renamed in place; where one goes, a new type comes in its place."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from backsmith.databases.changes import AlterColumnType, AlterEnum, CreateEnum, describe
from backsmith.databases.postgres.altering import costs
from backsmith.databases.postgres.altering.phases import Phase, Placed
from backsmith.databases.postgres.altering.retypes import is_of_enum
from backsmith.databases.postgres.altering.shadow import shadow_of
from backsmith.databases.postgres.altering.situation import Situation
from backsmith.databases.schema import EnumType
from backsmith.databases.steps import Statements


def create_enum(situation: Situation, enum: EnumType) -> Placed:
    """CREATE TYPE."""
    step = Statements(
        title=describe(CreateEnum(enum)), statements=(situation.ddl.create_enum(enum),), cost=costs.CATALOGUE
    )
    return Placed(Phase.TYPES, step)


def is_rebuilt(change: AlterEnum) -> bool:
    """Whether values go or change places, which no ALTER TYPE can do."""
    kept = iter(change.new.values)
    return not all(value in kept for value in _renamed(change))


def alter_enum(situation: Situation, change: AlterEnum) -> Iterator[Placed]:
    """RENAME VALUE, then ADD VALUE in its place among the others; or the new type, for columns to come."""
    ddl = situation.ddl
    name = ddl.table_name(change.old.name, change.old.schema)
    for old, new in change.renamed:
        step = Statements(
            title=f"Rename the value {old!r} of type {change.old.name} to {new!r}",
            statements=(f"ALTER TYPE {name} RENAME VALUE {ddl.text(old)} TO {ddl.text(new)}",),
            cost=costs.CATALOGUE,
            approval=f"rename:{change.old.name}.{old}",
        )
        yield Placed(Phase.TYPES, step)
    if is_rebuilt(change) and not list(columns_of(situation, change)):
        step = Statements(
            title=describe(change),
            statements=(f"DROP TYPE {name}", ddl.create_enum(change.new)),
            cost=costs.CATALOGUE,
        )
        yield Placed(Phase.TYPES, step)
        return
    if is_rebuilt(change):
        new_type = EnumType(schema=change.new.schema, name=shadow_of(change.new.name), values=change.new.values)
        yield create_enum(situation, new_type)
        return
    there = set(_renamed(change))
    for place, value in enumerate(change.new.values):
        if value in there:
            continue
        before = change.new.values[place - 1] if place else None
        after = next((each for each in change.new.values[place:] if each in there), None)
        where = f" AFTER {ddl.text(before)}" if before is not None else f" BEFORE {ddl.text(after or '')}"
        step = Statements(
            title=f"Add the value {value!r} to type {change.new.name}",
            statements=(f"ALTER TYPE {name} ADD VALUE IF NOT EXISTS {ddl.text(value)}{where}",),
            cost=costs.CATALOGUE,
        )
        yield Placed(Phase.TYPES, step)


def columns_of(situation: Situation, change: AlterEnum) -> Iterator[AlterColumnType]:
    """The columns of a type that is made anew: each gets the new one, by the text of its value."""
    ddl = situation.ddl
    temporary = ddl.table_name(shadow_of(change.new.name), change.new.schema)
    for table, before in situation.before.items():
        after = situation.after.get(table)
        for column in before.columns:
            if not is_of_enum(situation, column, change):
                continue
            wanted = next((each for each in (after.columns if after else ()) if each.name == column.name), column)
            array = "[]" if column.type.endswith("[]") else ""
            using = f"{ddl.quote(column.name)}::text{array}::{temporary}{array}"
            yield AlterColumnType(table, column, replace(wanted, type=f"{temporary}{array}"), using)


def _renamed(change: AlterEnum) -> list[str]:
    names = dict(change.renamed)
    return [names.get(value, value) for value in change.old.values]
