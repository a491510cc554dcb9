"""What there is to write of each collection, decided before anything is written. In: a contract. Out: `Entity`s."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backsmith.blueprint.types import Json, is_file
from backsmith.clients.typescript.spelling import Types
from backsmith.contract.contract import Collection, Contract, Input, Member, Operation, Relationship, Shape


class Entity(NamedTuple):
    """A collection, its shapes and operations, and the names of its types."""

    collection: Collection
    row: Shape
    create: Shape | None
    update: Shape | None
    operations: tuple[Operation, ...]
    filter_type: str
    model_type: str
    parents: tuple[Relationship, ...]
    """Its required relations to one which a row needn't give in a list of another row, since that row is meant."""

    @property
    def filters(self) -> tuple[Input, ...]:
        """The fields that it can be filtered by."""
        inputs = (each for operation in self.operations if operation.kind == "list" for each in operation.inputs)
        return tuple(each for each in inputs if each.kind == "filter" and each.name not in ("and", "or", "not"))

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Its shapes."""
        return tuple(each for each in (self.row, self.create, self.update) if each is not None)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its operations."""
        return frozenset(operation.kind for operation in self.operations)

    @property
    def keys(self) -> tuple[Member, ...]:
        """The members of its key, as a row has them."""
        members = {member.name: member for member in self.row.members}
        return tuple(members[name] for name in self.collection.key if name in members)

    def files(self, kind: str) -> tuple[str, ...]:
        """The fields whose files can be asked for, sent or removed: `file_get`, `file_put`, `file_delete`."""
        return tuple(each.path.rpartition("/")[2] for each in self.operations if each.kind == kind)

    @property
    def sent(self) -> tuple[Member, ...]:
        """The files that a new row has to have: a form sends them, and JSON can't say them."""
        return tuple(each for each in self.row.members if not each.nullable and _is_file(each))


def entities_of(contract: Contract, types: Types) -> dict[str, Entity]:
    """By the name of the collection, in the contract's order."""
    shapes = {shape.name: shape for shape in contract.shapes}
    operations: dict[str, list[Operation]] = {collection.name: [] for collection in contract.collections}
    for operation in contract.operations:
        if operation.collection in operations:
            operations[operation.collection].append(operation)
    listed = _listed(contract)
    return {
        each.name: Entity(
            collection=each,
            row=shapes[each.row],
            create=None if each.create is None else shapes[each.create],
            update=None if each.update is None else shapes[each.update],
            operations=tuple(operations[each.name]),
            filter_type=types.take(f"{each.row}Filter"),
            model_type=types.take(f"{each.row}Model"),
            parents=tuple(
                relation
                for relation in each.relationships
                if each.create is not None
                and relation.name in listed.get(each.name, ())
                and is_required(relation, shapes[each.create])
            ),
        )
        for each in contract.collections
    }


def _is_file(member: Member) -> bool:
    return isinstance(member.type, Json) and is_file(member.type)


def foreign_key(relation: Relationship, shape: Shape) -> tuple[Member, ...]:
    """The members of a body that say the same as the relation; none where those can't be given."""
    members = {member.name: member for member in shape.members}
    found = tuple(members[name] for name in relation.fields if name in members)
    return found if len(found) == len(relation.fields) else ()


def is_required(relation: Relationship, shape: Shape) -> bool:
    """Whether a body has to say which row it leads to."""
    return relation.kind == "to_one" and any(member.required for member in foreign_key(relation, shape))


def _listed(contract: Contract) -> Mapping[str, set[str]]:
    """The relations to one, by collection, whose other end is a list that new rows can be given in."""
    collections = {collection.name: collection for collection in contract.collections}
    found: dict[str, set[str]] = {}
    for collection in contract.collections:
        for many in collection.relationships:
            if many.kind != "to_many" or not many.writable:
                continue
            for one in collections[many.target].relationships if many.target in collections else ():
                if one.kind == "to_one" and one.target == collection.name and one.fields == many.target_fields:
                    found.setdefault(many.target, set()).add(one.name)
    return found
