"""What became of what queries, actions and routes return: replies may only narrow.

Where one side doesn't say what it returns, or says that it may be anything, nothing is known to break.
"""

from __future__ import annotations

from backsmith.blueprint.blueprint import ListOf, MapOf, ObjectOf, OwnResponse, Returned, ReturnType, RowOf
from backsmith.blueprint.types import Json
from backsmith.evolution.api_changes.sides import Sides
from backsmith.evolution.api_changes.types import name_of, type_effects


def return_changes(sides: Sides, address: str, was: Returned | None, now: Returned | None) -> None:
    """What clients notice of another return type."""
    if was is None or now is None or was == now:
        return
    if was.pieces != now.pieces:
        return  # what is sent piece by piece is said of the route
    if (was.type is None) != (now.type is None):
        text = "Its reply has a body from now on." if now.type is not None else "Its reply has no body any more."
        sides.breaks(address, text, address)
        return
    if now.nullable and not was.nullable:
        sides.breaks(address, "It may reply with nothing from now on.", address)
    elif was.nullable and not now.nullable:
        sides.works(address, "It never replies with nothing from now on.")
    if was.type is not None and now.type is not None:
        _replies(sides, address, "Its reply", was.type, now.type)


def _replies(sides: Sides, address: str, what: str, old: ReturnType, new: ReturnType) -> None:
    if old == new or _is_anything(old):
        return
    if _is_anything(new):
        sides.risks(address, f"{what} may be anything from now on, for all that is said.", address)
        return
    match old, new:
        case RowOf(before), RowOf(now):
            if sides.names.entity(before) != now:
                sides.breaks(address, f"{what} is another kind of row, {now}.", address)
        case ListOf(before, was_nullable), ListOf(now, nullable):
            _nulls(sides, address, f"The items of {_begun(what)}", was_nullable, nullable)
            _replies(sides, address, f"Each item of {_begun(what)}", before, now)
        case MapOf(before, was_nullable), MapOf(now, nullable):
            _nulls(sides, address, f"The values of {_begun(what)}", was_nullable, nullable)
            _replies(sides, address, f"Each value of {_begun(what)}", before, now)
        case ObjectOf(), ObjectOf():
            _members(sides, address, what, old, new)
        case ((RowOf() | ListOf() | MapOf() | ObjectOf() | OwnResponse()), _) | (
            _,
            (RowOf() | ListOf() | MapOf() | ObjectOf() | OwnResponse()),
        ):
            sides.breaks(address, f"{what} is {_words(new)} from now on, not {_words(old)}.", address)
        case _:
            effects = type_effects(old, new)
            if effects.replies is not None:
                sides.breaks(address, f"{what}: values {effects.replies}.", address)
            elif effects.risk is not None:
                sides.risks(address, f"{what}: values {effects.risk}.", address)
            else:
                sides.works(address, f"{what}: {name_of(new)} within what it was.")


def _members(sides: Sides, address: str, what: str, old: ObjectOf, new: ObjectOf) -> None:
    before = {member.name: member for member in old.members}
    for now in new.members:
        was = before.pop(now.name, None)
        if was is None:
            sides.works(address, f"{what} has a new member, {now.name}.")
            continue
        name = f"{now.name} of {_begun(what)}"
        _nulls(sides, address, name, was.nullable, now.nullable)
        if was.always and not now.always:
            sides.breaks(address, f"{name} may be left out from now on.", address)
        elif now.always and not was.always:
            sides.works(address, f"{name} is always there from now on.")
        _replies(sides, address, name, was.type, now.type)
    for name in before:
        sides.breaks(address, f"{what} has no member {name} any more.", address)


def _nulls(sides: Sides, address: str, what: str, old: bool, new: bool) -> None:
    if new and not old:
        sides.breaks(address, f"{what} may be null from now on.", address)
    elif old and not new:
        sides.works(address, f"{what} can't be null any more.")


def _is_anything(type: ReturnType) -> bool:
    return isinstance(type, OwnResponse) or type == Json()


def _begun(what: str) -> str:
    return what[:1].lower() + what[1:]


def _words(type: ReturnType) -> str:
    match type:
        case RowOf(entity):
            return f"a row of {entity}"
        case ListOf(item):
            return f"a list of {_words(item)}"
        case MapOf(value):
            return f"an object with values that are {_words(value)}"
        case ObjectOf():
            return "an object"
        case OwnResponse():
            return "a response of its own"
        case _:
            return name_of(type)
