"""Scopes: what an API key is good for at most, as texts `verb:name`.

`read:orders` and `create:orders` are verbs on a collection, `place:orders` one of its actions, `call:summary` a
function under /rpc or a route; `*` stands for every verb or every name. They only ever narrow: the account's rules
still decide.
"""

from __future__ import annotations

from difflib import get_close_matches

from backsmith.blueprint.blueprint import Blueprint

VERBS = ("read", "create", "update", "delete")
CALL = "call"
ANY = "*"
EVERYTHING = "*:*"

Scopes = frozenset[str] | None
"""None: no limits."""


def within(scopes: Scopes, verb: str, name: str) -> bool:
    """Whether `verb` on the collection (or, of `call`, the function) of that name is within the scopes."""
    if scopes is None or f"{verb}:{name}" in scopes or f"{verb}:{ANY}" in scopes or EVERYTHING in scopes:
        return True
    return verb != CALL and f"{ANY}:{name}" in scopes  # a function may have the name of a collection


def mistake_in(scope: str, blueprint: Blueprint) -> tuple[str, str] | None:
    """What is wrong with a scope, and what to write instead; None where nothing is."""
    verb, colon, name = scope.partition(":")
    if not colon or not verb or not name:
        return f"{scope!r} is no scope", "Write a verb and a name: read:orders, *:orders, read:*, call:summary."
    of_entity: dict[str, set[str]] = {
        entity.collection: set(VERBS) for entity in blueprint.entities if not entity.private
    }
    names = {entity.name: entity.collection for entity in blueprint.entities}
    for action in blueprint.actions:
        if action.entity is not None and names[action.entity] in of_entity:
            of_entity[names[action.entity]].add(action.name)
    functions = {each.name for each in (*blueprint.queries, *blueprint.routes)}
    functions |= {action.name for action in blueprint.actions if action.entity is None}
    verbs = {CALL, *(each for known in of_entity.values() for each in known)}
    if verb != ANY and verb not in verbs:
        return f"There is no verb {verb!r}", _instead(verb, verbs)
    if name == ANY:
        return None
    if verb == CALL:
        return None if name in functions else (f"There is no function {name!r}", _instead(name, functions))
    if name not in of_entity:
        if verb == ANY and name in functions:
            return f"{name} is a function", f"Write call:{name}."
        return f"There is no collection {name!r}", _instead(name, of_entity)
    if verb != ANY and verb not in of_entity[name]:
        return f"{name} has no action {verb!r}", _instead(verb, of_entity[name])
    return None


def _instead(written: str, known: set[str] | dict[str, set[str]]) -> str:
    near = get_close_matches(written, known, 1)
    if near:
        return f"Did you mean {near[0]}?"
    return f"There are {', '.join(sorted(known))}." if known else "There are none."
