"""Random models and random changes of them, with rows: what `test_any_model_to_any_other.py` plans and applies.

A `Model` is the text of a model as data, each thing with a number of its own that stays when it is renamed.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import Any

KINDS: dict[str, tuple[str, tuple[Any, ...]]] = {
    # kind: the annotation, and values as canonical JSON
    "str": ("str", ("", "x", "Ada Lovelace", "12", "-7", "3.50", "true", "2026-01-23", "ä 'quoted' \"€\"")),
    "short": ("Annotated[str, MaxLen(8)]", ("", "x", "12", "ärger", "12345678")),
    "int": ("int", (0, 1, -1, 12, 70_000, 3_000_000_000, -9_007_199_254_740_993)),
    "int16": ("Int16", (0, 1, -5, 32_767)),
    "float": ("float", (0.0, 1.5, -2.25, 1e20)),
    "decimal": ("Annotated[Decimal, Digits(12, 2)]", ("0.00", "1.50", "-12.34", "9999999999.99")),
    "fine": ("Annotated[Decimal, Digits(18, 4)]", ("0.0000", "1.5000", "-12.3456")),
    "bool": ("bool", (True, False)),
    "date": ("date", ("2026-01-23", "1999-12-31", "0001-01-01")),
    "datetime": ("datetime", ("2026-01-23T00:00:00+00:00", "2026-01-23T13:45:59.123456+00:00")),
    "uuid": ("UUID", ("0190b0c0-1111-7222-8333-944455556666", "0190b0c0-1111-7222-8333-944455556667")),
    "enum": ('Literal["new", "old", "12"]', ("new", "old", "12")),
    "enum2": ('Literal["new", "old", "12", "other"]', ("new", "old", "other")),
    "list": ("list[str]", (["a", "b"], [], ["ä,'\""])),
    "json": ("Json", ({"a": 1}, [1, "x"], "text", 5)),
}
NAMES = ("Pump", "Order", "select", "Zähler", "Line", "Box")
FIELDS = ("name", "table", "size", "note", "größe", "group", "code", "state")


@dataclass(frozen=True)
class Field:
    """A field of a model."""

    uid: int
    name: str
    kind: str
    nullable: bool = False
    default: Any = None
    unique: bool = False
    indexed: bool = False
    was: str | None = None


@dataclass(frozen=True)
class Relation:
    """A relation to one row of another entity, given by its number."""

    uid: int
    name: str
    target: int
    nullable: bool = True
    on_delete: str = "no_action"
    unique: bool = False
    was: str | None = None


@dataclass(frozen=True)
class Entity:
    """An entity of a model."""

    uid: int
    name: str
    key: str
    fields: tuple[Field, ...]
    relations: tuple[Relation, ...] = ()
    check: bool = False
    was: str | None = None


@dataclass(frozen=True)
class Model:
    """A model; `next` is the number of the next thing."""

    entities: tuple[Entity, ...]
    next: int

    def text(self) -> str:
        """As somebody would write it."""
        names = {entity.uid: entity.name for entity in self.entities}
        return "\n".join(_entity(entity, names) for entity in self.entities)


def _entity(entity: Entity, names: dict[int, str]) -> str:
    was = f', renamed_from="{entity.was}"' if entity.was else ""
    lines = [f"class {_title(entity.name)}(Entity, private=True{was}):"]
    if entity.key != "int":
        lines.append(f"    id: {'UUID' if entity.key == 'uuid' else 'str'}")
    lines += [f"    {field.name}: {_annotation(field)}" for field in entity.fields]
    for relation in entity.relations:
        marks = [f'OnDelete("{relation.on_delete}")'] + (["Unique"] if relation.unique else [])
        marks += [f'RenamedFrom("{relation.was}")'] if relation.was else []
        type = f'Annotated["{_title(names[relation.target])}", {", ".join(marks)}]'
        lines.append(f"    {relation.name}: {type}{' | None' if relation.nullable else ''}")
    first = entity.fields[0]
    if entity.check and first.kind not in {"json", "list"}:
        lines += ["    @check", "    def sensible(self) -> bool:", f"        return {_condition(first)}"]
    return "\n".join([*lines, ""])


def _condition(field: Field) -> str:
    name = f"self.{field.name}"
    condition = f"{name} == {name}"
    return f"{name} is None or {condition}" if field.nullable else condition


def _title(name: str) -> str:
    return name[0].upper() + name[1:]


def _annotation(field: Field) -> str:
    type = KINDS[field.kind][0]
    marks = [mark for mark, there in (("Unique", field.unique), ("Indexed", field.indexed)) if there]
    marks += [f'RenamedFrom("{field.was}")'] if field.was else []
    text = f"Annotated[{type}, {', '.join(marks)}]" if marks else type
    text += " | None" if field.nullable else ""
    if field.default is not None:
        value = f'Decimal("{field.default}")' if field.kind in {"decimal", "fine"} else repr(field.default)
        text += f" = {value}"
    return text


def random_model(rng: random.Random) -> Model:
    """A model of one to three entities."""
    number = 1
    entities: list[Entity] = []
    for name in rng.sample(NAMES, rng.randint(1, 3)):
        fields: list[Field] = []
        for each in rng.sample(FIELDS, rng.randint(1, 4)):
            fields.append(_random_field(rng, number, each))
            number += 1
        entities.append(Entity(number, name, rng.choice(("int", "int", "int", "uuid", "text")), tuple(fields)))
        number += 1
    model = Model(tuple(entities), number)
    for _ in range(rng.randint(0, 2)):
        model = _add_relation(rng, model)
    return model


def _random_field(rng: random.Random, uid: int, name: str) -> Field:
    kind = rng.choice(list(KINDS))
    values = KINDS[kind][1]
    plain = kind in {"str", "short", "int", "int16", "float", "decimal", "fine", "bool", "enum", "enum2"}
    return Field(
        uid,
        name,
        kind,
        nullable=rng.random() < 0.5,
        default=rng.choice(values) if plain and rng.random() < 0.3 else None,
        unique=kind not in {"json", "list", "bool"} and rng.random() < 0.15,
        indexed=kind not in {"json", "list"} and rng.random() < 0.15,
    )


def settled(model: Model) -> Model:
    """The model a version later: what was renamed is so no more."""
    return replace(
        model,
        entities=tuple(
            replace(
                entity,
                was=None,
                fields=tuple(replace(field, was=None) for field in entity.fields),
                relations=tuple(replace(each, was=None) for each in entity.relations),
            )
            for entity in model.entities
        ),
    )


def changed(rng: random.Random, model: Model) -> Model:
    """The model after one to four random changes."""
    model = settled(model)
    for _ in range(rng.randint(1, 4)):
        model = rng.choice(_CHANGES)(rng, model)
    return model


# Changes --------------------------------------------------------------------------------------------------------------


def _add_entity(rng: random.Random, model: Model) -> Model:
    free = [name for name in NAMES if name not in _entity_names(model)]
    if not free:
        return model
    field = _random_field(rng, model.next, rng.choice(FIELDS))
    added = Entity(model.next + 1, rng.choice(free), "int", (field,))
    return replace(model, entities=(*model.entities, added), next=model.next + 2)


def _drop_entity(rng: random.Random, model: Model) -> Model:
    if len(model.entities) == 1:
        return model
    gone = rng.choice(model.entities)
    kept = tuple(
        replace(each, relations=tuple(r for r in each.relations if r.target != gone.uid))
        for each in model.entities
        if each.uid != gone.uid
    )
    return replace(model, entities=kept)


def _rename_entity(rng: random.Random, model: Model) -> Model:
    entity = rng.choice(model.entities)
    free = [name for name in NAMES if name not in _entity_names(model)]
    if not free or entity.was is not None:
        return model
    return _with(model, replace(entity, name=rng.choice(free), was=_title(entity.name)))


def _add_field(rng: random.Random, model: Model) -> Model:
    entity = rng.choice(model.entities)
    free = [name for name in FIELDS if name not in _field_names(entity)]
    if not free:
        return model
    field = _random_field(rng, model.next, rng.choice(free))
    if field.kind == "uuid" and not field.nullable:
        field = replace(field, nullable=True)
    return replace(_with(model, replace(entity, fields=(*entity.fields, field))), next=model.next + 1)


def _drop_field(rng: random.Random, model: Model) -> Model:
    entity = rng.choice(model.entities)
    if len(entity.fields) < 2:
        return model
    gone = rng.choice(entity.fields)
    return _with(model, replace(entity, fields=tuple(field for field in entity.fields if field.uid != gone.uid)))


def _rename_field(rng: random.Random, model: Model) -> Model:
    entity = rng.choice(model.entities)
    field = rng.choice(entity.fields)
    free = [name for name in FIELDS if name not in _field_names(entity)]
    if not free or field.was is not None:
        return model
    return _with_field(model, entity, replace(field, name=rng.choice(free), was=field.name))


def _change_kind(rng: random.Random, model: Model) -> Model:
    entity = rng.choice(model.entities)
    field = rng.choice(entity.fields)
    kind = rng.choice(list(KINDS))
    plain = {"json", "list"}
    changed = replace(field, kind=kind, default=None)
    if kind in plain:
        changed = replace(changed, unique=False, indexed=False)
    return _with_field(model, entity, changed)


def _toggle(rng: random.Random, model: Model) -> Model:
    entity = rng.choice(model.entities)
    field = rng.choice(entity.fields)
    what = rng.choice(("nullable", "unique", "indexed", "default"))
    if what == "default":
        plain = field.kind in {"str", "short", "int", "int16", "decimal", "fine", "bool", "enum", "enum2"}
        default = rng.choice(KINDS[field.kind][1]) if plain and field.default is None else None
        return _with_field(model, entity, replace(field, default=default))
    if what in {"unique", "indexed"} and field.kind in {"json", "list"}:
        return model
    return _with_field(model, entity, replace(field, **{what: not getattr(field, what)}))


def _add_relation(rng: random.Random, model: Model) -> Model:
    entity, target = rng.choice(model.entities), rng.choice(model.entities)
    name = rng.choice(("parent", "owner", "place"))
    if name in {each.name for each in entity.relations} | {each.was for each in entity.relations}:
        return model
    on_delete = rng.choice(("no_action", "cascade", "set_null", "restrict"))
    relation = Relation(model.next, name, target.uid, True, on_delete, unique=rng.random() < 0.2)
    return replace(_with(model, replace(entity, relations=(*entity.relations, relation))), next=model.next + 1)


def _change_relation(rng: random.Random, model: Model) -> Model:
    related = [entity for entity in model.entities if entity.relations]
    if not related:
        return _add_relation(rng, model)
    entity = rng.choice(related)
    relation = rng.choice(entity.relations)
    others = tuple(each for each in entity.relations if each.uid != relation.uid)
    match rng.choice(("drop", "on_delete", "rename", "unique")):
        case "drop":
            return _with(model, replace(entity, relations=others))
        case "on_delete":
            changed = replace(relation, on_delete=rng.choice(("no_action", "cascade", "set_null")))
        case "unique":
            changed = replace(relation, unique=not relation.unique)
        case _:
            taken = {e.name for e in entity.relations} | {e.was for e in entity.relations}
            free = [name for name in ("parent", "owner", "place") if name not in taken]
            if not free or relation.was is not None:
                return model
            changed = replace(relation, name=rng.choice(free), was=relation.name)
    return _with(model, replace(entity, relations=(*others, changed)))


def _toggle_check(rng: random.Random, model: Model) -> Model:
    entity = rng.choice(model.entities)
    return _with(model, replace(entity, check=not entity.check))


_CHANGES = (
    _add_entity,
    _drop_entity,
    _rename_entity,
    _add_field,
    _add_field,
    _drop_field,
    _rename_field,
    _change_kind,
    _toggle,
    _toggle,
    _add_relation,
    _change_relation,
    _toggle_check,
)


def _entity_names(model: Model) -> set[str]:
    return {entity.name for entity in model.entities} | {entity.was or "" for entity in model.entities}


def _field_names(entity: Entity) -> set[str]:
    return {field.name for field in entity.fields} | {field.was or "" for field in entity.fields}


def _with(model: Model, entity: Entity) -> Model:
    return replace(model, entities=tuple(entity if each.uid == entity.uid else each for each in model.entities))


def _with_field(model: Model, entity: Entity, field: Field) -> Model:
    return _with(
        model, replace(entity, fields=tuple(field if each.uid == field.uid else each for each in entity.fields))
    )


# Rows -----------------------------------------------------------------------------------------------------------------


def random_rows(rng: random.Random, model: Model) -> dict[int, list[dict[int, Any]]]:
    """Rows by the number of their entity: values as canonical JSON by the number of their field or relation, the key
    under 0; foreign keys may be null."""
    keys = {
        entity.uid: [_key(entity.key, number) for number in range(1, min(rng.choice((0, 1, 3, 7)), _most(entity)) + 1)]
        for entity in model.entities
    }
    return {entity.uid: [_row(rng, entity, key, keys) for key in keys[entity.uid]] for entity in model.entities}


def _most(entity: Entity) -> int:
    """How many rows there can be for the values that may stand in one of them only."""
    return min((len(KINDS[field.kind][1]) for field in entity.fields if field.unique and not field.nullable), default=9)


def _key(kind: str, number: int) -> Any:
    return {"int": number, "uuid": f"0190b0c0-0000-7000-8000-{number:012d}", "text": f"k'{number}"}[kind]


def _row(rng: random.Random, entity: Entity, key: Any, keys: dict[int, list[Any]]) -> dict[int, Any]:
    row: dict[int, Any] = {0: key}
    number = keys[entity.uid].index(key)
    for field in entity.fields:
        values = KINDS[field.kind][1]
        if field.unique:
            row[field.uid] = values[number] if number < len(values) else None
        elif field.nullable and rng.random() < 0.3:
            row[field.uid] = None
        else:
            row[field.uid] = rng.choice(values)
    for relation in entity.relations:
        there = keys[relation.target]
        if relation.unique:
            row[relation.uid] = there[number] if number < len(there) and rng.random() < 0.7 else None
        else:
            row[relation.uid] = rng.choice(there) if there and rng.random() < 0.7 else None
    return row
