"""`types.ts`: a type for every shape, and a model for every collection. In: a contract. Out: its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backsmith.blueprint.types import Boolean, Bytes, Enum, Json, List, Sealed, Text
from backsmith.clients.typescript.entities import Entity, foreign_key, is_required
from backsmith.clients.typescript.spelling import Types, comment, importing, member_name, object_type, text
from backsmith.contract.contract import Contract, Input, Member, Relationship, Shape
from backsmith.contract.names import with_article

_ALTERNATIVES = 4
"""So many required relations of a new row can be given by key or by name; each doubles what has to be compared. A row
with more is given by keys."""


def types_text(contract: Contract, entities: Mapping[str, Entity], types: Types) -> str:
    """The lines below the header."""
    lines = [line for type, name in types.enums.items() for line in _enum(type, name)]
    written = {
        shape.name for entity in entities.values() for shape in (entity.row, entity.create, entity.update) if shape
    }
    for entity in entities.values():
        lines += _entity(entity, entities, types)
    for shape in contract.shapes:
        if shape.name not in written:
            lines += _object(shape, types)
    lines += _models(entities)
    lines += _error_kinds(contract)
    return importing("\n".join(lines), {"$": 'type * as $ from "./runtime/index.js"'})


def _enum(type: Enum, name: str) -> Iterator[str]:
    yield f"export type {name} = {' | '.join(map(text, type.values))};"
    yield ""


def _entity(entity: Entity, entities: Mapping[str, Entity], types: Types) -> Iterator[str]:
    yield from _object(entity.row, types, deprecated=entity.collection.deprecated)
    if entity.create is not None:
        yield from _create(entity, entity.create, entities, types)
    if entity.update is not None:
        yield from _update(entity, entity.update, entities, types)
    yield from _filter(entity, types)
    yield from _model(entity, entities, types)


def _object(shape: Shape, types: Types, deprecated: str | None = None) -> Iterator[str]:
    # Types, not interfaces: these can be given where any object with unknown members is asked for, as
    # @supabase/postgrest-js does.
    yield from comment(shape.doc, deprecated)
    yield f"export type {types.name(shape.name)} = {{"
    for member in shape.members:
        yield from _member(member, types, optional=shape.purpose == "record" and not member.required)
    yield from ("};", "")


def _member(member: Member, types: Types, *, optional: bool, given: bool = False) -> Iterator[str]:
    yield from comment(member.doc, member.deprecated, "  ")
    yield f"  {member_name(member.name)}{'?' if optional else ''}: {types.of_member(member, given=given)};"


def _create(entity: Entity, shape: Shape, entities: Mapping[str, Entity], types: Types) -> Iterator[str]:
    required = [each for each in entity.collection.relationships if is_required(each, shape)]
    beside = {member.name for each in required for member in foreign_key(each, shape)}
    yield from comment(f"What {with_article(entity.collection.entity)} takes when it is made.")
    yield f"export type {types.name(shape.name)}{_parameter(entity)} = {{"
    for member in shape.members:
        if member.name not in beside:
            yield from _member(member, types, optional=not member.required, given=True)
    for file in entity.sent:
        yield from _member(file, types, optional=False, given=True)
    for relation in entity.collection.relationships:
        given = None if relation in required else _given(relation, shape, entities, types, new=True)
        if given is not None:
            yield from comment(relation.doc, relation.deprecated, "  ")
            yield f"  {member_name(relation.name)}?: {given};"
    yield "}" if required else "};"
    for number, relation in enumerate(required, start=1):
        given = _given(relation, shape, entities, types, new=True) if number <= _ALTERNATIVES else None
        yield from _alternatives(relation, given, entity, shape, types)
        yield "  )" if number < len(required) else "  );"
    yield ""


def _parameter(entity: Entity) -> str:
    """Where rows of it can stand in a list of another row, the relation to that is a parameter: it isn't said there."""
    names = " | ".join(text(parent.name) for parent in entity.parents)
    return f"<Parent extends {names} = never>" if names else ""


def _alternatives(
    relation: Relationship, given: str | None, entity: Entity, shape: Shape, types: Types
) -> Iterator[str]:
    """A required relation: by its foreign key, or by its own name."""
    fields = foreign_key(relation, shape)
    name = member_name(relation.name)
    by_key = [f"{member_name(each.name)}: {types.of_member(each, given=True)}" for each in fields]
    yield f"  & ({text(relation.name)} extends Parent ? unknown :" if relation in entity.parents else "  & ("
    yield f"    | {object_type([*by_key, *([f'{name}?: never'] if given else [])])}"
    if given is not None:
        yield f"    | {object_type([f'{name}: {given}', *(f'{member_name(each.name)}?: never' for each in fields)])}"


