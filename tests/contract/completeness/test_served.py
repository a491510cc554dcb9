"""What the engine answers is in everybody's contract, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from backsmith.accounts.accounts import ENDPOINTS
from backsmith.app import Backsmith
from backsmith.blueprint.route_paths import BESIDE, segments_of
from backsmith.blueprint.types import is_file
from backsmith.contract import Contract
from backsmith.http.request import Request
from tests.contract.completeness.models import MODELS, contract, served

Address = tuple[str, str]
"""Method and path; `{}` for what varies."""


@pytest.fixture(scope="module", params=list(MODELS))
def application(request: pytest.FixtureRequest) -> Backsmith:
    return served(request.param, "sqlite:///never.db", providers=PROVIDERS)


PROVIDERS = {"example": {"issuer": "https://id.example", "client_id": "shop"}}


def answered(application: Backsmith) -> Iterator[Address]:
    """Whatever the parts of the engine say that they answer."""
    engine, prefix = application.engine, "/api"

    def methods(*path: str) -> list[str]:
        said = engine.methods(Request("OPTIONS", path, "", "", {}, b""))
        return [each for each in said.split(", ") if each not in ("HEAD", "OPTIONS")]

    def verbs(name: str) -> set[str]:
        return {verb for rule in engine.catalogue.collections[name].entity.rules for verb in rule.verbs}

    for name, resource in engine.catalogue.collections.items():
        entity = resource.entity
        # PUT of the collection with the key as a filter is PostgREST's way to write PUT of the row.
        yield from ((method, f"{prefix}/{name}") for method in methods(name) if method != "PUT")
        if not entity.key:
            continue
        key = ",".join("x" for _ in entity.key)
        for method in methods(name, key):
            # Who only makes rows has nothing to PUT where the database numbers them.
            if method != "PUT" or "update" in verbs(name) or not any(field.identity for field in entity.fields):
                yield method, f"{prefix}/{name}/{{}}"
        for field in entity.fields:
            if is_file(field.type):
                yield from ((method, f"{prefix}/{name}/{{}}/{field.name}") for method in methods(name, key, field.name))
    if any(
        is_file(field.type) for resource in engine.catalogue.collections.values() for field in resource.entity.fields
    ):
        yield "GET", f"{prefix}/file/{{}}"
    yield from ((method, f"{prefix}/batch") for method in methods("batch"))
    calls = engine._calls
    for name, call in calls._free.items():
        for method in call.methods.split(", "):
            if method not in ("HEAD", "OPTIONS") and not (method == "GET" and name == "takings"):
                yield method, f"{prefix}/rpc/{name}"
    for (collection, name), call in calls._of_rows.items():
        yield from ((m, f"{prefix}/{collection}/{{}}/{name}") for m in call.methods.split(", ") if m != "OPTIONS")
    for route in application.blueprint.routes:
        yield route.method, _shape(route.path)
    for path in BESIDE:
        yield "GET", _shape(path)
    if application.accounts is not None:
        yield from (
            (each.method, _shape(f"/auth{each.path}")) for each in ENDPOINTS if _has_teams(application, each.path)
        )
        yield "GET", "/.well-known/jwks.json"


def _has_teams(application: Backsmith, path: str) -> bool:
    return application.blueprint.team is not None or not path.startswith("/teams")


def _shape(path: str) -> str:
    return "/" + "/".join("{}" if each.kind != "literal" else each.text for each in segments_of(path))


def described(of: Contract) -> set[Address]:
    return {(each.method, re.sub(r"{\w+}", "{}", each.path)) for each in of.operations}


def test_all_that_is_answered_is_described_and_nothing_else(application: Backsmith) -> None:
    assert described(contract(application)) == set(answered(application))


def test_each_operation_has_an_id_and_an_address_of_its_own(application: Backsmith) -> None:
    operations = contract(application).operations
    assert len({each.id for each in operations}) == len(operations)
    assert len({(each.method, each.path) for each in operations}) == len(operations)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", each.id) for each in operations)


def test_parameters_of_paths_are_inputs(application: Backsmith) -> None:
    for each in contract(application).operations:
        assert re.findall(r"{(\w+)}", each.path) == [one.name for one in each.inputs if one.place == "path"], each.id
