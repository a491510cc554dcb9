"""New rows in a document for trials hold new rows, and these hold none."""

from __future__ import annotations

from typing import Any

from backsmith.checks.testing.shallow import make_shallow


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def test_rows_are_within_rows_and_no_deeper() -> None:
    key, lines = {"type": "integer"}, {"type": "array", "items": ref("LineCreate")}
    document: dict[str, Any] = {
        "paths": {"/orders": {"post": ref("OrderCreate")}},
        "components": {
            "schemas": {
                "Order": {"properties": {"lines": {"type": "array", "items": ref("Line")}}},
                "OrderCreate": {"properties": {"note": {"type": "string"}, "lines": lines}},
                "LineCreate": {"properties": {"order": {"anyOf": [key, ref("OrderCreate")]}}},
            }
        },
    }
    make_shallow(document)
    assert document == {
        "paths": {"/orders": {"post": ref("OrderCreate")}},
        "components": {
            "schemas": {
                "Order": {"properties": {"lines": {"type": "array", "items": ref("Line")}}},
                "OrderCreate": {
                    "properties": {
                        "note": {"type": "string"},
                        "lines": {"type": "array", "items": ref("LineCreate.flat")},
                    }
                },
                "LineCreate": {"properties": {"order": {"anyOf": [key, ref("OrderCreate.flat")]}}},
                "OrderCreate.flat": {"properties": {"note": {"type": "string"}}},
                "LineCreate.flat": {"properties": {"order": {"anyOf": [key]}}},
            }
        },
    }