def _given(
    relation: Relationship, shape: Shape, entities: Mapping[str, Entity], types: Types, *, new: bool
) -> str | None:
    """What a body can give for a relation: a key, an object with nothing but the key, a new row; None: nothing."""
    target = entities.get(relation.target)
    if target is None or not relation.writable or (relation.kind == "to_one" and not foreign_key(relation, shape)):
        return None
    ways: list[str] = []
    if relation.kind != "to_many":
        keys = [f"{member_name(each.name)}: {types.of_member(each, given=True)}" for each in target.keys]
        ways += [types.of_member(each, given=True) for each in target.keys if len(target.keys) == 1]
        ways += [object_type(keys)] if keys else []
    elif not new:
        return None
    if new and target.create is not None:
        ways.append(types.name(target.create.name) + _as_child(relation, target))
    if not ways:
        return None
    spelled = " | ".join(ways)
    if relation.many:
        return f"({spelled})[]" if " " in spelled else f"{spelled}[]"
    return f"{spelled} | null" if relation.nullable and relation.kind == "to_one" else spelled


def _as_child(relation: Relationship, target: Entity) -> str:
    """The type argument of a row that stands in a list of this relation."""
    for parent in target.parents:
        if relation.kind == "to_many" and parent.fields == relation.target_fields:
            return f"<{text(parent.name)}>"
    return ""


def _update(entity: Entity, shape: Shape, entities: Mapping[str, Entity], types: Types) -> Iterator[str]:
    yield from comment(f"What a change of {with_article(entity.collection.entity)} takes: what isn't given stays.")
    yield f"export type {types.name(shape.name)} = {{"
    for member in shape.members:
        yield from _member(member, types, optional=True, given=True)
    for relation in entity.collection.relationships:
        given = _given(relation, shape, entities, types, new=False)
        if given is not None:
            yield f"  {member_name(relation.name)}?: {given};"
    yield from ("};", "")


def _filter(entity: Entity, types: Types) -> Iterator[str]:
    yield from comment(f"Conditions on rows of {entity.collection.name}.")
    yield f"export interface {entity.filter_type} extends $.Logic<{entity.filter_type}> {{"
    for each in entity.filters:
        yield f"  {member_name(each.name)}?: {_condition(each, types)};"
        if isinstance(each.type, Json):
            yield f"  [path: `{_path(each.name)}->${{string}}`]: $.PathFilter | undefined;"
    yield from ("}", "")


def _path(name: str) -> str:
    """A name within a template literal type."""
    return text(name)[1:-1].replace("`", "\\`").replace("${", "\\${")


def _condition(filter: Input, types: Types) -> str:
    null = " | null" if filter.nullable else ""
    match filter.type:
        case Text() | Bytes():
            return f"$.TextFilter{null}"
        case Enum():
            return f"$.TextFilter<{types.shown(filter.type)}>{null}"
        case Boolean():
            return f"$.BooleanFilter{null}"
        case List(item):
            return f"$.ListFilter<{types.given(item)}>{null}"
        case Json() | Sealed():
            return f"$.JsonFilter{null}"
        case _:
            return f"$.Filter<{types.given(filter.type)}>{null}"


def _model(entity: Entity, entities: Mapping[str, Entity], types: Types) -> Iterator[str]:
    yield from comment(f"All that is known of {entity.collection.name}.")
    yield f"export interface {entity.model_type} {{"
    yield f"  row: {types.name(entity.row.name)};"
    yield f"  create: {'never' if entity.create is None else types.name(entity.create.name)};"
    yield f"  update: {'never' if entity.update is None else types.name(entity.update.name)};"
    yield f"  key: {key_type(entity, types)};"
    yield f"  filter: {entity.filter_type};"
    relations = [each for each in entity.collection.relationships if each.target in entities]
    yield "  relations: {" if relations else "  relations: {};"
    for each in relations:
        shows = "Many" if each.many else "Maybe" if each.nullable else "One"
        yield from comment(each.doc, each.deprecated, "    ")
        yield f"    {member_name(each.name)}: $.{shows}<{entities[each.target].model_type}>;"
    if relations:
        yield "  };"
    yield f"  files: {' | '.join(map(text, entity.files('file_get'))) or 'never'};"
    yield from ("}", "")


def key_type(entity: Entity, types: Types, within: str = "") -> str:
    """The type of a row's key: of several fields a tuple."""
    spelled = [types.of_member(each, given=True, within=within) for each in entity.keys]
    if not spelled or len(spelled) < len(entity.collection.key):
        return "never"
    return spelled[0] if len(spelled) == 1 else f"readonly [{', '.join(spelled)}]"


def _models(entities: Mapping[str, Entity]) -> Iterator[str]:
    yield from comment("The models of all collections.")
    yield "export type Models = {"
    for name, entity in entities.items():
        yield f"  {member_name(name)}: {entity.model_type};"
    yield from ("};", "")


def _error_kinds(contract: Contract) -> Iterator[str]:
    yield from comment("The kinds of refusals; each has a page at `/errors/` and its name.")
    kinds = sorted({slug for operation in contract.operations for slug in operation.refusals})
    yield "export type ErrorKind ="
    yield from (f"  | {text(kind)}" for kind in kinds)
    yield "  | (string & {});"
    yield ""
