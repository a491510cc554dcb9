"""The documents of a small model in full. BACKSMITH_WRITE_GOLDEN=1 writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backsmith.blueprint import compile as compile_model
from backsmith.blueprint import load
from backsmith.blueprint.lock import Lock
from backsmith.contract import audience_named
from backsmith.contract.openapi import document_of, written
from backsmith.contract.serving import served_contract
from backsmith.contract.visible import roles_of
from backsmith.settings import Settings

FOLDER = Path(__file__).parent / "golden"


@pytest.mark.parametrize("audience", ["everybody", "anonymous"])
def test_the_document_is_as_before(audience: str) -> None:
    blueprint, _ = compile_model(load(str(FOLDER / "tea.py")), Lock())
    settings = Settings(accounts="off", address="https://tea.example")
    contract = served_contract(blueprint, settings, audience_named(audience, roles_of(blueprint)))
    text = written(document_of(contract))
    path = FOLDER / f"tea.{audience}.json"
    if os.environ.get("BACKSMITH_WRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
