"""Which relations @supabase/postgrest-js can infer from foreign keys, and which it has to be told of one by one.

Its parser looks for the name of an embed among the foreign keys of a table and, the other way round, among those of
other tables: by the constraint's name, the other table or the column. We name each constraint as its relation, so that
`customer(name)`, `customers(name)`, `customer_id(name)` and `customers!customer(name)` all lead there. What it can't
find so, or would take for something else, is told as a function that takes a row and gives the related ones, which it
takes for an embed as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from backsmith.contract.contract import Collection, Contract, Relationship


class Told(NamedTuple):
    """An embed that is told as a function."""

    name: str
    source: str
    """The collection that it is an embed of."""
    target: str
    many: bool
    nullable: bool


def foreign_keys(contract: Contract) -> dict[str, tuple[Relationship, ...]]:
    """By collection, the relations to one that are told as foreign keys."""
    collections = {collection.name: collection for collection in contract.collections}
    return {
        name: tuple(each for each in collection.relationships if _is_clear(each, collection, collections))
        for name, collection in collections.items()
    }


def _is_clear(relation: Relationship, here: Collection, collections: Mapping[str, Collection]) -> bool:
    """Whether nothing else goes by a name that the parser would find this foreign key by."""
    there = collections.get(relation.target)
    if relation.kind != "to_one" or there is None or there is here:
        return False
    others = [each for each in here.relationships if each is not relation]
    if any(each.name == there.name or (each.kind == "to_one" and each.target == there.name) for each in others):
        return False
    back = {each.name for each in there.relationships if not _are_ends(relation, here.name, each)}
    return not back & {relation.name, here.name, there.name}


def _are_ends(one: Relationship, source: str, many: Relationship) -> bool:
    """Whether a relation to one of `source`, and a relation of the collection it leads to, are the same."""
    return many.kind == "to_many" and many.target == source and many.target_fields == one.fields


def told(contract: Contract) -> list[Told]:
    """The embeds that are told as functions, in alphabetic order."""
    collections = {collection.name: collection for collection in contract.collections}
    keys = foreign_keys(contract)
    found: set[Told] = set()
    for collection in contract.collections:
        for relation in collection.relationships:
            if relation.target in collections and not _is_inferred(relation, collection, keys):
                found.update(_ways(relation, collection))
    return sorted(found)


def _is_inferred(relation: Relationship, here: Collection, keys: Mapping[str, tuple[Relationship, ...]]) -> bool:
    if relation.kind == "to_one":
        return relation in keys[here.name]
    ends = [each for each in keys[relation.target] if each.target == here.name]
    return relation.name == relation.target and any(_are_ends(each, relation.target, relation) for each in ends)


def _ways(relation: Relationship, here: Collection) -> Iterator[Told]:
    """The names that the server takes for it: its own, the collection's, its foreign key's."""
    own = {each.name for each in here.relationships}
    fields = relation.fields if relation.kind == "to_one" and len(relation.fields) == 1 else ()
    for name in (relation.name, relation.target, *fields):
        if name == relation.name or name not in own:
            yield Told(name, here.name, relation.target, relation.many, relation.nullable)
