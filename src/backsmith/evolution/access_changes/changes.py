"""Who may newly do something and who no longer: two blueprints go in, the differences of rights come out."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Blueprint
from backsmith.evolution.access_changes.calls import call_changes
from backsmith.evolution.access_changes.comparing import Ground
from backsmith.evolution.access_changes.entities import Both, entity_changes
from backsmith.evolution.access_changes.findings import PUBLIC
from backsmith.evolution.access_changes.names import Names
from backsmith.evolution.access_changes.pairs import entity_pairs
from backsmith.evolution.plan import AccessChange


def access_changes(old: Blueprint, new: Blueprint) -> list[AccessChange]:
    """Every difference between the rights: what opens to the public first, then in the order of the model.

    What could be neither proved nor shown is said to be unknown: a right of which nothing is said is the same.
    """
    if old.entities == new.entities and (old.queries, old.actions, old.routes) == (
        new.queries,
        new.actions,
        new.routes,
    ):
        return []
    names = Names(old, new)
    sides = Both(old, new, names, Ground(names.world(), new.account))
    found = [
        change
        for before, after in entity_pairs(old, new)
        if not sides.unchanged(before, after)
        for change in entity_changes(sides, before, after)
    ]
    found += call_changes(sides)
    return sorted(found, key=lambda change: not change.text.startswith(PUBLIC))
