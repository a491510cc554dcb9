"""What may be done any number of times.

In: a blueprint and settings. Out: findings about the application's functions, and about limits that aren't set.
"""

from __future__ import annotations

from collections.abc import Iterator

from backsmith.blueprint.blueprint import Action, Blueprint, Entity, Route
from backsmith.blueprint.expressions import FALSE
from backsmith.blueprint.simplify import simplify
from backsmith.checks.audit.catalogue import BY_CODE
from backsmith.checks.audit.findings import Finding
from backsmith.checks.audit.rights import finding, held
from backsmith.settings import Settings


def limits(blueprint: Blueprint, settings: Settings) -> Iterator[Finding]:
    """What has no limit."""
    entities = {entity.name: entity for entity in blueprint.entities}
    is_open = False
    for action in blueprint.actions:
        if may_anybody(action, entities):
            is_open = True
            yield finding(
                "open-action",
                _name(action),
                f"Anybody may call the action {_name(action)} without signing in.",
                "Give it a parameter user: Account, or a rule that says who may; or accept it, and limit it.",
                action.location,
            )
        elif not settings.limits:
            yield finding(
                "unlimited-action",
                _name(action),
                f"The action {_name(action)} may be called as often as anybody likes who may call it.",
                "Set limits = { signed_in = '600/minute' }, or count what it does in the action itself.",
                action.location,
            )
    is_open = (
        is_open or any(_is_open(entity) for entity in blueprint.entities) or any(map(_open_route, blueprint.routes))
    )
    if is_open and "anonymous" not in settings.limits:
        yield Finding(
            check="unlimited",
            severity=BY_CODE["unlimited"].severity,
            subject="limits",
            message="Some of the API is open to who isn't signed in, and nothing limits how often they ask.",
            fix="Set limits = { anonymous = '120/minute' }.",
        )


def may_anybody(action: Action, entities: dict[str, Entity]) -> bool:
    """Whether nobody in particular may call the action, of some row at least."""
    if action.needs_user:
        return False
    if action.entity is None:
        return action.allow is None or simplify(action.allow, anonymous=True, roles=frozenset()) != FALSE
    rules = [rule for rule in entities[action.entity].rules if action.name in rule.verbs]
    return any(held(rule, anonymous=True) != FALSE for rule in rules)


def _is_open(entity: Entity) -> bool:
    return not entity.private and any(held(rule, anonymous=True) != FALSE for rule in entity.rules)


def _open_route(route: Route) -> bool:
    return not route.needs_user and (
        route.allow is None or simplify(route.allow, anonymous=True, roles=frozenset()) != FALSE
    )


def _name(action: Action) -> str:
    return action.name if action.entity is None else f"{action.entity}.{action.name}"
