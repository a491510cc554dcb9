"""What is told of a difference: the sentence, the place, the request; and what can't be compared."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from backsmith.contract.diff import Difference, Place, differences
from backsmith.contract.diff.groups import groups_of, lines_of
from backsmith.contract.diff.patterns import beyond
from backsmith.errors import UsageError

from .documents import base, with_fragment


def test_a_difference_says_where_what_and_which_request() -> None:
    old = with_fragment("property sent", {"type": ["string", "null"]})
    new = with_fragment("property sent", {"type": "string"})
    schema = "#/paths/~1orders~1{id}/put/requestBody/content/application~1json/schema"
    assert differences(old, new) == (
        Difference(
            kind="request-property-became-not-nullable",
            level="breaking",
            place=Place(pointer=f"{schema}/properties/x", operation="put_order", method="PUT", path="/orders/{id}"),
            text="x of the body can't be null any more.",
            request='PUT /orders/{id} {"x": null}',
        ),
    )


def test_a_change_of_a_component_is_told_once_with_all_its_operations() -> None:
    old = base()
    note = {"type": "object", "properties": {"text": {"type": "string"}, "up": {"$ref": "#/components/schemas/Note"}}}
    old["components"]["schemas"]["Note"] = note
    one = {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Note"}}}}
    many = {"type": "array", "items": {"$ref": "#/components/schemas/Note"}}
    listed = {"description": "", "content": {"application/json": {"schema": many}}}
    holder = {"type": "object", "properties": {"note": {"$ref": "#/components/schemas/Note"}}}
    held = {"description": "", "content": {"application/json": {"schema": holder}}}
    holders = {"type": "array", "items": {"type": "object", "properties": {"notes": many}}}
    shelves = {"description": "", "content": {"application/json": {"schema": holders}}}
    for path, reply in (("/books", held), ("/shelves", shelves), ("/notes", listed), ("/notes/{id}", one)):
        old["paths"][path] = {"get": {"responses": {"200": reply}}}
    new = json.loads(json.dumps(old))
    new["components"]["schemas"]["Note"]["properties"]["text"]["type"] = ["string", "null"]
    assert list(lines_of(groups_of(differences(old, new)), lambda each: [f"used at {each.place.path}"])) == [
        "Breaking (1)",
        "  text of the reply 200 may be null from now on.  [response-property-became-nullable]",
        "      in GET /notes, GET /notes/{id}; within what 2 others show",
        "      breaks: GET /notes",
        "      breaks: GET /notes/{id}",
        "      used at /notes",
        "      used at /notes/{id}",
    ]


def test_names_that_would_steer_a_terminal_are_made_harmless() -> None:
    new = with_fragment("document", {"servers": [{"url": "https://shop.example"}, {"url": "\x1b[2J"}]})
    assert list(lines_of(groups_of(differences(base(), new)))) == [
        "Compatible (1)",
        "  There is a server at �[2J.  [server-added]",
    ]


def test_addresses_are_the_same_whatever_their_parameters_are_called() -> None:
    new = json.loads(
        json.dumps(base()).replace("/orders/{id}", "/orders/{order}").replace('"name": "id"', '"name": "order"')
    )
    assert differences(base(), new) == ()


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "The new document is no OpenAPI 3 document."),
        ([], "The new document is no OpenAPI 3 document."),
        ({"swagger": "2.0"}, "it is Swagger 2"),
        (with_fragment("property sent", {"$ref": "#/components/schemas/Nothing"}), "leads nowhere"),
        (with_fragment("property sent", {"$ref": "other.json#/a"}), "leads to another document"),
        (with_fragment("document", {"paths": {"/a": {"$ref": "#/paths/~1a"}}}), "leads in a circle"),
    ],
    ids=["nothing", "a list", "swagger", "nowhere", "elsewhere", "circle"],
)  # fmt: skip
def test_what_is_no_document_is_refused(document: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        differences(with_fragment("property sent", {}), document)


def test_documents_that_are_wrong_in_places_are_compared_all_the_same() -> None:
    odd = with_fragment(
        "property received", {"type": 7, "enum": "a", "properties": [], "required": "x", "minimum": "1"}
    )
    odd["paths"]["/orders/{id}"]["put"]["parameters"].append("not a parameter")
    assert [each.kind for each in differences(odd, base())] == ["response-property-removed"]


@pytest.mark.parametrize(
    ("narrow", "wide", "found"),
    [
        ("^(a|b)$", "^(a|b|c)$", True),
        ("^(a|b|c)$", "^(a|b)$", "c"),
        ("^[0-9]{2}$", r"^\d+$", True),
        (r"^\d+$", "^[0-9]{2}$", "0"),
        ("ab", "b", True),
        ("b", "ab", "b"),
        ("^a*$", "^(aa)*$", "a"),
        ("^[^a]$", "^[b-z]$", "\x00"),
        ("(?<=a)b", "b", None),
        (r"(a)\1", "a", None),
        ("[", "a", None),
        ("^.{90000}$", "^.$", None),
    ],
)
def test_patterns_are_compared_by_what_they_match(narrow: str, wide: str, found: object) -> None:
    assert beyond(narrow, wide) == found


def test_large_documents_take_a_moment() -> None:
    document = base()
    shapes = document["components"]["schemas"]
    for number in range(500):
        others = {f"r{each}": {"$ref": f"#/components/schemas/E{(number * 7 + each) % 500}"} for each in range(4)}
        fields = {f"f{each}": {"type": "string", "maxLength": 50} for each in range(12)}
        shapes[f"E{number}"] = {"type": "object", "properties": {**fields, **others}}
        body = {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/E{number}"}}}}
        document["paths"][f"/e{number}"] = {"get": {"responses": {"200": body}}, "post": {"requestBody": body}}
    new = json.loads(json.dumps(document))
    del new["components"]["schemas"]["E77"]["properties"]["f3"]
    before = time.perf_counter()
    found = differences(document, new)
    took = time.perf_counter() - before
    assert len(found) == 1000  # each operation, since each entity leads to each other one
    assert [group.text for group in groups_of(found)] == [
        "f3 of the reply 200 isn't there any more.",
        "f3 of the body isn't known any more.",
    ]
    assert took < 5
