"""What holds for any two documents: nothing comes of nothing, order and names don't matter, levels add up."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backsmith.contract.diff import differences, worst

from .documents import base

NAMES = st.sampled_from(["a", "b", "c", "d"])
SCALARS = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "maxLength": 9, "pattern": "^a"},
        {"type": "integer", "minimum": 1},
        {"type": ["number", "null"]},
        {"enum": ["x", "y"]},
        {"type": "string", "nullable": True},
        True,
        {},
    ]
)
REFERENCES = st.sampled_from([{"$ref": f"#/components/schemas/{name}"} for name in ("One", "Two")])
SCHEMAS: Any = st.recursive(
    SCALARS | REFERENCES,
    lambda inner: (
        st.builds(lambda item: {"type": "array", "items": item}, inner)
        | st.builds(
            lambda properties, required: {"type": "object", "properties": properties, "required": sorted(required)},
            st.dictionaries(NAMES, inner, max_size=3),
            st.sets(NAMES, max_size=2),
        )
        | st.builds(lambda kind, of: {kind: of}, st.sampled_from(["allOf", "anyOf", "oneOf"]), st.lists(inner,
        min_size=1, max_size=3))
    ),
    max_leaves=8,
)  # fmt: skip


@st.composite
def documents(draw: Any) -> dict[str, Any]:
    """A document whose components may refer to one another, in circles too."""
    document = base()
    put = document["paths"]["/orders/{id}"]["put"]
    components = document["components"]["schemas"]
    for name in ("One", "Two"):
        components[name] = {"type": "object", "properties": draw(st.dictionaries(NAMES, SCHEMAS, max_size=3))}
    put["requestBody"]["content"]["application/json"]["schema"] = draw(SCHEMAS)
    put["responses"]["200"]["content"]["application/json"]["schema"] = draw(SCHEMAS)
    put["parameters"].append({"name": "q", "in": "query", "schema": draw(SCALARS)})
    return document


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same with its keys in another order, and with lists that mean sets in another one."""
    if isinstance(value, list):
        return [shuffled(each, chance) for each in value]
    if not isinstance(value, dict):
        return value
    items = [(name, shuffled(each, chance)) for name, each in value.items()]
    chance.shuffle(items)
    found = dict(items)
    for name in ("required", "enum"):
        if isinstance(found.get(name), list):
            chance.shuffle(found[name])
    return found


@settings(max_examples=60, deadline=None)
@given(documents())
def test_a_document_differs_in_nothing_from_itself(document: dict[str, Any]) -> None:
    assert differences(document, json.loads(json.dumps(document))) == ()


@settings(max_examples=60, deadline=None)
@given(documents(), st.randoms(use_true_random=False))
def test_order_makes_no_difference(document: dict[str, Any], chance: random.Random) -> None:
    assert differences(document, shuffled(document, chance)) == ()


@settings(max_examples=60, deadline=None)
@given(documents())
def test_names_of_components_make_no_difference(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    renamed = json.loads(text.replace('schemas/One"', 'schemas/Uno"').replace('"One"', '"Uno"'))
    assert differences(document, renamed) == ()


@settings(max_examples=60, deadline=None)
@given(documents(), documents())
def test_differences_are_the_same_each_time_and_each_is_told_once(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = differences(old, new)
    assert found == differences(old, new)
    assert len(set(found)) == len(found)


def widened(document: dict[str, Any], change: str) -> dict[str, Any]:
    """A document that lets clients do more, and tells them no more than they know."""
    document = json.loads(json.dumps(document))
    path = document["paths"]["/orders/{id}"]
    put = path["put"]
    sent = put["requestBody"]["content"]["application/json"]["schema"]
    received = put["responses"]["200"]["content"]["application/json"]["schema"]
    match change:
        case "operation":
            path["get"] = {"operationId": "get_order", "responses": {}}
        case "parameter":
            put["parameters"].append({"name": "more", "in": "query", "schema": {"type": "string"}})
        case "optional property":
            sent["properties"]["more"] = {"type": "string"}
        case "told property":
            received["properties"]["more"] = {"type": "string"}
        case "not required":
            sent["required"] = []
        case "media type":
            put["requestBody"]["content"]["text/csv"] = {}
        case "shorter reply":
            received["properties"]["note"]["maxLength"] = 99
        case "null":
            sent["properties"]["note"]["type"] = ["string", "null"]
        case "deprecated":
            put["deprecated"] = True
        case _:
            put["responses"]["200"].setdefault("headers", {})["X-More"] = {"schema": {"type": "string"}}
    return document


CHANGES = ["operation", "parameter", "optional property", "told property", "not required", "media type",
           "shorter reply", "null", "deprecated", "header"]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(CHANGES), min_size=1, unique=True))
def test_compatible_changes_together_are_compatible(changes: list[str]) -> None:
    old = new = base()
    for change in changes:
        new = widened(new, change)
    found = differences(old, new)
    assert worst(found) == "compatible"
    assert len(found) >= len(changes)
