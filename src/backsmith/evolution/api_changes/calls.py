"""What became of queries, actions and routes: their addresses and what they are called with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from backsmith.blueprint.blueprint import (
    Action,
    Blueprint,
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
from backsmith.evolution.api_changes.deprecations import deprecation_changes
from backsmith.evolution.api_changes.returns import return_changes
from backsmith.evolution.api_changes.sides import Sides, item, served
from backsmith.evolution.api_changes.types import Effects, bounds_effects, name_of, type_effects

Call = Query | Action | Route


def call_changes(sides: Sides) -> None:
    """What became of all that is called."""
    before, after = _calls(sides.old), _calls(sides.new)
    for id, (call, address) in after.items():
        if id not in before:
            sides.works(address, f"A new {_word(call)}.")
            continue
        was, old_address = before[id]
        if old_address != address:
            sides.breaks(old_address, f"The {_word(call)} is at {address} from now on.", old_address)
        _parameters(sides, address, was.parameters, call.parameters, strict=not isinstance(call, Route))
        _reply(sides, address, was, call)
        deprecation_changes(sides, address, was.deprecation, call.deprecation)
    for id, (call, address) in before.items():
        if id not in after:
            sides.breaks(address, f"The {_word(call)} is gone (404).", address)


def _calls(blueprint: Blueprint) -> Mapping[str, tuple[Call, str]]:
    entities = {entity.name: entity for entity in blueprint.entities}
    found: dict[str, tuple[Call, str]] = {}
    for query in blueprint.queries:
        found[query.id] = query, f"GET /api/rpc/{query.name}"
    for action in blueprint.actions:
        entity = None if action.entity is None else entities[action.entity]
        if entity is None:
            found[action.id] = action, f"POST /api/rpc/{action.name}"
        elif served(entity):
            found[action.id] = action, f"POST {item(entity)}/{action.name}"
    for route in blueprint.routes:
        found[route.id] = route, f"{route.method} {route.path}"
    return found


def _word(call: Call) -> str:
    return "query" if isinstance(call, Query) else "action" if isinstance(call, Action) else "route"


def _reply(sides: Sides, address: str, was: Call, now: Call) -> None:
    if isinstance(was, Route) and isinstance(now, Route):
        if was.status != now.status:
            sides.breaks(address, f"It replies with {now.status} from now on, not with {was.status}.", address)
        if was.streams != now.streams:
            sides.works(address, f"Its reply is {'' if now.streams else 'no longer '}sent piece by piece.")
    return_changes(sides, address, was.returns, now.returns)
    if isinstance(was, Action) and isinstance(now, Action) and was.transaction and not now.transaction:
        sides.breaks(address, "It can't be part of a batch any more: it isn't one transaction.", "POST /api/batch")


def _parameters(
    sides: Sides, address: str, old: Iterable[Parameter], new: Iterable[Parameter], *, strict: bool
) -> None:
    """What became of parameters, or members of an object; `strict` says that others than those are refused."""
    before = {_key(each): each for each in old}
    for now in new:
        was = before.pop(_key(now), None)
        name = now.key or now.name
        if was is None:
            if now.required:
                text = f"A new parameter, {name}, has to be given: calls without it are refused."
                sides.breaks(address, text, f"{address} without {name}")
            else:
                sides.works(address, f"A new parameter that may be left out, {name}.")
            continue
        if was.source != now.source:
            sides.breaks(address, f"{name} has another place in the request: {now.source}, not {was.source}.", address)
        if now.required and not was.required:
            sides.breaks(address, f"{name} has to be given from now on.", f"{address} without {name}")
        elif was.required and not now.required:
            sides.works(address, f"{name} may be left out.")
        elif was.default != now.default:
            sides.works(address, f"Left out, {name} is {now.default!r} from now on.")
        if was.nullable and not now.nullable:
            sides.breaks(address, f"{name} can't be null any more.", f"{address} with {name} null")
        elif now.nullable and not was.nullable:
            sides.works(address, f"{name} may be null.")
        _value(sides, address, name, was.type, now.type)
        _told(sides, address, name, bounds_effects(was.bounds, now.bounds))
    for was in before.values():
        name = was.key or was.name
        if not strict:
            sides.works(address, f"There is no parameter {name} any more: it is passed over.")
            continue
        sides.breaks(address, f"There is no parameter {name} any more: calls with it are refused.",
                     f"{address} with {name}")  # fmt: skip


def _key(parameter: Parameter) -> str:
    return parameter.key or parameter.name


def _value(sides: Sides, address: str, name: str, old: ValueType, new: ValueType) -> None:
    match old, new:
        case Record(members=before), Record(members=now):
            _parameters(sides, f"{address} {name}", before, now, strict=False)
        case Items(before, was_nullable), Items(now, nullable):
            if was_nullable and not nullable:
                sides.breaks(address, f"Items of {name} can't be null any more.", address)
            _value(sides, address, name, before, now)
        case Upload(was_many), Upload(many):
            if was_many and not many:
                sides.breaks(address, f"{name} takes one file, no longer several.", address)
        case RowOf(before), RowOf(now):
            if sides.names.entity(before) != now:
                sides.breaks(address, f"{name} is the key of another kind of row, {now}.", address)
        case (Record() | Items() | JsonObject() | RowOf() | Upload(), _) | (
            _,
            Record() | Items() | JsonObject() | RowOf() | Upload(),
        ):
            if old != new:
                sides.breaks(address, f"{name} is another kind of value: {_words(new)}, not {_words(old)}.", address)
        case _:
            _told(sides, address, name, type_effects(old, new))


def _told(sides: Sides, address: str, name: str, effects: Effects) -> None:
    if effects.bodies is not None:
        sides.breaks(address, f"{name}: calls {effects.bodies}.", f"{address} with {name}")
    for note in effects.notes:
        sides.works(address, f"{name}: {note}")


def _words(type: ValueType) -> str:
    match type:
        case Record():
            return "an object"
        case JsonObject():
            return "any object"
        case Items(item):
            return f"a list of {_words(item)}"
        case RowOf(entity):
            return f"the key of a row of {entity}"
        case Upload():
            return "a file"
        case _:
            return name_of(type)
