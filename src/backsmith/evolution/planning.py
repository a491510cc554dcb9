"""A database and a blueprint -> the plan that takes the one to the shape of the other. Nothing is touched.

The database as it is, the blueprint that was applied last and the new one are compared; what comes out are renames,
changes with how values get where they belong, the steps that do it safely on this server, what the rows that are there
say of it, and what it means for clients and for rights.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.altering import Alteration
from backsmith.databases.changes import (
    Change,
    CreateSync,
    DropSync,
    Fill,
    MissingView,
    describe,
)
from backsmith.databases.database import Database
from backsmith.databases.dialect import Dialect
from backsmith.databases.own_tables import without_own
from backsmith.databases.renamed_schema import renamed_schema
from backsmith.databases.schema import Schema
from backsmith.databases.steps import Step
from backsmith.errors import DatabaseError
from backsmith.evolution.access_changes import access_changes
from backsmith.evolution.api_changes import api_changes
from backsmith.evolution.api_changes.sides import path
from backsmith.evolution.approvals import approvals_of, approved_by, breaking, useless
from backsmith.evolution.data_checks import findings as findings_of
from backsmith.evolution.desired import tables_of, with_on_update
from backsmith.evolution.diff import diff
from backsmith.evolution.drift import drift, left, only_there
from backsmith.evolution.fills import fills
from backsmith.evolution.history import Head, fingerprint
from backsmith.evolution.matching import aligned
from backsmith.evolution.migration_checks import unfit_migrations
from backsmith.evolution.plan import Approval, Finding, Mode, Plan
from backsmith.evolution.questions import questions
from backsmith.evolution.records import read_head
from backsmith.evolution.renames import renames
from backsmith.evolution.retyping import hidden, retyped, strict, types_of


class Planned(NamedTuple):
    """A plan, and the blueprint whose shape the database has when it is carried out."""

    plan: Plan
    blueprint: Blueprint


async def plan(
    database: Database, blueprint: Blueprint, *, approvals: Collection[str] = (), advice: Sequence[str] = ()
) -> Planned:
    """The plan that takes the database to the blueprint at once.

    `approvals` are names that were approved, `advice` lines for the plan. Raises DatabaseError where the database can't
    be read, or is between two versions.
    """
    head = await read_head(database)
    if head is not None and head.state != "applied":
        raise DatabaseError(
            "The database is between two versions: it was expanded. Finish with backsmith plan --contract, "
            "or go back with backsmith rollback."
        )
    old = None if head is None else head.blueprint
    new = blueprint if old is None else aligned(blueprint, old)
    return await planned(database, head, new, mode="direct", approvals=approvals, advice=advice)


async def planned(
    database: Database,
    head: Head | None,
    new: Blueprint,
    *,
    mode: Mode,
    syncs: Iterable[CreateSync] = (),
    ended: Iterable[DropSync] = (),
    approvals: Collection[str] = (),
    granted: Callable[[str], bool] = lambda name: False,
    asked: Iterable[Approval] = (),
    noted: Iterable[Finding] = (),
    advice: Sequence[str] = (),
) -> Planned:
    """The plan from the head to `new`, whose ids are those of the head's blueprint.

    `syncs` begin with it and `ended` end with it. `granted` says of which approvals nobody is asked, since nothing is
    lost; `asked` are further ones, `noted` further findings.
    """
    old = None if head is None else head.blueprint
    dialect = database.dialect
    actual = without_own(await database.inspect())
    facts = await database.facts()
    names_changed = [] if old is None else renames(old, new, actual, dialect.ddl)
    now = renamed_schema(actual, names_changed, dialect.ddl)
    desired = with_on_update(tables_of(new, dialect), now)
    changes, impossible = _changes(old, new, actual, desired, dialect)
    syncs = tuple(syncs)
    changes += [*syncs, *map(_backfill_of(dialect), syncs), *ended]
    alteration = Alteration(actual=actual, desired=desired, changes=tuple(changes), facts=facts)
    open_questions = [] if old is None or mode != "direct" else questions(old, new, approvals)
    types = types_of(old, new, now, dialect)
    then = None if old is None else renamed_schema(tables_of(old, dialect), names_changed, dialect.ddl)
    by_hand = None if then is None else left(now, then, dialect)
    steps: list[Step] = []
    if changes and not impossible and not open_questions:
        kept = replace(alteration, changes=tuple(strict(changes, types, dialect)))
        try:
            steps = approved_by(changes, desired, dialect.altering.steps(kept))
        except DatabaseError as error:
            impossible.append(Finding(kind="impossible", about="the database", text=str(error)))
    found = [*impossible, *noted, *await findings_of(database, alteration, _names(old, new), types)]
    needed = [*approvals_of(steps, found, approvals, granted), *asked]
    api = () if old is None else tuple(api_changes(old, new))
    if mode in ("direct", "expand") and not impossible and not open_questions:
        needed += breaking(api, needed, _columns(old, new), approvals)
    if steps:
        needed += [
            each for each in only_there(by_hand, changes, approvals, actual.not_modelled) if not granted(each.name)
        ]
        found += useless(approvals, needed, granted)
    result = Plan(
        mode=mode,
        database=facts.product,
        from_hash=None if head is None else head.hash,
        to_hash=fingerprint(new),
        changes=tuple(map(describe, changes)),
        steps=tuple(steps),
        findings=tuple(found),
        drift=() if by_hand is None else tuple(drift(by_hand, diff(now, desired, dialect, previous=then), dialect)),
        api=api,
        access=() if old is None else tuple(access_changes(old, new)),
        advice=tuple(advice),
        approvals=tuple(needed),
        questions=tuple(open_questions),
    )
    return Planned(result, new)


def _names(old: Blueprint | None, new: Blueprint) -> dict[tuple[str, str], str]:
    """The model's names by table and column, as they were and as they are."""
    return {
        (entity.table, field.column): f"{entity.name}.{field.name}"
        for blueprint in (old, new)
        if blueprint is not None
        for entity in blueprint.entities
        for field in entity.fields
        if field.computed is None
    }


