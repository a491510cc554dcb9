"""`database.ts`: the type `Database` of @supabase/postgrest-js, by which it infers what a `select` shows.

In: a contract. Out: the file's text. Its shape is that of the generator of Supabase's own types.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from backsmith.clients.calls import called
from backsmith.clients.typescript.embeds import Told, foreign_keys, told
from backsmith.clients.typescript.entities import Entity
from backsmith.clients.typescript.functions import returned
from backsmith.clients.typescript.spelling import Types, importing, member_name, text
from backsmith.contract.contract import Contract, Operation, Relationship, Shape

_POSTGREST = "14"
"""The version whose grammar the server has (docs/api.md)."""
_NOTHING = "{ [_ in never]: never }"


def database_text(contract: Contract, entities: Mapping[str, Entity], types: Types) -> str:
    """The lines below the header."""
    keys = foreign_keys(contract)
    tables = [entity for entity in entities.values() if not entity.collection.view]
    views = [entity for entity in entities.values() if entity.collection.view]
    functions = [*_functions(contract, types), *_embeds(told(contract), entities, types)]
    lines = [
        "/** For @supabase/postgrest-js: `new PostgrestClient<Database>(`${address}/api`)`. */",
        "export type Database = {",
        f"  __InternalSupabase: {{ PostgrestVersion: {text(_POSTGREST)} }};",
        "  public: {",
        *_section("Tables", (line for each in tables for line in _table(each, keys, types))),
        *_section("Views", (line for each in views for line in _table(each, keys, types))),
        *_section("Functions", functions),
        *_section("Enums", _enums(types)),
        f"    CompositeTypes: {_NOTHING};",
        "  };",
        "};",
        "",
    ]
    imports = {"$": 'type * as $ from "./runtime/index.js"', "model": 'type * as model from "./types.js"'}
    return importing("\n".join(lines), imports)


def _section(name: str, lines: Iterable[str]) -> list[str]:
    inner = list(lines)
    return [f"    {name}: {{", *inner, "    };"] if inner else [f"    {name}: {_NOTHING};"]


def _table(entity: Entity, keys: Mapping[str, tuple[Relationship, ...]], types: Types) -> Iterator[str]:
    name = entity.collection.name
    yield f"      {member_name(name)}: {{"
    yield f"        Row: model.{types.name(entity.row.name)};"
    if not entity.collection.view:
        yield f"        Insert: {_body(entity.create, types)};"
        yield f"        Update: {_body(entity.update, types)};"
    if keys[name]:
        yield "        Relationships: ["
        for relation in keys[name]:
            yield from _relationship(relation)
        yield "        ];"
    else:
        yield "        Relationships: [];"
    yield "      };"


def _body(shape: Shape | None, types: Types) -> str:
    return "never" if shape is None else f"model.{types.name(shape.name)}"


def _relationship(relation: Relationship) -> Iterator[str]:
    yield "          {"
    yield f"            foreignKeyName: {text(relation.name)};"
    yield f"            columns: [{', '.join(map(text, relation.fields))}];"
    yield f"            isOneToOne: {'true' if relation.one_to_one else 'false'};"
    yield f"            referencedRelation: {text(relation.target)};"
    yield f"            referencedColumns: [{', '.join(map(text, relation.target_fields))}];"
    yield "          },"


def _functions(contract: Contract, types: Types) -> Iterator[str]:
    """Queries, and actions that aren't about a row: what is called below `/rpc`."""
    for operation in called(contract.operations):
        yield f"      {member_name(operation.function or operation.id)}: {{"
        yield f"        Args: {_arguments(operation, types)};"
        yield f"        Returns: {returned(operation, types)};"
        yield "      };"


def _arguments(operation: Operation, types: Types) -> str:
    body = next(iter(operation.body), None)
    if body is not None:
        return types.given(body.type, within="model.")
    given = [each for each in operation.inputs if each.place == "query"]
    members = "; ".join(
        f"{member_name(each.name)}{'' if each.required else '?'}: "
        + types.given(each.type, nullable=each.nullable, within="model.")
        for each in given
    )
    return f"{{ {members} }}" if members else "never"


def _embeds(found: Iterable[Told], entities: Mapping[str, Entity], types: Types) -> Iterator[str]:
    by_name: dict[str, list[Told]] = {}
    for each in found:
        by_name.setdefault(each.name, []).append(each)
    for name, ways in by_name.items():
        yield f"      {member_name(name)}:"
        for number, each in enumerate(ways, start=1):
            row = f"model.{types.name(entities[each.target].row.name)}"
            options = (
                f"from: {text(each.source)}; to: {text(each.target)}; isOneToOne: {_truth(not each.many)}; "
                f"isSetofReturn: true; isNotNullable: {_truth(not each.nullable)}"
            )
            end = ";" if number == len(ways) else ""
            yield f"        | {{ Args: never; Returns: {row}[]; SetofOptions: {{ {options} }} }}{end}"


def _truth(value: object) -> str:
    return "true" if value else "false"


def _enums(types: Types) -> Iterator[str]:
    for type, name in types.enums.items():
        yield f"      {member_name(type.name or name)}: model.{name};"
