"""Models written in a test: each is a file `shop.py` of its own, whose first line imports all that models use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from backsmith import blueprint
from backsmith.blueprint import Lock
from backsmith.blueprint.blueprint import Blueprint
from backsmith.errors import ModelError

EVERYTHING = """
from datetime import *
from decimal import Decimal
from enum import Enum, StrEnum
from typing import *
from uuid import UUID

from annotated_types import *

from backsmith import *
"""

Compile = Callable[..., Blueprint]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))  # loading a model adds its folder
    monkeypatch.setattr("sys.path", [str(tmp_path), *__import__("sys").path])
    (tmp_path / "everything.py").write_text(EVERYTHING)
    return tmp_path


@pytest.fixture
def compiled(folder: Path) -> Compile:
    """Compile the model of that text."""

    def run(text: str) -> Blueprint:
        return with_lock(folder, text)[0]

    return run


@pytest.fixture
def mistakes(folder: Path) -> Callable[[str], str]:
    """What is said of the model of that text; its first line is line 2."""

    def run(text: str) -> str:
        with pytest.raises(ModelError) as error:
            with_lock(folder, text)
        return f"\n{error.value}\n"

    return run


def with_lock(folder: Path, text: str, lock: Lock | None = None, name: str = "shop") -> tuple[Blueprint, Lock]:
    """Write the model to a new file of a new folder, so that nothing of an earlier one is found, and compile it."""
    place = folder / "model"
    while place.exists():
        place = place.with_name(f"{place.name}s")
    place.mkdir()
    (place / f"{name}.py").write_text(
        "from __future__ import annotations; from everything import *\n" + dedent(text).strip("\n") + "\n"
    )
    return blueprint.compile(blueprint.load(f"{place.name}/{name}.py"), lock)
