"""A document whose new rows hold other new rows one level deep, and no deeper.

In: an OpenAPI document, as read from JSON. It is changed in place. What makes requests up goes through every way into
rows within rows within rows, of which there are more than time where entities are related in many ways; what it makes
up of the rest is a part of what the whole document takes.
"""

from __future__ import annotations

import copy
from typing import Any, cast

_HERE = "#/components/schemas/"
_FLAT = ".flat"
"""Ends the names of shapes without rows in them; no shape of a contract has a dot."""


def make_shallow(document: dict[str, Any]) -> None:
    """Let new rows in bodies hold new rows that hold none."""
    schemas: dict[str, Any] = document.get("components", {}).get("schemas", {})
    made = {name for name, schema in schemas.items() if "Create" in name and "properties" in schema}
    for name in sorted(made):
        flat = copy.deepcopy(schemas[name])
        members = {member: _flat(schema, made) for member, schema in flat["properties"].items()}
        flat["properties"] = {member: schema for member, schema in members.items() if schema is not None}
        schemas[name + _FLAT] = flat
    for name, schema in schemas.items():
        if not name.endswith(_FLAT) and "properties" in schema:
            schema["properties"] = _pointed(schema["properties"], made)


def _flat(schema: Any, made: set[str]) -> Any:
    """A member's schema without the rows in it; None where nothing is left."""
    if not isinstance(schema, dict):
        return schema
    found = cast("dict[str, Any]", schema)
    if str(found.get("$ref", "")).removeprefix(_HERE) in made:
        return None
    if "anyOf" in found:
        left = [each for each in (_flat(one, made) for one in found["anyOf"]) if each is not None]
        return {**found, "anyOf": left} if left else None
    if "items" in found:
        items = _flat(found["items"], made)
        return None if items is None else {**found, "items": items}
    return found


def _pointed(part: Any, made: set[str]) -> Any:
    """A part of a schema, with references to new rows led to those that hold none."""
    if isinstance(part, list):
        return [_pointed(each, made) for each in cast("list[Any]", part)]
    if not isinstance(part, dict):
        return part
    found = cast("dict[str, Any]", part)
    name = str(found.get("$ref", "")).removeprefix(_HERE)
    if name in made:
        return {**found, "$ref": f"{_HERE}{name}{_FLAT}"}
    return {key: _pointed(each, made) for key, each in found.items()}
