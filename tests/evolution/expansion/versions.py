"""Pairs of versions of a model for the tests: compiled with one lock, so that ids stay, and served as applications."""

from __future__ import annotations

import importlib
import itertools
import sys
from pathlib import Path
from textwrap import dedent

from backsmith.app import Backsmith
from backsmith.blueprint import compile as compile_model
from backsmith.blueprint import load
from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.load import Application
from backsmith.blueprint.lock import Lock
from backsmith.evolution.expansion import expand
from backsmith.settings import read_settings
from tests.evolution.models import HEAD

_numbers = itertools.count()


class Version:
    """A version of a model."""

    def __init__(self, application: Application, blueprint: Blueprint, lock: Lock) -> None:
        self.application = application
        self.blueprint = blueprint
        self.lock = lock

    def served(self, url: str) -> Backsmith:
        """An application of it, not started yet."""
        settings = read_settings(self.application.path, flags={"database": url, "access_log": False})
        return Backsmith(self.application, self.blueprint, settings)


def version_of(folder: Path, model: str, lock: Lock | None = None) -> Version:
    """A version; `lock` is that of the one before it."""
    name = f"version_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(HEAD + dedent(model), encoding="utf-8")
    importlib.invalidate_caches()
    application = load(str(path))
    sys.modules.setdefault(name, application.modules[0])
    blueprint, after = compile_model(application, lock)
    return Version(application, blueprint, after)


def versions_of(folder: Path, old: str, new: str) -> tuple[Version, Version]:
    """A version and the next one."""
    first = version_of(folder, old)
    return first, version_of(folder, new, first.lock)


def expanded_of(old: Version, new: Version) -> Blueprint:
    """The blueprint in which both work."""
    made = expand(old.blueprint, new.blueprint)
    assert isinstance(made, Blueprint), made
    return made
