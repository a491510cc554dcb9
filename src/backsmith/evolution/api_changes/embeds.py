"""Embeds: what every name that a `select` may hold for related rows leads to, before and after.

Names are those of relations, collections and foreign keys, found as the engine finds them; so whatever takes a name
away, or lets it mean two things, is found, wherever it was changed.
"""

from __future__ import annotations

from collections.abc import Mapping

from backsmith.blueprint.blueprint import Entity, Relation, leads_to_one
from backsmith.evolution.api_changes.sides import Sides, path, served, writes

AMBIGUOUS = "ambiguous"


def embeds_of(entity: Entity, entities: Mapping[str, Entity]) -> dict[str, Relation | str]:
    """The names of embeds: each with the relation that it means, or `AMBIGUOUS`."""
    visible = [relation for relation in entity.relations if not _tells_hidden(relation, entity, entities)]
    found: dict[str, Relation | str] = {}
    for name in dict.fromkeys(name for relation in visible for name in _names(relation, entities)):
        named = next((relation for relation in visible if relation.name == name), None)
        matches = [named] if named is not None else [each for each in visible if name in _names(each, entities)]
        declared = [each for each in matches if not each.implicit]
        current = [each for each in declared or matches if each.deprecated is None]
        reached = [each for each in current or declared or matches if served(entities[each.entity])]
        if reached:
            found[name] = reached[0] if len(reached) == 1 else AMBIGUOUS
    return found


def _names(relation: Relation, entities: Mapping[str, Entity]) -> tuple[str, ...]:
    target = entities[relation.entity]
    keys = relation.fields if relation.kind == "to_one" else ()
    return (relation.name, target.collection, *target.former_collections, *keys)


def _tells_hidden(relation: Relation, entity: Entity, entities: Mapping[str, Entity]) -> bool:
    """Whether the relation would tell the values of a hidden field."""
    ends = [(entity, relation.fields, relation.kind == "to_one"), (entities[relation.entity], relation.target_fields,
            relation.kind == "to_many")]  # fmt: skip
    return any(
        field.hidden and field.name in names and (points or field.name not in each.key)
        for each, names, points in ends
        for field in each.fields
    )


def embed_changes(sides: Sides, old: Entity, new: Entity) -> None:
    """What became of the embeds of an entity that is served on both sides."""
    olds = {entity.name: entity for entity in sides.old.entities}
    news = {entity.name: entity for entity in sides.new.entities}
    before, after = embeds_of(old, olds), embeds_of(new, news)
    told = set[str]()
    for name, was in before.items():
        if isinstance(was, str):
            continue
        if was.deprecated is None and name in was.fields:
            continue  # what became of the field says it
        text = _lost(name, was, after.get(name), olds, news)
        if text is not None and was.id not in told:
            told.add(was.id)
            request = f"GET {path(old)}?select=*,{name}(*)"
            bodies = writes(old, name, "…") if name == was.name and name not in after else ()
            sides.breaks(f"{old.collection}.{name}", text, request, *bodies)
    for relation in new.relations:
        if relation.name not in before and relation.name in after and not relation.implicit:
            target = news[relation.entity].collection
            sides.works(f"{new.collection}.{relation.name}", f"A new relation, by which {target} can be embedded.")
    _on_delete(sides, old, new, news)


def _lost(
    name: str,
    was: Relation,
    now: Relation | str | None,
    olds: Mapping[str, Entity],
    news: Mapping[str, Entity],
) -> str | None:
    if now is None:
        return f"'{name}' can't be embedded any more."
    if isinstance(now, str):
        return f"'{name}' can mean several relations from now on: embeds have to say which, {name}!relation (300)."
    if olds[was.entity].id != news[now.entity].id:
        return f"'{name}' leads to {news[now.entity].collection} from now on, not to {olds[was.entity].collection}."
    if leads_to_one(was) != leads_to_one(now):
        kinds = ("a list", "an object or null")
        return f"'{name}' is embedded as {kinds[leads_to_one(now)]} from now on, not as {kinds[leads_to_one(was)]}."
    return None


def _on_delete(sides: Sides, old: Entity, new: Entity, news: Mapping[str, Entity]) -> None:
    """What deleting what a relation points at does."""
    before = {relation.id: relation for relation in old.relations if relation.kind == "to_one"}
    for now in new.relations:
        was = before.get(now.id)
        target = news.get(now.entity)
        if was is None or target is None or now.kind != "to_one" or was.on_delete == now.on_delete:
            continue
        kept = now.on_delete in ("restrict", "no_action")
        about = f"DELETE {path(target)}"
        if kept and was.on_delete in ("cascade", "set_null"):
            text = f"A row that {new.collection} point at by '{now.name}' can't be deleted from now on (409)."
            sides.breaks(about, text, f"DELETE {path(target)}/…")
        elif not kept:
            does = "deletes them too" if now.on_delete == "cascade" else "sets that to null"
            sides.works(about, f"Deleting a row that {new.collection} point at by '{now.name}' {does} from now on.")
