"""What became of a collection: its name, its addresses, its methods, what its rows have to be."""

from __future__ import annotations

from collections.abc import Iterable

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.english_values import listed
from backsmith.evolution.access_changes.comparing import compare, speaks_of
from backsmith.evolution.access_changes.pairs import field_pairs
from backsmith.evolution.api_changes.embeds import embed_changes
from backsmith.evolution.api_changes.fields import field_changes
from backsmith.evolution.api_changes.sides import Sides, item, path, served, verbs, writable


def entity_changes(sides: Sides, old: Entity | None, new: Entity | None) -> None:
    """What became of an entity."""
    if new is not None and served(new) and not served(old):
        sides.works(path(new), "A new collection.")
    elif old is not None and served(old) and (new is None or not served(new)):
        sides.breaks(path(old), "The collection is gone (404), and can't be embedded.", *_requests(old))
    elif old is not None and new is not None and served(new):
        _name(sides, old, new)
        _key(sides, old, new)
        if new.view and not old.view and verbs(old) & {"create", "update", "delete"}:
            sides.breaks(path(new), "It is a view from now on, and read only: nothing can be written (405).",
                         *_requests(old)[1:])  # fmt: skip
        field_changes(sides, old, new)
        embed_changes(sides, old, new)
        if writable(old):
            _uniques(sides, old, new)
            _checks(sides, old, new)


def _requests(entity: Entity) -> tuple[str, ...]:
    can, one = verbs(entity), item(entity) if entity.key else path(entity)
    wanted = (("create", f"POST {path(entity)}"), ("update", f"PATCH {one}"), ("delete", f"DELETE {one}"))
    return (f"GET {path(entity)}", *(request for verb, request in wanted if verb in can))


def _name(sides: Sides, old: Entity, new: Entity) -> None:
    for name in (old.collection, *old.former_collections):
        if name == new.collection:
            continue
        if name in new.former_collections:
            if name == old.collection:
                sides.works(f"/api/{name}", f"It is called {path(new)} from now on; the old name is still answered.")
        elif name == old.collection:
            text = f"It is called {path(new)} from now on; the old name isn't answered (404), nor embeds by it."
            sides.breaks(f"/api/{name}", text, *_requests(old))
        else:
            text = f"The old name of {path(new)} isn't answered any more (404)."
            sides.breaks(f"/api/{name}", text, f"GET /api/{name}")
    if new.deprecated is not None and old.deprecated is None:
        sides.works(path(new), "It is deprecated, and still answered.")


def _key(sides: Sides, old: Entity, new: Entity) -> None:
    before = {field.name: field.id for field in old.fields}
    now = {field.name: field.id for field in new.fields}
    if [before[name] for name in old.key] == [now[name] for name in new.key] or not old.key:
        return
    if not new.key:
        sides.breaks(path(old), "Rows have no addresses any more: it has no key.", f"GET {item(old)}")
        return
    text = f"Rows have other addresses, {item(new)}: those that clients have lead nowhere, or to another row."
    sides.breaks(path(old), text, f"GET {item(old)}")


def _uniques(sides: Sides, old: Entity, new: Entity) -> None:
    ids = {was.name: now.name for was, now in field_pairs(old, new) if was is not None and now is not None}
    before = {frozenset(ids.get(name, name) for name in each.fields): each.fields for each in old.uniques}
    now = {frozenset(each.fields): each.fields for each in new.uniques}
    for key, names in now.items():
        if key not in before:
            text = f"{listed(names)} are unique together from now on: values that another row has are refused (409)."
            sides.breaks(path(new), text, *_requests(old)[1:3])
    for key, names in before.items():
        if key not in now:
            text = f"{listed(names)} aren't unique together any more: upserts by them are refused (400)."
            sides.breaks(path(new), text, f"POST {path(old)}?on_conflict={','.join(names)}")


def _checks(sides: Sides, old: Entity, new: Entity) -> None:
    requests = _requests(old)[1:3]
    before = {check.id: check for check in old.checks}
    for check in new.checks:
        was = before.pop(check.id, None)
        words = check.message or check.name
        if was is None:
            sides.breaks(path(new), f"A new condition: what doesn't meet it is refused (422). {words}", *requests)
            continue
        then, now = sides.names.before(was.condition), sides.names.after(check.condition)
        alike = not (speaks_of(then, sides.names.foreign) or speaks_of(now, sides.names.foreign))
        found = compare(then, now, about=new.name, ground=sides.ground, roles=None, alike=alike)
        if found.kind == "wider":
            sides.works(path(new), f"A condition takes more than before. {words}")
        elif found.kind != "same":
            sides.breaks(path(new), f"A condition refuses what it took before (422). {words}", *requests)
    for check in before.values():
        sides.works(path(new), f"A condition is gone. {check.message or check.name}")
    _raw_checks(sides, new, {each.sql for each in old.raw_checks}, (each.sql for each in new.raw_checks), requests)


def _raw_checks(sides: Sides, new: Entity, before: set[str], now: Iterable[str], requests: tuple[str, ...]) -> None:
    for sql in now:
        if sql not in before:
            sides.breaks(path(new), f"A new condition: what doesn't meet it is refused (422). {sql}", *requests)
