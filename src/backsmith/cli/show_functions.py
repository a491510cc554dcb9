"""Queries, actions, hooks and routes of a blueprint as English text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backsmith.blueprint.blueprint import (
    Action,
    Blueprint,
    Entity,
    Hook,
    Items,
    JsonObject,
    Parameter,
    Query,
    Record,
    Route,
    RowOf,
    Upload,
    ValueType,
)
from backsmith.blueprint.expressions import Node
from backsmith.cli.show_types import bounds_in_english, first_line, listed, said, type_in_english


def functions_in_english(blueprint: Blueprint) -> Iterator[str]:
    """A part for each kind of function that there is."""
    entities = {entity.name: entity for entity in blueprint.entities}
    parts = {
        "Queries": [line for query in blueprint.queries for line in _query(query)],
        "Actions": [
            line for action in blueprint.actions for line in _action(action, entities.get(action.entity or ""))
        ],
        "Hooks": [_hook(hook) for hook in blueprint.hooks],
        "Routes": [line for route in blueprint.routes for line in _route(route)],
    }
    if blueprint.error_format is not None:
        parts["Errors"] = [f"  {blueprint.error_format} makes the response to what is refused."]
    for name, lines in parts.items():
        if lines:
            yield "\n".join((name, *lines)) + "\n"


def _query(query: Query) -> Iterator[str]:
    yield f"  /rpc/{query.name}({_parameters(query.parameters)})"
    yield from _doc(query.doc)
    yield _who(query.allow, needs_user=False)


def _action(action: Action, entity: Entity | None) -> Iterator[str]:
    path = f"/rpc/{action.name}" if entity is None else f"/{entity.collection}/{{{','.join(entity.key)}}}/{action.name}"
    yield f"  POST {path}({_parameters(action.parameters)})"
    yield from _doc(action.doc)
    if entity is None:
        yield _who(action.allow, needs_user=action.needs_user)
    else:
        rules = tuple(rule.name for rule in entity.rules if action.name in rule.verbs)
        yield f"    May be used where a rule of {entity.name} allows it: {listed(rules, 'or')}."
    if not action.transaction:
        yield "    Each write in it is kept on its own."
    elif action.retry:
        yield "    It is run again where another transaction came in between."


def _hook(hook: Hook) -> str:
    doc = f" {first_line(hook.doc)}" if hook.doc else ""
    return f"  {hook.when.capitalize()} {hook.entity} {listed(hook.verbs, 'or')} [{hook.name}].{doc}"


def _route(route: Route) -> Iterator[str]:
    given = [each for each in route.parameters if each.source not in ("path", "rest")]
    yield f"  {route.method} {route.path}" + (f" ({_parameters(given)})" if given else "")
    yield from _doc(route.doc)
    yield _who(route.allow, needs_user=route.needs_user)


def _doc(doc: str | None) -> Iterator[str]:
    if doc:
        yield f"    {first_line(doc)}"


def _who(allow: Node | None, *, needs_user: bool) -> str:
    if allow is None:
        return "    Nobody may call it."
    condition = said(allow)
    if needs_user and condition == "always":
        return "    May be called: if you are signed in."
    return f"    May be called: {condition}."


def _parameters(parameters: Sequence[Parameter]) -> str:
    return ", ".join(
        f"{parameter.key or parameter.name}: {_type(parameter.type)}"
        + (f", {bounds_in_english(parameter.bounds)}" if parameter.bounds else "")
        + ("" if parameter.required else ", optional")
        for parameter in parameters
    )


def _type(type: ValueType) -> str:
    match type:
        case Record(cls, members):
            return f"{cls.rpartition(':')[2]} {{{_parameters(members)}}}"
        case Items(item):
            return f"list of {_type(item)}"
        case JsonObject():
            return "JSON object"
        case RowOf(entity):
            return f"key of {entity}"
        case Upload(many):
            return "files" if many else "file"
        case _:
            return type_in_english(type)
