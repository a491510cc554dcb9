"""The ways from one version to the next: at once, or expanded first, and then contracted or rolled back.

In: an open database, the model's blueprint, the way. Out: the plan of the one step that is next.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.database import Database
from backsmith.errors import DatabaseError
from backsmith.evolution.expansion import ended_syncs, expand, on_to_new, syncs_of
from backsmith.evolution.history import Head, fingerprint
from backsmith.evolution.matching import aligned
from backsmith.evolution.plan import Approval, Finding, Plan
from backsmith.evolution.planning import Planned, plan, planned
from backsmith.evolution.records import read_blueprint, read_head
from backsmith.evolution.servers import running_servers
from backsmith.evolution.usage import Use, usage

Release = Literal["direct", "expand", "contract", "rollback"]
QUIET = timedelta(days=7)
"""For how long nobody may have used what is of the old version, so that it ends without approval."""


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
            "Nothing has been applied to this database yet, so there is no older version to keep. Begin with "
            "backsmith apply."
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
            "The database is expanded already. Finish with backsmith plan --contract, or go back with backsmith "
            "rollback."
        )
    expanded = expand(head.blueprint, new)
    if isinstance(expanded, Blueprint):
        syncs = syncs_of(expanded, new, database.dialect)
        return await planned(database, head, expanded, mode="expand", syncs=syncs, approvals=approvals, advice=advice)
    findings = (
        Finding(kind="impossible", about=refusal.about, text=refusal.text, ways=refusal.ways) for refusal in expanded
    )
    refused = Plan(
        mode="expand",
        database=(await database.facts()).product,
        from_hash=head.hash,
        to_hash=fingerprint(new),
        findings=tuple(findings),
    )
    return Planned(refused, new)


async def _contract(database: Database, head: Head, new: Blueprint, approvals: Collection[str]) -> Planned:
    _check_expanded(head)
    if head.target is None or head.target != fingerprint(new):
        raise DatabaseError(
            "The database was expanded for another version of the model. Finish that one first: check it out and run "
            "backsmith apply --contract there, or go back with backsmith rollback."
        )
    kept = set(_kept(head.blueprint, new))
    uses = await usage(database, head.target)
    settled, new = on_to_new(head.blueprint, new)
    return await planned(
        database,
        replace(head, blueprint=settled),
        new,
        mode="contract",
        ended=ended_syncs(head.blueprint),
        approvals=approvals,
        # Names have both meanings until now, and no server of the old version is left.
        granted=lambda name: name.startswith("rename:") or name in kept,
        asked=_ends(uses, approvals),
    )


async def _roll_back(database: Database, head: Head) -> Planned:
    _check_expanded(head)
    assert head.previous is not None  # an expanded head has one
    previous = await read_blueprint(database, head.previous)
    return await planned(
        database,
        head,
        aligned(previous, head.blueprint),
        mode="rollback",
        ended=ended_syncs(head.blueprint),
        granted=lambda name: True,  # what the new version alone had was never there before
        noted=[
            Finding(
                kind="note",
                about="servers",
                text=f"{server.name} serves the new version. End it first: it can't answer on the old tables.",
            )
            for server in await running_servers(database)
            if server.fingerprint == head.target
        ],
    )


def _check_expanded(head: Head) -> None:
    if head.state == "applied":
        raise DatabaseError("The database isn't expanded: there is nothing to finish and nothing to go back from.")


def _kept(expanded: Blueprint, new: Blueprint) -> Iterator[str]:
    """The old columns whose values the new shape has, in the words of approvals, by both names of their tables."""
    entities = {entity.name: entity for entity in expanded.entities}
    after = {entity.id: entity.table for entity in new.entities}
    for pair in () if expanded.expansion is None else expanded.expansion.pairs:
        entity = entities[pair.entity]
        columns = {field.name: field.column for field in entity.fields}
        for table in {entity.table, after.get(entity.id, entity.table)}:
            for name in pair.old:
                yield f"drop:{table}.{columns[name]}"
                yield f"convert:{table}.{columns[name]}"


def _ends(uses: Sequence[Use], approvals: Collection[str]) -> Iterator[Approval]:
    """What clients of the old version still used lately."""
    since = datetime.now(UTC) - QUIET
    by_thing: dict[str, list[Use]] = {}
    for use in uses:
        if use.last_at > since:
            by_thing.setdefault(use.thing, []).append(use)
    for thing, found in sorted(by_thing.items()):
        clients = ", ".join(f"{use.client} ({use.count} times, last {use.last_at:%Y-%m-%d %H:%M})" for use in found[:3])
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        name = f"end:{thing}"
        yield Approval(name=name, text=f"{thing} is still used by {clients}{more}", given=name in approvals)
