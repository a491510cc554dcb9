"""What a request gives beside its body, as parameters. Those that several operations have are components, by names that
say whose they are: `filter.orders.status`, `select.orders`, `limit`."""

from __future__ import annotations

from typing import Any

from backsmith.blueprint.types import Enum, List, Text
from backsmith.contract.contract import Contract, Input, Many, Operation
from backsmith.contract.examples import constant_of, example_value
from backsmith.contract.openapi import filters
from backsmith.contract.openapi.components import Components
from backsmith.contract.openapi.descriptions import safe
from backsmith.contract.openapi.preferences import prefer_example, prefer_schema
from backsmith.contract.openapi.schemas import Schema, or_null
from backsmith.contract.openapi.shapes import ShapeSchemas

_COUNT: Schema = {"type": "integer", "format": "int64", "minimum": 0}
"""However large: there are never more rows than a reply may have."""
_HEADERS: dict[str, tuple[Schema, Any]] = {
    # Headers whose form HTTP defines, each with an example. No pattern: what isn't of that form counts for nothing
    # (RFC 9110), so it isn't refused.
    "If-Match": ({"type": "string"}, '"51c0b2f0d1a94e7f8a3b6c5d"'),
    "If-None-Match": ({"type": "string"}, '"51c0b2f0"'),
    "Range": ({"type": "string"}, "bytes=0-1023"),
}
_KEY_EXAMPLE = "3d0ab7f4-9b8c-4d7c-8a55-0d5f5a3a6c11"
_ANONYMOUS_KEY = 20
"""Characters of an Idempotency-Key of somebody who isn't signed in, at least."""


class Parameters:
    """Makes the parameters of operations."""

    def __init__(self, contract: Contract, components: Components, shapes: ShapeSchemas) -> None:
        self._contract = contract
        self._components = components
        self._shapes = shapes

    def of(self, operation: Operation) -> list[Any]:
        """The parameters of an operation. Headers that OpenAPI has another word for are left out."""
        return [self._parameter(each, operation) for each in operation.inputs]

    def _parameter(self, given: Input, operation: Operation) -> dict[str, Any]:
        name = self._name(given, operation)
        if name is None:
            return self._made(given, operation)
        return self._components.refer("parameters", name, lambda: self._made(given, operation))

    def _name(self, given: Input, operation: Operation) -> str | None:
        """The name among the components; None of one that only its operation has."""
        whose = operation.collection
        match given.kind:
            case "filter" | "logic":
                return f"filter.{whose}.{given.name}"
            case "select" | "order" | "columns" | "on_conflict":
                return f"{given.kind}.{whose}"
            case "limit" | "offset" | "cursor":
                return given.name
            case "prefer":
                return f"prefer.{operation.kind}"
            case "value":
                pass
        if given.place == "path" and whose is not None:
            return f"key.{whose}" if "{" + given.name + "}" in operation.path else None
        if given.name == "Idempotency-Key":
            return "idempotency-key.anonymous" if operation.anonymous else "idempotency-key"
        if given.name == "If-None-Match" and operation.kind == "replace":
            return "if-none-match.replace"
        return given.name.lower() if given.name in _HEADERS else None

    def _made(self, given: Input, operation: Operation) -> dict[str, Any]:
        schema, example = self._schema(given, operation)
        made: dict[str, Any] = {"name": given.name, "in": given.place}
        if said := _told(given):
            made["description"] = said
        if given.required or given.place == "path":
            made["required"] = True
        if given.deprecated is not None:
            made["deprecated"] = True
            if given.sunset is not None:
                made["x-sunset"] = given.sunset
        made["schema"] = schema
        if isinstance(given.type, List | Many) and given.place == "query" and given.kind == "value":
            made |= {"style": "form", "explode": True}
        if example is not None:
            made["example"] = example
        return made

    def _schema(self, given: Input, operation: Operation) -> tuple[Schema, Any]:
        """The schema of a parameter, and an example of it."""
        collection = None if operation.collection is None else self._shapes.collections[operation.collection]
        match given.kind:
            case "filter":
                return self._filter(given)
            case "logic":
                asked = [each for each in operation.inputs if each.kind == "filter"]
                name = f"Conditions.{operation.collection}"
                schema = self._components.refer("schemas", name, lambda: filters.conditions_schema(asked))
                return schema, f"({asked[0].name}.not.is.null)" if asked else None
            case "order":
                asked = [each for each in operation.inputs if each.kind == "filter"]
                return filters.order_schema(asked), f"{asked[0].name}.desc" if asked else None
            case "limit":
                return _COUNT, 20
            case "offset":
                return {"type": "integer", "format": "int64"}, 40  # one below 0 passes over none
            case "cursor":
                return {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"}, "WzIwXQ"
            case "prefer":
                return prefer_schema(operation.kind), prefer_example(operation.kind)
            case "value":
                return self._value(given, operation)
            case "select" | "columns" | "on_conflict":
                pass
        assert collection is not None
        row = self._shapes.shapes[collection.row]
        if given.kind == "select":
            return filters.select_schema(row, collection, self._shapes.shown(collection)), "*"
        new = self._shapes.shapes[collection.create or collection.row]
        if given.kind == "columns":
            return filters.columns_schema(new), ",".join(member.name for member in new.members[:2])
        schema = filters.unique_schema(collection, (member.name for member in row.members if member.unique))
        return schema, schema["enum"][0] if schema["enum"] else None

    def _filter(self, given: Input) -> tuple[Schema, Any]:
        type: Any = given.type
        name = filters.filter_name(type)
        schema = (
            filters.filter_schema(type)
            if name is None
            else self._components.refer("schemas", name, lambda: filters.filter_schema(type))
        )
        return schema, filters.filter_example(type, given.name)

    def _value(self, given: Input, operation: Operation) -> tuple[Schema, Any]:
        if given.place == "header" and given.name in _HEADERS:
            return _HEADERS[given.name]
        if given.name == "Idempotency-Key":
            least = _ANONYMOUS_KEY if operation.anonymous else 1
            form = "^[!-~]([ -~]*[!-~])?$"  # HTTP takes spaces around a header's value away
            return {"type": "string", "minLength": least, "maxLength": 255, "pattern": form}, _KEY_EXAMPLE
        schema = self._shapes.schemas.of(given.type, "given", given.bounds)
        if given.place == "path" and isinstance(given.type, Text) and not isinstance(given.type, Enum):
            schema = {"minLength": 1, **schema}
        default = constant_of(given)
        if default is not None:
            schema = {**schema, "default": default}
        elif given.nullable and given.place not in ("path", "query"):
            schema = or_null(schema)
        example = example_value(given.type, given.name, given.bounds, self._shapes.shapes)
        return schema, example if example is not None and not isinstance(example, dict) else None


def _told(given: Input) -> str:
    said = [] if given.doc is None else [safe(given.doc)]
    if given.deprecated is not None:
        said.append(f"Deprecated: {safe(given.deprecated)}")
    return "\n\n".join(said)
