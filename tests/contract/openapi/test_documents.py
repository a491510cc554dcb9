"""Documents of whole applications: valid, with examples that fit, the same each time, of each audience its own.

BACKSMITH_EVERY_DOCUMENT=all validates those of all audiences (half a minute); else everybody's and anonymous's.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# jsonschema and referencing leave types open

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema.validators import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from backsmith.contract.openapi import encoded
from tests.contract.openapi.applications import APPLICATIONS, audiences_of, document

ALL = os.environ.get("BACKSMITH_EVERY_DOCUMENT") == "all"
LARGE = ("tracker", "conduit", "chinook_postgres")
"""Applications of which everybody's takes long, and tells nothing that the others don't."""
EACH = [
    (name, audience)
    for name in APPLICATIONS
    for audience in audiences_of(name)
    if ALL or audience == "anonymous" or (audience == "everybody" and name not in LARGE)
]


@pytest.mark.parametrize(("name", "audience"), EACH)
def test_it_is_a_valid_document(name: str, audience: str) -> None:
    assert [str(error) for error in OpenAPIV31SpecValidator(document(name, audience)).iter_errors()] == []


def examples(part: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Each schema that has an example, with it and its place."""
    if isinstance(part, list):
        for number, item in enumerate(part):
            yield from examples(item, f"{place}/{number}")
    elif isinstance(part, dict):
        if "schema" in part and "example" in part:
            yield place, part["schema"], part["example"]
        if isinstance(part.get("examples"), list) and "properties" in part:
            yield from ((place, part, example) for example in part["examples"])
        for name, item in part.items():
            if name not in ("example", "examples"):
                yield from examples(item, f"{place}/{name}")


@pytest.mark.parametrize("name", APPLICATIONS)
def test_examples_fit_their_schemas(name: str) -> None:
    whole = document(name)
    registry = Registry().with_resource("urn:document", Resource(whole, DRAFT202012))
    found = list(examples(whole))
    assert len(found) > 20
    wrong: list[str] = []
    for place, schema, example in found:
        rooted = re.sub(r"'#/", "'urn:document#/", repr(schema))
        validator = Draft202012Validator(eval(rooted), registry=registry)
        wrong += [f"{place}: {error.message}" for error in validator.iter_errors(example)]
    assert wrong == []


@pytest.mark.parametrize("name", ["workshop", "chinook_sqlite"])
def test_patterns_are_regular_expressions_everywhere(name: str) -> None:
    """Without what Go, Java, JavaScript, Python and Ruby read in different ways."""

    texts = [text.decode() for text in re.findall(rb'"pattern":("(?:[^"\\]|\\.)*")', encoded(document(name)))]
    assert len(texts) > 20
    for pattern in {json.loads(text) for text in texts}:
        re.compile(pattern)
        assert not re.search(r"\(\?[^:]|\\[dwsb1-9]", pattern), pattern


def test_the_same_model_gives_the_same_bytes_in_every_process() -> None:
    """What Python's sets hold comes in another order in each."""
    command = [sys.executable, "-m", "backsmith", "openapi", str(APPLICATIONS["workshop"])]
    first, second = (
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    )
    assert first == second
    assert len(first) > 100_000


def test_operation_ids_are_each_their_own() -> None:
    ids = [one["operationId"] for item in document("shop")["paths"].values() for one in item.values()]
    assert len(ids) == len(set(ids)) > 100
    assert {"list_orders", "get_order", "create_order", "place_order", "best_sellers"} <= set(ids)


def test_what_an_audience_may_not_reach_is_not_in_its_document() -> None:
    everybody, anonymous = document("shop"), document("shop", "anonymous")
    assert {"Order", "OrderCreate", "Customer", "Line"} <= set(everybody["components"]["schemas"])
    schemas = anonymous["components"]["schemas"]
    assert {name for name in schemas if re.match("Order|Customer|Line|Account", name)} == set()
    assert "/api/orders" in everybody["paths"]
    assert [path for path in anonymous["paths"] if re.match("/api/(orders|customers|lines|rpc)", path)] == []
    assert "categories" in schemas["Product"]["properties"]
    assert "lines" not in schemas["Product"]["properties"]
    assert "cost" not in schemas["Product"]["properties"]
    assert "what we pay" not in str(anonymous), "a check that only those hear of who write"
    assert "what we pay" in str(everybody)


def test_security_is_said_of_each_operation() -> None:
    shop = document("shop")
    assert shop["security"] == [{"token": []}, {"key": []}, {"session": []}]
    assert set(shop["components"]["securitySchemes"]) == {"token", "key", "session"}
    paths = shop["paths"]
    assert "security" not in paths["/api/orders"]["get"]
    assert paths["/api/products"]["get"]["security"] == [{}, {"token": []}, {"key": []}, {"session": []}]
    assert paths["/auth/sessions"]["get"]["security"] == [{"token": []}, {"session": []}]


def test_an_operation_in_full() -> None:
    found = document("shop")["paths"]["/api/orders/{id}/place"]["post"]
    responses = found.pop("responses")
    assert found == {
        "operationId": "place_order",
        "summary": "Place a draft order: its lines have to be in stock, and are taken from there",
        "description": "Place a draft order: its lines have to be in stock, and are taken from there.\n\n"
        "**Who may:** You, if the customer's account is yours and the status is 'draft'.",
        "tags": ["orders"],
        "parameters": [
            {"$ref": "#/components/parameters/key.orders"},
            {"$ref": "#/components/parameters/idempotency-key"},
        ],
    }
    assert {"200", "400", "401", "403", "404", "409", "412", "422", "429", "500", "503"} - set(responses) == {"412"}
    assert responses["200"]["content"] == {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}
    assert responses["409"] == {"$ref": "#/components/responses/Conflict"}
