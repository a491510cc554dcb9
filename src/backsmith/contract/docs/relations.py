"""What a diagram of a contract draws. In: a site. Out: boxes and lines, each relation once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from backsmith.contract.contract import Collection, Relationship
from backsmith.contract.docs.diagram.entities import DrawnEntity, DrawnRelation
from backsmith.contract.docs.site import Site
from backsmith.contract.docs.words import type_in_words

_ROWS = 8


def drawn_entities(
    site: Site, collections: Iterable[Collection], link: Callable[[str], str], *, rows: bool, chosen: str | None = None
) -> list[DrawnEntity]:
    """The boxes. With `rows` they name fields; what leads elsewhere is shown by the lines."""
    return [
        DrawnEntity(
            collection.name,
            collection.entity,
            link(site.page_of(collection.name) or collection.name),
            tuple(_rows(site, collection)) if rows else (),
            chosen=collection.name == chosen,
        )
        for collection in collections
    ]


def _rows(site: Site, collection: Collection) -> Iterator[str]:
    shape = site.shapes.get(collection.row)
    members = [each for each in (shape.members if shape is not None else ()) if each.relation is None]
    most = _ROWS if len(members) <= _ROWS else _ROWS - 1
    for member in members[:most]:
        yield f"{member.name}: {type_in_words(member.type)}"
    if len(members) > most:
        yield f"and {len(members) - most} more"


def drawn_relations(site: Site) -> list[DrawnRelation]:
    """The lines, each once although both its ends may have a name for it, in the order of the contract."""
    found: dict[tuple[str, str, tuple[str, ...]], DrawnRelation] = {}
    for collection in site.contract.collections:
        for each in collection.relationships:
            if each.target in site.collections:
                key, drawn = _drawn(collection, each)
                kept = found.get(key)
                if kept is None or (each.kind == "to_one" and not each.implicit):
                    found[key] = drawn
    return list(found.values())


def _drawn(collection: Collection, relation: Relationship) -> tuple[tuple[str, str, tuple[str, ...]], DrawnRelation]:
    here, there = collection.name, relation.target
    said = f"{here}.{relation.name}: {'many' if relation.many else 'one'} of {there}"
    if relation.kind == "many_to_many":
        source, target = sorted((here, there))
        drawn = DrawnRelation(source, target, True, True, False, said)
        return (source, target, (relation.through or "",)), drawn
    if relation.kind == "to_one":
        drawn = DrawnRelation(here, there, not relation.one_to_one, False, relation.nullable, said)
        return (here, there, relation.fields), drawn
    drawn = DrawnRelation(there, here, relation.many, False, False, said)
    return (there, here, relation.target_fields), drawn
