"""The ways from one version to the next: at once, or expanded first, and then contracted or rolled back.

In: an open database, the model's blueprint, the way. Out: the plan of the one step that is next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.changes import CreateSync, DropSync
from backsmith.databases.database import Database
from backsmith.databases.dialect import Dialect
from backsmith.errors import DatabaseError
from backsmith.evolution.expansion import expand, on_to_new, syncs_of
from backsmith.evolution.history import Head, fingerprint
from backsmith.evolution.matching import aligned
from backsmith.evolution.plan import Finding, Plan
from backsmith.evolution.planning import Planned, plan, planned
from backsmith.evolution.records import read_blueprint, read_head

Release = Literal["direct", "expand", "contract", "rollback"]


async def plan_release(
    database: Database,
    blueprint: Blueprint,
    release: Release,
    *,
    approvals: Collection[str] = (),
    advice: Sequence[str] = (),
) -> Planned:
    """The plan of a release; `blueprint` is the model's, whichever the way.

    Raises DatabaseError where the database isn't in a state from which that way leads on.
    """
    if release == "direct":
        return await plan(database, blueprint, approvals=approvals, advice=advice)
    head = await read_head(database)
    if head is None:
        raise DatabaseError(
            "Nothing has been applied to this database yet, so there is no older version to keep. Begin with backsmith apply."
        )
    match release:
        case "expand":
            return await _expand(database, head, blueprint, approvals, advice)
        case "contract":
            return await _contract(database, head, blueprint, approvals)
        case "rollback":
            return await _roll_back(database, head)


async def _expand(
    database: Database, head: Head, new: Blueprint, approvals: Collection[str], advice: Sequence[str]
) -> Planned:
    if head.state != "applied":
        raise DatabaseError(
            "The database is expanded already. Finish with backsmith plan --contract, or go back with backsmith rollback."
        )
    expanded = expand(head.blueprint, new)
    if not isinstance(expanded, Blueprint):
        findings = tuple(
            Finding(kind="impossible", about=refusal.about, text=refusal.text, ways=refusal.ways) for refusal in expanded
        )
        facts = await database.facts()
        refused = Plan(
            mode="expand", database=facts.product, from_hash=head.hash, to_hash=fingerprint(new), findings=findings
        )
        return Planned(refused, new)
    syncs = syncs_of(expanded, new, database.dialect)
    return await planned(
        database, head, expanded, mode="expand", syncs=syncs, approvals=approvals, advice=advice
    )


async def _contract(database: Database, head: Head, new: Blueprint, approvals: Collection[str]) -> Planned:
    _check_expanded(head)
    if head.target != fingerprint(new):
        raise DatabaseError(
            "The database was expanded for another version of the model. Finish that one first: check it out and run "
            "backsmith apply --contract there, or go back with backsmith rollback."
        )
    granted = set(_granted(head.blueprint, new))
    settled, new = on_to_new(head.blueprint, new)
    return await planned(
        database,
        replace(head, blueprint=settled),
        new,
        mode="contract",
        ended=[DropSync(each.table, each.sync) for each in syncs_of(head.blueprint, new, database.dialect)],
        approvals=approvals,
        granted=granted,
    )


async def _roll_back(database: Database, head: Head) -> Planned:
    _check_expanded(head)
    assert head.previous is not None  # an expanded head has one
    previous = await read_blueprint(database, head.previous)
    new = head.blueprint
    ended = [
        DropSync(each.table, each.sync) for each in _syncs(head.blueprint, new, database.dialect)
    ]
    granted = {f"drop:{entity.table}" for entity in new.entities} | {
        f"drop:{entity.table}.{field.column}" for entity in new.entities for field in entity.fields
    }
    return await planned(
        database, head, aligned(previous, head.blueprint), mode="rollback", ended=ended, granted=granted
    )


def _syncs(expanded: Blueprint, new: Blueprint, dialect: Dialect) -> list[CreateSync]:
    return syncs_of(expanded, new, dialect)


def _check_expanded(head: Head) -> None:
    if head.state == "applied":
        raise DatabaseError("The database isn't expanded: there is nothing to finish and nothing to go back from.")


def _granted(expanded: Blueprint, new: Blueprint) -> Iterator[str]:
    """What needs no approval when the old shape goes: values that the new shape has, and names."""
    assert expanded.expansion is not None
    entities = {entity.name: entity for entity in expanded.entities}
    for pair in expanded.expansion.pairs:
        entity = entities[pair.entity]
        fields = {field.name: field for field in entity.fields}
        for name in pair.old:
            yield f"drop:{entity.table}.{fields[name].column}"
            yield f"convert:{entity.table}.{fields[name].column}"
            yield f"rename:{entity.table}.{fields[name].column}"
    for entity in expanded.entities:
        yield f"rename:{entity.table}"
        for field in entity.fields:
            yield f"rename:{entity.table}.{field.column}"
