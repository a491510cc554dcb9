"""A type for every shape. In: a contract. Out: the lines of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from backsmith.blueprint.types import Json, List
from backsmith.clients.python.spelling import Types, docstring, kind, text
from backsmith.contract.contract import Collection, Contract, Input, Operation, Relationship, Shape


class Entity(NamedTuple):
    """A collection, its operations, and the names of its types."""

    collection: Collection
    row: Shape
    create: Shape | None
    update: Shape | None
    operations: tuple[Operation, ...]
    filter_type: str
    order_type: str

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its operations."""
        return frozenset(operation.kind for operation in self.operations)

    @property
    def filters(self) -> tuple[Input, ...]:
        """The fields that it can be filtered and ordered by."""
        inputs = (each for operation in self.operations if operation.kind == "list" for each in operation.inputs)
        return tuple(each for each in inputs if each.kind == "filter" and each.field is not None)

    def key(self, types: Types) -> str:
        """The type of a row's key: of several fields a tuple."""
        members = {member.name: member for member in self.row.members}
        spelled = [types.of_member(members[name], given=True) for name in self.collection.key if name in members]
        return spelled[0] if len(spelled) == 1 else f"tuple[{', '.join(spelled)}]"

    def files(self, kind: str) -> tuple[str, ...]:
        """The fields whose files can be asked for, sent or removed: `file_get`, `file_put`, `file_delete`."""
        return tuple(each.path.rpartition("/")[2] for each in self.operations if each.kind == kind)


class Part(NamedTuple):
    """A member of a type."""

    name: str
    type: str
    doc: str | None = None
    deprecated: str | None = None


def entities_of(contract: Contract, types: Types) -> dict[str, Entity]:
    """By the name of the collection, in the contract's order."""
    shapes = {shape.name: shape for shape in contract.shapes}
    operations: dict[str, list[Operation]] = {each.name: [] for each in contract.collections}
    for operation in contract.operations:
        if operation.collection in operations:
            operations[operation.collection].append(operation)
    return {
        each.name: Entity(
            each,
            shapes[each.row],
            None if each.create is None else shapes[each.create],
            None if each.update is None else shapes[each.update],
            tuple(operations[each.name]),
            types.take(f"{each.row}Filter"),
            types.take(f"{each.row}OrderBy"),
        )
        for each in contract.collections
    }


class Block(NamedTuple):
    """The definition of a type: its name and its lines."""

    name: str
    lines: tuple[str, ...]


def blocks_of(contract: Contract, entities: Mapping[str, Entity], types: Types) -> Iterator[Block]:
    """All types, in the order of the file."""
    bodies = {shape.name for each in entities.values() for shape in (each.create, each.update) if shape is not None}
    for shape in contract.shapes:
        if shape.name not in bodies:
            yield Block(types.name(shape.name), tuple(_shape(shape, types)))
    for entity in entities.values():
        for shape in (entity.create, entity.update):
            if shape is not None:
                yield Block(types.name(shape.name), tuple(_body(shape, entity, entities, types)))
        yield Block(entity.filter_type, tuple(_filter(entity, types)))
        yield Block(entity.order_type, tuple(_order(entity)))


def _shape(shape: Shape, types: Types) -> Iterator[str]:
    optional = {each.name for each in shape.members if shape.purpose == "record" and not each.required}
    given = shape.closed
    parts = [Part(each.name, types.of_member(each, given=given), each.doc, each.deprecated) for each in shape.members]
    yield from _typed_dict(types.name(shape.name), parts, optional, shape.doc, types)


def _body(shape: Shape, entity: Entity, entities: Mapping[str, Entity], types: Types) -> Iterator[str]:
    """What a row takes. A required foreign key may be left out where its relation can be given in its place."""
    is_new = shape.purpose == "create"
    parts = [Part(each.name, types.of_member(each, given=True), each.doc, each.deprecated) for each in shape.members]
    optional = {each.name for each in shape.members if not is_new or not each.required}
    there = {each.name for each in parts}
    for relation in entity.collection.relationships:
        given = _related(relation, entities, types, is_new=is_new)
        if given is not None and relation.name not in there:
            parts.append(Part(relation.name, given, relation.doc, relation.deprecated))
            optional |= {relation.name, *relation.fields}
    doc = f"What a {'new row' if is_new else 'change'} of {entity.collection.name} takes."
    yield from _typed_dict(types.name(shape.name), parts, optional, doc, types)


