"""The schemas of shapes: rows with their related rows, bodies with the rows that can be made along with them.

In: a contract. Out: schemas by name. A row lists nothing as required, since `select` decides what it shows. Of a body a
relation may be given in place of its foreign key, which `if` and `then` say.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from backsmith.contract.contract import Collection, Contract, Member, Relationship, Shape
from backsmith.contract.examples import FILE as FILE_EXAMPLE
from backsmith.contract.examples import example_of_shape
from backsmith.contract.names import distinct, type_name
from backsmith.contract.openapi.components import Components
from backsmith.contract.openapi.descriptions import safe
from backsmith.contract.openapi.schemas import FILE, Schema, Schemas, or_null


class ShapeSchemas:
    """Makes the schemas of a contract's shapes, where they are named."""

    def __init__(self, contract: Contract, components: Components) -> None:
        self.shapes = {shape.name: shape for shape in contract.shapes}
        self.collections = {each.name: each for each in contract.collections}
        self._rows = {each.row: each for each in contract.collections}
        self._creates = {each.create: each for each in contract.collections if each.create is not None}
        self._updates = {each.update: each for each in contract.collections if each.update is not None}
        self._components = components
        self._taken = {*self.shapes, FILE, "Problem"}
        self._most: Schema = {} if contract.max_body_rows is None else {"maxItems": contract.max_body_rows}
        self._within: dict[tuple[str, str], str] = {}
        self.schemas = Schemas(self.refer, contract.max_list)

    def refer(self, name: str) -> Schema:
        """The reference to a shape's schema, or to that of files."""
        if name == FILE and name not in self.shapes:
            return self._components.refer("schemas", FILE, _file)
        return self._components.refer("schemas", name, lambda: self._shape(self.shapes[name]))

    def readable(self, collection: Collection) -> bool:
        """Whether rows of the collection are shown to this audience at all."""
        return bool(self.shapes[collection.row].members)

    def shown(self, collection: Collection) -> list[str]:
        """The names of the relations whose rows a `select` may show."""
        return [each.name for each in collection.relationships if self.readable(self.collections[each.target])]

    def _shape(self, shape: Shape) -> Schema:
        match shape.purpose:
            case "row":
                return self._row(shape)
            case "create":
                return self._create(shape, self._creates.get(shape.name))
            case "update":
                return self._update(shape, self._updates.get(shape.name))
            case "record":
                required = [member.name for member in shape.members if member.required]
                return self._object(shape, shape.members, "given" if shape.closed else "shown", required)

    def _object(self, shape: Shape, members: tuple[Member, ...], way: Any, required: list[str]) -> Schema:
        schema: Schema = {"type": "object"}
        if shape.doc:
            schema["description"] = safe(shape.doc)
        schema["properties"] = {member.name: self.schemas.member(member, way) for member in members}
        if required:
            schema["required"] = required
        if shape.closed:
            schema["additionalProperties"] = False
        example = example_of_shape(shape, self.shapes)
        if example:
            schema["examples"] = [example]
        return schema

    def _row(self, shape: Shape) -> Schema:
        schema = self._object(shape, shape.members, "shown", [])
        collection = self._rows.get(shape.name)
        for relation in () if collection is None else collection.relationships:
            target = self.collections[relation.target]
            if relation.name in schema["properties"] or not self.readable(target):
                continue
            row = self.refer(target.row)
            related = {"type": "array", "items": row} if relation.many else or_null(row)
            schema["properties"][relation.name] = _shown(relation, related)
        return schema

    def _create(self, shape: Shape, collection: Collection | None) -> Schema:
        required = [member.name for member in shape.members if member.required]
        schema = self._object(shape, shape.members, "given", required)
        if collection is not None:
            self._relate(schema, shape.members, collection, new=True)
        return schema

    def _update(self, shape: Shape, collection: Collection | None) -> Schema:
        schema = self._object(shape, shape.members, "given", [])
        if collection is not None:
            self._relate(schema, shape.members, collection, new=False)
        return schema

    def _without(self, target: Collection, relation: Relationship) -> Schema:
        """The reference to a new row as it stands within the row that it points at."""
        assert target.create is not None
        shape = self.shapes[target.create]
        left = tuple(member for member in shape.members if member.name not in relation.target_fields)
        if len(left) == len(shape.members):
            return self.refer(target.create)
        back = next(m.relation or m.name for m in shape.members if m.name in relation.target_fields)
        name = self._within.get((shape.name, back))
        if name is None:
            name = distinct(f"{shape.name}Without{type_name(back)}", self._taken)
            self._within[shape.name, back] = name
            self._taken.add(name)

        def made() -> Schema:
            required = [member.name for member in left if member.required]
            schema = self._object(replace(shape, members=left), left, "given", required)
            self._relate(schema, left, target, new=True)
            return schema

        return self._components.refer("schemas", name, made)

    def _relate(self, schema: Schema, members: tuple[Member, ...], collection: Collection, *, new: bool) -> None:
        """Add what can be made or linked along with a row."""
        names = {member.name for member in members}
        conditions: list[Schema] = []
        for relation in collection.relationships:
            if not relation.writable or relation.name in names:
                continue
            match relation.kind:
                case "to_one" if len(relation.fields) == 1 and relation.fields[0] in names:
                    schema["properties"][relation.name] = self._to_one(relation, members, new=new)
                    conditions.append(_either_way(relation, schema))
                case "to_many" if new and self.collections[relation.target].create is not None:
                    schema["properties"][relation.name] = self._to_many(relation)
                case "many_to_many" if (links := self._links(relation, new=new)) is not None:
                    schema["properties"][relation.name] = links
                case _:
                    pass
        if not schema.get("required", True):
            del schema["required"]
        if len(conditions) == 1:
            schema.update(conditions[0])
        elif conditions:
            schema["allOf"] = conditions

    def _to_one(self, relation: Relationship, members: tuple[Member, ...], *, new: bool) -> Schema:
        [field] = relation.fields
        member = next(each for each in members if each.name == field)
        key = self.schemas.of(member.type, "given", member.bounds)
        target = self.collections[relation.target]
        said = f"In place of `{field}`: the key of a row"
        if not new or target.create is None:
            related, said = key, f"{said}."
        else:
            related, said = {"anyOf": [key, self.refer(target.create)]}, f"{said}, or one that is made first."
        return _told(relation, or_null(related) if member.nullable else related, said)

    def _to_many(self, relation: Relationship) -> Schema:
        row = self._without(self.collections[relation.target], relation)
        related: Schema = {"type": "array", "items": row, **self._most} if relation.many else row
        return _told(relation, related, "Rows that are made after this one, and point at it.")

    def _links(self, relation: Relationship, *, new: bool) -> Schema | None:
        target = self.collections[relation.target]
        key = next((each for each in self.shapes[target.row].members if (each.name,) == target.key), None)
        if key is None:
            return None
        item = self.schemas.of(key.type, "given")
        said = (
            "Keys of the rows that are linked." if new else "Keys of the rows that are linked, in place of all before."
        )
        if new and target.create is not None:
            item, said = {"anyOf": [item, self.refer(target.create)]}, "Keys of rows that are linked, or new rows."
        return _told(relation, {"type": "array", "items": item, **self._most}, said)


