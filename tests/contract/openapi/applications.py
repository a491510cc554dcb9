"""The applications whose documents are tried: the examples, the workshop, and Chinook as it was adopted."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from backsmith.app import compile_application
from backsmith.blueprint import load
from backsmith.blueprint.blueprint import Blueprint
from backsmith.contract import Contract, audience_named
from backsmith.contract.openapi import document_of, encoded
from backsmith.contract.serving import served_contract
from backsmith.contract.visible import roles_of
from backsmith.settings import Settings

ROOT = Path(__file__).parents[3]
APPLICATIONS = {
    "shop": ROOT / "examples" / "shop" / "shop.py",
    "tracker": ROOT / "examples" / "tracker" / "tracker.py",
    "conduit": ROOT / "examples" / "conduit" / "conduit.py",
    "workshop": ROOT / "tests" / "contract" / "openapi" / "workshop.py",
    "chinook_sqlite": ROOT / "tests" / "adoption" / "golden" / "chinook_sqlite.py",
    "chinook_postgres": ROOT / "tests" / "adoption" / "golden" / "chinook_postgres.py",
}
LIMITED = Settings(limits={"anonymous": "60/minute", "signed_in": "600/minute"})


@cache
def blueprint_of(name: str) -> Blueprint:
    """The blueprint of an application, without touching its lock file."""
    return compile_application(load(str(APPLICATIONS[name])))


def audiences_of(name: str) -> Iterator[str]:
    """The names of its audiences: a document each."""
    yield from ("everybody", "anonymous", "signed_in", *roles_of(blueprint_of(name)))


def contract_of(name: str, audience: str = "everybody") -> Contract:
    """Its contract for an audience, served with limits."""
    blueprint = blueprint_of(name)
    return served_contract(blueprint, LIMITED, audience_named(audience, roles_of(blueprint)))


def document(name: str, audience: str = "everybody") -> Any:
    """Its document for an audience, as it is read from JSON."""
    return msgspec.json.decode(encoded(document_of(contract_of(name, audience))))
