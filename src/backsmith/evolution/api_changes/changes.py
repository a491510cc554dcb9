"""All that a client can notice: two blueprints go in, the differences come out, breaking or compatible."""

from __future__ import annotations

from backsmith.blueprint.blueprint import Blueprint
from backsmith.evolution.access_changes.comparing import Ground
from backsmith.evolution.access_changes.names import Names
from backsmith.evolution.access_changes.pairs import entity_pairs
from backsmith.evolution.api_changes.calls import call_changes
from backsmith.evolution.api_changes.entities import entity_changes
from backsmith.evolution.api_changes.sides import Sides
from backsmith.evolution.plan import ApiChange


def api_changes(old: Blueprint, new: Blueprint) -> list[ApiChange]:
    """Every difference that a client can notice, in the order of the model. Rules are no part of it: see
    `access_changes`."""
    if old == new:
        return []
    names = Names(old, new)
    sides = Sides(old, new, names, Ground(names.world(), new.account))
    for before, after in entity_pairs(old, new):
        entity_changes(sides, before, after)
    call_changes(sides)
    if old.error_format != new.error_format:
        sides.breaks(
            "errors", "Refusals have another form: another function makes their bodies.", "any that is refused"
        )
    return sides.found
