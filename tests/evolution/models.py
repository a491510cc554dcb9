"""Blueprints for the tests, compiled from a few lines of model."""

from __future__ import annotations

import importlib
import itertools
import sys
from pathlib import Path
from textwrap import dedent

from backsmith.blueprint import compile as compile_model
from backsmith.blueprint import load
from backsmith.blueprint.blueprint import Blueprint

HEAD = """\
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID
from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen, MultipleOf
from backsmith import *
from backsmith import check, now, today, uuid4, uuid7

"""
_numbers = itertools.count()


def blueprint_of(folder: Path, model: str) -> Blueprint:
    """The blueprint of the model; entities need no rule if they are private."""
    name = f"evolving_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(HEAD + dedent(model), encoding="utf-8")
    importlib.invalidate_caches()
    try:
        blueprint, _ = compile_model(load(str(path)))
    finally:
        sys.modules.pop(name, None)
    return blueprint