def _related(relation: Relationship, entities: Mapping[str, Entity], types: Types, *, is_new: bool) -> str | None:
    """What a body can give for a relation: keys of rows, and in a new row new ones; None: nothing."""
    target = entities.get(relation.target)
    if target is None or not relation.writable or (relation.kind == "to_many" and not is_new):
        return None
    ways = [target.key(types)] if relation.kind != "to_many" and len(target.collection.key) == 1 else []
    if is_new and target.create is not None:
        ways.append(types.name(target.create.name))
    if not ways:
        return None
    spelled = " | ".join(ways)
    return f"list[{spelled}]" if relation.many else f"{spelled} | None" if relation.nullable else spelled


def _typed_dict(name: str, parts: list[Part], optional: set[str], doc: str | None, types: Types) -> Iterator[str]:
    if types.are_plain(each.name for each in parts):
        yield f"class {name}(typing.TypedDict):"
        yield from docstring(doc, indent="    ")
        for each in parts:
            spelled = f"typing.NotRequired[{each.type}]" if each.name in optional else each.type
            yield f"    {each.name}: {spelled}"
            yield from docstring(each.doc, each.deprecated, "    ")
        if not parts and not doc:
            yield "    pass"
    else:
        yield f"{name} = typing.TypedDict("
        yield f"    {text(name)},"
        yield "    {"
        for each in parts:
            spelled = f"typing.NotRequired[{each.type}]" if each.name in optional else each.type
            yield f"        {text(each.name)}: {_quoted(spelled)},"
        yield "    },"
        yield ")"
        yield from docstring(doc)
    yield from ("", "")


def _quoted(type: str) -> str:
    return "'" + type.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _filter(entity: Entity, types: Types) -> Iterator[str]:
    parts = [Part(each.name, _condition(each, types), each.doc) for each in entity.filters]
    names = {each.name for each in parts}
    yield from _typed_dict(entity.filter_type, parts, names, f"Conditions on rows of {entity.collection.name}.", types)


def _order(entity: Entity) -> Iterator[str]:
    terms = [term for each in entity.filters for term in (each.name, f"-{each.name}")]
    spelled = f"typing.Literal[{', '.join(map(text, terms))}]" if terms else "str"
    yield from (f"{entity.order_type} = {spelled}", "", "")


def _condition(given: Input, types: Types) -> str:
    if isinstance(given.type, Json | List):
        return "runtime.Condition[typing.Any] | None" if given.nullable else "runtime.Condition[typing.Any]"
    spelled = types.spelled(given.type, given=True)
    # A list of texts is no list of literals for Python's type checkers, where a condition takes one.
    compared = "str" if spelled.startswith("typing.Literal") else spelled
    return f"{spelled} | runtime.Condition[{compared}]" + (" | None" if given.nullable else "")


def kinds_of(contract: Contract, entities: Mapping[str, Entity]) -> Iterator[str]:
    """The lines of what becomes a value of Python's own, by type."""
    rows = {entity.row.name: entity for entity in entities.values()}
    yield "KINDS: runtime.Kinds = {"
    for shape in contract.shapes:
        if shape.purpose in ("create", "update"):
            continue
        found = {each.name: spelled for each in shape.members if (spelled := kind(each.type)) is not None}
        for relation in rows[shape.name].collection.relationships if shape.name in rows else ():
            if relation.target in entities:
                of = f'("shape", {text(entities[relation.target].row.name)})'
                found.setdefault(relation.name, f'("list", {of})' if relation.many else of)
        if found:
            yield f"    {text(shape.name)}: {{"
            yield from (f"        {text(name)}: {spelled}," for name, spelled in found.items())
            yield "    },"
    yield "}"
    yield '"""How values of JSON become those of Python."""'
