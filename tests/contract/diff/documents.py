"""A small document, and copies of it with one thing in it put in place."""

from __future__ import annotations

import json
from typing import Any

BASE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "https://shop.example"}],
    "paths": {
        "/orders/{id}": {
            "put": {
                "operationId": "put_order",
                "tags": ["orders"],
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {"note": {"type": "string"}},
                                "required": ["note"],
                                "additionalProperties": False,
                            }
                        }
                    },
                },
                "responses": {
                    "200": {
                        "description": "Done.",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {"note": {"type": "string"}},
                                    "required": ["note"],
                                }
                            }
                        },
                    },
                    "404": {"description": "There is none."},
                },
            }
        }
    },
    "components": {
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "token": {"type": "http", "scheme": "bearer"},
            "people": {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": "https://id.example", "scopes": {"read": "", "write": ""}}},
            },
        },
        "schemas": {
            "Cat": {"type": "object", "properties": {"kind": {"const": "cat"}}, "required": ["kind"]},
            "Dog": {"type": "object", "properties": {"kind": {"const": "dog"}}, "required": ["kind"]},
        },
    },
}

_PUT = ("paths", "/orders/{id}", "put")
SLOTS: dict[str, tuple[str, ...]] = {
    "document": (),
    "path": ("paths", "/orders/{id}"),
    "operation": _PUT,
    "body": (*_PUT, "requestBody"),
    "sent": (*_PUT, "requestBody", "content", "application/json", "schema"),
    "replies": (*_PUT, "responses"),
    "reply": (*_PUT, "responses", "200"),
    "received": (*_PUT, "responses", "200", "content", "application/json", "schema"),
    "schemes": ("components", "securitySchemes"),
}
"""Where a fragment of a pair goes."""


def base() -> dict[str, Any]:
    """A copy of the document."""
    return json.loads(json.dumps(BASE))


def with_fragment(slot: str, fragment: Any) -> dict[str, Any]:
    """The document with the members of a fragment put into a place; a member that is None is taken out.

    `parameter` is one more parameter, or none; `property …` the schema of a property `x`.
    """
    document = base()
    if slot == "parameter":
        if fragment is not None:
            given = {"name": "q", "in": "query", "schema": {"type": "string"}, **fragment}
            document["paths"]["/orders/{id}"]["put"]["parameters"].append(given)
        return document
    if slot.startswith("property "):
        at = _at(document, SLOTS[slot.removeprefix("property ")])
        at["properties"]["x"] = fragment
        return document
    at = _at(document, SLOTS[slot])
    for name, value in fragment.items():
        if value is None:
            at.pop(name, None)
        else:
            at[name] = value
    return document


def _at(document: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    for name in path:
        document = document[name]
    return document