def _either_way(relation: Relationship, schema: Schema) -> Schema:
    """A to-one relation is given by its name or by its foreign key, not both; where it has to be given, by one."""
    [key] = relation.fields
    condition: Schema = {"if": {"required": [relation.name]}, "then": {"not": {"required": [key]}}}
    if key in schema.get("required", ()):
        schema["required"] = [name for name in schema["required"] if name != key]
        condition["else"] = {"required": [key]}
    return condition


def _shown(relation: Relationship, related: Schema) -> Schema:
    row = "rows" if relation.many else "row"
    asked = f"`select=*,{relation.name}(*)`"
    return _told(relation, related, f"The {row} of `{relation.target}`, where `select` asks for it: {asked}.")


def _told(relation: Relationship, schema: Schema, said: str) -> Schema:
    """The schema with what is said of the relation."""
    lines = [safe(relation.doc), said] if relation.doc else [said]
    if relation.deprecated is None:
        return {**schema, "description": "\n\n".join(lines)}
    lines.append(f"Deprecated: {safe(relation.deprecated)}")
    return {**schema, "description": "\n\n".join(lines), "deprecated": True}


def _file() -> Schema:
    return {
        "type": "object",
        "description": "What is known of a file.",
        "properties": {
            "name": {"type": "string", "description": "The name it had where it came from: to show, never a path."},
            "type": {"type": "string", "description": "Its media type, found in its content."},
            "size": {
                "type": "integer",
                "format": "int64",
                "minimum": 0,
                "maximum": 2**63 - 1,
                "description": "In bytes.",
            },
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "Of its content."},
            "url": {"type": "string", "description": "Where it is, below the prefix of the API."},
        },
        "required": ["name", "type", "size", "sha256", "url"],
        "examples": [dict(FILE_EXAMPLE)],
    }
