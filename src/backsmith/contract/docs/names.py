"""Names of an application that examples of requests are made of. In: a site. Out: `Names`."""

from __future__ import annotations

from typing import NamedTuple

from backsmith.blueprint.types import Date, DateTime, Integer, Numeric, Text
from backsmith.contract.contract import Collection, Member
from backsmith.contract.docs.site import Site

_FEW = 3


class Names(NamedTuple):
    """Those of one collection."""

    collection: Collection
    address: str
    key: str
    fields: tuple[str, ...]
    number: str | None
    text: str | None
    to_one: str | None
    to_many: str | None
    writable: str | None


def names_of(site: Site) -> Names | None:
    """Those of the collection with the most relations among those with a key."""
    keyed = [each for each in site.contract.collections if each.key and site.shapes.get(each.row) is not None]
    readable = [each for each in keyed if any(o.kind == "list" for o in site.operations.get(f"/{each.name}", ()))]
    if not readable:
        return None
    chosen = max(readable, key=lambda each: (bool(each.update), len(each.relationships)))
    members = [each for each in site.shapes[chosen.row].members if each.deprecated is None]
    own = [each.name for each in members if not each.key and each.relation is None]
    relations = [each for each in chosen.relationships if each.deprecated is None]
    update = site.shapes.get(chosen.update or "")
    return Names(
        collection=chosen,
        address=f"{site.contract.prefix}/{chosen.name}",
        key=chosen.key[0],
        fields=tuple([chosen.key[0], *own][:_FEW]),
        number=_first(members, Integer, Numeric) or _first(members, Date, DateTime),
        text=_first(members, Text),
        to_one=next((each.name for each in relations if not each.many), None),
        to_many=next((each.name for each in relations if each.many), None),
        writable=next((each.name for each in update.members if not each.key), None) if update is not None else None,
    )


def _first(members: list[Member], *types: type) -> str | None:
    """The first field of such a type, that isn't a key or leads elsewhere."""
    plain = (each for each in members if not each.key and each.relation is None)
    return next((each.name for each in plain if isinstance(each.type, types)), None)