def _columns(old: Blueprint | None, new: Blueprint) -> dict[str, str]:
    """What clients call a column, `customers.phone`, or a table, `/api/customers`, by its name in approvals."""
    found: dict[str, str] = {}
    for entity in (entity for blueprint in (new, old) if blueprint is not None for entity in blueprint.entities):
        found[entity.table] = path(entity)
        found.update({f"{entity.table}.{each.column}": f"{entity.collection}.{each.name}" for each in entity.fields})
    return found


def _changes(
    old: Blueprint | None, new: Blueprint, actual: Schema, desired: Schema, dialect: Dialect
) -> tuple[list[Change], list[Finding]]:
    found = [] if old is None else renames(old, new, actual, dialect.ddl)
    renamed = renamed_schema(actual, found, dialect.ddl)
    previous = None if old is None else renamed_schema(tables_of(old, dialect), found, dialect.ddl)
    changes = diff(renamed, desired, dialect, previous=previous)
    if old is not None:
        changes += hidden(old, new, changes, renamed, desired, dialect)
    changes, impossible = retyped(changes, types_of(old, new, renamed, dialect), desired, dialect)
    impossible += [
        Finding(
            kind="impossible",
            about=str(change.view),
            text=describe(change),
            ways=("Create the view by SQL.", "Take it out of the model."),
        )
        for change in changes
        if isinstance(change, MissingView)
    ]
    changes = [change for change in changes if not isinstance(change, MissingView)]
    if old is not None:
        changes += fills(old, new, dialect)
        impossible += unfit_migrations(old, new)
    return [*found, *changes], impossible


def _backfill_of(dialect: Dialect):
    def fill(create: CreateSync) -> Fill:
        missing = " AND ".join(f"{dialect.quote(column)} IS NULL" for column, _ in create.sync.up)
        return Fill(create.table, create.sync.up, missing, "the values of the old shape")

    return fill
