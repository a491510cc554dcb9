"""Versions of a model for the tests, one after the other: the lock file goes from each to the next."""

from __future__ import annotations

import importlib
import itertools
import sys
from pathlib import Path
from textwrap import dedent

from backsmith.blueprint import Lock, load
from backsmith.blueprint import compile as compile_model
from backsmith.blueprint.blueprint import Blueprint
from tests.evolution.models import HEAD

_numbers = itertools.count()


class Versions:
    """Compiles one version after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = Lock()
        self.blueprint: Blueprint | None = None
        """The one that a test has applied last."""

    def next(self, model: str, *, keep_lock: bool = True) -> Blueprint:
        """The blueprint of the next version; without `keep_lock` as if the lock file had been lost."""
        name = f"version_{next(_numbers)}"
        path = self.folder / f"{name}.py"
        path.write_text(HEAD + dedent(model), encoding="utf-8")
        importlib.invalidate_caches()
        try:
            blueprint, self.lock = compile_model(load(str(path)), self.lock if keep_lock else Lock())
        finally:
            sys.modules.pop(name, None)
        return blueprint
